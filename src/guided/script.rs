//! The guided run as a script: which question or action comes next. Pure; `run` carries it out.
//!
//! ```text
//! interrupted run? ─ consent ─ check ─ reason ─ source ─ strategy ─ identifier ─ plan ─ read
//!        ▲                       │ refused: again, or leave        ▲        │ lost: leave out?
//!        │                                                         └────────┤
//!   resume, undo ◀── half-way ── run ◀── every database's name, typed ◀─────┘
//! ```
//!
//! Until the names are typed, `<` leads back to the question before. There is no way to
//! [`Order::Run`] but through them.

use super::question::{Answer, Question};
use super::wording;
use crate::plan::{Choices, RevisionIdChoice, Source, Strategy};
use crate::rules::Verdict;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ask.
    Ask(Question),
    /// Survey and judge, and show what was found.
    Check,
    /// Rehearse with [`Script::choices`] and show the plan.
    Plan,
    /// Show a part of the plan in full, then hear [`Script::shown`].
    Show(Part),
    /// Execute the plan that was shown.
    Run,
    /// Go on with the interrupted run.
    Resume,
    /// Take the interrupted run back.
    TakeBack,
    /// Show what taking this finished run back would do, then hear [`Script::previewed`].
    Preview(String),
    /// Take this finished run back, as it was shown.
    Undo(String),
    /// The end.
    End(End),
}

/// A part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every file and statement, in order.
    Effects,
    /// The modules with their baselines.
    Baselines,
    /// What was carried, lost or differs, with both definitions.
    Differences,
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

/// Where the script stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Interrupted,
    /// There are finished runs: a new reset, or one of them back?
    Begin,
    Past,
    Previewing(String),
    /// The run whose name is asked for.
    UndoName(String),
    Undoing(String),
    Consent,
    Checking,
    Refused,
    Reason,
    Modules,
    Source,
    Strategy,
    Identifier,
    Given,
    Message,
    Planning,
    /// The objects that the baseline would lose, and which of them is asked about.
    Losses(Vec<String>, usize),
    NotPlanned,
    /// The plan is shown in outline; whose names will be asked for.
    Reading(Vec<String>),
    Showing(Part),
    LeaveOut,
    /// The databases' names, and which of them is asked for.
    Names(Vec<String>, usize),
    Running,
    HalfWay,
    Resuming,
    TakingBack,
    Ended(End),
}

/// What a rehearsal came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanOutcome {
    /// There is a plan.
    Planned {
        /// The databases that it changes, by name, each once.
        databases: Vec<String>,
        /// What was carried, as `--leave-out` names it.
        carried: Vec<String>,
    },
    /// The baseline would lose these objects, as `--leave-out` names them.
    Loses(Vec<String>),
    /// There is none, and it was said why.
    Failed,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Done.
    Done,
    /// It did not begin, and nothing has changed.
    NotBegun,
    /// It stopped half-way.
    HalfWay,
}

/// The script.
#[derive(Clone, Debug)]
pub struct Script {
    state: State,
    before: Vec<State>,
    /// What was chosen so far.
    pub choices: Choices,
    /// Only these modules; all if empty.
    pub only: Vec<String>,
    /// The modules that were found.
    modules: Vec<String>,
    /// The finished runs that can be taken back, newest first.
    past: Vec<String>,
    /// What the present plan carries.
    carried: Vec<String>,
    /// Why the last text could not be taken.
    problem: Option<String>,
}

impl Script {
    /// Begins; with the question about an interrupted run where there is one, else with the one
    /// about past resets where some can be taken back.
    pub fn new(has_open_run: bool, past: Vec<String>) -> Self {
        let state = match (has_open_run, past.is_empty()) {
            (true, _) => State::Interrupted,
            (false, false) => State::Begin,
            (false, true) => State::Consent,
        };
        Self {
            state,
            before: Vec::new(),
            choices: Choices::default(),
            only: Vec::new(),
            modules: Vec::new(),
            past,
            carried: Vec::new(),
            problem: None,
        }
    }

    /// What comes next.
    pub fn order(&self) -> Order {
        match &self.state {
            State::Checking => Order::Check,
            State::Planning => Order::Plan,
            State::Showing(part) => Order::Show(*part),
            State::Running => Order::Run,
            State::Resuming => Order::Resume,
            State::TakingBack => Order::TakeBack,
            State::Previewing(id) => Order::Preview(id.clone()),
            State::Undoing(id) => Order::Undo(id.clone()),
            State::Ended(end) => Order::End(*end),
            _ => Order::Ask(self.question()),
        }
    }

    fn question(&self) -> Question {
        let mut question = match &self.state {
            State::Interrupted | State::HalfWay => wording::half_way(),
            State::Begin => wording::begin(),
            State::Past => wording::past(&self.past),
            State::UndoName(id) => wording::name(id, 0, 1),
            State::Refused => wording::refused(),
            State::Reason => wording::reason(),
            State::Modules => wording::modules(&self.modules),
            State::Source => wording::source(),
            State::Strategy => wording::strategy(),
            State::Identifier => wording::identifier(),
            State::Given => wording::given(),
            State::Message => wording::message(),
            State::NotPlanned => wording::not_planned(),
            State::Losses(objects, at) => wording::loss(&objects[*at]),
            State::Reading(_) => wording::reading(),
            State::LeaveOut => wording::leave_out(&self.carried, &self.choices.leave_out),
            State::Names(names, at) => wording::name(&names[*at], *at, names.len()),
            _ => wording::consent(),
        };
        if let Some(problem) = &self.problem {
            question.text = format!("{problem}. {}", question.text);
        }
        question
    }

    /// Hears an answer to the present question.
    pub fn answered(&mut self, answer: &Answer) {
        self.problem = None;
        match answer {
            Answer::Leave => self.leave(),
            Answer::Back => self.back(),
            Answer::Help | Answer::Unclear(_) => {}
            Answer::Yes => self.yes_or_no(true),
            Answer::No => self.yes_or_no(false),
            Answer::Chosen(index) => self.chosen(*index),
            Answer::Text(text) => self.typed(text),
        }
    }

    fn go(&mut self, next: State) {
        let was = std::mem::replace(&mut self.state, next);
        self.before.push(was);
    }

    /// To the last question; what was done in between was done for it.
    fn back(&mut self) {
        let is_question = |state: &State| {
            matches!(
                state,
                State::Begin
                    | State::Past
                    | State::Consent
                    | State::Reason
                    | State::Modules
                    | State::Source
                    | State::Strategy
                    | State::Identifier
                    | State::Given
                    | State::Message
                    | State::Reading(_)
            )
        };
        while let Some(state) = self.before.pop() {
            if is_question(&state) {
                self.state = state;
                return;
            }
        }
    }

    fn leave(&mut self) {
        self.state = State::Ended(match &self.state {
            State::Interrupted | State::HalfWay => End::HalfWay,
            State::Refused => End::Refused,
            _ => End::Left,
        });
    }

    fn yes_or_no(&mut self, is_yes: bool) {
        match self.state.clone() {
            State::Consent if is_yes => self.go(State::Checking),
            State::Losses(objects, at) if is_yes => {
                self.choices.leave_out.push(objects[at].clone());
                if at + 1 < objects.len() {
                    self.state = State::Losses(objects, at + 1);
                } else {
                    self.go(State::Planning);
                }
            }
            State::Losses(..) => self.go(State::NotPlanned),
            _ => self.leave(),
        }
    }

    fn chosen(&mut self, index: usize) {
        match self.state.clone() {
            State::Reading(names) => match index {
                0 => self.go(State::Names(names, 0)),
                1 => self.go(State::Showing(Part::Effects)),
                2 => self.go(State::Showing(Part::Baselines)),
                3 => self.go(State::Showing(Part::Differences)),
                _ => self.go(State::LeaveOut),
            },
            State::Begin if index == 0 => self.go(State::Consent),
            State::Begin if index == 1 => self.go(State::Past),
            State::Interrupted | State::HalfWay => match index {
                0 => self.go(State::Resuming),
                1 => self.go(State::TakingBack),
                _ => self.leave(),
            },
            State::Refused if index == 0 => self.go(State::Checking),
            State::NotPlanned if index == 0 => {
                self.choices.leave_out.clear();
                self.go(State::Reason);
            }
            State::Source => {
                self.choices.source = [Source::Chain, Source::Models][index.min(1)];
                self.go(State::Strategy);
            }
            State::Strategy => {
                let all = [Strategy::Keep, Strategy::Recreate, Strategy::Unversioned];
                self.choices.strategy = all[index.min(2)];
                self.go(State::Identifier);
            }
            State::Identifier if index == 2 => self.go(State::Given),
            State::Identifier => {
                self.choices.revision_id = match index {
                    0 => RevisionIdChoice::New,
                    _ => RevisionIdChoice::ReuseHead,
                };
                self.go(State::Message);
            }
            _ => self.leave(),
        }
    }

    fn typed(&mut self, text: &str) {
        match self.state.clone() {
            State::Reason => {
                self.choices.reason = (!text.is_empty()).then(|| text.to_owned());
                let next = if self.modules.len() > 1 {
                    State::Modules
                } else {
                    State::Source
                };
                self.go_unless_wrong(next);
            }
            State::Modules => self.choose_modules(text),
            State::Given => {
                self.choices.revision_id = if text.is_empty() {
                    RevisionIdChoice::New
                } else {
                    RevisionIdChoice::Given(text.to_owned())
                };
                self.go_unless_wrong(State::Message);
            }
            State::Message => {
                self.choices.message = (!text.is_empty()).then(|| text.to_owned());
                self.choices.leave_out.clear();
                self.go_unless_wrong(State::Planning);
            }
            State::LeaveOut => self.leave_out(text),
            State::Past => match self.past.iter().find(|id| text.is_empty() || *id == text) {
                Some(id) => self.go(State::Previewing(id.clone())),
                None => self.problem = Some(format!("there is no {text} to be taken back")),
            },
            State::UndoName(id) if id == text => self.go(State::Undoing(id)),
            State::Names(names, at) if names.get(at).is_some_and(|name| name == text) => {
                if at + 1 < names.len() {
                    self.state = State::Names(names, at + 1);
                } else {
                    self.go(State::Running);
                }
            }
            _ => {}
        }
    }

    /// On, unless what was just chosen cannot be taken.
    fn go_unless_wrong(&mut self, next: State) {
        self.problem = self.choices.problem();
        if self.problem.is_none() {
            self.go(next);
        }
    }

    fn choose_modules(&mut self, text: &str) {
        let wanted: Vec<&str> = text
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(unknown) = wanted
            .iter()
            .find(|name| !self.modules.iter().any(|m| m == **name))
        {
            self.problem = Some(format!("there is no module {unknown}"));
            return;
        }
        let is_wanted = |name: &&String| wanted.contains(&name.as_str());
        self.only = self.modules.iter().filter(is_wanted).cloned().collect();
        if self.only.len() == self.modules.len() {
            self.only.clear();
        }
        self.go(State::Source);
    }

    /// Leaves an object out that is carried, or carries one again that was left out.
    fn leave_out(&mut self, text: &str) {
        let left_out = &mut self.choices.leave_out;
        if text.is_empty() {
            self.back();
        } else if let Some(at) = left_out.iter().position(|left| left == text) {
            left_out.remove(at);
            self.go(State::Planning);
        } else if self.carried.iter().any(|carried| carried == text) {
            left_out.push(text.to_owned());
            left_out.sort();
            self.go(State::Planning);
        } else {
            self.problem = Some(format!("nothing that is carried is called {text}"));
        }
    }

    /// Hears what [`Order::Check`] came to.
    pub fn checked(&mut self, verdict: Option<Verdict>, modules: Vec<String>) {
        self.modules = modules;
        match verdict {
            Some(Verdict::Clear | Verdict::Caution) => self.go(State::Reason),
            Some(Verdict::Refused) | None => self.go(State::Refused),
        }
    }

    /// Hears that [`Order::Show`] was done.
    pub fn shown(&mut self) {
        self.back();
    }

    /// Hears what [`Order::Plan`] came to.
    pub fn planned(&mut self, outcome: PlanOutcome) {
        match outcome {
            PlanOutcome::Planned { databases, carried } => {
                self.carried = carried;
                // Nothing to type would be no confirmation.
                let names = if databases.is_empty() {
                    vec!["reset".to_owned()]
                } else {
                    databases
                };
                self.go(State::Reading(names));
            }
            PlanOutcome::Loses(objects) if !objects.is_empty() => {
                self.go(State::Losses(objects, 0));
            }
            PlanOutcome::Loses(_) | PlanOutcome::Failed => self.go(State::NotPlanned),
        }
    }

    /// Hears that what an undo would do was shown, or that it cannot be done.
    pub fn previewed(&mut self, id: String, is_possible: bool) {
        if is_possible {
            self.go(State::UndoName(id));
        } else {
            self.state = State::Ended(End::Left);
        }
    }

    /// Hears what [`Order::Run`], [`Order::Resume`] or [`Order::TakeBack`] came to.
    pub fn ran(&mut self, outcome: RunOutcome) {
        match outcome {
            RunOutcome::Done => self.state = State::Ended(End::Done),
            RunOutcome::NotBegun if matches!(self.state, State::Undoing(_)) => {
                self.state = State::Ended(End::Left);
            }
            RunOutcome::NotBegun => self.go(State::NotPlanned),
            RunOutcome::HalfWay => self.go(State::HalfWay),
        }
    }
}

#[cfg(test)]
mod tests;
