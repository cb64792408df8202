//! What lies over the screen: questions, the typed confirmation, help and palette.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget as _};

use super::{bordered, confirm, form};
use crate::tui::layout::{self, dialog_room, inner};
use crate::tui::menu;
use crate::tui::message::{Key, Proposed};
use crate::tui::model::{Model, Overlay};
use crate::tui::text::{padded, span, width, wrap};
use crate::tui::theme::Tone;
use crate::tui::update::Now;

/// Draws the dialog, if there is one.
pub(super) fn draw(model: &Model, buffer: &mut Buffer) {
    match &model.overlay {
        Some(Overlay::Menu {
            is_palette,
            filter,
            at,
        }) => draw_menu(model, *is_palette, filter, *at, buffer),
        Some(Overlay::Choices(shown)) => form::draw(model, shown, buffer),
        Some(overlay) => {
            if let Some(sheet) = sheet(model, overlay) {
                boxed(model, &sheet, buffer);
            }
        }
        None => {}
    }
}

/// A question: its title, its text, and the keys that answer it.
struct Sheet {
    title: &'static str,
    lines: Vec<Line<'static>>,
    keys: &'static [Offer],
}

/// A key that a question takes, with its name and what it does.
pub(super) type Offer = (Key, &'static str, &'static str);

pub(super) const ENTER: Key = Key::plain(KeyCode::Enter);
pub(super) const ESC: Key = Key::plain(KeyCode::Esc);

/// Between two offers.
const GAP: usize = 4;

fn sheet(model: &Model, overlay: &Overlay) -> Option<Sheet> {
    Some(match overlay {
        Overlay::Consent => Sheet {
            title: "May env.py be run?",
            lines: consent(model),
            keys: &[(ENTER, "enter", "run it"), (ESC, "esc", "not now")],
        },
        Overlay::Interrupted(id) => Sheet {
            title: "A run was interrupted",
            lines: interrupted(model, id),
            keys: const {
                &[
                    (Key::sign('g'), "g", "go on with it"),
                    (Key::sign('b'), "b", "take it back"),
                    (ESC, "esc", "look first"),
                ]
            },
        },
        Overlay::Confirm(typed) => Sheet {
            title: confirm::title(typed),
            lines: confirm::lines(model, typed),
            keys: &[(ENTER, "enter", "answer"), (ESC, "esc", "leave it")],
        },
        Overlay::Corrections { proposed, offset } => Sheet {
            title: "Correct this?",
            lines: corrections(model, proposed, *offset),
            keys: const {
                &[
                    (Key::sign('w'), "w", "write it"),
                    (ESC, "esc", "leave it"),
                    (Key::plain(KeyCode::PageDown), "page down", "more"),
                ]
            },
        },
        Overlay::Menu { .. } | Overlay::Filter | Overlay::Choices(_) => return None,
    })
}

/// What a click at a cell of the dialog means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The key of an offer.
    Key(Key),
    /// The row of a menu.
    Row(usize),
}

/// What lies at a cell of the dialog, if it can be clicked.
pub fn hit(model: &Model, x: u16, y: u16) -> Option<Hit> {
    let overlay = model.overlay.as_ref()?;
    if let Overlay::Menu {
        is_palette,
        filter,
        at,
    } = overlay
    {
        let inside = inner(menu_area(model, *is_palette));
        let (offset, visible) = menu_window(inside, *at);
        let row = usize::from(y.checked_sub(inside.y + 1)?);
        let is_in = (inside.x..inside.right()).contains(&x) && row < visible;
        let length = menu::rows(model, *is_palette, filter).len();
        return (is_in && offset + row < length).then_some(Hit::Row(offset + row));
    }
    if let Overlay::Choices(shown) = overlay
        && let Some(row) = layout::form_row(model, shown, y)
    {
        return Some(Hit::Row(row));
    }
    let (area, keys) = if let Overlay::Choices(shown) = overlay {
        (layout::form(model, shown).0, form::KEYS)
    } else {
        let sheet = sheet(model, overlay)?;
        (sheet_area(model, &sheet), sheet.keys)
    };
    let inside = inner(area);
    if y + 1 != inside.bottom() {
        return None;
    }
    let mut left = usize::from(inside.x) + 1;
    for (key, name, words) in keys {
        let columns = width(name) + 1 + width(words);
        if (left..left + columns).contains(&usize::from(x)) {
            return Some(Hit::Key(*key));
        }
        left += columns + GAP;
    }
    None
}

/// As high as its text, an empty line and the keys.
fn sheet_area(model: &Model, sheet: &Sheet) -> Rect {
    layout::dialog(
        model,
        u16::try_from(sheet.lines.len() + 4).unwrap_or(u16::MAX),
    )
}

/// A box in the middle. The keys stand at its foot, also where the text is cut.
fn boxed(model: &Model, sheet: &Sheet, buffer: &mut Buffer) {
    let area = sheet_area(model, sheet);
    Clear.render(area, buffer);
    let title = format!(" {} ", sheet.title);
    let title = Line::from(span(model.theme.style(Tone::Strong), &title));
    // What changes something has the colour of risk around it, before it is read.
    let tone = match model.overlay {
        Some(Overlay::Confirm(_) | Overlay::Interrupted(_)) => Tone::Caution,
        _ => Tone::Accent,
    };
    bordered(model, title, true, tone).render(area, buffer);
    let inside = inner(area);
    let room = inside.width.saturating_sub(2);
    let foot = inside.bottom().saturating_sub(1);
    for (y, line) in (inside.y..foot.saturating_sub(1)).zip(&sheet.lines) {
        buffer.set_line(inside.x + 1, y, line, room);
    }
    buffer.set_line(inside.x + 1, foot, &keys(model, sheet.keys), room);
}

pub(super) fn text(model: &Model, tone: Tone, text: &str) -> Vec<Line<'static>> {
    wrap(&model.theme.worded(text), dialog_room(model))
        .iter()
        .map(|line| Line::from(span(model.theme.style(tone), line)))
        .collect()
}

/// A line of keys with their words, once they are taken.
pub(super) fn keys(model: &Model, keys: &[Offer]) -> Line<'static> {
    if !model.is_armed {
        return Line::default();
    }
    let gap = " ".repeat(GAP);
    let spans: Vec<Span<'static>> = keys
        .iter()
        .flat_map(|(_, key, words)| {
            [
                span(model.theme.style(Tone::Accent), key),
                span(model.theme.style(Tone::Plain), &format!(" {words}{gap}")),
            ]
        })
        .collect();
    Line::from(spans)
}

fn consent(model: &Model) -> Vec<Line<'static>> {
    let mut lines = text(
        model,
        Tone::Plain,
        "env.py is code of this project. To learn where it connects and how it is configured, \
         redistill runs it: with every connection led to an empty scratch database, in a process of \
         its own. Then the live database is looked at, read-only.",
    );
    lines.push(Line::default());
    for seen in model
        .survey
        .iter()
        .flat_map(|survey| &survey.evidence.modules)
    {
        let env = model.shown(&seen.module.env_py());
        lines.extend(text(model, Tone::Strong, &format!("  {env}")));
        if let Some(found) = seen.interpreter.seen() {
            let with = format!("    with {}", found.path.display());
            lines.extend(text(model, Tone::Faint, &with));
        }
    }
    lines.push(Line::default());
    lines.extend(text(model, Tone::Faint, "Asked once for this folder."));
    lines
}

fn interrupted(model: &Model, id: &str) -> Vec<Line<'static>> {
    let began = model
        .runs
        .iter()
        .find(|run| run.id() == id)
        .map(crate::report::past::moment)
        .unwrap_or_default();
    let mut lines = text(
        model,
        Tone::Plain,
        &format!(
            "The run {id}, begun {began}, was interrupted and is still open. Until it is finished or \
             taken back no other reset can begin."
        ),
    );
    lines.push(Line::default());
    let failure = model
        .finished
        .as_ref()
        .and_then(|finished| finished.outcome.as_ref().err());
    if let Some(failure) = failure {
        lines.extend(text(model, Tone::Bad, &failure.message));
        lines.push(Line::default());
    }
    if let Some(run) = model.runs.iter().find(|run| run.id() == id) {
        for sentence in crate::report::past::Ways::of(run).sentences() {
            lines.extend(text(model, Tone::Plain, &sentence));
        }
        lines.push(Line::default());
    }
    lines.extend(text(
        model,
        Tone::Plain,
        "Either way the run's name is typed first. From a shell: redistill resume, or redistill undo",
    ));
    lines
}

/// The diffs from a line on, as many as there is room for.
fn corrections(model: &Model, proposed: &Proposed, offset: usize) -> Vec<Line<'static>> {
    let mut lines = text(model, Tone::Strong, &proposed.words);
    let files = "As `redistill check --fix` writes them. Revisions stay as they are.";
    lines.extend(text(model, Tone::Faint, files));
    for left in &proposed.left {
        lines.extend(text(model, Tone::Faint, &format!("left alone: {left}")));
    }
    lines.push(Line::default());
    // Borders, the keys and the lines around the dialog.
    let around = lines.len() + 6;
    let shown = usize::from(model.size.1).saturating_sub(around).max(1);
    for line in proposed.diff.iter().skip(offset).take(shown) {
        let tone = match line.as_bytes().first() {
            _ if line.starts_with("---") || line.starts_with("+++") => Tone::Strong,
            Some(b'+') => Tone::Good,
            Some(b'-') => Tone::Bad,
            Some(b'@') => Tone::Accent,
            _ => Tone::Plain,
        };
        let shown = line.replace('\t', "    ");
        lines.push(Line::from(span(model.theme.style(tone), &shown)));
    }
    lines
}

/// As high as the menu without a filter, so that it stays where it is while letters are typed.
fn menu_area(model: &Model, is_palette: bool) -> Rect {
    let full = menu::rows(model, is_palette, "").len();
    layout::dialog(model, u16::try_from(full + 4).unwrap_or(u16::MAX))
}

/// The first row in sight, and how many there are.
fn menu_window(inside: Rect, at: usize) -> (usize, usize) {
    let visible = usize::from(inside.height.saturating_sub(2));
    ((at + 1).saturating_sub(visible), visible)
}

fn draw_menu(model: &Model, is_palette: bool, filter: &str, at: usize, buffer: &mut Buffer) {
    let rows = menu::rows(model, is_palette, filter);
    let title = if is_palette {
        "What can be done now"
    } else {
        "Keys"
    };
    let area = menu_area(model, is_palette);
    Clear.render(area, buffer);
    let heading = Line::from(span(model.theme.style(Tone::Strong), &format!(" {title} ")));
    bordered(model, heading, true, Tone::Accent).render(area, buffer);
    let inside = inner(area);
    let typed = format!("filter: {filter}{}", model.theme.letters("▏", "_"));
    let line = Line::from(span(model.theme.style(Tone::Accent), &typed));
    buffer.set_line(
        inside.x + 1,
        inside.y,
        &line,
        inside.width.saturating_sub(2),
    );
    let (offset, visible) = menu_window(inside, at);
    let now = Now::of(model);
    if rows.is_empty() {
        let none = Line::from(span(
            model.theme.style(Tone::Faint),
            " nothing has these letters; backspace takes one back",
        ));
        buffer.set_line(
            inside.x + 1,
            inside.y + 1,
            &none,
            inside.width.saturating_sub(2),
        );
    }
    for (row, binding) in rows.iter().enumerate().skip(offset).take(visible) {
        let y = inside.y + 1 + u16::try_from(row - offset).unwrap_or(0);
        let tone = if now.is_valid(binding.action) {
            Tone::Plain
        } else {
            Tone::Faint
        };
        let line = Line::from(vec![
            span(
                model.theme.style(Tone::Accent),
                &padded(&format!(" {}", model.keymap.names(binding)), 18),
            ),
            span(model.theme.style(tone), binding.words),
        ]);
        buffer.set_line(inside.x + 1, y, &line, inside.width.saturating_sub(2));
        if row == at {
            super::select(model, inside, y, true, buffer);
        }
    }
    let hint = "enter does it, letters filter, esc closes";
    let y = inside.bottom().saturating_sub(1);
    let line = Line::from(span(model.theme.style(Tone::Faint), hint));
    debug_assert!(width(hint) < 60, "fits the smallest screen");
    buffer.set_line(inside.x + 1, y, &line, inside.width.saturating_sub(2));
    if rows.len() > visible {
        super::more(model, area, offset, visible, rows.len(), buffer);
    }
}
