//! What is not there yet is told: no box is empty, and the next key is named.

use crossterm::event::KeyCode;

use super::states::{pages, states};
use super::{LARGE, SMALL, text};
use crate::engine::Depth;
use crate::events::Item;
use crate::model::Chain;
use crate::tui::fixture::{self, Play};
use crate::tui::message::Message;
use crate::tui::model::Outline;
use crate::tui::page::page;

#[test]
fn no_page_of_any_state_is_an_empty_box() {
    for (state, play) in states(LARGE) {
        for id in pages(&play.model) {
            let shown = page(&play.model, &id, 70);
            let mut lines = shown.pinned.iter();
            let is_said = lines.any(|line| !line.to_string().trim().is_empty())
                || (0..shown.length(&play.model))
                    .any(|at| !shown.line(&play.model, at).to_string().trim().is_empty());
            assert!(is_said, "{state}: {id:?}");
        }
    }
}

/// A survey whose second module has no revision, and its database no table.
fn bare() -> crate::tui::model::Surveyed {
    let mut survey = fixture::surveyed(Depth::Full, Vec::new());
    let module = &mut survey.evidence.modules[1];
    module.chain = Chain::new(Vec::new(), Vec::new());
    survey.outlines[1] = Outline::of(&module.chain);
    survey
}

#[test]
fn lists_without_a_row_say_what_will_stand_there_and_the_way_on() {
    for size in [SMALL, LARGE] {
        let mut play = Play::opened(size);
        play.send(Message::Runs(Ok(Vec::new())));
        play.send(Message::Surveyed(Ok(Box::new(bare()))));
        play.press("c]");
        let shown = text(&play.model);
        assert!(shown.contains("stock has no revision yet"), "{shown}");
        assert!(shown.contains("esc goes back"), "{shown}");
        play.key(KeyCode::Enter).press("jkG/");
        play.press("zz").key(KeyCode::Enter);
        let shown = text(&play.model);
        assert!(shown.contains("esc shows all"), "{shown}");
        play.key(KeyCode::Esc).key(KeyCode::Esc);
        play.key(KeyCode::Esc).press("u");
        let shown = text(&play.model);
        assert!(shown.contains("No reset yet"), "{shown}");
        assert!(shown.contains("where p rehearses"), "{shown}");
        play.key(KeyCode::Tab);
        assert!(text(&play.model).contains("No reset yet"));
        assert!(
            !text(&play.model).contains("\u{203a} \u{2500}"),
            "a way that leads nowhere"
        );
    }
}

#[test]
fn pages_before_their_time_name_the_key_that_leads_on() {
    let mut play = Play::surveyed(SMALL, Vec::new());
    for (item, words) in [
        (Item::Rehearse, "Press p to rehearse"),
        (Item::Confirm, "comes with the rehearsal (p)"),
        (
            Item::Archive,
            "Waits for the plan and its confirmation: p rehearses",
        ),
        (Item::Lint, "None of the learned patterns was found"),
    ] {
        play.item(item);
        let shown = text(&play.model);
        assert!(shown.contains(words), "{words}:\n{shown}");
        play.key(KeyCode::Esc);
    }
    play.press(":").press("nothing like it");
    assert!(text(&play.model).contains("nothing has these letters"));

    let mut play = Play::opened(SMALL);
    let failure = fixture::failure();
    play.send(Message::Surveyed(Err(failure)));
    play.item(Item::Lint);
    assert!(text(&play.model).contains("item 1 says why, r tries again"));
}
