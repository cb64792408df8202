//! Keys while a dialog lies over the screen. The one place from which an effect can leave.

use crossterm::event::KeyCode;

use super::super::confirmation::{self, Answer};
use super::super::consent;
use super::super::form::{Form, Outcome};
use super::super::keymap::Action;
use super::super::list;
use super::super::menu;
use super::super::message::{Ask, Command, Key, Mouse};
use super::super::model::{Confirm, Cursor, Model, Overlay, Pane, Purpose, Screen, Task};
use super::super::view::{self, Hit};
use super::actions;
use super::valid::is_valid;
use super::{ask, begin, corrections};
use crate::engine::Depth;
use crate::events::Item;
use crate::progress::Progress;

/// A key in the dialog.
pub(super) fn on_key(model: &mut Model, key: Key) -> Vec<Command> {
    if key.code == KeyCode::Esc {
        return close(model);
    }
    // What was typed before the dialog could be read is not meant for it.
    if !model.is_armed {
        return Vec::new();
    }
    match model.overlay.clone() {
        Some(Overlay::Consent) => consent(model, key),
        Some(Overlay::Interrupted(id)) => interrupted(model, key, id),
        Some(Overlay::Confirm(confirm)) => confirming(model, key, confirm),
        Some(Overlay::Menu {
            is_palette,
            filter,
            at,
        }) => in_menu(model, key, is_palette, filter, at),
        Some(Overlay::Filter) => filtering(model, key),
        Some(Overlay::Choices(form)) => choosing(model, key, form),
        Some(Overlay::Corrections { proposed, offset }) => {
            corrections::key(model, key, proposed, offset)
        }
        None => Vec::new(),
    }
}

/// The wheel moves in menus; a click on an offer is its key, on a row of a menu it does it.
pub(super) fn on_mouse(model: &mut Model, mouse: Mouse, x: u16, y: u16) -> Vec<Command> {
    let is_list = matches!(
        model.overlay,
        Some(Overlay::Menu { .. } | Overlay::Choices(_) | Overlay::Corrections { .. })
    );
    let code = match mouse {
        Mouse::WheelUp if is_list => KeyCode::Up,
        Mouse::WheelDown if is_list => KeyCode::Down,
        Mouse::WheelUp | Mouse::WheelDown => return Vec::new(),
        Mouse::Click => return clicked(model, x, y),
    };
    on_key(model, Key::plain(code))
}

fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Command> {
    match view::hit(model, x, y) {
        Some(Hit::Key(key)) => on_key(model, key),
        Some(Hit::Row(row)) => {
            if let Some(Overlay::Choices(form)) = &mut model.overlay {
                form.click(row);
                return Vec::new();
            }
            if let Some(Overlay::Menu { at, .. }) = &mut model.overlay {
                *at = row;
            }
            on_key(model, Key::plain(KeyCode::Enter))
        }
        None => Vec::new(),
    }
}

/// Pasted text goes where text is typed, without its line breaks.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Command> {
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_control()).collect();
    let takes_text = matches!(
        model.overlay,
        Some(Overlay::Confirm(_) | Overlay::Filter | Overlay::Menu { .. } | Overlay::Choices(_))
    );
    if takes_text {
        for letter in letters {
            on_key(model, Key::sign(letter));
        }
    }
    Vec::new()
}

fn close(model: &mut Model) -> Vec<Command> {
    if model.overlay == Some(Overlay::Filter) {
        model.filter.clear();
        model.matches = None;
        model.chain = Cursor::default();
    }
    model.overlay = None;
    model.is_armed = true;
    Vec::new()
}

fn consent(model: &mut Model, key: Key) -> Vec<Command> {
    if key.code != KeyCode::Enter || model.work.is_some() {
        return Vec::new();
    }
    close(model);
    let mut commands = vec![Command::Ask(Ask::Consent)];
    commands.extend(begin(
        model,
        Task::Survey(Depth::Full),
        Ask::Survey(Depth::Full),
    ));
    commands
}

fn interrupted(model: &mut Model, key: Key, id: String) -> Vec<Command> {
    let purpose = match key.code {
        KeyCode::Char('g') => Purpose::Resume(id),
        KeyCode::Char('b') => Purpose::Undo(id),
        _ => return Vec::new(),
    };
    let confirm = confirmation::open(model, purpose);
    ask(model, Overlay::Confirm(confirm))
}

fn confirming(model: &mut Model, key: Key, mut confirm: Confirm) -> Vec<Command> {
    // What cannot be read whole cannot be confirmed.
    if model.is_too_small() || key.control {
        return Vec::new();
    }
    // The session does one thing after the other; what was typed stays.
    if key.code == KeyCode::Enter && model.work.is_some() {
        return Vec::new();
    }
    match key.code {
        KeyCode::Char(letter) => {
            confirm.typed.push(letter);
            confirm.is_wrong = false;
        }
        KeyCode::Backspace => {
            confirm.typed.pop();
        }
        KeyCode::Enter if confirmation::answer(&mut confirm) == Answer::All => {
            return confirmed(model, confirm);
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Confirm(confirm));
    Vec::new()
}

/// Everything was typed: the effect is asked for.
fn confirmed(model: &mut Model, confirm: Confirm) -> Vec<Command> {
    close(model);
    let purpose = confirm.purpose;
    if purpose == Purpose::Consent {
        return agreed(model, &confirm.words);
    }
    // What was read is what runs.
    let is_present = |digest: &String| model.plan().is_some_and(|plan| plan.digest() == *digest);
    if let Purpose::Reset(digest) = &purpose
        && !is_present(digest)
    {
        return Vec::new();
    }
    model.progress = Progress::default();
    model.finished = None;
    model.step_items = confirmation::step_items(model, &purpose);
    model.screen = Screen::Checklist;
    model.checklist.at = Item::Archive.number() - 1;
    model.pane = Pane::Page;
    match purpose {
        Purpose::Reset(digest) => begin(model, Task::Reset, Ask::Reset(digest)),
        Purpose::Undo(id) => begin(model, Task::Undo, Ask::Undo(id)),
        Purpose::Resume(id) => begin(model, Task::Resume, Ask::Resume(id)),
        Purpose::Consent => Vec::new(),
    }
}

/// What may be lost was agreed to: it is rehearsed again, now with the statements in the plan.
fn agreed(model: &mut Model, typed: &[(String, String)]) -> Vec<Command> {
    // What was read is what is agreed to.
    if typed != consent::words(model) {
        return Vec::new();
    }
    consent::agree(model);
    model.notice = Some("agreed; rehearsing again with these statements in the plan".to_owned());
    actions::perform(model, Action::Rehearse)
}

/// The form: what is taken is rehearsed at once.
fn choosing(model: &mut Model, key: Key, mut form: Form) -> Vec<Command> {
    match form.key(key) {
        Outcome::Open => model.overlay = Some(Overlay::Choices(form)),
        Outcome::Taken(wish) => {
            close(model);
            model.wish = wish;
            return actions::perform(model, Action::Rehearse);
        }
    }
    Vec::new()
}

fn in_menu(
    model: &mut Model,
    key: Key,
    is_palette: bool,
    mut filter: String,
    mut at: usize,
) -> Vec<Command> {
    let rows = menu::rows(model, is_palette, &filter);
    match key.code {
        KeyCode::Up => at = at.saturating_sub(1),
        KeyCode::Down => at = (at + 1).min(rows.len().saturating_sub(1)),
        KeyCode::Backspace => {
            filter.pop();
            at = 0;
        }
        // The sign that begins a filter elsewhere begins one here, too.
        KeyCode::Char('/') if filter.is_empty() => {}
        KeyCode::Char(letter) if !key.control => {
            filter.push(letter);
            at = 0;
        }
        KeyCode::Enter => {
            let action = rows.get(at).map(|binding| binding.action);
            if let Some(action) = action.filter(|action| is_valid(model, *action)) {
                close(model);
                return actions::perform(model, action);
            }
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Menu {
        is_palette,
        filter,
        at,
    });
    Vec::new()
}

fn filtering(model: &mut Model, key: Key) -> Vec<Command> {
    match key.code {
        KeyCode::Enter => {
            model.overlay = None;
            return Vec::new();
        }
        KeyCode::Up | KeyCode::Down => {
            return match model.keymap.action(key, super::place(model)) {
                Some(action) => actions::perform(model, action),
                None => Vec::new(),
            };
        }
        KeyCode::Backspace => {
            model.filter.pop();
        }
        KeyCode::Char(letter) if !key.control => model.filter.push(letter),
        _ => return Vec::new(),
    }
    apply_filter(model);
    Vec::new()
}

/// Finds the rows that hold the letters, in any case.
fn apply_filter(model: &mut Model) {
    let Screen::Chain(module) = model.screen else {
        return;
    };
    let wanted = model.filter.to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&wanted);
    model.matches = (!wanted.is_empty()).then(|| {
        list::graph(model, module)
            .iter()
            .enumerate()
            .filter(|(_, row)| row.revision.is_some())
            .filter(|(_, row)| holds(&row.id) || holds(&row.message) || holds(&row.marks))
            .map(|(place, _)| place)
            .collect()
    });
    model.chain = Cursor::default();
}
