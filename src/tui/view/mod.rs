//! `view`: the model as a frame. Changes nothing, looks at nothing else.

mod chrome;
mod confirm;
mod dialog;
mod form;

pub use dialog::{Hit, hit};

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget as _};

use super::layout::{self, Layout};
use super::list;
use super::model::{Cursor, Model, Overlay, Pane, Standing};
use super::page::{self, Page};
use super::text::{elide, span, width};
use super::theme::{Letters, Theme, Tone};

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    draw(model, frame.buffer_mut());
}

/// Draws everything into a buffer of the model's size. One of another size stays empty: the news
/// of the terminal's new size is on its way.
pub fn draw(model: &Model, buffer: &mut Buffer) {
    let area = buffer.area;
    if (area.width, area.height) != model.size || area.is_empty() {
        return;
    }
    let layout = Layout::of(model);
    chrome::header(model, layout.header, buffer);
    if model.is_too_small() {
        too_small(model, buffer);
    } else {
        if let Some(area) = layout.list {
            draw_list(model, &layout, area, buffer);
        }
        if let Some(area) = layout.page {
            draw_page(model, &layout, Pane::Page, area, buffer);
        }
        if let Some(area) = layout.side {
            draw_page(model, &layout, Pane::Side, area, buffer);
        }
        dialog::draw(model, buffer);
    }
    chrome::footer(model, layout.footer, buffer);
}

/// What is said where nothing can be read whole.
fn too_small(model: &Model, buffer: &mut Buffer) {
    let (columns, rows) = super::model::SMALLEST;
    let text = format!(
        "{} × {} is too small: {columns} × {rows} are needed to read what would be confirmed. \
         Nothing can be confirmed here.",
        model.size.0, model.size.1
    );
    let area = buffer.area;
    let text = model.theme.worded(&text);
    let lines = super::text::wrap(&text, usize::from(area.width.saturating_sub(1)));
    for (row, line) in (1..area.height.saturating_sub(1)).zip(lines) {
        let line = Line::from(span(model.theme.style(Tone::Caution), &line));
        buffer.set_line(0, row, &line, area.width);
    }
}

/// The border of a pane; which one has the keys is told by the border's weight, too. Under a
/// dialog none has them.
fn block(model: &Model, title: Line<'static>, has_keys: bool) -> Block<'static> {
    let is_under = (model.overlay.as_ref()).is_some_and(|overlay| *overlay != Overlay::Filter);
    let is_lit = has_keys && !is_under;
    let tone = if is_lit { Tone::Accent } else { Tone::Faint };
    bordered(model, title, has_keys, tone)
}

fn bordered(model: &Model, title: Line<'static>, has_keys: bool, tone: Tone) -> Block<'static> {
    let block = Block::bordered()
        .border_style(model.theme.style(tone))
        .title_top(title);
    match model.theme.letters {
        Letters::Unicode if has_keys => block.border_type(BorderType::Thick),
        Letters::Unicode => block.border_type(BorderType::Rounded),
        Letters::Ascii => block.border_set(ASCII),
    }
}

/// A border of the first 128 characters.
const ASCII: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

fn draw_list(model: &Model, layout: &Layout, area: Rect, buffer: &mut Buffer) {
    let has_keys = model.pane == Pane::List;
    let room = usize::from(area.width).saturating_sub(4);
    let title = format!(
        " {} ",
        elide(model.theme.letters, &list::title(model), room)
    );
    let title = Line::from(span(model.theme.style(Tone::Strong), &title));
    block(model, title, has_keys).render(area, buffer);
    let inside = layout::inner(area);
    let cursor = model.cursor();
    let length = list::length(model, model.screen);
    if length == 0 && layout.page.is_none() {
        // There is no page beside it that says why.
        let page = page::page(model, &model.page_id(), layout::text_width(area));
        for (y, row) in (inside.y..inside.bottom()).zip(&page.rows) {
            buffer.set_line(inside.x + 1, y, &row.line, inside.width.saturating_sub(2));
        }
    }
    for row in 0..usize::from(inside.height).min(length.saturating_sub(cursor.offset)) {
        let at = cursor.offset + row;
        let y = inside.y + u16::try_from(row).unwrap_or(0);
        let line = list::line(model, at, inside.width.saturating_sub(2));
        put(model, inside, y, &line, buffer);
        if at == cursor.at {
            select(model, inside, y, has_keys, buffer);
        }
    }
    let height = usize::from(inside.height);
    more(model, area, cursor.offset, height, length, buffer);
}

/// A line within a pane; where it has no room, its end says so.
fn put(model: &Model, inside: Rect, y: u16, line: &Line<'_>, buffer: &mut Buffer) {
    let room = inside.width.saturating_sub(2);
    buffer.set_line(inside.x + 1, y, line, room);
    if line.width() <= usize::from(room) || room < 2 {
        return;
    }
    let end = inside.x + room;
    // Half of a wide letter would stay.
    if width(buffer[(end - 1, y)].symbol()) > 1 {
        buffer[(end - 1, y)].set_symbol(" ");
    }
    let sign = model.theme.letters("…", "~");
    buffer.set_string(end, y, sign, model.theme.style(Tone::Faint));
}

/// Marks the line with the cursor by background and sign.
fn select(model: &Model, inside: Rect, y: u16, has_keys: bool, buffer: &mut Buffer) {
    if has_keys {
        let line = Rect::new(inside.x, y, inside.width, 1);
        buffer.set_style(line, model.theme.style(Tone::Selected));
    }
    let sign = model.theme.letters("›", ">");
    buffer.set_string(inside.x, y, sign, model.theme.style(Tone::Accent));
}

/// In the lower border: how much lies above and below.
fn more(
    model: &Model,
    area: Rect,
    offset: usize,
    height: usize,
    length: usize,
    buffer: &mut Buffer,
) {
    if length <= height || area.width < 20 {
        return;
    }
    let end = (offset + height).min(length);
    let text = format!(" {}–{end} of {length} ", offset + 1);
    let text = model.theme.worded(&text);
    let columns = u16::try_from(width(&text)).unwrap_or(0);
    let x = area.right().saturating_sub(columns + 2);
    let y = area.bottom().saturating_sub(1);
    buffer.set_string(x, y, text, model.theme.style(Tone::Faint));
}

fn draw_page(model: &Model, layout: &Layout, which: Pane, area: Rect, buffer: &mut Buffer) {
    let (id, text_width, _) = page::side::of_pane(model, which);
    let page = page::page(model, &id, text_width);
    let has_keys = model.pane == which;
    let title = page_title(model, layout, &page, area);
    let mut frame = block(model, title, has_keys);
    if let Some(standing) = page.standing {
        frame = frame.title_top(standing_title(model, standing).right_aligned());
    }
    frame.render(area, buffer);
    let inside = layout::inner(area);
    let room = inside.width.saturating_sub(2);
    let pinned = u16::try_from(page.pinned.len())
        .unwrap_or(0)
        .min(inside.height);
    for (y, line) in (inside.y..inside.y + pinned).zip(&page.pinned) {
        buffer.set_line(inside.x + 1, y, line, room);
    }
    let below = Rect {
        y: inside.y + pinned,
        height: inside.height - pinned,
        ..inside
    };
    let cursor = model.pages.get(&id).map(|state| state.cursor);
    let mut cursor = cursor.unwrap_or_default();
    let length = page.length(model);
    let bottom = length.saturating_sub(usize::from(below.height));
    cursor.offset = if which == Pane::Page && model.follows() {
        bottom
    } else {
        cursor.offset.min(bottom)
    };
    draw_rows(model, &page, below, cursor, has_keys, buffer);
    let height = usize::from(below.height);
    more(model, area, cursor.offset, height, length, buffer);
}

fn draw_rows(
    model: &Model,
    page: &Page,
    below: Rect,
    cursor: Cursor,
    has_keys: bool,
    buffer: &mut Buffer,
) {
    let height = usize::from(below.height);
    let offset = cursor.offset;
    let current = page.anchor_line(cursor.at).filter(|_| has_keys);
    for row in offset..page.length(model).min(offset + height) {
        let y = below.y + u16::try_from(row - offset).unwrap_or(0);
        let line = page.line(model, row);
        put(model, below, y, &line, buffer);
        if current == Some(row) {
            select(model, below, y, has_keys, buffer);
        }
    }
}

/// The page's title; with one pane it tells the way back, too.
fn page_title(model: &Model, layout: &Layout, page: &Page, area: Rect) -> Line<'static> {
    let room = usize::from(area.width).saturating_sub(16);
    let mut title = page.title.clone();
    if !layout.is_wide() {
        let sign = model.theme.letters("›", ">");
        title = format!("{} {sign} {}", list::title(model), title.trim_start());
        title.truncate(title.trim_end_matches([' ', '›', '>']).len());
    }
    let title = format!(" {} ", elide(model.theme.letters, title.trim(), room));
    Line::from(span(model.theme.style(Tone::Strong), &title))
}

fn standing_title(model: &Model, standing: Standing) -> Line<'static> {
    let text = format!(" {} {} ", model.theme.mark(standing), standing.word());
    Line::from(span(model.theme.style(Theme::tone(standing)), &text))
}

#[cfg(test)]
mod tests;
