//! Past runs in words that every face shows. Pure.

use crate::journal::{Outcome, Run, TakenBack};

/// How a run stands, in one word or two.
pub fn standing(run: &Run) -> &'static str {
    match (&run.outcome, &run.taken_back) {
        (_, TakenBack::Done(_)) => "undone",
        (_, TakenBack::Begun(_)) => "undo interrupted",
        (None, _) => "interrupted",
        (Some(Outcome::Done), _) => "done",
        (Some(Outcome::AsBefore { .. }), _) => "as before",
    }
}

/// When it began, to the second.
pub fn moment(run: &Run) -> String {
    run.at
        .split('.')
        .next()
        .unwrap_or_default()
        .replace('T', " ")
}
