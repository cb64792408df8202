//! What the session came to, and what it is at work on: the engine's answers, as the app keeps them.

use std::sync::OnceLock;
use std::time::Duration;

use super::Outline;
use crate::engine::{Depth, Destructive, Ended};
use crate::error::Failure;
use crate::evidence::Evidence;
use crate::model::ModuleName;
use crate::plan::{Choices, Plan, PlannedModule};
use crate::rules::{Finding, Verdict};

/// How an item of the checklist stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not begun, or not looked at.
    Waiting,
    /// At work.
    Running,
    /// Looked at; nothing there.
    Clear,
    /// Looked at; read it.
    Caution,
    /// It stops here.
    Refused,
    /// Ran and ended well.
    Done,
    /// Ran and ended badly.
    Failed,
    /// Done and taken back.
    Undone,
}

impl Standing {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Clear => "clear",
            Self::Caution => "caution",
            Self::Refused => "refused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undone => "undone",
        }
    }
}

/// What a survey saw, judged and drawn.
#[derive(Debug)]
pub struct Surveyed {
    /// How deep it looked.
    pub depth: Depth,
    /// Whether this person once agreed that env.py of this project may be run.
    pub is_agreed: bool,
    /// The evidence.
    pub evidence: Evidence,
    /// The findings.
    pub findings: Vec<Finding>,
    /// Their fold.
    pub verdict: Verdict,
    /// Configuration that cannot be followed.
    pub obstacles: Vec<String>,
    /// Why a module's evidence is not complete.
    pub troubles: Vec<(ModuleName, Failure)>,
    /// What is drawn of each module's chain.
    pub outlines: Vec<Outline>,
}

/// What the user wants planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The choices.
    pub choices: Choices,
    /// Only these modules, in the survey's order; all if empty.
    pub only: Vec<String>,
}

/// Whether the reason of the reset was asked for: once, before the first rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not yet.
    NotAsked,
    /// The form was seen.
    Asked,
}

/// What a rehearsal came to.
#[derive(Debug)]
pub struct Planned {
    /// What it was made for.
    pub wish: Wish,
    /// What was found on the way.
    pub findings: Vec<Finding>,
    /// The rehearsed modules.
    pub modules: Vec<PlannedModule>,
    /// Where its statements may lose something.
    pub destructive: Vec<Destructive>,
    /// Where somebody must agree to that before there is a plan.
    pub lacking: Vec<Destructive>,
    /// The plan, or why there is none.
    pub plan: Result<Plan, Failure>,
    /// How long it took.
    pub took: Duration,
    /// The plan's digest, once it was asked for: a plan does not change.
    pub digest: OnceLock<String>,
}

impl Planned {
    /// The digest of the plan, where there is one.
    pub fn digest(&self) -> Option<&str> {
        let plan = self.plan.as_ref().ok()?;
        Some(self.digest.get_or_init(|| plan.digest()))
    }
}

/// What an undo would do.
#[derive(Debug)]
pub struct Previewed {
    /// The run.
    pub id: String,
    /// The inverse steps; none for an open run, which goes back the way it came.
    pub plan: Option<Plan>,
    /// What stays.
    pub kept: Vec<String>,
    /// What a person must do.
    pub by_hand: Vec<String>,
}

/// What the session is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A survey of this depth.
    Survey(Depth),
    /// Rehearsal and plan.
    Plan,
    /// A reset.
    Reset,
    /// Taking back.
    Undo,
    /// Going on with an open run.
    Resume,
    /// Looking at what an undo would do.
    Preview,
}

impl Task {
    /// Whether it changes something of the user's.
    pub const fn is_effect(&self) -> bool {
        matches!(self, Self::Reset | Self::Undo | Self::Resume)
    }

    /// What is happening, for the footer.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Survey(Depth::Static) => "reading the project",
            Self::Survey(Depth::Full) => "running env.py on scratch, looking at the databases",
            Self::Plan => "rehearsing on scratch databases",
            Self::Reset => "resetting",
            Self::Undo => "taking back",
            Self::Resume => "going on with the open run",
            Self::Preview => "looking at what an undo would do",
        }
    }
}

/// Something that runs.
#[derive(Clone, Debug)]
pub struct Work {
    /// What.
    pub task: Task,
    /// Since when.
    pub since: Duration,
    /// Whether it was asked to stop.
    pub is_cancelled: bool,
}

/// A run that ended in this session.
#[derive(Debug)]
pub struct Finished {
    /// What it was.
    pub task: Task,
    /// The plan's summary, for a reset.
    pub summary: Option<String>,
    /// How it ended.
    pub outcome: Result<Ended, Failure>,
}
