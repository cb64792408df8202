//! The guided run as a script: which question or action comes next. Pure; `run` carries it out.
//!
//! ```text
//! interrupted run? ─ consent ─ check ─ what now? ─ reason ─ source ─ … ─ message ─ plan ─ read
//!        ▲                        │ read, correct,      ▲     lost: leave out?  ───┤
//!        │                        │ again, leave        └──── what may be lost: ───┤
//!        │                                                    a name, typed        │
//!   resume, undo ◀── half-way ── run ◀──────── every database's name, typed ◀──────┘
//! ```
//!
//! Until the names are typed, `<` leads back to the question before. There is no way to
//! [`Order::Run`], [`Order::Resume`], [`Order::TakeBack`] or [`Order::Undo`] but through a name.
//!
//! ```text
//! answers    what an answer leads to          outcomes    what the engine's answer leads to
//! ```

mod answers;
mod outcomes;
mod steps;

pub use steps::{Checked, End, Named, Order, Part, PlanOutcome, RunOutcome};

use steps::State;

use super::question::{Choice, Question};
use super::wording;
use crate::plan::Choices;

/// What is known before the first question.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The run that was interrupted.
    pub open: Option<String>,
    /// The finished runs that can be taken back, newest first.
    pub past: Vec<String>,
    /// All resets, newest first.
    pub runs: Vec<String>,
    /// Whether it was agreed already that env.py may be run.
    pub is_agreed: bool,
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
    begun: Beginning,
    /// What the last check came to.
    checked: Checked,
    /// What the present plan carries.
    carried: Vec<String>,
    /// Whether there are rehearsed modules to be read.
    is_rehearsed: bool,
    /// Why the last text could not be taken.
    problem: Option<String>,
}

impl Script {
    /// Begins; with the question about an interrupted run where there is one, else with the one
    /// about past resets where there are some.
    pub fn new(begun: Beginning) -> Self {
        let mut script = Self {
            state: State::Consent,
            before: Vec::new(),
            choices: Choices::default(),
            only: Vec::new(),
            checked: Checked::default(),
            carried: Vec::new(),
            is_rehearsed: false,
            problem: None,
            begun,
        };
        script.state = match (&script.begun.open, script.begun.runs.is_empty()) {
            (Some(id), _) => State::Interrupted(id.clone()),
            (None, false) => State::Begin,
            (None, true) => script.first_look(),
        };
        script
    }

    /// The check, and before it the question whether env.py may be run, once.
    fn first_look(&self) -> State {
        if self.begun.is_agreed {
            State::Checking
        } else {
            State::Consent
        }
    }

    /// What comes next.
    pub fn order(&self) -> Order {
        match &self.state {
            State::Checking => Order::Check,
            State::Planning => Order::Plan,
            State::Showing(part) => Order::Show(part.clone()),
            State::Proposing => Order::Propose,
            State::Writing => Order::Correct,
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
            State::Interrupted(_) | State::HalfWay(_) => wording::half_way(),
            State::Begin => wording::begin(!self.begun.past.is_empty()),
            State::Past => wording::past(&self.begun.past),
            State::ShowPast => wording::show_past(&self.begun.runs),
            State::UndoName(id) | State::ResumeName(id) | State::TakeBackName(id) => {
                wording::run_name(id)
            }
            State::Checked => wording::checked(&self.checked),
            State::Correct => wording::correct(),
            State::Reason => wording::reason(),
            State::Modules => wording::modules(&self.checked.modules),
            State::Source => wording::source(),
            State::AllLosses => wording::all_losses(),
            State::ModelChanges => wording::model_changes(),
            State::Strategy => wording::strategy(),
            State::Identifier => wording::identifier(),
            State::Given => wording::given(),
            State::Message => wording::message(),
            State::NotPlanned => wording::not_planned(self.is_rehearsed),
            State::Losses(objects, at) => wording::loss(&objects[*at]),
            State::Agree(databases, at) => wording::agree(&databases[*at], *at, databases.len()),
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

    fn go(&mut self, next: State) {
        let was = std::mem::replace(&mut self.state, next);
        self.before.push(was);
    }

    /// To the last question; what was done in between was done for it.
    fn back(&mut self) {
        while let Some(state) = self.before.pop() {
            if state.is_question() {
                self.state = state;
                return;
            }
        }
    }

    fn leave(&mut self) {
        self.state = match &self.state {
            State::Interrupted(_)
            | State::HalfWay(_)
            | State::ResumeName(_)
            | State::TakeBackName(_) => State::Ended(End::HalfWay),
            State::Checked if !self.checked.may_go_on() => State::Ended(End::Refused),
            // Nobody agreed: there is no plan, and other answers are possible.
            State::Agree(..) => State::NotPlanned,
            _ => State::Ended(End::Left),
        };
    }
}

/// The words of a choice that takes one.
fn word(choices: &[Choice], index: usize) -> &'static str {
    choices.get(index).map_or("", |choice| choice.word)
}

#[cfg(test)]
mod tests;
