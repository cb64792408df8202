//! What must be typed before anything of the user's changes. Pure.
//!
//! Every database that a plan changes is typed once, in full, one after the other; a plan that
//! changes none asks for the project's name; taking back and going on ask for the run's. What a
//! database may lose is agreed to in the same way, before there is a plan.

use super::consent;
use super::model::{Confirm, Model, Purpose};
use crate::events::Item;
use crate::model::text::safe;
use crate::plan::{DatabaseRef, Plan, Step};
use crate::report;

/// The words for the plan at hand, each with the place that it names.
pub fn words(model: &Model) -> Vec<(String, String)> {
    let mut words: Vec<(String, String)> = Vec::new();
    for database in model.plan().iter().flat_map(|plan| databases(plan)) {
        let word = safe(&database.database).into_owned();
        let place = format!("{}  ({})", database.label, database.identity);
        if !words.iter().any(|(_, known)| *known == place) {
            words.push((word, place));
        }
    }
    if words.is_empty() {
        let project = safe(&model.project()).into_owned();
        words.push((project, format!("{}, files only", model.root.display())));
    }
    words
}

/// The databases that a plan changes.
fn databases(plan: &Plan) -> impl Iterator<Item = &DatabaseRef> {
    plan.steps.iter().filter_map(|step| match step {
        Step::VersionTables { database, .. } | Step::RebuildDatabase { database, .. } => {
            Some(database)
        }
        _ => None,
    })
}

/// The dialog for a purpose; nothing is typed yet.
pub fn open(model: &Model, purpose: Purpose) -> Confirm {
    let words = match &purpose {
        Purpose::Consent => consent::words(model),
        Purpose::Reset(_) => words(model),
        Purpose::Undo(run) | Purpose::Resume(run) => {
            vec![(safe(run).into_owned(), format!("the run {run}"))]
        }
    };
    Confirm {
        purpose,
        words,
        done: 0,
        typed: String::new(),
        is_wrong: false,
    }
}

/// The items that the steps of the confirmed run belong to.
pub fn step_items(model: &Model, purpose: &Purpose) -> Vec<Item> {
    let plan = match purpose {
        Purpose::Consent => None,
        Purpose::Reset(_) => model.plan(),
        Purpose::Undo(id) => match &model.preview {
            Some(Ok(preview)) if preview.id == *id => preview.plan.as_ref(),
            _ => run_plan(model, id),
        },
        Purpose::Resume(id) => run_plan(model, id),
    };
    let steps = plan.map(report::plan::steps).unwrap_or_default();
    steps.into_iter().map(|(item, _, _)| item).collect()
}

fn run_plan<'m>(model: &'m Model, id: &str) -> Option<&'m Plan> {
    let run = model.runs.iter().find(|run| run.id() == id)?;
    Some(&run.plan)
}

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Another word; nothing of it is kept.
    Wrong,
    /// The word; there is another one to type.
    More,
    /// All were typed.
    All,
}

/// Takes what was typed as the answer.
pub fn answer(confirm: &mut Confirm) -> Answer {
    let typed = std::mem::take(&mut confirm.typed);
    let is_word = confirm
        .words
        .get(confirm.done)
        .is_some_and(|(word, _)| *word == typed);
    confirm.is_wrong = !is_word;
    if !is_word {
        return Answer::Wrong;
    }
    confirm.done += 1;
    if confirm.done == confirm.words.len() {
        Answer::All
    } else {
        Answer::More
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirm(words: &[&str]) -> Confirm {
        Confirm {
            purpose: Purpose::Reset("d".to_owned()),
            words: words
                .iter()
                .map(|word| ((*word).to_owned(), String::new()))
                .collect(),
            done: 0,
            typed: String::new(),
            is_wrong: false,
        }
    }

    #[test]
    fn every_word_is_typed_in_full_and_in_order() {
        let mut confirm = confirm(&["app", "app_two"]);
        for (typed, expected) in [
            ("", Answer::Wrong),
            ("ap", Answer::Wrong),
            ("App", Answer::Wrong),
            ("app ", Answer::Wrong),
            ("app_two", Answer::Wrong),
            ("app", Answer::More),
            ("app", Answer::Wrong),
            ("app_two", Answer::All),
        ] {
            typed.clone_into(&mut confirm.typed);
            assert_eq!(answer(&mut confirm), expected, "{typed:?}");
            assert_eq!(confirm.typed, "");
        }
    }
}
