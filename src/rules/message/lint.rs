//! Which messages are judged, and how one is: shared by the rules of this family.

use super::change;
use super::convention::{Convention, Malformed, Message, is_exempt, parse, without_header};
use crate::evidence::ModuleEvidence;
use crate::model::{Location, Revision};
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Rule, replaced};
use crate::rules::sources::ModuleSources;

/// Fewer messages than this show no habit.
const FEWEST: usize = 3;

/// A revision whose message is judged.
pub(super) struct Judged<'a> {
    pub module: &'a ModuleEvidence,
    pub sources: &'a ModuleSources,
    pub revision: &'a Revision,
    /// The message without the template's lines.
    pub text: String,
    pub read: Result<Message, Malformed>,
    /// Whether the configuration asks for the convention; else the messages themselves do.
    is_asked_for: bool,
}

/// The revisions whose messages are to follow the convention.
pub(super) fn judged<'a>(case: &Case<'a>) -> Vec<Judged<'a>> {
    let mut all = Vec::new();
    for (module, sources) in case.modules() {
        for revision in &module.chain.revisions {
            let text = without_header(&revision.doc);
            all.push(Judged {
                module,
                sources,
                revision,
                read: parse(&text),
                text,
                is_asked_for: case.sources.convention.is_some(),
            });
        }
    }
    let applies = match case.sources.convention {
        Some(Convention::Conventional) => true,
        Some(Convention::None) => false,
        None => is_habit(&all),
    };
    all.retain(|one| applies && !is_exempt(one.revision));
    all
}

/// At least half of the messages follow it. A word and a colon are not enough: `users: add age` is
/// another habit.
fn is_habit(all: &[Judged<'_>]) -> bool {
    let follow = all
        .iter()
        .filter(|one| one.read.as_ref().is_ok_and(Message::has_known_type))
        .count();
    all.len() >= FEWEST && follow * 2 >= all.len()
}

impl Judged<'_> {
    /// A finding about this message: where nobody asked for the convention, it is a remark.
    pub fn finding(&self, rule: &Rule, message: String) -> Finding {
        let mut finding = rule
            .finding(&self.revision.id.0, message)
            .of(&self.module.module.name)
            .at(&self.place());
        if !self.is_asked_for {
            finding.severity = Severity::Note;
            finding = finding.seen("at least half of the messages follow the convention");
        }
        finding
    }

    /// The docstring, or the file.
    pub fn place(&self) -> Location {
        self.sources
            .contents_of(self.revision)
            .and_then(|contents| contents.docstring.as_ref())
            .map_or_else(
                || Location {
                    line: self.revision.line,
                    ..Location::of_file(&self.revision.path)
                },
                |docstring| docstring.location.clone(),
            )
    }

    /// The docstring's first line with another message in it.
    pub fn rewritten(&self, line: &str) -> Option<LineEdit> {
        let mut place = self.place();
        let first = self.text.lines().next()?;
        let at = place.source_line.find(first)?;
        // What must be escaped in a literal is not worth a guess.
        if line.contains(['\\', '"']) {
            return None;
        }
        place.column = place.source_line[..at].chars().count() + 1;
        replaced(&place, first, line)
    }

    /// What the revision does; nothing where its file was not read.
    pub fn changes(&self) -> Vec<change::Change> {
        self.sources
            .operations_of(self.revision)
            .map(change::changes)
            .unwrap_or_default()
    }
}

/// `redistill message check 'TEXT'`, ready for a shell.
pub(super) fn command(text: &str) -> String {
    let first = text.lines().next().unwrap_or("");
    format!("redistill message check {}", shell_quoted(first))
}

/// A text as one word of a shell.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
