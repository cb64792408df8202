//! What the engine's answers lead to.

use super::steps::State;
use super::{Checked, End, PlanOutcome, RunOutcome, Script};

impl Script {
    /// Hears what [`Order::Check`](super::Order::Check) came to.
    pub fn checked(&mut self, checked: Checked) {
        self.begun.is_agreed = true;
        self.checked = checked;
        self.go(State::Checked);
    }

    /// Hears that [`Order::Show`](super::Order::Show) was done.
    pub fn shown(&mut self) {
        self.back();
    }

    /// Hears whether [`Order::Propose`](super::Order::Propose) had something to show.
    pub fn proposed(&mut self, is_something: bool) {
        if is_something {
            self.go(State::Correct);
        } else {
            self.back();
        }
    }

    /// Hears that [`Order::Correct`](super::Order::Correct) ended, well or not: what is true now is
    /// looked at.
    pub fn corrected(&mut self) {
        self.go(State::Checking);
    }

    /// Hears what [`Order::Plan`](super::Order::Plan) came to.
    pub fn planned(&mut self, outcome: PlanOutcome) {
        self.is_rehearsed = true;
        match outcome {
            PlanOutcome::Planned { names, carried } => {
                self.carried = carried;
                self.go(State::Reading(names));
            }
            PlanOutcome::Loses(objects) if !objects.is_empty() => {
                self.go(State::Losses(objects, 0));
            }
            PlanOutcome::Lacking(databases) if !databases.is_empty() => {
                // Whatever was agreed to before was something else.
                for (word, _) in &databases {
                    self.choices.accept_destructive.retain(|one| one != word);
                }
                self.go(State::Agree(databases, 0));
            }
            PlanOutcome::Failed { is_rehearsed } => {
                self.is_rehearsed = is_rehearsed;
                self.go(State::NotPlanned);
            }
            PlanOutcome::Loses(_) | PlanOutcome::Lacking(_) => self.go(State::NotPlanned),
        }
    }

    /// Hears that what an undo would do was shown, or that it cannot be done.
    pub fn previewed(&mut self, id: String, is_possible: bool) {
        if is_possible {
            self.go(State::UndoName(id));
        } else {
            self.back();
        }
    }

    /// Hears what [`Order::Run`](super::Order::Run), `Resume`, `TakeBack` or `Undo` came to.
    pub fn ran(&mut self, outcome: RunOutcome) {
        match outcome {
            RunOutcome::Done => self.state = State::Ended(End::Done),
            RunOutcome::NotBegun if matches!(self.state, State::Undoing(_)) => {
                self.state = State::Ended(End::Left);
            }
            RunOutcome::NotBegun => {
                self.is_rehearsed = false;
                self.go(State::NotPlanned);
            }
            RunOutcome::HalfWay(id) => self.go(State::HalfWay(id)),
        }
    }
}
