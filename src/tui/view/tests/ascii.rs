//! With `--ascii` nothing that redistill says leaves the first 128 characters.

use super::states::{live, pages, states};
use super::{LARGE, SMALL, WIDE, text};
use crate::engine::Depth;
use crate::events::Item;
use crate::rules::registry;
use crate::tui::fixture::{self, Play};
use crate::tui::message::Message;
use crate::tui::model::{Model, PageId, Pane};
use crate::tui::page::page;
use crate::tui::standing::findings;
use crate::tui::theme::Letters;

#[track_caller]
fn is_plain(what: &str, shown: &str) {
    let odd: String = shown.chars().filter(|letter| !letter.is_ascii()).collect();
    assert!(odd.is_empty(), "{what}: {odd} in\n{shown}");
}

fn plain(mut play: Play) -> Play {
    play.model.theme.letters = Letters::Ascii;
    play
}

/// Every state as it is, in every pane from the first line to the last.
#[test]
fn every_screen() {
    for size in [(59, 15), (60, 16), SMALL, LARGE, WIDE] {
        for (state, play) in states(size) {
            let mut play = plain(play);
            is_plain(state, &text(&play.model));
            play.model.overlay = None;
            for pane in [Pane::List, Pane::Page, Pane::Side] {
                play.model.pane = pane;
                play.press("G");
                is_plain(state, &text(&play.model));
            }
        }
    }
}

/// Every state with everything that can lie over it; what it does not offer stays away.
#[test]
fn what_lies_over_every_screen() {
    for size in [(60, 16), SMALL] {
        for (state, play) in states(size) {
            let mut play = plain(play);
            // Help, palette, choices, filter, consent.
            for keys in ["?", ":", "o", "/", "a"] {
                play.model.overlay = None;
                play.press(keys);
                is_plain(state, &text(&play.model));
            }
        }
    }
}

/// Every page of every state from its first line to its last, with everything unfolded.
#[test]
fn every_page_whole_and_unfolded() {
    for (state, play) in states(LARGE) {
        let mut play = plain(play);
        for id in pages(&play.model) {
            unfold(state, &mut play.model, &id);
        }
    }
}

/// What every rule says of itself, on the page of its finding.
#[test]
fn every_rule_is_explained() {
    let all = registry().iter().map(|rule| {
        let finding = rule.finding("it", "a finding of this rule");
        finding.seen("something").remedy(rule.explanation.remedy)
    });
    let survey = fixture::surveyed(Depth::Full, all.collect());
    let mut play = Play::opened(LARGE);
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    let mut play = plain(play);
    for item in [Item::ProductionData, Item::SharedHistory, Item::Lint] {
        let all = findings(play.model.survey.as_ref().unwrap(), item).len();
        let parts = unfold("a rule", &mut play.model, &PageId::Item(item));
        assert!(all > 10, "{item:?}: {all}");
        assert_eq!(parts, 2 * all, "each folds, and so does what explains it");
    }
}

/// Where the database stands in the chain is to be seen without the sign, too.
#[test]
fn the_database_in_the_middle_of_a_chain() {
    for (size, name) in [(SMALL, "80x24"), (LARGE, "120x40")] {
        let play = plain(live(size));
        insta::assert_snapshot!(format!("chain_live_{name}"), text(&play.model));
    }
}

/// Unfolds everything of a page and looks at all of it; how many parts there are.
#[track_caller]
fn unfold(state: &str, model: &mut Model, id: &PageId) -> usize {
    loop {
        let shown = page(model, id, 70);
        let rows = shown.pinned.iter();
        let rows = rows.chain(shown.rows.iter().map(|row| &row.line));
        let text: Vec<String> = rows.map(ToString::to_string).collect();
        is_plain(
            &format!("{state}, {id:?}, {}", shown.title),
            &text.join("\n"),
        );
        is_plain(state, &shown.title);
        let folds = shown.rows.iter().filter_map(|row| {
            let fold = row.anchor.as_ref()?.fold.clone()?;
            let is_closed = row.line.to_string().trim_start().starts_with("> ");
            Some((fold, is_closed))
        });
        let folds: Vec<(String, bool)> = folds.collect();
        let closed: Vec<&String> = folds.iter().filter(|(_, is)| *is).map(|(f, _)| f).collect();
        if closed.is_empty() {
            return folds.len();
        }
        let state = model.pages.entry(id.clone()).or_default();
        for fold in closed {
            if !state.turned.remove(fold) {
                state.turned.insert(fold.clone());
            }
        }
    }
}
