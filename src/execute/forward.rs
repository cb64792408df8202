//! Forward: step after step to the end of the plan.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{ExecuteError, Running, is_committed};
use crate::events::Event;
use crate::journal::{Before, Cause, Direction, Entry, Journal, Outcome, Run, Status};
use crate::model::text::safe;
use crate::plan::{Purpose, Step};
use crate::steps::{self, StepError};

impl Running<'_> {
    pub(super) fn forward(
        &self,
        journal: &mut dyn Journal,
        cancel: &AtomicBool,
    ) -> Result<Outcome, ExecuteError> {
        let mut told = false;
        while let Some(index) = journal.run().current() {
            if cancel.load(Ordering::Relaxed) {
                if !self.point_of_no_return(journal)? {
                    return self.turn(journal, Cause::Cancelled);
                }
                if !told {
                    told = true;
                    self.tell(&Event::Remark {
                        text: "a database is changed already: the remaining steps are finished"
                            .to_owned(),
                    });
                }
            }
            match self.step(journal, index) {
                Ok(()) => {}
                Err(StepError::Journal(error)) => return Err(error.into()),
                Err(error) => return self.failed(journal, index, error),
            }
        }
        journal.append(Entry::Closed {
            outcome: Outcome::Done,
        })?;
        Ok(Outcome::Done)
    }

    fn step(&self, journal: &mut dyn Journal, index: usize) -> Result<(), StepError> {
        let step = &self.plan.steps[index];
        if let Some(item) = self.item_begins(index) {
            self.tell(&Event::ItemStarted { item });
        }
        self.tell(&Event::StepStarted { index });
        if journal.run().steps[index].status == Status::Pending {
            let before = steps::before(step, &self.context)?;
            journal.append(Entry::Started { index, before })?;
        }
        let record = journal.run().steps[index].clone();
        let before = record.before.unwrap_or(Before::Nothing);
        let mut commit = |xid: &str| {
            journal.append(Entry::Committing {
                index,
                xid: xid.to_owned(),
            })
        };
        let receipt = steps::apply(step, &before, &record.commits, &self.context, &mut commit)?;
        let is_bad = receipt.tests.as_ref().is_some_and(|ran| !ran.passed());
        journal.append(Entry::Finished {
            index,
            receipt: receipt.text.clone(),
            tests: receipt.tests,
        })?;
        let receipt = safe(&receipt.text).into_owned();
        if let Some(item) = self.item_ends(index) {
            self.tell(&match not_passed(journal.run()) {
                Some(why) => Event::ItemFailed { item, why },
                None => Event::ItemFinished {
                    item,
                    summary: receipt.clone(),
                },
            });
        }
        self.tell(&if is_bad {
            Event::StepFailed {
                index,
                why: receipt,
            }
        } else {
            Event::StepFinished {
                index,
                receipt,
                replayed: false,
            }
        });
        Ok(())
    }

    /// A step failed: back where that is still possible without a second database transaction,
    /// else stop with the journal open.
    fn failed(
        &self,
        journal: &mut dyn Journal,
        index: usize,
        error: StepError,
    ) -> Result<Outcome, ExecuteError> {
        let why = error.to_string();
        let shown = safe(&why).into_owned();
        if self.plan.purpose == Purpose::Reset {
            self.tell(&Event::ItemFailed {
                item: steps::item(&self.plan.steps[index]),
                why: shown.clone(),
            });
        }
        self.tell(&Event::StepFailed { index, why: shown });
        if journal.run().steps[index].status != Status::Pending {
            journal.append(Entry::Failed {
                index,
                error: why.clone(),
            })?;
        }
        // Where nobody can tell, the run stops: both ways stay open.
        if self.point_of_no_return(journal).unwrap_or(true) {
            return Err(ExecuteError::HalfWay {
                index,
                direction: Direction::Forward,
                error: Box::new(error),
            });
        }
        self.turn(journal, Cause::Failed { index, error: why })
    }

    fn turn(&self, journal: &mut dyn Journal, cause: Cause) -> Result<Outcome, ExecuteError> {
        journal.append(Entry::Turned { cause })?;
        self.back(journal)
    }

    fn point_of_no_return(&self, journal: &dyn Journal) -> Result<bool, ExecuteError> {
        is_committed(journal.run(), &self.context).map_err(|(index, error)| {
            let error = Box::new(error);
            ExecuteError::Unsettled { index, error }
        })
    }
}

/// What tests of the project's own did not pass, in one line; none where all did. Its own tests are
/// a part of the last item alone.
fn not_passed(run: &Run) -> Option<String> {
    let told: Vec<String> = run
        .plan
        .steps
        .iter()
        .zip(&run.steps)
        .filter_map(|(step, record)| {
            let ran = record.tests.as_ref().filter(|ran| !ran.passed())?;
            let Step::OwnTests { module, .. } = step else {
                return None;
            };
            Some(format!("tests of {module}: {}", ran.words()))
        })
        .collect();
    (!told.is_empty()).then(|| safe(&told.join("; ")).into_owned())
}
