//! From the record of a run to the plan that takes it back. Pure.
//!
//! An undo is an ordinary plan: the inverses of everything that was started, newest first, shown
//! by the same preview and run by the same executor with a journal of its own. Whether the world
//! is still as the run left it is asked by that executor before the first step, as with any plan.

use thiserror::Error;

use crate::journal::{Before, Direction, Outcome, Run, Status, TakenBack};
use crate::plan::{FORMAT, Plan, Purpose, Step};
use crate::steps::{Inverse, Standing, inverse};

/// A plan that takes a run back, and what it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The plan.
    pub plan: Plan,
    /// What stays, and why that is fine.
    pub kept: Vec<String>,
    /// What a person must do.
    pub by_hand: Vec<String>,
}

/// Why a run cannot be taken back.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UndoError {
    /// It took itself back.
    #[error("the run {id} left everything as it was; there is nothing to undo")]
    AsBefore {
        /// The run.
        id: String,
    },
    /// Another run took it back.
    #[error("the run {id} was undone already, by {by}")]
    Undone {
        /// The run.
        id: String,
        /// The undo.
        by: String,
    },
    /// Another undo of it is open.
    #[error("the undo {by} of the run {id} is open; it must be resumed")]
    Begun {
        /// The run.
        id: String,
        /// The undo.
        by: String,
    },
    /// It is on its way back.
    #[error("the run {id} is being taken back; it must be resumed")]
    GoesBack {
        /// The run.
        id: String,
    },
    /// It is an undo itself.
    #[error("the run {id} is an undo; a new reset leads forward again")]
    IsUndo {
        /// The run.
        id: String,
    },
}

/// Derives the plan. `standings` says how each started step without an end stands in the world,
/// by index; `taken` are the identifiers of all runs.
pub fn plan_for(
    run: &Run,
    standings: &[(usize, Standing)],
    taken: &[String],
) -> Result<Undo, UndoError> {
    refuse(run)?;
    let mut undo = Undo {
        plan: Plan {
            format: FORMAT,
            id: free_id(run.id(), taken),
            purpose: Purpose::Undo(run.id().to_owned()),
            root: run.plan.root.clone(),
            basis: [("plan".to_owned(), run.plan.digest())].into(),
            choices: run.plan.choices.clone(),
            modules: Vec::new(),
            steps: Vec::new(),
        },
        kept: Vec::new(),
        by_hand: Vec::new(),
    };
    for (index, record) in run.steps.iter().enumerate().rev() {
        let Some(before) = &record.before else {
            continue;
        };
        let standing = standings
            .iter()
            .find(|(of, _)| *of == index)
            .map_or(&Standing::Done, |(_, standing)| standing);
        if record.status == Status::TakenBack {
            continue;
        }
        match taking_back(&run.plan.steps[index], before, standing, &run.plan) {
            Inverse::Steps(steps) => undo.plan.steps.extend(steps),
            Inverse::Kept(why) => undo.kept.push(why),
            Inverse::ByHand {
                steps,
                instructions,
            } => {
                undo.plan.steps.extend(steps);
                undo.by_hand.push(instructions);
            }
        }
    }
    Ok(undo)
}

fn refuse(run: &Run) -> Result<(), UndoError> {
    let id = run.id().to_owned();
    match (&run.taken_back, &run.outcome) {
        (TakenBack::Done(by), _) => {
            let by = by.clone();
            Err(UndoError::Undone { id, by })
        }
        (TakenBack::Begun(by), _) => {
            let by = by.clone();
            Err(UndoError::Begun { id, by })
        }
        (_, Some(Outcome::AsBefore { .. })) => Err(UndoError::AsBefore { id }),
        _ if matches!(run.plan.purpose, Purpose::Undo(_)) => Err(UndoError::IsUndo { id }),
        _ if run.direction == Direction::Back => Err(UndoError::GoesBack { id }),
        _ => Ok(()),
    }
}

fn free_id(id: &str, taken: &[String]) -> String {
    let first = format!("{id}-undo");
    let mut candidate = first.clone();
    let mut number = 1;
    while taken.contains(&candidate) {
        number += 1;
        candidate = format!("{first}{number}");
    }
    candidate
}

/// The inverse of a step as far as it stands. What was never done has none, except that an
/// interrupted write or archiving may have left a temporary file or a folder, which its inverse
/// clears away.
pub fn taking_back(step: &Step, before: &Before, standing: &Standing, plan: &Plan) -> Inverse {
    match (step, standing) {
        // Nothing of these is visible before they are whole.
        (
            Step::VersionTables { .. }
            | Step::RebuildDatabase { .. }
            | Step::RestoreDatabase { .. }
            | Step::RetireFile { .. },
            Standing::NotDone,
        )
        // Whole or not at all, too: what stands there is somebody else's.
        | (Step::WriteFile { .. } | Step::Archive { .. }, Standing::Torn { .. }) => {
            Inverse::Steps(Vec::new())
        }
        _ => inverse(step, before, plan),
    }
}
