//! Back: the inverses of what was started, newest first, in the same journal.

use super::{ExecuteError, Running};
use crate::events::Event;
use crate::journal::{Before, Cause, Direction, Entry, Journal, Outcome, Status};
use crate::model::text::safe;
use crate::plan::{FileRef, Step};
use crate::steps::{self, Standing, StepError};
use crate::undo;

impl Running<'_> {
    pub(super) fn back(&self, journal: &mut dyn Journal) -> Result<Outcome, ExecuteError> {
        while let Some(index) = journal.run().newest() {
            match self.take_back(journal, index) {
                Ok(()) => {}
                Err(StepError::Journal(error)) => return Err(error.into()),
                Err(error) => {
                    journal.append(Entry::Failed {
                        index,
                        error: error.to_string(),
                    })?;
                    return Err(ExecuteError::HalfWay {
                        index,
                        direction: Direction::Back,
                        error: Box::new(error),
                    });
                }
            }
        }
        let cause = journal.run().cause.clone().unwrap_or(Cause::Recovered);
        let outcome = Outcome::AsBefore { cause };
        journal.append(Entry::Closed {
            outcome: outcome.clone(),
        })?;
        Ok(outcome)
    }

    fn take_back(&self, journal: &mut dyn Journal, index: usize) -> Result<(), StepError> {
        if let Step::RetireArchive { folder, .. } = &self.plan.steps[index] {
            steps::put_archive_back(folder, &self.context)?;
        }
        for step in self.reversal(journal, index)? {
            let commits = journal.run().steps[index].commits_back.clone();
            let mut commit = |xid: &str| {
                journal.append(Entry::Committing {
                    index,
                    xid: xid.to_owned(),
                })
            };
            let before = Before::Nothing;
            steps::apply(&step, &before, &commits, &self.context, &mut commit)?;
        }
        journal.append(Entry::TakenBack { index })?;
        self.tell(&Event::Remark {
            text: format!(
                "taken back: {}",
                safe(&steps::title(&self.plan.steps[index]))
            ),
        });
        Ok(())
    }

    /// The steps that take back what of a step stands. A step without an end may have moved some
    /// of its files and not others: only those come back.
    fn reversal(&self, journal: &dyn Journal, index: usize) -> Result<Vec<Step>, StepError> {
        let record = &journal.run().steps[index];
        let mut step = self.plan.steps[index].clone();
        let standing = if matches!(record.status, Status::Finished { .. }) {
            Standing::Done
        } else {
            let standing = steps::standing(&step, &record.commits, &self.context)?;
            match &mut step {
                Step::RemoveFiles { files, .. } => self.narrow(files, steps::is_in_trash)?,
                Step::RestoreFiles { files, .. } => self.narrow(files, steps::is_in_place)?,
                _ => {}
            }
            standing
        };
        let before = record.before.clone().unwrap_or(Before::Nothing);
        Ok(undo::taking_back(&step, &before, &standing, self.plan).steps())
    }

    fn narrow(
        &self,
        files: &mut Vec<FileRef>,
        moved: impl Fn(&FileRef, &steps::Context<'_>) -> Result<bool, StepError>,
    ) -> Result<(), StepError> {
        let mut narrowed = Vec::new();
        for file in files.drain(..) {
            if moved(&file, &self.context)? {
                narrowed.push(file);
            }
        }
        *files = narrowed;
        Ok(())
    }
}
