//! Where everything stands, for drawing and for the mouse alike. Pure.

use ratatui::layout::Rect;

use super::form::{self, Form};
use super::keymap::{self, Action};
use super::list;
use super::model::{Model, Pane, Screen};
use super::text;
use super::update;

/// From this many columns on, both panes are shown.
const TWO_PANES: u16 = 100;

/// From this many columns on, a third one stands beside the checklist and its page.
const THREE_PANES: u16 = 160;

/// The rectangles of a screen; a pane that is not shown has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The line at the top.
    pub header: Rect,
    /// The list with its border.
    pub list: Option<Rect>,
    /// The page with its border.
    pub page: Option<Rect>,
    /// The third pane with its border.
    pub side: Option<Rect>,
    /// The line at the bottom.
    pub footer: Rect,
}

impl Layout {
    /// The layout for a model.
    pub fn of(model: &Model) -> Self {
        let (width, height) = model.size;
        let body = Rect::new(0, 1, width, height.saturating_sub(2));
        let (list, page) = if width >= TWO_PANES {
            let left = list_width(model.screen, width);
            (
                Some(Rect {
                    width: left,
                    ..body
                }),
                Some(Rect {
                    x: left,
                    width: width - left,
                    ..body
                }),
            )
        } else {
            match model.pane {
                Pane::List => (Some(body), None),
                Pane::Page | Pane::Side => (None, Some(body)),
            }
        };
        let has_side = width >= THREE_PANES
            && model.screen == Screen::Checklist
            && !list::graph(model, 0).is_empty();
        let (page, side) = match page.filter(|_| has_side) {
            Some(area) => {
                let left = area.width.div_ceil(2);
                let side = Rect {
                    x: area.x + left,
                    width: area.width - left,
                    ..area
                };
                (
                    Some(Rect {
                        width: left,
                        ..area
                    }),
                    Some(side),
                )
            }
            None => (page, None),
        };
        Self {
            header: Rect::new(0, 0, width, 1.min(height)),
            list,
            page,
            side,
            footer: Rect::new(0, height.saturating_sub(1), width, 1.min(height)),
        }
    }

    /// Whether both panes are shown.
    pub fn is_wide(&self) -> bool {
        self.list.is_some() && self.page.is_some()
    }
}

const fn list_width(screen: Screen, width: u16) -> u16 {
    match screen {
        Screen::Checklist if width >= 180 || (width >= 140 && width < THREE_PANES) => 40,
        Screen::Checklist => 34,
        Screen::Chain(_) => width / 2,
        Screen::Past => width * 2 / 5,
    }
}

/// What is within a border.
pub const fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// The columns of a page's text: one is kept free at each side.
pub const fn text_width(area: Rect) -> u16 {
    inner(area).width.saturating_sub(2)
}

/// The page's width and height, also while it is not shown.
pub fn page_size(model: &Model) -> (u16, u16) {
    let layout = Layout::of(model);
    let area = layout.page.or(layout.list).unwrap_or(layout.header);
    (text_width(area), inner(area).height)
}

/// The rows of the list that are in sight.
pub fn list_height(model: &Model) -> usize {
    let layout = Layout::of(model);
    let area = layout.list.or(layout.page).unwrap_or(layout.header);
    usize::from(inner(area).height)
}

/// The width of a dialog's text.
pub fn dialog_room(model: &Model) -> usize {
    usize::from(model.size.0).saturating_sub(8).min(84)
}

/// A dialog of this height, in the middle.
pub fn dialog(model: &Model, height: u16) -> Rect {
    let (columns, rows) = model.size;
    let width = u16::try_from(dialog_room(model) + 4)
        .unwrap_or(columns)
        .min(columns);
    let height = height.min(rows.saturating_sub(2));
    Rect::new((columns - width) / 2, (rows - height) / 2, width, height)
}

/// The form's dialog and, within it, the lines of its rows: a blank line stands above them;
/// below, one more, a line of words, a hint, the keys.
pub fn form(model: &Model, form: &Form) -> (Rect, Rect) {
    let rows = u16::try_from(form.rows().len()).unwrap_or(u16::MAX);
    let area = dialog(model, rows.saturating_add(7));
    let inside = inner(area);
    let lines = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(5),
        ..inside
    };
    (area, lines)
}

/// The form's row on this line of the screen.
pub fn form_row(model: &Model, shown: &Form, y: u16) -> Option<usize> {
    let (_, lines) = form(model, shown);
    let line = y.checked_sub(lines.y).filter(|line| *line < lines.height)?;
    Some(usize::from(line) + form::offset(shown, usize::from(lines.height)))
}

/// A key of the footer, at these columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The first column.
    pub x: u16,
    /// The columns.
    pub width: u16,
    /// The key.
    pub key: String,
    /// The words.
    pub words: &'static str,
    /// What a click does.
    pub action: Action,
}

/// The keys of the footer that are valid now and fit; going on, the way back, help and quit always do.
pub fn buttons(model: &Model) -> Vec<Button> {
    let now = update::Now::of(model);
    let valid: Vec<_> = keymap::BINDINGS
        .iter()
        .filter(|binding| binding.short.is_some() && !model.keymap.keys(binding).is_empty())
        .filter(|binding| now.is_valid(binding.action))
        .collect();
    let size = |binding: &keymap::Binding| {
        let key = model.keymap.shown(binding).unwrap_or_default();
        text::width(&key) + 1 + binding.short.unwrap_or_default().len() + 2
    };
    // The way on, the way back, help and the way out.
    let is_fixed = |action| {
        matches!(
            action,
            Action::GoOn | Action::Back | Action::Help | Action::Quit
        )
    };
    let fixed: usize = valid
        .iter()
        .filter(|binding| is_fixed(binding.action))
        .map(|binding| size(binding))
        .sum();
    let mut room = usize::from(model.size.0).saturating_sub(fixed + 1);
    let mut x = 1;
    let mut buttons = Vec::new();
    for binding in valid {
        let width = size(binding);
        if !is_fixed(binding.action) {
            if width > room {
                room = 0;
                continue;
            }
            room -= width;
        }
        buttons.push(Button {
            x,
            width: u16::try_from(width - 2).unwrap_or(0),
            key: model.keymap.shown(binding).unwrap_or_default(),
            words: binding.short.unwrap_or_default(),
            action: binding.action,
        });
        x += u16::try_from(width).unwrap_or(0);
    }
    buttons
}
