use crossterm::event::KeyCode;

use crate::engine::{Depth, Ended};
use crate::error::{Failure, Kind};
use crate::events::Item;
use crate::journal::Outcome;
use crate::tui::fixture::{self, Play};
use crate::tui::keymap::Action;
use crate::tui::message::{Ask, Command, Message, Mouse, Proposed};
use crate::tui::model::{Overlay, PageId, Pane, Screen};

mod choices;
mod consent;
mod stream;

const SIZE: (u16, u16) = (120, 40);

#[test]
fn the_first_look_runs_nothing_and_the_question_is_asked_once() {
    let mut play = Play::opened(SIZE);
    // What was interrupted is known before any question is asked.
    assert_eq!(play.asked(), [&Ask::Runs, &Ask::Survey(Depth::Static)]);
    let seen = || Box::new(fixture::surveyed(Depth::Static, Vec::new()));
    play.send(Message::Surveyed(Ok(seen())));
    assert_eq!(play.model.overlay, Some(Overlay::Consent));
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    // Typed before the question was there: dropped.
    play.key(KeyCode::Enter);
    assert!(play.asked().is_empty());
    play.send(Message::Armed).key(KeyCode::Enter);
    assert_eq!(play.asked(), [&Ask::Consent, &Ask::Survey(Depth::Full)]);

    let mut agreed = Play::opened(SIZE);
    let mut survey = seen();
    survey.is_agreed = true;
    agreed.send(Message::Surveyed(Ok(survey)));
    assert_eq!(agreed.asked(), [&Ask::Survey(Depth::Full)]);
}

#[test]
fn nothing_is_clear_before_the_databases_were_looked_at() {
    use crate::tui::model::Standing;
    let mut play = Play::opened(SIZE);
    let seen = fixture::surveyed(Depth::Static, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    for item in [Item::ProductionData, Item::SharedHistory, Item::Lint] {
        assert_eq!(play.model.standing(item), Standing::Waiting, "{item:?}");
    }
    let play = Play::surveyed(SIZE, Vec::new());
    for item in [Item::ProductionData, Item::SharedHistory, Item::Lint] {
        assert_eq!(play.model.standing(item), Standing::Clear, "{item:?}");
    }
}

#[test]
fn the_reset_is_asked_for_after_its_name_was_typed_and_not_before() {
    let mut play = Play::planned(SIZE);
    // The plan is read first.
    play.control('x');
    assert_eq!(play.model.page_id(), PageId::Item(Item::Confirm));
    assert_eq!(play.model.overlay, None);
    play.control('x');
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    play.press("shop").key(KeyCode::Enter);
    assert!(play.asked().is_empty(), "typed ahead");
    play.send(Message::Armed);
    for wrong in ["", "sho", "Shop", "shop "] {
        play.press(wrong).key(KeyCode::Enter);
        assert!(play.asked().is_empty(), "{wrong:?}");
    }
    play.press("shopp")
        .key(KeyCode::Backspace)
        .key(KeyCode::Enter);
    let digest = fixture::plan().digest();
    assert_eq!(play.asked(), [&Ask::Reset(digest)]);
    assert!(!play.is_valid(Action::Quit), "a reset is not left");
    assert!(play.is_valid(Action::Cancel));
}

#[test]
fn a_done_reset_is_looked_at_again_and_cannot_be_confirmed_twice() {
    let mut play = Play::done(SIZE);
    assert_eq!(play.asked(), [&Ask::Runs, &Ask::Survey(Depth::Full)]);
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    assert!(!play.is_valid(Action::GoOn));
}

/// Shown, read, and written by a key of its own; then everything is looked at again.
#[test]
fn corrections_are_written_after_they_were_shown_and_not_before() {
    let mut play = Play::surveyed(SIZE, fixture::findings());
    play.press("f");
    assert!(play.asked().is_empty(), "no finding is open");
    play.item(Item::Lint).press("f");
    assert_eq!(play.asked(), [&Ask::Propose]);
    play.send(Message::Proposed(Proposed::default()));
    assert_eq!(play.model.overlay, None);
    play.send(Message::Proposed(fixture::proposed()));
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    play.press("w");
    assert!(play.asked().is_empty(), "typed ahead");
    play.send(Message::Armed);
    play.send(Message::Paste("w".to_owned()))
        .press("f")
        .key(KeyCode::Enter);
    assert!(play.asked().is_empty());
    play.press("w");
    assert_eq!(play.asked(), [&Ask::Correct]);
    play.send(Message::Corrected(Ok("written".to_owned())));
    assert_eq!(play.asked(), [&Ask::Survey(Depth::Full)]);
    assert_eq!(play.model.notice.as_deref(), Some("written"));
}

#[test]
fn keys_of_ones_own_are_in_the_footer_and_the_old_ones_do_nothing() {
    use crate::tui::keymap::{Change, Keymap};
    let mut play = Play::surveyed(SIZE, Vec::new());
    let change = Change {
        id: "chain".to_owned(),
        keys: vec!["K".to_owned()],
        line: 1,
    };
    play.model.keymap = Keymap::with(&[change]).unwrap();
    let buttons = crate::tui::layout::buttons(&play.model);
    assert!(buttons.iter().any(|button| button.key == "K"));
    play.press("c");
    assert_eq!(play.model.screen, Screen::Checklist);
    play.press("K");
    assert_eq!(play.model.screen, Screen::Chain(0));
}

#[test]
fn other_choices_make_another_plan() {
    let mut play = Play::planned(SIZE);
    play.press("t");
    assert!(play.model.plan().is_none());
    play.control('x');
    assert!(
        matches!(play.asked()[..], [Ask::Plan(_)]),
        "{:?}",
        play.commands
    );
    assert_eq!(play.model.overlay, None);
}

#[test]
fn an_interrupted_run_is_offered_first_and_its_name_is_typed() {
    for (key, ask) in [
        ("g", Ask::Resume("20261122-1".to_owned())),
        ("b", Ask::Undo("20261122-1".to_owned())),
    ] {
        let mut play = Play::surveyed(SIZE, Vec::new());
        let open = fixture::run("20261122-1", None);
        play.send(Message::Runs(Ok(vec![open])));
        assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
        play.send(Message::Armed).press(key).send(Message::Armed);
        play.key(KeyCode::Enter);
        assert!(play.asked().is_empty());
        play.press("20261122-1").key(KeyCode::Enter);
        assert_eq!(play.asked(), [&ask]);
    }
}

#[test]
fn while_a_run_is_open_nobody_is_asked_for_consent_whatever_comes_first() {
    let open = || vec![fixture::run("20261122-1", None)];
    let seen = || Box::new(fixture::surveyed(Depth::Static, Vec::new()));
    let mut play = Play::opened(SIZE);
    play.send(Message::Runs(Ok(open()))).send(Message::Armed);
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
    // It is put off before the survey has answered.
    play.key(KeyCode::Esc);
    play.send(Message::Surveyed(Ok(seen())));
    assert_eq!(play.model.overlay, None);
    play.control('x');
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
}

#[test]
fn a_run_that_stopped_half_way_offers_both_ways_at_once_and_later() {
    let mut play = Play::running(SIZE);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
    play.send(Message::Armed).key(KeyCode::Esc);
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    play.control('x');
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
    play.send(Message::Armed).press("b").send(Message::Armed);
    play.press("20261122-1").key(KeyCode::Enter);
    assert_eq!(play.asked(), [&Ask::Undo("20261122-1".to_owned())]);
}

#[test]
fn the_third_pane_has_keys_of_its_own_and_goes_with_the_room() {
    let mut play = Play::planned((160, 50));
    let baseline = || PageId::Baseline("shop".to_owned());
    play.key(KeyCode::Tab);
    assert_eq!(play.model.pane, Pane::Side);
    play.find("upgrade").key(KeyCode::Enter);
    assert!(!play.model.pages[&baseline()].turned.is_empty(), "it folds");
    assert!(!play.model.is_stale());
    play.key(KeyCode::Esc);
    assert_eq!(play.model.pane, Pane::Page);
    play.find("notes_touch");
    let object = PageId::Object("shop".to_owned(), "trigger notes_touch on notes".to_owned());
    assert_eq!(crate::tui::page::side::id(&play.model), Some(object));
    play.key(KeyCode::Tab);
    play.send(Message::Resize(120, 40));
    assert_eq!(play.model.pane, Pane::Page);
    // The wheel scrolls the pane under it, not the others.
    let mut play = Play::planned((160, 16));
    let before = play.model.pages.get(&play.model.page_id()).cloned();
    play.send(Message::Mouse(Mouse::WheelDown, 150, 5));
    assert!(play.model.pages[&baseline()].cursor.offset > 0);
    assert_eq!(play.model.pages.get(&play.model.page_id()).cloned(), before);
}

#[test]
fn an_undo_is_looked_at_as_soon_as_nothing_else_runs() {
    let mut play = Play::done(SIZE);
    let done = fixture::run("20261122-1", Some(Outcome::Done));
    play.send(Message::Runs(Ok(vec![done])))
        .key(KeyCode::Esc)
        .press("u");
    play.key(KeyCode::Enter);
    assert!(play.asked().is_empty(), "the survey is at work");
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    assert_eq!(play.asked(), [&Ask::Preview("20261122-1".to_owned())]);
}

#[test]
fn a_ctrl_c_that_comes_too_late_does_not_leave() {
    let mut play = Play::planned(SIZE);
    play.control('c');
    assert!(play.commands.is_empty());
    play.control('c');
    assert_eq!(play.commands, [Command::Quit]);
}

#[test]
fn a_signal_stops_what_runs_before_the_app_ends() {
    let mut play = Play::running(SIZE);
    play.send(Message::Stop);
    assert_eq!(play.commands, [Command::Cancel]);
    let failure = Failure::new(Kind::Cancelled, "everything is as it was before");
    play.send(Message::Ended(Err(failure)));
    assert_eq!(play.commands, [Command::Quit]);
    let mut idle = Play::surveyed(SIZE, Vec::new());
    idle.send(Message::Stop);
    assert_eq!(idle.commands, [Command::Quit]);
}

#[test]
fn a_click_on_the_footer_does_what_its_key_does() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.model.reason = crate::tui::model::Reason::Asked;
    let buttons = super::super::layout::buttons(&play.model);
    let button = buttons
        .iter()
        .find(|b| b.action == Action::Rehearse)
        .unwrap();
    let (x, y) = (button.x + button.width - 1, SIZE.1 - 1);
    play.send(Message::Mouse(Mouse::Click, x, y));
    assert!(matches!(play.asked()[..], [Ask::Plan(_)]));
}

#[test]
fn a_click_chooses_a_row_and_the_wheel_scrolls_without_choosing_headings() {
    let mut play = Play::surveyed(SIZE, fixture::findings());
    play.send(Message::Mouse(Mouse::Click, 5, 5));
    assert_eq!(play.model.page_id(), PageId::Item(Item::Lint));
    // The page's first finding unfolds.
    play.send(Message::Mouse(Mouse::Click, 50, 2));
    assert_eq!(play.model.pane, Pane::Page);
    assert!(
        !play.model.pages[&PageId::Item(Item::Lint)]
            .turned
            .is_empty()
    );
    play.send(Message::Mouse(Mouse::WheelDown, 5, 5));
    assert_ne!(play.model.page_id(), PageId::Nothing);
}

#[test]
fn the_cursor_of_the_graph_stands_on_revisions_only() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.press("c]");
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(play.model.page_id());
        play.press("j");
    }
    let revisions = [3, 2, 1, 0, 0, 0].map(|at| PageId::Revision(1, at));
    assert_eq!(seen, revisions);
    play.press("k");
    assert_eq!(play.model.page_id(), PageId::Revision(1, 1));
}

#[test]
fn ten_thousand_revisions_answer_a_key_at_once() {
    let survey = fixture::long(10_000);
    let mut play = Play::opened(SIZE);
    play.send(Message::Surveyed(Ok(Box::new(survey))))
        .press("cG");
    assert_eq!(play.model.page_id(), PageId::Revision(0, 0));
    play.press("/r00042").key(KeyCode::Enter);
    assert_eq!(play.model.page_id(), PageId::Revision(0, 42));
    play.key(KeyCode::Esc);
    assert_eq!(play.model.matches, None);
    assert_eq!(play.model.screen, Screen::Chain(0));
}
