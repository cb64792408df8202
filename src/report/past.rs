//! Past runs in words that every face shows. Pure.

use crate::journal::{Outcome, Run, Status, TakenBack};
use crate::plan::Purpose;
use crate::steps;

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

/// The two ways out of an open run, step by step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// What is done.
    pub done: Vec<String>,
    /// What began and is not known to have ended.
    pub torn: Vec<String>,
    /// What going on would do, in order: what is torn is done again.
    pub ahead: Vec<String>,
    /// What taking it back would undo, newest first.
    pub back: Vec<String>,
    /// Whether the run is an undo, which only ever goes on.
    pub is_undo: bool,
}

impl Ways {
    /// Of a run, as its journal tells.
    pub fn of(run: &Run) -> Self {
        let mut ways = Self {
            is_undo: matches!(run.plan.purpose, Purpose::Undo(_)),
            ..Self::default()
        };
        for (step, record) in run.plan.steps.iter().zip(&run.steps) {
            let title = steps::title(step);
            match record.status {
                Status::Finished { .. } => {
                    ways.back.insert(0, title.clone());
                    ways.done.push(title);
                }
                Status::Started | Status::Failed { .. } => {
                    ways.back.insert(0, title.clone());
                    ways.torn.push(title.clone());
                    ways.ahead.push(title);
                }
                Status::Pending | Status::TakenBack => ways.ahead.push(title),
            }
        }
        ways
    }

    /// Both ways in a sentence each.
    pub fn sentences(&self) -> [String; 2] {
        let steps = |n| crate::model::text::count(n, "step");
        let first = |all: &[String]| {
            all.first()
                .map_or_else(String::new, |one| format!(": {one}"))
        };
        let all = self.done.len() + self.ahead.len();
        [
            format!(
                "{} of {} done. Going on does {}{}",
                self.done.len(),
                steps(all),
                steps(self.ahead.len()),
                first(&self.ahead)
            ),
            if self.is_undo {
                "It is an undo itself: it goes on either way".to_owned()
            } else {
                format!(
                    "Taking it back undoes {}{}",
                    steps(self.back.len()),
                    first(&self.back)
                )
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_told_in_a_sentence_each() {
        let titles = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let ways = Ways {
            done: titles(&["Archive"]),
            torn: titles(&["Stamp"]),
            ahead: titles(&["Stamp", "Clear"]),
            back: titles(&["Stamp", "Archive"]),
            is_undo: false,
        };
        assert_eq!(
            ways.sentences(),
            [
                "1 of 3 steps done. Going on does 2 steps: Stamp",
                "Taking it back undoes 2 steps: Stamp"
            ]
        );
        let undo = Ways {
            is_undo: true,
            ..Ways::default()
        };
        assert!(undo.sentences()[1].contains("either way"));
    }
}
