//! The checklist for people: on a terminal, and as Markdown for a note or a ticket.

use super::{Answer, Checklist, Entry, Section, Signature};
use crate::model::text::{line, safe};
use crate::report::Paint;
use crate::report::columns::sentence;
use crate::rules::Severity;

/// Where keys and titles begin, and what stands below them.
const INDENT: usize = 8;
/// The widest key.
const KEY: usize = 18;

/// Renders the checklist within eighty columns. Foreign text is escaped.
pub fn render(checklist: &Checklist, paint: Paint) -> String {
    let mut text = String::new();
    line!(
        text,
        "{}",
        paint.bold(&format!(
            "Review before production of {}",
            safe(&checklist.project)
        ))
    );
    let mut section = None;
    for entry in &checklist.items {
        if section != Some(entry.section) {
            section = Some(entry.section);
            line!(text);
            line!(text, "{}", paint.bold(entry.section.title()));
        }
        item(&mut text, entry, paint);
    }
    line!(text);
    line!(text, "{}", counts(checklist));
    text
}

fn item(text: &mut String, entry: &Entry, paint: Paint) {
    let word = format!("{:<4}", entry.answer.word());
    let word = match entry.answer {
        Answer::Yes | Answer::NotApplicable => paint.added(&word),
        Answer::No => paint.severity(Severity::Refuse, &word),
        Answer::Open => paint.severity(Severity::Warn, &word),
    };
    let key = paint.dim(&format!("{:<KEY$}", entry.key));
    line!(text, "  {word}  {key}  {}", entry.title);
    let below = " ".repeat(INDENT);
    for seen in &entry.evidence {
        line!(text, "{below}{}", paint.dim(&sentence(seen, INDENT)));
    }
    if let Some(signature) = &entry.signed {
        line!(text, "{below}{}", sentence(&signed(signature), INDENT));
    }
    if let Some(command) = &entry.next {
        line!(text, "{below}→ {}", safe(command));
    }
}

/// `signed by Ada on 2026-11-23: rehearsed twice`
fn signed(signature: &Signature) -> String {
    let day = signature.at.split('T').next().unwrap_or_default();
    let words = format!("signed by {} on {day}", signature.who);
    if signature.comment.is_empty() {
        words
    } else {
        format!("{words}: {}", signature.comment)
    }
}

fn counts(checklist: &Checklist) -> String {
    let counts = checklist.counts;
    let mut words = vec![
        format!("{} yes", counts.yes),
        format!("{} no", counts.no),
        format!("{} open", counts.open),
    ];
    if counts.not_applicable > 0 {
        words.push(format!("{} not applicable", counts.not_applicable));
    }
    words.join(", ")
}

/// The checklist as a Markdown document.
pub fn markdown(checklist: &Checklist) -> String {
    let mut text = String::new();
    line!(
        text,
        "# Review before production of {}",
        safe(&checklist.project)
    );
    line!(text);
    line!(text, "{}.", counts(checklist));
    line!(text);
    for (module, heads) in &checklist.heads {
        line!(text, "- {}: {}", safe(module), safe(&heads.join(", ")));
    }
    line!(text);
    sections(&mut text, checklist, "##");
    text
}

/// The sections, each with a heading of this level.
pub(super) fn sections(text: &mut String, checklist: &Checklist, heading: &str) {
    let mut section: Option<Section> = None;
    for entry in &checklist.items {
        if section != Some(entry.section) {
            if section.is_some() {
                line!(text);
            }
            section = Some(entry.section);
            line!(text, "{heading} {}", entry.section.title());
            line!(text);
        }
        let mark = if entry.answer.is_settled() { "x" } else { " " };
        let word = match entry.answer {
            Answer::Yes | Answer::Open => String::new(),
            other => format!(" ({})", other.word()),
        };
        line!(text, "- [{mark}] {}{word}", entry.title);
        for seen in &entry.evidence {
            line!(text, "  - {}", safe(seen));
        }
        if let Some(signature) = &entry.signed {
            line!(text, "  - {}", safe(&signed(signature)));
        }
    }
}
