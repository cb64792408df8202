//! What is chosen after a rehearsal, and that nothing older than it can be confirmed.

use super::*;
use crate::tui::form::Field;
use crate::tui::layout;

#[test]
fn the_reason_is_asked_for_once_before_the_first_rehearsal() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.press("p");
    assert!(matches!(play.model.overlay, Some(Overlay::Choices(_))));
    assert!(play.asked().is_empty());
    play.press("why").key(KeyCode::Enter);
    let [Ask::Plan(wish)] = play.asked()[..] else {
        panic!("{:?}", play.commands)
    };
    assert_eq!(wish.choices.reason.as_deref(), Some("why"));

    let mut play = Play::planned(SIZE);
    play.press("p");
    assert!(matches!(play.asked()[..], [Ask::Plan(_)]), "asked once");
}

#[test]
fn a_box_makes_the_plan_old_and_the_same_box_makes_it_new_again() {
    let mut play = Play::planned(SIZE);
    let digest = play.model.plan().unwrap().digest();
    play.find("touch()").press(" ");
    assert_eq!(play.model.wish.choices.leave_out, ["function touch()"]);
    assert!(play.model.is_stale() && play.model.plan().is_none());
    play.press(" ");
    assert!(!play.model.is_stale());
    assert_eq!(play.model.plan().unwrap().digest(), digest);
}

#[test]
fn leaving_the_comparison_rehearses_what_was_changed_and_only_then() {
    let mut play = Play::planned(SIZE);
    play.key(KeyCode::Esc);
    assert!(play.asked().is_empty(), "nothing has changed");
    for way in [KeyCode::Esc, KeyCode::Tab, KeyCode::Char('c')] {
        let mut play = Play::planned(SIZE);
        play.find("notes_touch").press(" ").key(way);
        let [Ask::Plan(wish)] = play.asked()[..] else {
            panic!("{way:?}: {:?}", play.commands)
        };
        assert_eq!(wish.choices.leave_out, ["trigger notes_touch on notes"]);
        assert!(play.model.planned.is_some(), "the older one stays in sight");
        assert!(!play.is_valid(Action::GoOn));
    }
}

#[test]
fn while_the_choices_differ_nothing_leads_to_the_confirmation() {
    let mut play = Play::planned(SIZE);
    play.find("touch()").press(" ");
    // Both ways to it: the first leads to the plan, the second to the dialog.
    for _ in 0..3 {
        play.control('x').send(Message::Armed);
        play.press("shop").key(KeyCode::Enter);
        assert!(!play.asked().iter().any(|ask| matches!(ask, Ask::Reset(_))));
        assert!(!matches!(play.model.overlay, Some(Overlay::Confirm(_))));
    }
    // A cancelled rehearsal leaves it as it was: old.
    let failure = Failure::new(Kind::Cancelled, "no");
    play.send(Message::Planned(Err(failure)));
    assert!(play.model.is_stale());
    let wish = play.model.wish.clone();
    play.rehearse();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    assert!(play.is_valid(Action::GoOn));
}

/// `y` on a step copies what it runs or writes; from the list it copies the command, as ever.
#[test]
fn the_sql_of_a_step_is_copied_whole() {
    let mut play = Play::planned(SIZE);
    play.control('x').find("Drop").press("y");
    let [Command::Copy(sql)] = &play.commands[..] else {
        panic!("{:?}", play.commands)
    };
    assert!(sql.starts_with("BEGIN") && sql.ends_with("COMMIT"), "{sql}");
    assert!(sql.contains("DROP TABLE"), "{sql}");
    let notice = play.model.notice.clone().unwrap();
    assert_eq!(
        notice,
        format!("copied {} lines: BEGIN", sql.lines().count())
    );
    play.key(KeyCode::Esc).press("y");
    let [Command::Copy(command)] = &play.commands[..] else {
        panic!("{:?}", play.commands)
    };
    assert!(command.starts_with("redistill reset --plan "), "{command}");

    let mut play = Play::lacking(SIZE);
    play.control('x').find("ALTER TABLE").press("y");
    assert!(matches!(&play.commands[..], [Command::Copy(sql)] if sql.starts_with("ALTER TABLE")));
}

#[test]
fn a_failed_rehearsal_takes_the_older_plan_away() {
    let mut play = Play::planned(SIZE);
    play.press("p");
    play.send(Message::Planned(Err(fixture::failure())));
    assert!(play.model.planned.is_none());
    assert!(!play.is_valid(Action::GoOn));
}

#[test]
fn what_is_lost_or_was_left_out_has_a_box_and_drift_of_the_chain_has_none() {
    let mut play = Play::lossy(SIZE);
    play.find("ix_payload").press(" ");
    assert_eq!(
        play.model.wish.choices.leave_out,
        ["index ix_payload on notes", "view open"]
    );
    play.find("view").press(" ");
    assert_eq!(
        play.model.wish.choices.leave_out,
        ["index ix_payload on notes"]
    );
    play.find("title");
    assert!(!play.is_valid(Action::Toggle));
}

#[test]
fn rows_that_were_left_out_can_be_taken_back() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.model.wish.choices.leave_out = vec!["rows colours".to_owned()];
    play.rehearse();
    let wish = play.model.wish.clone();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    play.find("colours").press(" ");
    assert!(play.model.wish.choices.leave_out.is_empty());
}

#[test]
fn a_click_on_a_box_turns_it_and_one_beside_it_unfolds() {
    let play = Play::planned(SIZE);
    let area = layout::inner(layout::Layout::of(&play.model).page.unwrap());
    let id = play.model.page_id();
    let page = crate::tui::page::page(&play.model, &id, layout::page_size(&play.model).0);
    let row = page
        .rows
        .iter()
        .position(|row| row.line.to_string().contains("touch()"))
        .unwrap();
    let y = area.y + u16::try_from(row + page.pinned.len()).unwrap();
    let text = page.rows[row].line.to_string();
    let cell = text[..text.find("[x]").unwrap()].chars().count();
    let x = area.x + 1 + u16::try_from(cell).unwrap();
    for (x, is_box) in [(x - 1, false), (x, true), (x + 2, true), (x + 3, false)] {
        let mut play = Play::planned(SIZE);
        play.send(Message::Mouse(Mouse::Click, x, y));
        assert_eq!(play.model.is_stale(), is_box, "column {x}");
        let is_open = play
            .model
            .pages
            .get(&id)
            .is_some_and(|page| !page.turned.is_empty());
        assert_eq!(is_open, !is_box, "column {x}");
    }
}

#[test]
fn only_some_modules_are_rehearsed_where_only_some_are_chosen() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.press("o").key(KeyCode::Down).press(" ");
    play.key(KeyCode::Enter);
    let [Ask::Plan(wish)] = play.asked()[..] else {
        panic!("{:?}", play.commands)
    };
    assert_eq!(wish.only, ["stock"]);
}

#[test]
fn the_form_is_driven_by_the_mouse_too() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.press("o");
    let Some(Overlay::Choices(form)) = play.model.overlay.clone() else {
        panic!("no form")
    };
    let (_, rows) = layout::form(&play.model, &form);
    let is_strategy = |field: &Field| *field == Field::Strategy;
    let place = form.rows().iter().position(is_strategy).unwrap();
    let strategy = rows.y + u16::try_from(place).unwrap();
    play.send(Message::Mouse(Mouse::Click, rows.x + 20, strategy));
    play.key(KeyCode::Enter);
    let [Ask::Plan(wish)] = play.asked()[..] else {
        panic!("{:?}", play.commands)
    };
    assert_eq!(wish.choices.strategy, crate::plan::Strategy::Recreate);
}
