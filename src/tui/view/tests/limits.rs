//! Where there is little room: what must be read stays in sight.

use crossterm::event::KeyCode;

use super::{LARGE, SMALL, text};
use crate::engine::Depth;
use crate::tui::fixture::{self, Play};
use crate::tui::message::{Ask, Message};
use crate::tui::model::Overlay;

/// Where there is no room for all lines of the form, it says which one the keys are for.
#[test]
fn a_form_that_is_higher_than_the_screen_says_where_one_is() {
    let mut play = Play::surveyed((60, 16), Vec::new());
    play.press("o");
    for line in [7, 8, 9, 1, 2] {
        let shown = text(&play.model);
        assert!(shown.contains(&format!("line {line} of 9")), "{shown}");
        assert!(shown.contains("enter rehearse"), "{shown}");
        play.key(KeyCode::Down);
    }
    assert!(text(&play.model).contains("chain: the baseline builds what…"));
    let play = Play::surveyed(SMALL, Vec::new());
    assert!(!text(&play.model).contains("line 7"));
}

/// A page with lines above that stay says how much of it is in sight, too.
#[test]
fn a_comparison_that_is_longer_than_the_screen_says_so() {
    let mut play = Play::planned((80, 16));
    let shown = text(&play.model);
    assert!(shown.contains(" 1–10 of "), "{shown}");
    play.press("G");
    let length = text(&play.model);
    assert!(!length.contains(" 1–"), "{length}");
}

/// The way on is in the footer as soon as there is one, however narrow the screen is.
#[test]
fn the_way_on_is_always_in_the_footer() {
    for size in [(60, 16), SMALL, LARGE] {
        let play = Play::planned(size);
        let shown = text(&play.model);
        assert!(shown.contains("ctrl+x confirm"), "{shown}");
        let play = Play::lacking(size);
        assert!(text(&play.model).contains("ctrl+x confirm"));
    }
}

/// Fifty databases leave the question in sight, and the one that is asked for.
#[test]
fn the_question_is_in_sight_however_many_names_there_are() {
    for size in [(60, 16), SMALL, LARGE] {
        let mut play = Play::confirming(size);
        if let Some(Overlay::Confirm(confirm)) = &mut play.model.overlay {
            let word = |n| {
                (
                    format!("tenant_{n}"),
                    format!("localhost:5432 / tenant_{n}"),
                )
            };
            confirm.words = (1..=50).map(word).collect();
        }
        for n in 1..=50 {
            let shown = text(&play.model);
            assert!(shown.contains(&format!("{n} of 50:")), "{size:?}\n{shown}");
            assert!(
                shown.contains(&format!("› localhost:5432 / tenant_{n}")),
                "{size:?}\n{shown}"
            );
            assert!(shown.contains("enter answer"), "{size:?}\n{shown}");
            play.press(&format!("tenant_{n}")).key(KeyCode::Enter);
        }
    }
}

#[test]
fn a_small_terminal_says_so_and_confirms_nothing() {
    let mut play = Play::confirming((59, 15));
    assert!(text(&play.model).contains("59 × 15 is too small"));
    for letter in "shop\n".chars() {
        let code = if letter == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(letter)
        };
        play.key(code);
        let asked = play.asked();
        assert!(!asked.iter().any(|ask| matches!(ask, Ask::Reset(_))));
        assert_eq!(play.model.overlay, None);
    }
    let play = Play::planned((1, 1));
    text(&play.model);
    text(&Play::planned((0, 0)).model);
}

#[test]
fn the_database_is_named_in_full_where_everything_else_is_cut() {
    let mut survey = fixture::surveyed(Depth::Full, Vec::new());
    let label = "db.internal.example.org:5432 / artstore_storage_element_01";
    for seen in &mut survey.evidence.modules {
        if let crate::evidence::Observed::Seen(database) = &mut seen.database {
            label.clone_into(&mut database.label);
        }
    }
    let mut play = Play::opened((80, 24));
    play.model.root = "/home/ada/a_project_with_quite_a_long_name_indeed".into();
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    let text = text(&play.model);
    let header = text.lines().next().unwrap();
    assert!(header.contains(label), "{header}");
}

/// A row that has no room says so at its end, also where half of a wide letter would stay.
#[test]
fn what_is_cut_says_so() {
    let long = format!("{}END", "a message that goes on ".repeat(8));
    for (message, sign) in [
        (&*long, "… ┃"),
        (&*"表".repeat(60), "… ┃"),
        ("short", "  ┃"),
    ] {
        let mut survey = fixture::surveyed(Depth::Full, Vec::new());
        let chain = &mut survey.evidence.modules[1].chain;
        message.clone_into(&mut chain.revisions[3].message);
        survey.outlines[1] = crate::tui::model::Outline::of(chain);
        let mut play = Play::opened(SMALL);
        play.send(Message::Surveyed(Ok(Box::new(survey))));
        play.model.overlay = None;
        play.press("c]");
        let shown = text(&play.model);
        let row = shown.lines().find(|line| line.contains("m4 (head)"));
        assert!(row.unwrap().ends_with(sign), "{shown}");
        assert!(!shown.contains("END"));
    }
}
