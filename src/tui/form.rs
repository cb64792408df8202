//! The form of all choices of a plan. Pure: keys in, a wish out.
//!
//! One line a field; what it says is checked as the command line's options are, by
//! [`Choices::problem`].

use crossterm::event::KeyCode;

use super::message::Key;
use super::model::{Model, Wish};
use crate::plan::{Choices, RevisionIdChoice, Source, Strategy};

/// The rows before the modules.
pub const SOURCE: usize = 0;
/// What becomes of the live database.
pub const STRATEGY: usize = 1;
/// The baseline's identifier.
pub const IDENTIFIER: usize = 2;
/// The baseline's message.
pub const MESSAGE: usize = 3;
/// Why the reset is made.
pub const REASON: usize = 4;
/// The first module; only where there are several.
pub const MODULES: usize = 5;

/// What the message is unless it is set.
const INITIAL: &str = "initial_schema";

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The row that the keys are for.
    pub at: usize,
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
    /// The form as things stand, with the keys for a row.
    pub fn of(model: &Model, at: usize) -> Self {
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
            choices,
            problem: None,
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match self.modules.len() {
            0 | 1 => MODULES,
            several => MODULES + several,
        }
    }

    /// A key.
    pub fn key(&mut self, key: Key) -> Outcome {
        self.problem = None;
        let last = self.rows() - 1;
        match key.code {
            KeyCode::Up | KeyCode::BackTab => self.at = self.at.checked_sub(1).unwrap_or(last),
            KeyCode::Down | KeyCode::Tab => {
                self.at = if self.at >= last { 0 } else { self.at + 1 };
            }
            KeyCode::Left => self.change(false),
            KeyCode::Right => self.change(true),
            KeyCode::Char('u') if key.control => self.text(String::clear),
            KeyCode::Char(' ') if !self.is_text() => self.change(true),
            KeyCode::Char(letter) if !key.control && !letter.is_control() => self.letter(letter),
            KeyCode::Backspace => self.text(|text| {
                text.truncate(text.len() - text.chars().next_back().map_or(0, char::len_utf8))
            }),
            KeyCode::Enter => return self.take(),
            _ => {}
        }
        Outcome::Open
    }

    /// A click on a row.
    pub fn click(&mut self, row: usize) {
        if row < self.rows() {
            self.problem = None;
            self.at = row;
            if !self.is_text() {
                self.change(true);
            }
        }
    }

    /// Whether letters are typed into the row.
    const fn is_text(&self) -> bool {
        matches!(self.at, MESSAGE | REASON)
    }

    /// The next or the previous answer.
    fn change(&mut self, is_next: bool) {
        match self.at {
            SOURCE => {
                self.choices.source = match self.choices.source {
                    Source::Chain => Source::Models,
                    Source::Models => Source::Chain,
                };
            }
            STRATEGY => {
                let all = [Strategy::Keep, Strategy::Recreate, Strategy::Unversioned];
                self.choices.strategy = beside(&all, &self.choices.strategy, is_next);
            }
            IDENTIFIER => {
                let given = RevisionIdChoice::Given(self.given.clone());
                let all = [RevisionIdChoice::New, RevisionIdChoice::ReuseHead, given];
                self.choices.revision_id = beside(&all, &self.choices.revision_id, is_next);
            }
            MESSAGE | REASON => {}
            row => {
                if let Some((_, is_chosen)) = self.modules.get_mut(row - MODULES) {
                    *is_chosen = !*is_chosen;
                }
            }
        }
    }

    fn letter(&mut self, letter: char) {
        if self.at == IDENTIFIER {
            // Typing says which.
            self.given.push(letter);
            self.choices.revision_id = RevisionIdChoice::Given(self.given.clone());
        } else {
            self.text(|text| text.push(letter));
        }
    }

    fn text(&mut self, change: impl FnOnce(&mut String)) {
        match self.at {
            MESSAGE => change(&mut self.message),
            REASON => change(&mut self.reason),
            IDENTIFIER if matches!(self.choices.revision_id, RevisionIdChoice::Given(_)) => {
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
            ..self.choices.clone()
        };
        let chosen: Vec<String> = self
            .modules
            .iter()
            .filter(|(_, is_chosen)| *is_chosen)
            .map(|(name, _)| name.clone())
            .collect();
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

fn beside<T: Clone + PartialEq>(all: &[T], present: &T, is_next: bool) -> T {
    let at = all.iter().position(|one| one == present).unwrap_or(0);
    let step = if is_next { 1 } else { all.len() - 1 };
    all[(at + step) % all.len()].clone()
}

/// The first row that is in sight where only so many are.
pub fn offset(form: &Form, visible: usize) -> usize {
    (form.at + 1).saturating_sub(visible.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::Play;

    fn form() -> Form {
        Form::of(&Play::surveyed((120, 40), Vec::new()).model, REASON)
    }

    fn typed(form: &mut Form, text: &str) {
        for letter in text.chars() {
            form.key(Key::sign(letter));
        }
    }

    fn pressed(form: &mut Form, codes: &[KeyCode]) -> Outcome {
        let mut outcome = Outcome::Open;
        for code in codes {
            outcome = form.key(Key::plain(*code));
        }
        outcome
    }

    #[test]
    fn as_it_stands_nothing_but_the_reason_is_new() {
        let mut form = form();
        typed(&mut form, "forty fixes");
        let expected = Wish {
            choices: Choices {
                reason: Some("forty fixes".to_owned()),
                ..Choices::default()
            },
            only: Vec::new(),
        };
        assert_eq!(
            pressed(&mut form, &[KeyCode::Enter]),
            Outcome::Taken(expected)
        );
    }

    #[test]
    fn every_field_is_chosen_by_keys() {
        use KeyCode::{Backspace, Down, Enter, Right, Up};
        let mut form = form();
        pressed(&mut form, &[Up; 4]);
        pressed(&mut form, &[Right, Down, Right, Down]);
        typed(&mut form, "base_1x");
        pressed(&mut form, &[Backspace, Down]);
        form.key(Key::control('u'));
        typed(&mut form, "first schema");
        pressed(&mut form, &[Down, Down, Down]);
        typed(&mut form, " ");
        let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
            panic!("{form:?}")
        };
        assert_eq!(wish.choices.source, Source::Models);
        assert_eq!(wish.choices.strategy, Strategy::Recreate);
        let given = RevisionIdChoice::Given("base_1".to_owned());
        assert_eq!(wish.choices.revision_id, given);
        assert_eq!(wish.choices.message.as_deref(), Some("first schema"));
        assert_eq!(wish.choices.reason, None);
        assert_eq!(wish.only, ["shop"]);
    }

    #[test]
    fn what_cannot_be_taken_is_said_and_kept() {
        use KeyCode::{Down, Enter, Up};
        let mut form = form();
        pressed(&mut form, &[Up, Up]);
        typed(&mut form, "a-b");
        assert_eq!(pressed(&mut form, &[Enter]), Outcome::Open);
        assert!(
            form.problem.as_deref().is_some_and(|why| why.contains('-')),
            "{form:?}"
        );
        pressed(&mut form, &[KeyCode::Left, KeyCode::Left]);
        pressed(&mut form, &[Down, Down, Down]);
        typed(&mut form, " ");
        pressed(&mut form, &[Down]);
        typed(&mut form, " ");
        assert_eq!(pressed(&mut form, &[Enter]), Outcome::Open);
        assert_eq!(form.problem.as_deref(), Some("no module is chosen"));
    }
}
