//! A frame costs what is in sight, however long a chain is.

use crossterm::event::KeyCode;

use super::{WIDE, text};
use crate::tui::fixture::{self, Play};
use crate::tui::message::Message;
use crate::tui::model::{Model, Pane};
use crate::tui::page::{page, side};

/// How many rows the frame makes: of the chain as they are drawn, of pages whole.
fn made(model: &Model) -> [usize; 2] {
    fixture::drawn_rows();
    text(model);
    let of_chain = fixture::drawn_rows();
    let pages = [Pane::Page, Pane::Side].map(|pane| {
        let (id, width, _) = side::of_pane(model, pane);
        page(model, &id, width).rows.len()
    });
    [of_chain, pages.iter().sum()]
}

/// From every row of the checklist, in the rehearsal and on the chain's own screen.
fn everywhere(revisions: usize) -> Vec<[usize; 2]> {
    let mut play = Play::opened(WIDE);
    play.send(Message::Runs(Ok(Vec::new())));
    let survey = fixture::long(revisions);
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    let mut all = Vec::new();
    for _ in 0..16 {
        all.push(made(&play.model));
        play.press("j");
    }
    // The third pane has the keys, from its first row to its last.
    play.press("g").key(KeyCode::Tab).key(KeyCode::Tab);
    for keys in ["j", "jjj", "G", "k", "g"] {
        play.press(keys);
        all.push(made(&play.model));
    }
    play.key(KeyCode::Esc).key(KeyCode::Esc);
    play.press("c");
    for keys in ["", "j", "G", "g"] {
        play.press(keys);
        all.push(made(&play.model));
    }
    play.key(KeyCode::Esc);
    fixture::rehearse(&mut play);
    all.push(made(&play.model));
    all
}

#[test]
fn rows_are_made_for_what_is_in_sight() {
    let (short, long) = (everywhere(100), everywhere(10_000));
    assert_eq!(short, long);
    let height = usize::from(WIDE.1);
    assert!(short.iter().any(|[chain, _]| *chain > height / 2));
    for [chain, pages] in short {
        assert!(chain <= height, "{chain} rows of the chain");
        assert!(pages <= 4 * height, "{pages} rows of pages");
    }
}
