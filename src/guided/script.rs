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

use super::question::{Answer, Choice, Kind, Question};
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
    Consent,
    Checking,
    Refused,
    Reason,
    Source,
    Strategy,
    Identifier,
    Planning,
    /// The objects that the baseline would lose, and which of them is asked about.
    Losses(Vec<String>, usize),
    NotPlanned,
    /// The plan is shown in outline; whose names will be asked for.
    Reading(Vec<String>),
    Showing(Part),
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
    /// There is a plan; it changes these databases (their names, each once).
    Planned(Vec<String>),
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
}

impl Script {
    /// Begins; with the question about an interrupted run where there is one.
    pub fn new(has_open_run: bool) -> Self {
        Self {
            state: if has_open_run {
                State::Interrupted
            } else {
                State::Consent
            },
            before: Vec::new(),
            choices: Choices {
                message: Some("initial_schema".to_owned()),
                ..Choices::default()
            },
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
            State::Ended(end) => Order::End(*end),
            _ => Order::Ask(self.question()),
        }
    }

    fn question(&self) -> Question {
        match &self.state {
            State::Interrupted | State::HalfWay => half_way(),
            State::Refused => refused(),
            State::Reason => reason(),
            State::Source => source(),
            State::Strategy => strategy(),
            State::Identifier => identifier(),
            State::NotPlanned => not_planned(),
            State::Losses(objects, at) => loss(&objects[*at]),
            State::Reading(_) => reading(),
            State::Names(names, at) => name(&names[*at], *at, names.len()),
            _ => consent(),
        }
    }

    /// Hears an answer to the present question.
    pub fn answered(&mut self, answer: &Answer) {
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
                State::Consent
                    | State::Reason
                    | State::Source
                    | State::Strategy
                    | State::Identifier
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
                _ => self.go(State::Showing(Part::Baselines)),
            },
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
            State::Identifier => {
                self.choices.revision_id = match index {
                    0 => RevisionIdChoice::New,
                    _ => RevisionIdChoice::ReuseHead,
                };
                self.choices.leave_out.clear();
                self.go(State::Planning);
            }
            _ => self.leave(),
        }
    }

    fn typed(&mut self, text: &str) {
        match self.state.clone() {
            State::Reason => {
                self.choices.reason = (!text.is_empty()).then(|| text.to_owned());
                self.go(State::Source);
            }
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

    /// Hears what [`Order::Check`] came to.
    pub fn checked(&mut self, verdict: Option<Verdict>) {
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
            // Nothing to type would be no confirmation.
            PlanOutcome::Planned(names) if names.is_empty() => {
                self.go(State::Reading(vec!["reset".to_owned()]));
            }
            PlanOutcome::Planned(names) => self.go(State::Reading(names)),
            PlanOutcome::Loses(objects) if !objects.is_empty() => {
                self.go(State::Losses(objects, 0));
            }
            PlanOutcome::Loses(_) | PlanOutcome::Failed => self.go(State::NotPlanned),
        }
    }

    /// Hears what [`Order::Run`], [`Order::Resume`] or [`Order::TakeBack`] came to.
    pub fn ran(&mut self, outcome: RunOutcome) {
        match outcome {
            RunOutcome::Done => self.state = State::Ended(End::Done),
            RunOutcome::NotBegun => self.go(State::NotPlanned),
            RunOutcome::HalfWay => self.go(State::HalfWay),
        }
    }
}

fn one(text: &str, help: &'static str, choices: &[(&'static str, &'static str)]) -> Question {
    Question {
        text: text.to_owned(),
        help,
        kind: Kind::One(
            choices
                .iter()
                .map(|(word, meaning)| Choice { word, meaning })
                .collect(),
        ),
    }
}

fn half_way() -> Question {
    one(
        "A run stopped half-way. What now?",
        "Its journal knows what was done. Going on finishes it, taking back undoes what was done; \
         both can be stopped and begun again.",
        &[
            ("resume", "go on and finish it"),
            ("undo", "take back what was done"),
            ("leave", "leave it as it is"),
        ],
    )
}

fn consent() -> Question {
    Question {
        text: "The survey runs env.py and the revisions of this project, led to scratch \
               databases. Run them?"
            .to_owned(),
        help: "env.py is code of the project. It is run by the project's own interpreter; every \
               connection that it opens is led to an empty scratch database. Your own databases \
               are only read.",
        kind: Kind::YesNo(true),
    }
}

fn refused() -> Question {
    one(
        "The reset is refused. What now?",
        "Every refusal above names what was seen and the next command that would change the \
         answer; redistill explain CODE says why it matters.",
        &[
            ("again", "check again, after something was mended"),
            ("leave", "leave everything as it is"),
        ],
    )
}

fn reason() -> Question {
    Question {
        text: "Why is the history reset? (goes into the note)".to_owned(),
        help: "One sentence for whoever reads the note in a year. An empty line gives none.",
        kind: Kind::Text,
    }
}

fn source() -> Question {
    one(
        "Where does the baseline come from?",
        "With chain, the baseline builds exactly what the old revisions built, and the models are \
         compared with it. With models, it builds what the models say, and every loss is asked \
         about.",
        &[
            ("chain", "what the old chain builds"),
            ("models", "what the models say"),
        ],
    )
}

fn strategy() -> Question {
    one(
        "What becomes of the live database?",
        "With keep, tables and rows stay, and the version table is stamped. With recreate, the \
         database is dumped, emptied of the modules' objects and built again: its rows go. With \
         unversioned, the version table is dropped and left away.",
        &[
            ("keep", "rows stay, stamped with the baseline"),
            ("recreate", "dumped, emptied and built again; rows go"),
            ("unversioned", "rows stay, no version table"),
        ],
    )
}

fn identifier() -> Question {
    one(
        "Which identifier does the baseline get?",
        "With reuse-head, databases at the old head need nothing at all; it takes exactly one \
         head and a baseline that equals the old chain.",
        &[
            ("new", "an identifier of its own"),
            ("reuse-head", "the old head's"),
        ],
    )
}

fn not_planned() -> Question {
    one(
        "There is no plan. What now?",
        "Nothing has changed. Answer again, or leave and mend what was named above.",
        &[
            ("again", "answer the questions again"),
            ("leave", "leave everything as it is"),
        ],
    )
}

fn reading() -> Question {
    one(
        "Nothing has changed yet. Go on to the confirmation?",
        "The plan is executed exactly as it is shown, or not at all. Read what you want of it \
         first; going on asks for the names of the databases.",
        &[
            ("go on", "to the confirmation"),
            ("effects", "read every file and statement first"),
            ("baselines", "read the baselines first"),
        ],
    )
}

fn loss(object: &str) -> Question {
    Question {
        text: format!("The baseline cannot build {object}. Leave it out knowingly?"),
        help: "The choice is part of the plan and stands in the note. The live database keeps the \
               object; a fresh one will not have it.",
        kind: Kind::YesNo(false),
    }
}

fn name(name: &str, at: usize, of: usize) -> Question {
    let which = if of > 1 {
        format!(" ({} of {of})", at + 1)
    } else {
        String::new()
    };
    Question {
        text: format!("Type {name} to go on{which}"),
        help: "The plan above is executed exactly as shown, on the databases that are named \
               there. An empty line leaves everything as it is.",
        kind: Kind::Exactly(name.to_owned()),
    }
}

#[cfg(test)]
mod tests;
