//! What may be lost: shown, agreed to by a name, and never beyond what was shown.

use super::*;

/// To the dialog that asks for the name.
fn agreeing() -> Play {
    let mut play = Play::lacking(SIZE);
    play.control('x');
    assert_eq!(
        play.model.page_id(),
        PageId::Item(Item::Confirm),
        "read first"
    );
    assert_eq!(play.model.overlay, None);
    play.control('x');
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    play
}

#[test]
fn what_may_be_lost_is_agreed_to_by_the_name_and_by_nothing_less() {
    let mut play = agreeing();
    play.press("shop").key(KeyCode::Enter);
    assert!(play.asked().is_empty(), "typed ahead");
    play.send(Message::Armed);
    for wrong in ["", "y", "yes", "Shop", "sho"] {
        play.press(wrong).key(KeyCode::Enter);
        assert!(play.asked().is_empty(), "{wrong:?}");
    }
    assert!(play.model.wish.choices.accept_destructive.is_empty());
    play.press("shop").key(KeyCode::Enter);
    let [Ask::Plan(wish)] = play.asked()[..] else {
        panic!("{:?}", play.commands)
    };
    assert_eq!(wish.choices.accept_destructive, ["shop"]);
    let wish = wish.clone();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    assert!(play.model.plan().is_some());
    // Agreeing is not confirming: the name is typed once more.
    play.control('x').control('x').send(Message::Armed);
    play.key(KeyCode::Enter);
    assert!(play.asked().is_empty());
    play.press("shop").key(KeyCode::Enter);
    assert!(matches!(play.asked()[..], [Ask::Reset(_)]));
}

#[test]
fn other_statements_than_those_that_were_shown_take_the_consent_back() {
    let mut play = agreeing();
    play.send(Message::Armed).press("shop").key(KeyCode::Enter);
    let wish = play.model.wish.clone();
    let mut planned = fixture::planned_for(wish);
    planned.destructive[0].statements[0].sql = "DROP TABLE public.notes;".to_owned();
    play.send(Message::Planned(Ok(Box::new(planned))));
    assert!(play.model.plan().is_none());
    assert!(play.model.wish.choices.accept_destructive.is_empty());
    assert!(!play.model.is_stale(), "what is shown is of these choices");
    let lacking = &play.model.planned.as_ref().unwrap().lacking;
    assert_eq!(lacking[0].statements[0].sql, "DROP TABLE public.notes;");
    // It is asked again, for these.
    play.control('x').control('x').send(Message::Armed);
    play.press("shop").key(KeyCode::Enter);
    assert!(matches!(play.asked()[..], [Ask::Plan(_)]));
}

#[test]
fn a_refusal_of_another_kind_offers_nothing_to_agree_to() {
    let mut play = Play::lacking(SIZE);
    let planned = play.model.planned.as_mut().unwrap();
    planned.lacking.clear();
    assert!(!play.is_valid(Action::GoOn));
}

#[test]
fn what_was_agreed_to_ends_with_the_reset() {
    let mut play = agreeing();
    play.send(Message::Armed).press("shop").key(KeyCode::Enter);
    let wish = play.model.wish.clone();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    play.control('x').control('x').send(Message::Armed);
    play.press("shop").key(KeyCode::Enter);
    play.send(Message::Ended(Ok(Ended {
        id: "20261122-1".to_owned(),
        outcome: "done",
        by_hand: Vec::new(),
        is_untested: false,
    })));
    assert!(play.model.agreed.is_empty());
    assert!(play.model.wish.choices.accept_destructive.is_empty());
}
