//! Moving the cursors of list and page.

use super::super::layout;
use super::super::list;
use super::super::message::Command;
use super::super::model::{Cursor, Model, Pane};
use super::super::page::{self, side};

/// A movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    PartBefore,
    PartAfter,
}

/// Moves the cursor of the pane with the keys.
pub(super) fn go(model: &mut Model, step: Step) -> Vec<Command> {
    match model.pane {
        Pane::List => in_list(model, step),
        Pane::Page | Pane::Side => in_page(model, step),
    }
    Vec::new()
}

fn in_list(model: &mut Model, step: Step) {
    let height = layout::list_height(model).max(1);
    let last = list::length(model, model.screen).saturating_sub(1);
    let at = model.cursor().at;
    let is_up = matches!(step, Step::Up | Step::PageUp | Step::PartBefore);
    let to = match step {
        Step::Up | Step::PartBefore => at.saturating_sub(1),
        Step::Down | Step::PartAfter => at + 1,
        Step::PageUp => at.saturating_sub(height),
        Step::PageDown => at + height,
        Step::First => 0,
        Step::Last => last,
    }
    .min(last);
    let to = list::nearest(model, to, is_up);
    model.cursor_mut().at = to;
}

/// On a page `up` and `down` go to the next line that offers something, if it is in sight, and
/// scroll otherwise.
fn in_page(model: &mut Model, step: Step) {
    let (id, width, height) = side::focused(model);
    let page = page::page(model, &id, width);
    let height = usize::from(height).saturating_sub(page.pinned.len()).max(1);
    let lines = page.length(model);
    // A chain has no line that offers something, and its rows are not made here.
    let made = page.rows.len();
    let last = lines.saturating_sub(1);
    let bottom = lines.saturating_sub(height);
    let before = |at: usize| {
        page.rows[..at.min(made)]
            .iter()
            .rposition(|r| r.anchor.is_some())
    };
    let after = |at: usize| {
        let from = (at + 1).min(made);
        page.rows[from..]
            .iter()
            .position(|r| r.anchor.is_some())
            .map(|place| place + from)
    };
    let mut cursor = model
        .pages
        .get(&id)
        .map_or(Cursor::default(), |state| state.cursor);
    cursor.offset = cursor.offset.min(bottom);
    let is_output = model.pane != Pane::Side;
    if model.follows() && is_output {
        cursor = Cursor {
            at: last,
            offset: bottom,
        };
    }
    match step {
        Step::Down => match after(cursor.at) {
            Some(next) if next < cursor.offset + height => cursor.at = next,
            _ if cursor.offset < bottom => {
                cursor.offset += 1;
                cursor.at = cursor.at.max(cursor.offset);
            }
            Some(next) => cursor.at = next,
            None => {}
        },
        Step::Up => match before(cursor.at) {
            Some(previous) if previous >= cursor.offset => cursor.at = previous,
            _ if cursor.offset > 0 => {
                cursor.offset -= 1;
                cursor.at = cursor.at.min(cursor.offset + height - 1);
            }
            _ => cursor.at = before(cursor.at).unwrap_or(0),
        },
        Step::PartAfter => cursor.at = after(cursor.at).unwrap_or(last),
        Step::PartBefore => cursor.at = before(cursor.at).unwrap_or(0),
        Step::PageDown => {
            cursor.offset = (cursor.offset + height).min(bottom);
            cursor.at = (cursor.at + height).min(last);
        }
        Step::PageUp => {
            cursor.offset = cursor.offset.saturating_sub(height);
            cursor.at = cursor.at.saturating_sub(height);
        }
        Step::First => cursor = Cursor::default(),
        Step::Last => {
            cursor = Cursor {
                at: last,
                offset: bottom,
            }
        }
    }
    if cursor.at < cursor.offset {
        cursor.offset = cursor.at;
    }
    if cursor.at >= cursor.offset + height {
        cursor.offset = cursor.at + 1 - height;
    }
    if is_output {
        model.is_following = cursor.offset == bottom;
    }
    model.pages.entry(id).or_default().cursor = cursor;
}

/// Scrolls a pane without taking the cursor along further than needed.
pub(super) fn scroll(model: &mut Model, pane: Pane, lines: isize) -> Vec<Command> {
    match pane {
        Pane::List => {
            let height = layout::list_height(model).max(1);
            let bottom = list::length(model, model.screen).saturating_sub(height);
            let cursor = model.cursor_mut();
            cursor.offset = cursor.offset.saturating_add_signed(lines).min(bottom);
            cursor.at = cursor.at.clamp(cursor.offset, cursor.offset + height - 1);
            let at = cursor.at;
            model.cursor_mut().at = list::nearest(model, at, lines < 0);
        }
        Pane::Page | Pane::Side => {
            let (id, width, height) = side::of_pane(model, pane);
            let is_output = pane == Pane::Page;
            let shown = page::page(model, &id, width);
            let height = usize::from(height)
                .saturating_sub(shown.pinned.len())
                .max(1);
            let bottom = shown.length(model).saturating_sub(height);
            let follows = model.follows() && is_output;
            let state = model.pages.entry(id).or_default();
            let cursor = &mut state.cursor;
            if follows {
                cursor.offset = bottom;
            }
            cursor.offset = cursor.offset.saturating_add_signed(lines).min(bottom);
            cursor.at = cursor.at.clamp(cursor.offset, cursor.offset + height - 1);
            let is_at_end = cursor.offset == bottom;
            if is_output {
                model.is_following = is_at_end;
            }
        }
    }
    Vec::new()
}

/// Puts the cursor of the page with the keys on the line in this row of the screen; whether it can
/// be opened.
pub(super) fn put(model: &mut Model, row: usize) -> bool {
    let (id, width, _) = side::focused(model);
    let page = page::page(model, &id, width);
    let Some(row) = row.checked_sub(page.pinned.len()) else {
        return false;
    };
    let length = page.length(model);
    let state = model.pages.entry(id).or_default();
    let at = state.cursor.offset + row;
    if at >= length {
        return false;
    }
    state.cursor.at = at;
    let anchor = page.rows.get(at).and_then(|line| line.anchor.as_ref());
    anchor.is_some_and(|anchor| anchor.fold.is_some())
}

/// Keeps every cursor in its list and in sight.
pub(super) fn settle(model: &mut Model) {
    if model.pane == Pane::Side && layout::Layout::of(model).side.is_none() {
        model.pane = Pane::Page;
    }
    let last = list::length(model, model.screen).saturating_sub(1);
    let height = layout::list_height(model).max(1);
    let cursor = model.cursor_mut();
    cursor.at = cursor.at.min(last);
    if cursor.at < cursor.offset {
        cursor.offset = cursor.at;
    }
    if cursor.at >= cursor.offset + height {
        cursor.offset = cursor.at + 1 - height;
    }
    cursor.offset = cursor.offset.min((last + 1).saturating_sub(height));
    let at = cursor.at;
    model.cursor_mut().at = list::nearest(model, at, true);
}
