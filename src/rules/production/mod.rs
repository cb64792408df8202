//! `RD1xx`: the database holds, or may hold, production data. No flag changes these.

pub mod archiving;
pub mod comment;
pub mod data;
pub mod hidden_data;
pub mod managed;
pub mod marker;
pub mod name;
pub mod other_sessions;
pub mod pooled;
pub mod pooler;
pub mod publication;
pub mod replica;
pub mod standby;
pub mod subscription;
pub mod unidentified;
pub mod unseen;
mod words;

use super::finding::Finding;
use super::rule::{Case, Rule};
use crate::evidence::{DatabaseEvidence, Observed, Signals};

use words::production_word;

/// Marks a database as production; written by `redistill mark production`.
pub const PRODUCTION_MARK: &str = "redistill: production";

/// Marks a database as one that may be reset; outranks weak signs, never strong ones.
pub const DISPOSABLE_MARK: &str = "redistill: disposable";

/// What `judge` finds in every live database that was seen, with its module.
fn on_signals(case: &Case<'_>, judge: impl Fn(&DatabaseEvidence) -> Vec<Finding>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| Some((module, module.database.seen()?)))
        .flat_map(|(module, database)| {
            judge(database)
                .into_iter()
                .map(|finding| finding.of(&module.module.name))
        })
        .collect()
}

/// One finding for every sign that `signs` sees of a live database's server.
fn on_server_signs(
    case: &Case<'_>,
    rule: &Rule,
    (what, remedy, next): (&str, &str, &str),
    signs: fn(&Signals) -> Vec<String>,
) -> Vec<Finding> {
    on_signals(case, |database| {
        let message = format!("the server of {} {what}", database.label);
        signs(&database.signals)
            .into_iter()
            .map(|seen| {
                rule.finding(&database.label, &message)
                    .seen(seen)
                    .remedy(remedy)
                    .next(next)
            })
            .collect()
    })
}

/// How many rows a view has, where it has any.
fn rows_in(view: &str, count: &Observed<i64>) -> Option<String> {
    match count {
        Observed::Seen(rows) if *rows > 0 => Some(format!("{view} has {rows} rows")),
        _ => None,
    }
}

/// Whether a comment carries the mark of production: anywhere in it, in either case, however spaced.
pub fn is_marked_production(comment: &str) -> bool {
    let spaced: Vec<&str> = comment.split_whitespace().collect();
    let text = spaced.join(" ").to_lowercase();
    text.contains(PRODUCTION_MARK) || text.contains("redistill:production")
}

/// Whether a comment has a line that is the mark of a disposable database, and nothing else: a
/// sentence that only speaks of the mark is none.
pub fn is_marked_disposable(comment: &str) -> bool {
    comment
        .lines()
        .any(|line| line.trim().eq_ignore_ascii_case(DISPOSABLE_MARK))
}

/// Whether a database says itself that it may be reset, and nothing that it is production.
fn is_disposable(database: &DatabaseEvidence) -> bool {
    let comment = database.comment.as_deref();
    comment.is_some_and(|text| is_marked_disposable(text) && !is_marked_production(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_so_that_a_doubt_refuses() {
        for (comment, production, disposable) in [
            ("redistill: production", true, false),
            ("Redistill:  PRODUCTION", true, false),
            ("redistill:production", true, false),
            (
                "shop\nredistill: production\nredistill: disposable",
                true,
                true,
            ),
            ("the shop\nredistill: disposable", false, true),
            ("  Redistill: Disposable  ", false, true),
            ("never write redistill: disposable here", false, false),
            ("redistill: disposable?", false, false),
            ("redistill disposable", false, false),
        ] {
            assert_eq!(is_marked_production(comment), production, "{comment}");
            assert_eq!(is_marked_disposable(comment), disposable, "{comment}");
        }
    }
}
