use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw;
use crate::tui::model::Model;
use states::states;

mod ascii;
mod empty;
mod limits;
mod long;
mod looks;
mod states;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (160, 50);

fn drawn(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, model.size.0, model.size.1));
    draw(model, &mut buffer);
    buffer
}

/// The screen as text, a line a row.
fn text(model: &Model) -> String {
    let buffer = drawn(model);
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(crate::tui::text::width(symbol).max(1)).unwrap();
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// Every screen in every state, at both sizes.
#[test]
fn every_screen_in_every_state() {
    for (size, name) in [(SMALL, "80x24"), (LARGE, "120x40")] {
        for (state, play) in states(size) {
            insta::assert_snapshot!(format!("{state}_{name}"), text(&play.model));
        }
    }
}

/// What the third pane of a wide screen shows, page by page.
#[test]
fn the_third_pane_of_a_wide_screen() {
    let wanted = [
        "surveyed",
        "refused",
        "rehearsing",
        "rehearsed",
        "compared",
        "lossy",
        "plan",
        "confirming",
    ];
    for (state, play) in states(WIDE) {
        if wanted.contains(&state) {
            insta::assert_snapshot!(format!("{state}_160x50"), text(&play.model));
        }
    }
}

#[test]
fn every_state_is_drawn_at_every_size() {
    for size in [
        (60, 16),
        (99, 17),
        (100, 16),
        (159, 24),
        (160, 16),
        (200, 60),
        (500, 200),
    ] {
        for (state, mut play) in states(size) {
            let shown = text(&play.model);
            assert!(shown.contains("redistill"), "{state} at {size:?}");
            assert_eq!(shown.lines().count(), usize::from(size.1));
            play.key(KeyCode::Esc).key(KeyCode::Tab).press("jG");
            text(&play.model);
        }
    }
}
