//! The loop that runs a plan, and goes on with one: the journal decides where.
//!
//! ```text
//! begin:  all steps are checked ─▶ journal opened ─▶ forward
//! resume: journal read ─▶ forward or back
//!
//! forward ── a step fails, or Ctrl-C ──▶ before the first database commit: back, as before
//!                                        after it: stop, the journal stays open
//! ```
//!
//! Called by `engine`, which holds the project's lock. It never decides what a step does, and
//! touches nothing that the journal has not announced.

mod back;
mod forward;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;

use thiserror::Error;

use crate::events::{Event, Item, Observer};
use crate::journal::{
    self, Cause, Direction, Entry, Journal, JournalError, Lock, Outcome, Run, Status, TakenBack,
};
use crate::model::text::safe;
use crate::plan::{Plan, Purpose, Step};
use crate::steps::{self, Context, Foreseen, Standing, StepError, World};
use crate::undo::{self, Undo, UndoError};

/// Why a run did not come to an end.
#[derive(Debug, Error)]
pub enum ExecuteError {
    /// The world is not the one that the plan was made for; nothing was touched.
    #[error("{}", first(problems))]
    Refused {
        /// Everything that stands in the way.
        problems: Vec<StepError>,
    },
    /// It stopped after the first database commit, or could not be taken back: the journal is
    /// open.
    #[error("step {} failed: {error}", index + 1)]
    HalfWay {
        /// The step.
        index: usize,
        /// Which way the run was going.
        direction: Direction,
        /// Why.
        error: Box<StepError>,
    },
    /// The run's journal cannot be opened, so nothing was begun.
    #[error(transparent)]
    NotBegun(JournalError),
    /// The journal cannot be read or written; the run stopped where it was.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The run has ended.
    #[error("the run {id} is closed")]
    Closed {
        /// The run.
        id: String,
    },
    /// The run is on its way back and cannot go forward again.
    #[error("the run {id} is being taken back and cannot go forward")]
    GoesBack {
        /// The run.
        id: String,
    },
    /// Its undo has begun.
    #[error("the run {id} is being undone by {by}, which must be resumed")]
    BeingUndone {
        /// The run.
        id: String,
        /// The undo.
        by: String,
    },
    /// Another run is open in this project.
    #[error("the run {id} is open; it must be resumed or undone first")]
    OtherOpen {
        /// The open run.
        id: String,
    },
    /// There is no undo of that run.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// The world cannot be asked how a step stands.
    #[error("cannot find out how step {} stands: {error}", index + 1)]
    Unsettled {
        /// The step.
        index: usize,
        /// Why.
        error: Box<StepError>,
    },
}

fn first(problems: &[StepError]) -> String {
    let more = problems.len().saturating_sub(1);
    match problems.first() {
        Some(problem) if more > 0 => format!("{problem} (and {more} more)"),
        Some(problem) => problem.to_string(),
        None => "the world changed since the plan was made".to_owned(),
    }
}

/// Checks all steps of a plan against the world, in order. Changes nothing; empty is good.
pub fn check(plan: &Plan, world: &World<'_>) -> Vec<StepError> {
    let digest = plan.digest();
    let context = context(plan, &digest, world);
    let mut foreseen = Foreseen::default();
    plan.steps
        .iter()
        .flat_map(|step| steps::check(step, &mut foreseen, &context))
        .collect()
}

/// Runs a new plan: checks it, opens its journal, runs it. The lock is the caller's.
pub fn begin(
    _lock: &Lock,
    plan: &Plan,
    world: &World<'_>,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Outcome, ExecuteError> {
    let of = match &plan.purpose {
        Purpose::Undo(of) => Some(of.as_str()),
        Purpose::Reset => None,
    };
    let runs = journal::runs(world.files, &world.root)?;
    // An open run may be left behind only by its own undo.
    if let Some(open) = runs
        .iter()
        .find(|run| run.is_open() && Some(run.id()) != of)
    {
        let id = open.id().to_owned();
        return Err(ExecuteError::OtherOpen { id });
    }
    let problems = check(plan, world);
    if !problems.is_empty() {
        return Err(ExecuteError::Refused { problems });
    }
    say_damaged_archives(plan, world, observer);
    journal::create(world.files, &world.root, plan, world.now).map_err(ExecuteError::NotBegun)?;
    let mut journal = journal::open(world.files, &world.root, &plan.id)?;
    run(&mut journal, world, observer, cancel)
}

/// An undo proves the archive first. Where it does not prove, the check has found every file's
/// other copy intact; the person still should know.
fn say_damaged_archives(plan: &Plan, world: &World<'_>, observer: &dyn Observer) {
    for step in &plan.steps {
        if let Step::RetireArchive { folder, .. } = step
            && let Err(error) = steps::archive::prove(world.files, &world.root.join(folder))
        {
            let text = format!("{error}; the files come from the run's trash, proven by hash");
            observer.on_event(&Event::Remark {
                text: safe(&text).into_owned(),
            });
        }
    }
}

/// Goes on with an interrupted run. Without a direction: back before the first database commit,
/// forward after it.
pub fn resume(
    _lock: &Lock,
    id: &str,
    direction: Option<Direction>,
    world: &World<'_>,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Outcome, ExecuteError> {
    let mut journal = journal::open(world.files, &world.root, id)?;
    let run_now = journal.run();
    let id = id.to_owned();
    if run_now.outcome.is_some() {
        return Err(ExecuteError::Closed { id });
    }
    match &run_now.taken_back {
        TakenBack::No => {}
        TakenBack::Begun(by) | TakenBack::Done(by) => {
            let by = by.clone();
            return Err(ExecuteError::BeingUndone { id, by });
        }
    }
    let direction = match (run_now.direction, direction) {
        (Direction::Back, Some(Direction::Forward)) => {
            return Err(ExecuteError::GoesBack { id });
        }
        (Direction::Back, _) => Direction::Back,
        (Direction::Forward, Some(direction)) => direction,
        (Direction::Forward, None) => advice(run_now, world)?,
    };
    if direction == Direction::Back && run_now.direction == Direction::Forward {
        journal.append(Entry::Turned {
            cause: Cause::Recovered,
        })?;
    }
    run(&mut journal, world, observer, cancel)
}

/// Runs a journal's plan from wherever the journal stands, in the journal's direction.
pub fn run(
    journal: &mut dyn Journal,
    world: &World<'_>,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Outcome, ExecuteError> {
    let plan = journal.run().plan.clone();
    let digest = plan.digest();
    let running = Running {
        context: context(&plan, &digest, world),
        plan: &plan,
        observer,
    };
    running.declare(journal.run());
    match journal.run().direction {
        Direction::Forward => running.forward(journal, cancel),
        Direction::Back => running.back(journal),
    }
}

/// Which way recovery goes.
pub fn advice(run: &Run, world: &World<'_>) -> Result<Direction, ExecuteError> {
    let digest = run.plan.digest();
    let context = context(&run.plan, &digest, world);
    let committed = is_committed(run, &context).map_err(|(index, error)| {
        let error = Box::new(error);
        ExecuteError::Unsettled { index, error }
    })?;
    Ok(match (committed, run.direction) {
        (true, Direction::Forward) => Direction::Forward,
        _ => Direction::Back,
    })
}

/// The plan that takes a run back, with the world asked about steps that have no end.
pub fn undo_plan(run: &Run, world: &World<'_>) -> Result<Undo, ExecuteError> {
    let digest = run.plan.digest();
    let context = context(&run.plan, &digest, world);
    let mut standings = Vec::new();
    for (index, record) in run.steps.iter().enumerate() {
        if matches!(record.status, Status::Started | Status::Failed { .. }) {
            let standing = steps::standing(&run.plan.steps[index], &record.commits, &context)
                .map_err(|error| ExecuteError::Unsettled {
                    index,
                    error: Box::new(error),
                })?;
            standings.push((index, standing));
        }
    }
    let taken: Vec<_> = journal::runs(world.files, &world.root)?
        .iter()
        .map(|run| run.id().to_owned())
        .collect();
    Ok(undo::plan_for(run, &standings, &taken)?)
}

/// Whether a database transaction of the run was committed.
fn is_committed(run: &Run, context: &Context<'_>) -> Result<bool, (usize, StepError)> {
    for (index, (step, record)) in run.plan.steps.iter().zip(&run.steps).enumerate() {
        if !matches!(
            step,
            Step::VersionTables { .. }
                | Step::RebuildDatabase { .. }
                | Step::RestoreDatabase { .. }
        ) {
            continue;
        }
        match record.status {
            Status::Finished { .. } => return Ok(true),
            Status::Started | Status::Failed { .. } => {
                let standing = steps::standing(step, &record.commits, context)
                    .map_err(|error| (index, error))?;
                if standing != Standing::NotDone {
                    return Ok(true);
                }
            }
            Status::Pending | Status::TakenBack => {}
        }
    }
    Ok(false)
}

fn context<'a>(plan: &'a Plan, digest: &'a str, world: &'a World<'a>) -> Context<'a> {
    Context {
        world,
        run: &plan.id,
        digest,
    }
}

/// A plan at work.
struct Running<'a> {
    context: Context<'a>,
    plan: &'a Plan,
    observer: &'a dyn Observer,
}

impl Running<'_> {
    /// Says all steps before the first one starts, and which are done already.
    fn declare(&self, run: &Run) {
        self.tell(&Event::StepsDeclared {
            titles: self
                .plan
                .steps
                .iter()
                .map(|step| safe(&steps::title(step)).into_owned())
                .collect(),
        });
        for (index, record) in run.steps.iter().enumerate() {
            let Status::Finished { receipt } = &record.status else {
                continue;
            };
            let receipt = safe(receipt).into_owned();
            let is_bad = record.tests.as_ref().is_some_and(|ran| !ran.passed());
            self.tell(&if is_bad {
                Event::StepFailed {
                    index,
                    why: receipt,
                }
            } else {
                Event::StepFinished {
                    index,
                    receipt,
                    replayed: true,
                }
            });
        }
    }

    fn tell(&self, event: &Event) {
        self.observer.on_event(event);
    }

    /// The item of the checklist that begins with this step.
    fn item_begins(&self, index: usize) -> Option<Item> {
        self.item_edge(index, self.plan.steps[..index].iter())
    }

    /// The item of the checklist that ends with this step.
    fn item_ends(&self, index: usize) -> Option<Item> {
        self.item_edge(index, self.plan.steps[index + 1..].iter())
    }

    fn item_edge<'s>(
        &self,
        index: usize,
        mut others: impl Iterator<Item = &'s Step>,
    ) -> Option<Item> {
        let item = steps::item(&self.plan.steps[index]);
        // The checklist is the reset's; an undo has only its steps.
        let is_edge =
            self.plan.purpose == Purpose::Reset && !others.any(|step| steps::item(step) == item);
        is_edge.then_some(item)
    }
}
