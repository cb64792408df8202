//! What the script orders, what it hears, and where it stands, as data.

use crate::guided::question::Question;
use crate::rules::Verdict;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ask.
    Ask(Question),
    /// Survey and judge, and show what was found.
    Check,
    /// Show the corrections that need no judgement.
    Propose,
    /// Write the corrections that were shown.
    Correct,
    /// Rehearse with the choices and show the plan.
    Plan,
    /// Show something in full, then hear [`Script::shown`](super::Script::shown).
    Show(Part),
    /// Execute the plan that was shown.
    Run,
    /// Go on with the interrupted run.
    Resume,
    /// Take the interrupted run back.
    TakeBack,
    /// Show what taking this finished run back would do.
    Preview(String),
    /// Take this finished run back, as it was shown.
    Undo(String),
    /// The end.
    End(End),
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every finding, explained, with its commands.
    Findings,
    /// The graph of the revisions.
    Chain,
    /// The lines that would waive what can be waived.
    Waivers,
    /// Every file and statement of the plan, in order.
    Effects,
    /// The modules with their baselines.
    Baselines,
    /// What was carried, lost or differs, with both definitions.
    Differences,
    /// The commands that do the same.
    Commands,
    /// A past or interrupted run.
    Run(String),
}

/// How the script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Done.
    Done,
    /// Something refuses, and the user left it at that.
    Refused,
    /// The user left; nothing has changed.
    Left,
    /// A run is still open.
    HalfWay,
}

/// A name that is typed, and the place that it names.
pub type Named = (String, String);

/// Where the script stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The run that was interrupted.
    Interrupted(String),
    /// There are past resets: a new one, or one of them?
    Begin,
    Past,
    ShowPast,
    Previewing(String),
    /// The run whose name is asked for.
    UndoName(String),
    ResumeName(String),
    TakeBackName(String),
    Undoing(String),
    Consent,
    Checking,
    /// Everything was looked at: what now?
    Checked,
    Proposing,
    Correct,
    Writing,
    Reason,
    Modules,
    Source,
    AllLosses,
    ModelChanges,
    Strategy,
    Identifier,
    Given,
    Message,
    Planning,
    /// The objects that the baseline would lose, and which of them is asked about.
    Losses(Vec<String>, usize),
    /// The databases that may lose something, and which of them is asked for.
    Agree(Vec<Named>, usize),
    NotPlanned,
    /// The plan is shown in outline; whose names will be asked for.
    Reading(Vec<Named>),
    Showing(Part),
    LeaveOut,
    /// The databases' names, and which of them is asked for.
    Names(Vec<Named>, usize),
    Running,
    /// The run that stopped.
    HalfWay(String),
    Resuming,
    TakingBack,
    Ended(End),
}

impl State {
    /// Whether `<` leads here.
    pub(super) const fn is_question(&self) -> bool {
        matches!(
            self,
            Self::Interrupted(_)
                | Self::HalfWay(_)
                | Self::Begin
                | Self::Past
                | Self::Consent
                | Self::Checked
                | Self::Reason
                | Self::Modules
                | Self::Source
                | Self::AllLosses
                | Self::ModelChanges
                | Self::Strategy
                | Self::Identifier
                | Self::Given
                | Self::Message
                | Self::NotPlanned
                | Self::Reading(_)
        )
    }
}

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The verdict; none where not everything could be looked at.
    pub verdict: Option<Verdict>,
    /// The modules.
    pub modules: Vec<String>,
    /// Whether something can be corrected without judgement.
    pub can_correct: bool,
    /// Whether something can be waived.
    pub can_waive: bool,
}

impl Checked {
    /// Whether a plan can be made.
    pub const fn may_go_on(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Clear | Verdict::Caution))
    }
}

/// What a rehearsal came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanOutcome {
    /// There is a plan.
    Planned {
        /// The databases that it changes, or whatever else is typed to confirm it.
        names: Vec<Named>,
        /// What was carried, as `--leave-out` names it.
        carried: Vec<String>,
    },
    /// The baseline would lose these objects, as `--leave-out` names them.
    Loses(Vec<String>),
    /// Somebody must agree to what these databases may lose; it was shown.
    Lacking(Vec<Named>),
    /// There is none, and it was said why.
    Failed {
        /// Whether something was rehearsed and can be read.
        is_rehearsed: bool,
    },
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Done.
    Done,
    /// It did not begin, and nothing has changed.
    NotBegun,
    /// This run stopped half-way.
    HalfWay(String),
}
