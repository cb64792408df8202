use super::*;
use crate::tui::fixture::Play;

fn form() -> Form {
    Form::of(&Play::surveyed((120, 40), Vec::new()).model, Field::Reason)
}

fn typed(form: &mut Form, text: &str) {
    for letter in text.chars() {
        form.key(Key::sign(letter));
    }
}

fn pressed(form: &mut Form, codes: &[KeyCode]) -> Outcome {
    let mut outcome = Outcome::Open;
    for code in codes {
        outcome = form.key(Key::plain(*code));
    }
    outcome
}

#[test]
fn as_it_stands_nothing_but_the_reason_is_new() {
    let mut form = form();
    typed(&mut form, "forty fixes");
    let expected = Wish {
        choices: Choices {
            reason: Some("forty fixes".to_owned()),
            ..Choices::default()
        },
        only: Vec::new(),
    };
    assert_eq!(
        pressed(&mut form, &[KeyCode::Enter]),
        Outcome::Taken(expected)
    );
}

#[test]
fn every_field_is_chosen_by_keys() {
    use KeyCode::{Backspace, Down, Enter, Right, Up};
    let mut form = form();
    pressed(&mut form, &[Up; 6]);
    pressed(&mut form, &[Right, Down, Right, Down, Right, Down]);
    pressed(&mut form, &[Right, Down, Right, Down]);
    typed(&mut form, "base_1x");
    pressed(&mut form, &[Backspace, Down]);
    form.key(Key::control('u'));
    typed(&mut form, "first schema");
    pressed(&mut form, &[Down, Down, Down]);
    typed(&mut form, " ");
    let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
        panic!("{form:?}")
    };
    assert_eq!(wish.choices.source, Source::Models);
    assert!(wish.choices.accept_losses && wish.choices.with_model_changes);
    assert_eq!(wish.choices.reference, Reference::Live);
    assert_eq!(wish.choices.strategy, Strategy::Recreate);
    let given = RevisionIdChoice::Given("base_1".to_owned());
    assert_eq!(wish.choices.revision_id, given);
    assert_eq!(wish.choices.message.as_deref(), Some("first schema"));
    assert_eq!(wish.choices.reason, None);
    assert_eq!(wish.only, ["shop"]);
}

#[test]
fn what_cannot_be_taken_is_said_and_kept() {
    use KeyCode::{Down, Enter, Up};
    let mut form = form();
    pressed(&mut form, &[Up, Up]);
    typed(&mut form, "a-b");
    assert_eq!(pressed(&mut form, &[Enter]), Outcome::Open);
    assert!(
        form.problem.as_deref().is_some_and(|why| why.contains('-')),
        "{form:?}"
    );
    pressed(&mut form, &[KeyCode::Left, KeyCode::Left]);
    pressed(&mut form, &[Down, Down, Down]);
    typed(&mut form, " ");
    pressed(&mut form, &[Down]);
    typed(&mut form, " ");
    assert_eq!(pressed(&mut form, &[Enter]), Outcome::Open);
    assert_eq!(form.problem.as_deref(), Some("no module is chosen"));
}

#[test]
fn losses_as_a_whole_go_with_the_models_and_leave_with_them() {
    use KeyCode::{Down, Enter, Right, Up};
    let mut form = form();
    pressed(&mut form, &[Up; 6]);
    assert_eq!(form.at, Field::Source);
    pressed(&mut form, &[Right, Down]);
    assert_eq!(form.at, Field::Losses);
    pressed(&mut form, &[Right, Up, Right, Down]);
    assert_eq!(form.at, Field::Reference, "of the chain there are none");
    let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
        panic!("{form:?}")
    };
    assert!(!wish.choices.accept_losses);
}

#[test]
fn a_consent_can_be_taken_back_here_and_never_given() {
    use KeyCode::{Enter, Up};
    let mut model = Play::surveyed((120, 40), Vec::new()).model;
    assert!(!form().rows().contains(&Field::Consent(0)));
    model.wish.choices.accept_destructive = vec!["shop".to_owned()];
    let mut form = Form::of(&model, Field::Source);
    pressed(&mut form, &[Up]);
    typed(&mut form, " ");
    let Outcome::Taken(wish) = pressed(&mut form, &[Enter]) else {
        panic!("{form:?}")
    };
    assert!(wish.choices.accept_destructive.is_empty());
}
