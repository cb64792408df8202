//! What an answer leads to.

use super::steps::{Named, State};
use super::{Part, Script, word};
use crate::guided::question::{Answer, Kind};
use crate::model::text::safe;
use crate::plan::{Reference, RevisionIdChoice, Source, Strategy};

impl Script {
    /// Hears an answer to the present question.
    pub fn answered(&mut self, answer: &Answer) {
        self.problem = None;
        match answer {
            Answer::Leave => self.leave(),
            Answer::Back => self.back(),
            Answer::Help | Answer::Unclear(_) => {}
            Answer::Yes => self.yes_or_no(true),
            Answer::No => self.yes_or_no(false),
            Answer::Chosen(index) => {
                if let Kind::One(choices) = self.question().kind {
                    self.chosen(word(&choices, *index));
                }
            }
            Answer::Text(text) => self.typed(text),
        }
    }

    fn yes_or_no(&mut self, is_yes: bool) {
        match self.state.clone() {
            State::Consent if is_yes => self.go(State::Checking),
            State::Correct if is_yes => self.go(State::Writing),
            State::Correct => self.back(),
            State::AllLosses => {
                self.choices.accept_losses = is_yes;
                self.go(State::Strategy);
            }
            State::ModelChanges => {
                self.choices.with_model_changes = is_yes;
                self.go(State::Strategy);
            }
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

    /// The words of `wording`.
    fn chosen(&mut self, word: &str) {
        let show = |part| State::Showing(part);
        let next = match (self.state.clone(), word) {
            (State::Begin, "reset") => self.first_look(),
            (State::Begin, "undo") => State::Past,
            (State::Begin, "show") => State::ShowPast,
            (State::Interrupted(id) | State::HalfWay(id), "resume") => State::ResumeName(id),
            (State::Interrupted(id) | State::HalfWay(id), "undo") => State::TakeBackName(id),
            (State::Interrupted(id) | State::HalfWay(id), "show") => show(Part::Run(id)),
            (State::Checked, "go on") if self.checked.may_go_on() => State::Reason,
            (State::Checked | State::NotPlanned, "check") => State::Checking,
            (State::Checked, "findings") => show(Part::Findings),
            (State::Checked, "correct") => State::Proposing,
            (State::Checked, "waive") => show(Part::Waivers),
            (State::Checked | State::Reading(_), "chain") => show(Part::Chain),
            (State::Reading(names), "go on") => State::Names(names, 0),
            (State::Reading(_), "effects") => show(Part::Effects),
            (State::Reading(_) | State::NotPlanned, "baselines") => show(Part::Baselines),
            (State::Reading(_) | State::NotPlanned, "differences") => show(Part::Differences),
            (State::Reading(_), "commands") => show(Part::Commands),
            (State::Reading(_), "leave out") => State::LeaveOut,
            (State::NotPlanned, "again") => {
                self.choices.leave_out.clear();
                State::Reason
            }
            (State::Source, source) => self.source(source),
            (State::Strategy, strategy) => {
                self.choices.strategy = match strategy {
                    "recreate" => Strategy::Recreate,
                    "unversioned" => Strategy::Unversioned,
                    _ => Strategy::Keep,
                };
                State::Identifier
            }
            (State::Identifier, "given") => State::Given,
            (State::Identifier, id) => {
                self.choices.revision_id = match id {
                    "reuse-head" => RevisionIdChoice::ReuseHead,
                    _ => RevisionIdChoice::New,
                };
                State::Message
            }
            _ => return self.leave(),
        };
        self.go(next);
    }

    /// What of the models is asked next depends on where the baseline comes from.
    fn source(&mut self, word: &str) -> State {
        let (source, reference, next) = match word {
            "models" => (Source::Models, Reference::Replay, State::AllLosses),
            "live" => (Source::Chain, Reference::Live, State::ModelChanges),
            _ => (Source::Chain, Reference::Replay, State::ModelChanges),
        };
        self.choices.source = source;
        self.choices.reference = reference;
        self.choices.accept_losses &= source == Source::Models;
        self.choices.with_model_changes &= source == Source::Chain;
        next
    }

    fn typed(&mut self, text: &str) {
        match self.state.clone() {
            State::Reason => {
                self.choices.reason = (!text.is_empty()).then(|| text.to_owned());
                let next = if self.checked.modules.len() > 1 {
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
            State::Past => match one_of(&self.begun.past, text) {
                Some(id) => self.go(State::Previewing(id)),
                None => self.problem = Some(format!("there is no {text} to be taken back")),
            },
            State::ShowPast => match one_of(&self.begun.runs, text) {
                Some(id) => self.go(State::Showing(Part::Run(id))),
                None => self.problem = Some(format!("there is no {text}")),
            },
            State::UndoName(id) if id == text => self.go(State::Undoing(id)),
            State::ResumeName(id) if id == text => self.go(State::Resuming),
            State::TakeBackName(id) if id == text => self.go(State::TakingBack),
            State::Names(names, at) if is_name(&names, at, text) => {
                if at + 1 < names.len() {
                    self.state = State::Names(names, at + 1);
                } else {
                    self.go(State::Running);
                }
            }
            State::Agree(databases, at) if is_name(&databases, at, text) => {
                if at + 1 < databases.len() {
                    self.state = State::Agree(databases, at + 1);
                } else {
                    self.agreed(databases);
                }
            }
            _ => {}
        }
    }

    /// All names were typed: the databases are among the choices from now on.
    fn agreed(&mut self, databases: Vec<Named>) {
        let accepted = &mut self.choices.accept_destructive;
        accepted.extend(databases.into_iter().map(|(word, _)| word));
        accepted.sort();
        accepted.dedup();
        self.go(State::Planning);
    }

    /// On, unless what was just chosen cannot be taken.
    fn go_unless_wrong(&mut self, next: State) {
        self.problem = self.choices.problem();
        if self.problem.is_none() {
            self.go(next);
        }
    }

    fn choose_modules(&mut self, text: &str) {
        let all = &self.checked.modules;
        let wanted: Vec<&str> = text
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(unknown) = wanted.iter().find(|name| !all.iter().any(|m| m == **name)) {
            self.problem = Some(format!("there is no module {unknown}"));
            return;
        }
        let is_wanted = |name: &&String| wanted.contains(&name.as_str());
        self.only = all.iter().filter(is_wanted).cloned().collect();
        if self.only.len() == all.len() {
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
}

/// The run of this name; the newest for an empty line.
fn one_of(runs: &[String], text: &str) -> Option<String> {
    let is_it = |id: &&String| text.is_empty() || *id == text;
    runs.iter().find(is_it).cloned()
}

fn is_name(names: &[Named], at: usize, text: &str) -> bool {
    names.get(at).is_some_and(|(name, _)| *safe(name) == *text)
}
