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
            Field::Module(place) => turn(self.modules.get_mut(place)),
            Field::Consent(place) => turn(self.consents.get_mut(place)),
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
fn turn(one: Option<&mut (String, bool)>) {
    if let Some((_, is_chosen)) = one {
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
mod tests {
    use super::*;
    use crate::tui::fixture::Play;

    fn form() -> Form {
        Form::of(&Play::surveyed((120, 40), Vec::new()).model, Field::Reason)
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
        pressed(&mut form, &[Up; 6]);
        pressed(&mut form, &[Right, Down, Right, Down, Right, Down]);
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
        assert!(wish.choices.accept_losses && wish.choices.with_model_changes);
        assert_eq!(wish.choices.reference, Reference::Live);
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

    #[test]
    fn losses_as_a_whole_go_with_the_models_and_leave_with_them() {
        use KeyCode::{Down, Enter, Right, Up};
        let mut form = form();
        pressed(&mut form, &[Up; 6]);
        assert_eq!(form.at, Field::Source);
        pressed(&mut form, &[Right, Down]);
        assert_eq!(form.at, Field::Losses);
        pressed(&mut form, &[Right, Up, Right, Down]);
        assert_eq!(form.at, Field::Reference, "of the chain there are none");
        let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
            panic!("{form:?}")
        };
        assert!(!wish.choices.accept_losses);
    }

    #[test]
    fn a_consent_can_be_taken_back_here_and_never_given() {
        use KeyCode::{Enter, Up};
        let mut model = Play::surveyed((120, 40), Vec::new()).model;
        assert!(!form().rows().contains(&Field::Consent(0)));
        model.wish.choices.accept_destructive = vec!["shop".to_owned()];
        let mut form = Form::of(&model, Field::Source);
        pressed(&mut form, &[Up]);
        typed(&mut form, " ");
        let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
            panic!("{form:?}")
        };
        assert!(wish.choices.accept_destructive.is_empty());
    }
}
