//! The meaning of a journal: the state of a run, entry by entry. Pure.
//!
//! ```text
//! pending ── Started ──▶ started ── Finished ──▶ finished
//!                          │  ▲                     │
//!                        Failed │ (tried again)     │
//!                          ▼  │                     │
//!                        failed                     │
//! Turned:  every step that was started ─ TakenBack ─┴▶ pending, newest first
//! ```

use std::path::PathBuf;

use thiserror::Error;

use super::{Before, Cause, Entry, Outcome, TestsRan};
use crate::plan::{FORMAT, Plan};

/// Which way a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the end of the plan.
    Forward,
    /// To the world as it was before.
    Back,
}

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing was touched.
    Pending,
    /// The journal knows its start and not its end: the world must be asked.
    Started,
    /// It failed; the world must be asked.
    Failed {
        /// Why.
        error: String,
    },
    /// Done.
    Finished {
        /// What it did.
        receipt: String,
    },
    /// Done or begun, and taken back in this run.
    TakenBack,
}

/// What the journal knows about a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// How far it has come.
    pub status: Status,
    /// What its undo needs; there as soon as it was started.
    pub before: Option<Before>,
    /// Transactions that the step was about to commit.
    pub commits: Vec<String>,
    /// Transactions that its taking back was about to commit.
    pub commits_back: Vec<String>,
    /// Where it ran the project's own tests: what they came to.
    pub tests: Option<TestsRan>,
}

/// Whether another run has taken this one back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TakenBack {
    /// No.
    #[default]
    No,
    /// The undo run with this identifier has begun and is open.
    Begun(String),
    /// The undo run with this identifier has done it.
    Done(String),
}

/// A run, as its journal tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// When it began, RFC 3339.
    pub at: String,
    /// Its plan.
    pub plan: Plan,
    /// One record a step.
    pub steps: Vec<StepRecord>,
    /// Which way it goes; back after [`Entry::Turned`].
    pub direction: Direction,
    /// Why it turned.
    pub cause: Option<Cause>,
    /// How it ended; none while it is open.
    pub outcome: Option<Outcome>,
    /// Whether another run took it back; filled by [`super::runs`].
    pub taken_back: TakenBack,
}

/// An entry that cannot follow the ones before it.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Illegal {
    /// The journal does not begin with its plan.
    #[error("the first record is not the plan")]
    NotOpened,
    /// Written by a newer version.
    #[error("its format is {found}, and this version knows {FORMAT}")]
    Format {
        /// The number found.
        found: u32,
    },
    /// No such transition.
    #[error("{entry} cannot follow: {why}")]
    Order {
        /// The entry's name and index.
        entry: String,
        /// Why not.
        why: &'static str,
    },
}

impl Run {
    /// The run as its first entry makes it.
    pub fn opened(folder: PathBuf, entry: Entry) -> Result<Self, Illegal> {
        let Entry::Opened { format, at, plan } = entry else {
            return Err(Illegal::NotOpened);
        };
        if format != FORMAT || plan.format != FORMAT {
            let found = if format == FORMAT {
                plan.format
            } else {
                format
            };
            return Err(Illegal::Format { found });
        }
        let blank = StepRecord {
            status: Status::Pending,
            before: None,
            commits: Vec::new(),
            commits_back: Vec::new(),
            tests: None,
        };
        Ok(Self {
            folder,
            at,
            steps: vec![blank; plan.steps.len()],
            plan: *plan,
            direction: Direction::Forward,
            cause: None,
            outcome: None,
            taken_back: TakenBack::No,
        })
    }

    /// The state after one more entry, or why it cannot follow.
    pub fn next(mut self, entry: Entry) -> Result<Self, Illegal> {
        self.refusal(&entry).map_or(Ok(()), |why| {
            Err(Illegal::Order {
                entry: name(&entry),
                why,
            })
        })?;
        match entry {
            Entry::Opened { .. } => unreachable!("refused above"),
            Entry::Started { index, before } => {
                self.steps[index].status = Status::Started;
                self.steps[index].before = Some(before);
            }
            Entry::Committing { index, xid } => match self.direction {
                Direction::Forward => self.steps[index].commits.push(xid),
                Direction::Back => self.steps[index].commits_back.push(xid),
            },
            Entry::Finished {
                index,
                receipt,
                tests,
            } => {
                self.steps[index].status = Status::Finished { receipt };
                self.steps[index].tests = tests;
            }
            // A step whose taking back failed keeps its status: it is still to be taken back.
            Entry::Failed { index, error } => {
                if self.direction == Direction::Forward {
                    self.steps[index].status = Status::Failed { error };
                }
            }
            Entry::Turned { cause } => {
                self.direction = Direction::Back;
                self.cause = Some(cause);
            }
            Entry::TakenBack { index } => self.steps[index].status = Status::TakenBack,
            Entry::Closed { outcome } => self.outcome = Some(outcome),
        }
        Ok(self)
    }

    /// Why the entry cannot follow; none if it can.
    fn refusal(&self, entry: &Entry) -> Option<&'static str> {
        if self.outcome.is_some() {
            return Some("the run is closed");
        }
        let index = match entry {
            Entry::Started { index, .. }
            | Entry::Committing { index, .. }
            | Entry::Finished { index, .. }
            | Entry::Failed { index, .. }
            | Entry::TakenBack { index } => *index,
            Entry::Opened { .. } => return Some("the run is open already"),
            Entry::Turned { .. } => {
                return (self.direction == Direction::Back).then_some("the run goes back already");
            }
            Entry::Closed { outcome } => return self.closing(outcome),
        };
        let Some(step) = self.steps.get(index) else {
            return Some("the plan has no such step");
        };
        let forward = self.direction == Direction::Forward;
        let at_hand = match self.direction {
            Direction::Forward => self.current(),
            Direction::Back => self.newest(),
        };
        match entry {
            _ if at_hand != Some(index) => Some("another step is at hand"),
            Entry::Started { .. } | Entry::Finished { .. } if !forward => Some("the run goes back"),
            Entry::Started { .. } if step.status != Status::Pending => Some("it was started"),
            Entry::Committing { .. } | Entry::Finished { .. } | Entry::Failed { .. }
                if step.status == Status::Pending =>
            {
                Some("the step was not started")
            }
            Entry::TakenBack { .. } if forward => Some("the run goes forward"),
            _ => None,
        }
    }

    fn closing(&self, outcome: &Outcome) -> Option<&'static str> {
        match outcome {
            Outcome::Done if self.direction == Direction::Back => Some("the run goes back"),
            Outcome::Done if self.current().is_some() => Some("steps are left"),
            Outcome::AsBefore { .. } if self.newest().is_some() => Some("steps still stand"),
            _ => None,
        }
    }

    /// The first step that is not finished.
    pub fn current(&self) -> Option<usize> {
        self.steps
            .iter()
            .position(|step| !matches!(step.status, Status::Finished { .. }))
    }

    /// The newest step that was started and not taken back.
    pub fn newest(&self) -> Option<usize> {
        self.steps
            .iter()
            .rposition(|step| !matches!(step.status, Status::Pending | Status::TakenBack))
    }

    /// The run's identifier.
    pub fn id(&self) -> &str {
        &self.plan.id
    }

    /// Whether somebody must still resume it or take it back.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none() && !matches!(self.taken_back, TakenBack::Done(_))
    }
}

fn name(entry: &Entry) -> String {
    match entry {
        Entry::Opened { .. } => "opened".to_owned(),
        Entry::Started { index, .. } => format!("started {index}"),
        Entry::Committing { index, .. } => format!("committing {index}"),
        Entry::Finished { index, .. } => format!("finished {index}"),
        Entry::Failed { index, .. } => format!("failed {index}"),
        Entry::Turned { .. } => "turned".to_owned(),
        Entry::TakenBack { index } => format!("taken back {index}"),
        Entry::Closed { .. } => "closed".to_owned(),
    }
}
