//! `redistill checklist`: the review before production, evaluated where evidence answers.
//!
//! A pure fold of [`Facts`] and [`Signature`]s; the engine gathers both, the app and the command
//! show the result. What evidence answers nobody can sign away; what was not looked at is open,
//! never passed. The decisions stand in `docs/design/0008-checklist.md`.

mod evaluate;
mod items;
mod plan;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::Observed;
use crate::rules::{Finding, Scope};

pub use items::{ITEMS, Item, Section, find};
pub use plan::{of_plan, review, sizes};
pub use text::{markdown, render};

/// The name and version of the JSON document's shape.
pub const SCHEMA: &str = "redistill.checklist/1";

/// How the evidence of a signature that does not count begins.
const STALE: &str = "signed ";

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It does not concern this project.
    NotApplicable,
    /// Neither evidence nor a signature says.
    Open,
}

impl Answer {
    /// `yes`, `no`, `n/a`, `open`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotApplicable => "n/a",
            Self::Open => "open",
        }
    }

    /// What a person may answer: `yes`, `no`, `na` and their short forms.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "yes" | "y" | "true" => Some(Self::Yes),
            "no" | "n" | "false" => Some(Self::No),
            "na" | "n/a" | "not-applicable" => Some(Self::NotApplicable),
            _ => None,
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Yes | Self::NotApplicable)
    }
}

/// Somebody's answer to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The item's key.
    pub item: String,
    /// The answer; never [`Answer::Open`].
    pub answer: Answer,
    /// In their own words; may be empty.
    pub comment: String,
    /// Who.
    pub who: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// The heads that it was given for, by module. For other heads it does not count.
    pub heads: BTreeMap<String, Vec<String>>,
}

/// What a module's upgrade, downgrade and second upgrade came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The module.
    pub module: String,
    /// How it went.
    pub went: Went,
}

/// How a cycle went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// To its end.
    Through {
        /// How many revisions were applied.
        revisions: usize,
        /// What the downgrade left.
        left_behind: Vec<String>,
        /// What the second upgrade built otherwise.
        differences: Vec<String>,
    },
    /// A revision failed.
    Stopped {
        /// `upgrade` or `downgrade`.
        doing: String,
        /// Why.
        why: String,
    },
    /// It could not be tried.
    NotRun {
        /// Why.
        why: String,
    },
}

/// What is known of the last reset that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastReset {
    /// The run.
    pub id: String,
    /// The heads that it left, by module.
    pub heads: BTreeMap<String, Vec<String>>,
    /// Whether rows and tables stayed as they were.
    pub keeps_rows: bool,
    /// The note, relative to the project, where it is on disk.
    pub note: Option<String>,
    /// Whether the archive proves to be what the run put into it: how many files.
    pub archive: Result<usize, String>,
    /// Whether it was unpacked into a scratch folder and compared: how many files.
    pub restored: Result<usize, String>,
    /// Whether it can be taken back as things stand; none where that was not tried.
    pub undo: Option<Result<(), String>>,
    /// What the test steps said, a line a module.
    pub tests: Vec<String>,
    /// What the project's own tests came to, where it ran them.
    pub own_tests: Vec<OwnTests>,
}

/// What the tests of one module came to in a reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTests {
    /// The module.
    pub module: String,
    /// Whether tests ran, and all passed.
    pub passed: bool,
    /// In a line.
    pub line: String,
}

/// What the evaluation rests on.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The project's name.
    pub project: String,
    /// The heads, by module.
    pub heads: BTreeMap<String, Vec<String>>,
    /// How far the survey went.
    pub scope: Scope,
    /// What the rules found.
    pub findings: &'a [Finding],
    /// Modules whose files or environment could not be looked at, with the reason.
    pub unseen: Vec<String>,
    /// One a module.
    pub cycles: Observed<Vec<Cycle>>,
    /// The last reset that stands; none if there is none.
    pub last: Option<LastReset>,
    /// Foreign keys without an index, `table (columns)`.
    pub bare_keys: Observed<Vec<String>>,
    /// Sizes of the databases in words.
    pub sizes: Vec<String>,
    /// What runs the tests that the project has of its migrations.
    pub own_tests: Vec<String>,
}

/// The checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checklist {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The project's name.
    pub project: String,
    /// The heads that it is about, by module.
    pub heads: BTreeMap<String, Vec<String>>,
    /// All items, in order.
    pub items: Vec<Entry>,
    /// How many items stand how.
    pub counts: Counts,
}

/// How many items stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Hold.
    pub yes: usize,
    /// Do not.
    pub no: usize,
    /// Do not concern the project.
    pub not_applicable: usize,
    /// Wait for an answer.
    pub open: usize,
}

impl Counts {
    fn of(items: &[Entry]) -> Self {
        let mut counts = Self::default();
        for entry in items {
            match entry.answer {
                Answer::Yes => counts.yes += 1,
                Answer::No => counts.no += 1,
                Answer::NotApplicable => counts.not_applicable += 1,
                Answer::Open => counts.open += 1,
            }
        }
        counts
    }
}

/// One item with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its key, as `--sign` takes it.
    pub key: &'static str,
    /// Its section.
    pub section: Section,
    /// What is asked, as a statement.
    pub title: &'static str,
    /// How it stands.
    pub answer: Answer,
    /// What was seen.
    pub evidence: Vec<String>,
    /// Who answered; none where evidence did or nobody has.
    pub signed: Option<Signature>,
    /// The next command, where one helps.
    pub next: Option<String>,
}

/// What evidence says of an item.
struct Evaluation {
    answer: Answer,
    evidence: Vec<String>,
    next: Option<String>,
}

impl Evaluation {
    fn of(answer: Answer) -> Self {
        Self {
            answer,
            evidence: Vec::new(),
            next: None,
        }
    }

    fn seen(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    fn all_seen(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(lines);
        self
    }

    fn next(mut self, command: impl Into<String>) -> Self {
        self.next = Some(command.into());
        self
    }
}

impl Checklist {
    /// Evaluates every item, and takes signatures for what evidence leaves open. Later signatures
    /// outrank earlier ones.
    pub fn new(facts: &Facts<'_>, signatures: &[Signature]) -> Self {
        let entries = ITEMS
            .iter()
            .map(|item| {
                let evaluation = (item.evaluate)(facts);
                let signature = signatures.iter().rev().find(|one| one.item == item.key);
                entry(item, evaluation, signature, &facts.heads)
            })
            .collect();
        Self::of(facts.project.clone(), facts.heads.clone(), entries)
    }

    fn of(project: String, heads: BTreeMap<String, Vec<String>>, items: Vec<Entry>) -> Self {
        Self {
            schema: SCHEMA,
            project,
            heads,
            counts: Counts::of(&items),
            items,
        }
    }

    /// Takes an answer for an item that evidence leaves open.
    pub fn take(&mut self, signature: Signature) {
        let mut items = self.items.iter_mut();
        if let Some(entry) = items.find(|entry| entry.key == signature.item) {
            entry.answer = signature.answer;
            entry.evidence.retain(|line| !line.starts_with(STALE));
            entry.signed = Some(signature);
            entry.next = None;
        }
        self.counts = Counts::of(&self.items);
    }

    /// Whether every item is answered by yes or does not apply.
    pub fn is_settled(&self) -> bool {
        self.items.iter().all(|entry| entry.answer.is_settled())
    }

    /// The items that wait for a person.
    pub fn open(&self) -> impl Iterator<Item = &Entry> {
        self.items
            .iter()
            .filter(|entry| entry.answer == Answer::Open)
    }
}

fn entry(
    item: &Item,
    evaluation: Evaluation,
    signature: Option<&Signature>,
    heads: &BTreeMap<String, Vec<String>>,
) -> Entry {
    let mut entry = Entry {
        key: item.key,
        section: item.section,
        title: item.title,
        answer: evaluation.answer,
        evidence: evaluation.evidence,
        signed: None,
        next: evaluation.next,
    };
    let Some(signature) = signature else {
        return entry;
    };
    if entry.answer != Answer::Open {
        return entry;
    }
    let is_current = heads
        .iter()
        .all(|(module, heads)| signature.heads.get(module) == Some(heads));
    if is_current {
        entry.answer = signature.answer;
        entry.signed = Some(signature.clone());
        entry.next = None;
    } else {
        entry.evidence.push(format!(
            "{STALE}{} by {}, for other heads",
            signature.answer.word(),
            signature.who
        ));
    }
    entry
}

#[cfg(test)]
mod tests;
