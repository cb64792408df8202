//! The form of all choices of a plan. Pure: keys in, a wish out.
//!
//! One line a field; what it says is checked as the command line's options are, by
//! [`Choices::problem`].

use crossterm::event::KeyCode;

use super::message::Key;
use super::model::{Model, Wish};
use crate::plan::{Choices, Reference, RevisionIdChoice, Source, Strategy};

/// A line of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Where the baseline comes from.
    Source,
    /// Whether everything that the models do not say may go; only where they are the source.
    Losses,
    /// What the baseline is held against where the old chain does not replay.
    Reference,
    /// Whether what the models are ahead by becomes a second revision.
    Changes,
    /// What becomes of the live database.
    Strategy,
    /// The baseline's identifier.
    Identifier,
    /// The baseline's message.
    Message,
    /// Why the reset is made.
    Reason,
    /// A module; only where there are several.
    Module(usize),
    /// A database in which something may be lost, as was agreed: it can be taken back, not given.
    Consent(usize),
}

/// What the message is unless it is set.
const INITIAL: &str = "initial_schema";

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The line that the keys are for.
    pub at: Field,
    /// What is chosen so far.
    pub choices: Choices,
    /// The identifier that was typed.
    pub given: String,
    /// The message.
    pub message: String,
    /// The reason.
    pub reason: String,
    /// The modules, and whether they are to be reset.
    pub modules: Vec<(String, bool)>,
    /// The databases that were agreed to, and whether that stands.
    pub consents: Vec<(String, bool)>,
    /// What cannot be taken, if anything.
    pub problem: Option<String>,
}

/// What a key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The form goes on.
    Open,
    /// It is done.
    Taken(Wish),
}

impl Form {
    /// The form as things stand, with the keys for a line.
    pub fn of(model: &Model, at: Field) -> Self {
        let choices = model.wish.choices.clone();
        let modules = model
            .survey
            .iter()
            .flat_map(|survey| &survey.evidence.modules);
        let given = match &choices.revision_id {
            RevisionIdChoice::Given(id) => id.clone(),
            RevisionIdChoice::New | RevisionIdChoice::ReuseHead => String::new(),
        };
        Self {
            at,
            given,
            message: choices
                .message
                .clone()
                .unwrap_or_else(|| INITIAL.to_owned()),
            reason: choices.reason.clone().unwrap_or_default(),
            modules: modules
                .map(|seen| seen.module.name.0.clone())
                .map(|name| (name.clone(), model.is_chosen(&name)))
                .collect(),
            consents: choices
                .accept_destructive
                .iter()
                .map(|word| (word.clone(), true))
                .collect(),
            choices,
            problem: None,
        }
    }

    /// The lines, from above.
    pub fn rows(&self) -> Vec<Field> {
        let mut rows = vec![Field::Source];
        if self.choices.source == Source::Models {
            rows.push(Field::Losses);
        }
        rows.extend([
            Field::Reference,
            Field::Changes,
            Field::Strategy,
            Field::Identifier,
            Field::Message,
            Field::Reason,
        ]);
        if self.modules.len() > 1 {
            rows.extend((0..self.modules.len()).map(Field::Module));
        }
        rows.extend((0..self.consents.len()).map(Field::Consent));
        rows
    }

    /// The place of the line that the keys are for.
    pub fn place(&self) -> usize {
        let is_it = |field: &Field| *field == self.at;
        self.rows().iter().position(is_it).unwrap_or(0)
    }

    /// To the line above or below; from the last one to the first.
    fn step(&mut self, is_down: bool) {
        let rows = self.rows();
        let step = if is_down { 1 } else { rows.len() - 1 };
        self.at = rows[(self.place() + step) % rows.len()];
    }

    /// A key.
    pub fn key(&mut self, key: Key) -> Outcome {
        self.problem = None;
        match key.code {
            KeyCode::Up | KeyCode::BackTab => self.step(false),
            KeyCode::Down | KeyCode::Tab => self.step(true),
            KeyCode::Left => self.change(false),
            KeyCode::Right => self.change(true),
            KeyCode::Char('u') if key.control => self.text(String::clear),
            KeyCode::Char(' ') if !self.is_text() => self.change(true),
            KeyCode::Char(letter) if !key.control && !letter.is_control() => self.letter(letter),
            KeyCode::Backspace => self.text(|text| {
                let last = text.chars().next_back().map_or(0, char::len_utf8);
                text.truncate(text.len() - last);
            }),
            KeyCode::Enter => return self.take(),
            _ => {}
        }
        Outcome::Open
    }

    /// A click on a row.
    pub fn click(&mut self, row: usize) {
        if let Some(field) = self.rows().get(row) {
            self.problem = None;
            self.at = *field;
            if !self.is_text() {
                self.change(true);
            }
        }
    }

    /// Whether letters are typed into the row.
    const fn is_text(&self) -> bool {
        matches!(self.at, Field::Message | Field::Reason)
    }

    /// The next or the previous answer.
    fn change(&mut self, is_next: bool) {
        match self.at {
            Field::Source => {
                self.choices.source = match self.choices.source {
                    Source::Chain => Source::Models,
                    Source::Models => Source::Chain,
                };
                // Of the chain nothing is given up as a whole.
                self.choices.accept_losses &= self.choices.source == Source::Models;
            }
            Field::Losses => self.choices.accept_losses = !self.choices.accept_losses,
            Field::Reference => {
                self.choices.reference = match self.choices.reference {
                    Reference::Replay => Reference::Live,
                    Reference::Live => Reference::Replay,
                };
            }
            Field::Changes => {
                self.choices.with_model_changes = !self.choices.with_model_changes;
            }
            Field::Strategy => {
                let all = [Strategy::Keep, Strategy::Recreate, Strategy::Unversioned];
                self.choices.strategy = beside(&all, &self.choices.strategy, is_next);
            }
            Field::Identifier => {
                let given = RevisionIdChoice::Given(self.given.clone());
                let all = [RevisionIdChoice::New, RevisionIdChoice::ReuseHead, given];
                self.choices.revision_id = beside(&all, &self.choices.revision_id, is_next);
            }
            Field::Message | Field::Reason => {}
            Field::Module(place) => turn(&mut self.modules, place),
            Field::Consent(place) => turn(&mut self.consents, place),
        }
    }

    fn letter(&mut self, letter: char) {
        if self.at == Field::Identifier {
            // Typing says which.
            self.given.push(letter);
            self.choices.revision_id = RevisionIdChoice::Given(self.given.clone());
        } else {
            self.text(|text| text.push(letter));
        }
    }

    fn text(&mut self, change: impl FnOnce(&mut String)) {
        match self.at {
            Field::Message => change(&mut self.message),
            Field::Reason => change(&mut self.reason),
            Field::Identifier if matches!(self.choices.revision_id, RevisionIdChoice::Given(_)) => {
                change(&mut self.given);
                self.choices.revision_id = RevisionIdChoice::Given(self.given.clone());
            }
            _ => {}
        }
    }

    /// What is wished, or what stands in the way.
    fn take(&mut self) -> Outcome {
        let written = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let message = self.message.trim();
        let choices = Choices {
            message: (message != INITIAL).then(|| message.to_owned()),
            reason: written(&self.reason),
            accept_destructive: chosen(&self.consents),
            ..self.choices.clone()
        };
        let chosen = chosen(&self.modules);
        self.problem = choices.problem();
        if chosen.is_empty() && !self.modules.is_empty() {
            self.problem = Some("no module is chosen".to_owned());
        }
        if self.problem.is_some() {
            return Outcome::Open;
        }
        let only = if chosen.len() == self.modules.len() {
            Vec::new()
        } else {
            chosen
        };
        Outcome::Taken(Wish { choices, only })
    }
}

/// What has its box ticked.
fn chosen(all: &[(String, bool)]) -> Vec<String> {
    let is_chosen = all.iter().filter(|(_, is_chosen)| *is_chosen);
    is_chosen.map(|(name, _)| name.clone()).collect()
}

/// Turns a box.
fn turn(all: &mut [(String, bool)], place: usize) {
    if let Some((_, is_chosen)) = all.get_mut(place) {
        *is_chosen = !*is_chosen;
    }
}

fn beside<T: Clone + PartialEq>(all: &[T], present: &T, is_next: bool) -> T {
    let at = all.iter().position(|one| one == present).unwrap_or(0);
    let step = if is_next { 1 } else { all.len() - 1 };
    all[(at + step) % all.len()].clone()
}

/// The first row that is in sight where only so many are.
pub fn offset(form: &Form, visible: usize) -> usize {
    (form.place() + 1).saturating_sub(visible.max(1))
}

#[cfg(test)]
mod tests;
