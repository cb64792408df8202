//! `update`: a message in, the model changed, commands out. Pure: it looks at nothing else.
//!
//! ```text
//! terminal ──keys──▶ update ──commands──▶ run, session
//!                      ▲                       │
//!                      └───────messages────────┘
//! ```
//!
//! An effect (`Ask::Reset`, `Undo`, `Resume`) leaves here in one place only: [`dialog`], after the
//! typed confirmation.

mod actions;
mod corrections;
mod dialog;
mod movement;
mod news;
mod valid;

use std::time::Duration;

use crossterm::event::KeyCode;

pub use valid::{Now, is_valid};

use super::keymap::{Action, Scope};
use super::list::ChecklistRow;
use super::message::{Ask, Command, Key, Message, Mouse};
use super::model::{Model, Overlay, PageId, Pane, Screen, Task, Work};
use super::{layout, list};
use crate::engine::Depth;
use crate::events::Item;

/// How long after the end of something a Ctrl-C is still meant for it.
const TOO_LATE: Duration = Duration::from_millis(1500);

/// The first commands: a static look, and what was done before.
pub fn start(model: &mut Model) -> Vec<Command> {
    // An interrupted run is offered before anything else is asked.
    let mut commands = vec![Command::Ask(Ask::Runs)];
    commands.extend(begin(
        model,
        Task::Survey(Depth::Static),
        Ask::Survey(Depth::Static),
    ));
    commands
}

/// Takes in a message.
pub fn update(model: &mut Model, message: Message) -> Vec<Command> {
    let was_here = is_on_comparison(model);
    let mut commands = match message {
        Message::Key(key) => on_key(model, key),
        Message::Mouse(mouse, x, y) => on_mouse(model, mouse, x, y),
        Message::Paste(text) => dialog::paste(model, &text),
        Message::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Message::Tick(now) => {
            model.now = now;
            Vec::new()
        }
        Message::Armed => {
            model.is_armed = true;
            Vec::new()
        }
        Message::Stop => stop(model),
        other => news::take(model, other),
    };
    movement::settle(model);
    if was_here && !is_on_comparison(model) && !commands.contains(&Command::Quit) {
        commands.extend(actions::settle_choices(model));
    }
    commands.extend(read_source(model));
    commands
}

/// Whether the keys are for the comparison, whose choices are settled once it is left.
fn is_on_comparison(model: &Model) -> bool {
    let is_shown = model.screen == Screen::Checklist
        && list::checklist_row(model, model.checklist.at) == ChecklistRow::Item(Item::Rehearse);
    is_shown && model.pane != Pane::List
}

/// Begins something: there is never more than one.
fn begin(model: &mut Model, task: Task, ask: Ask) -> Vec<Command> {
    model.work = Some(Work {
        task,
        since: model.now,
        is_cancelled: false,
    });
    vec![Command::Ask(ask)]
}

/// A signal: what runs is stopped first.
fn stop(model: &mut Model) -> Vec<Command> {
    model.is_leaving = true;
    if model.work.is_some() {
        cancel(model)
    } else {
        vec![Command::Quit]
    }
}

fn cancel(model: &mut Model) -> Vec<Command> {
    if let Some(work) = &mut model.work {
        work.is_cancelled = true;
    }
    vec![Command::Cancel]
}

/// The source of the revision that is open, once.
fn read_source(model: &mut Model) -> Vec<Command> {
    let is_seen = layout::Layout::of(model).page.is_some();
    let PageId::Revision(module, at) = model.page_id() else {
        return Vec::new();
    };
    let path = model
        .survey
        .as_ref()
        .and_then(|survey| survey.evidence.modules.get(module))
        .and_then(|seen| seen.chain.revisions.get(at))
        .map(|revision| revision.path.clone());
    match path {
        Some(path) if is_seen && !model.sources.contains_key(&path) => {
            vec![Command::Read(path)]
        }
        _ => Vec::new(),
    }
}

/// Where the keys of the screen are looked up.
fn place(model: &Model) -> Scope {
    match model.screen {
        Screen::Checklist => Scope::Checklist,
        Screen::Chain(_) => Scope::Chain,
        Screen::Past => Scope::Past,
    }
}

fn on_key(model: &mut Model, key: Key) -> Vec<Command> {
    model.notice = None;
    if key == Key::control('z') {
        return vec![Command::Suspend];
    }
    if key == Key::control('c') {
        return on_interrupt(model);
    }
    if model.overlay.is_some() {
        return dialog::on_key(model, key);
    }
    match model.keymap.action(key, place(model)) {
        Some(action) if is_valid(model, action) => actions::perform(model, action),
        // The arrow that leads nowhere changes the pane.
        Some(Action::Open) if key.code == KeyCode::Right => {
            model.pane = Pane::Page;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Ctrl-C: stops what runs, closes what lies over the screen, else leaves.
fn on_interrupt(model: &mut Model) -> Vec<Command> {
    if model.work.is_some() {
        return cancel(model);
    }
    if model.overlay.take().is_some() {
        model.is_armed = true;
        return Vec::new();
    }
    // Meant for what has just ended, and not for the app.
    let ended = model.ended_at.take();
    if ended.is_some_and(|at| model.now.saturating_sub(at) < TOO_LATE) {
        model.notice = Some("it had ended already; ctrl+c again leaves".to_owned());
        return Vec::new();
    }
    vec![Command::Quit]
}

fn on_mouse(model: &mut Model, mouse: Mouse, x: u16, y: u16) -> Vec<Command> {
    model.notice = None;
    if model.overlay.is_some() {
        return dialog::on_mouse(model, mouse, x, y);
    }
    let layout = layout::Layout::of(model);
    let at = ratatui::layout::Position::new(x, y);
    if layout.footer.contains(at) && mouse == Mouse::Click {
        let hit = layout::buttons(model)
            .into_iter()
            .find(|button| (button.x..button.x + button.width).contains(&x));
        return hit.map_or(Vec::new(), |button| actions::perform(model, button.action));
    }
    for (area, pane) in [
        (layout.list, Pane::List),
        (layout.page, Pane::Page),
        (layout.side, Pane::Side),
    ] {
        let Some(area) = area.filter(|area| area.contains(at)) else {
            continue;
        };
        let inside = layout::inner(area);
        return match mouse {
            Mouse::WheelUp => movement::scroll(model, pane, -3),
            Mouse::WheelDown => movement::scroll(model, pane, 3),
            Mouse::Click if inside.contains(at) => {
                let (column, row) = (x - inside.x, y - inside.y);
                click(model, pane, usize::from(column), usize::from(row))
            }
            Mouse::Click => Vec::new(),
        };
    }
    Vec::new()
}

/// A click on a row chooses it; on a row of the page that can be opened, opens it.
fn click(model: &mut Model, pane: Pane, column: usize, row: usize) -> Vec<Command> {
    match pane {
        Pane::List => {
            let at = model.cursor().offset + row;
            if at >= list::length(model, model.screen) || !list::is_selectable(model, at) {
                return Vec::new();
            }
            let is_again = model.pane == Pane::List && model.cursor().at == at;
            model.pane = Pane::List;
            model.cursor_mut().at = at;
            if is_again && is_valid(model, Action::Open) {
                return actions::perform(model, Action::Open);
            }
        }
        Pane::Page | Pane::Side => {
            model.pane = pane;
            let can_open = movement::put(model, row);
            // One column is free at the left.
            if pane == Pane::Page && actions::has_box_at(model, column.saturating_sub(1)) {
                return actions::perform(model, Action::Toggle);
            }
            if can_open && is_valid(model, Action::Open) {
                return actions::perform(model, Action::Open);
            }
        }
    }
    Vec::new()
}

/// Opens a dialog that must be read: what was typed before it is dropped.
fn ask(model: &mut Model, overlay: Overlay) -> Vec<Command> {
    model.overlay = Some(overlay);
    model.is_armed = false;
    vec![Command::DropTypeAhead]
}

#[cfg(test)]
mod tests;
