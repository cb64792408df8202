//! Statements of a plan that may lose something, and who agreed to them. Pure.
//!
//! A rehearsal says where; the page of item 6 shows the statements; the database's name is typed;
//! then it is rehearsed again, with the name among the choices. What was typed for some statements
//! agrees to those and to no others: `take` holds the new ones against what was shown.

use super::model::{Model, Planned};
use crate::engine::Destructive;
use crate::error::Failure;
use crate::model::text::safe;

/// The databases that somebody must agree to before there is a plan.
pub fn wanted(model: &Model) -> &[Destructive] {
    match &model.planned {
        Some(planned) if !model.is_stale() => &planned.lacking,
        _ => &[],
    }
}

/// What is typed, each word once, with the place that it names.
pub fn words(model: &Model) -> Vec<(String, String)> {
    let mut words: Vec<(String, String)> = Vec::new();
    for one in wanted(model) {
        let word = (safe(&one.database).into_owned(), one.label.clone());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Everything was typed: the databases are among the choices from now on.
pub fn agree(model: &mut Model) {
    let agreed: Vec<Destructive> = wanted(model).to_vec();
    for one in agreed {
        let accepted = &mut model.wish.choices.accept_destructive;
        if !accepted.contains(&one.database) {
            accepted.push(one.database.clone());
            accepted.sort();
        }
        model
            .agreed
            .retain(|other| (&other.module, &other.database) != (&one.module, &one.database));
        model.agreed.push(one);
    }
}

/// What was agreed to has happened, or was taken back.
pub fn forget(model: &mut Model) {
    model.agreed.clear();
    model.wish.choices.accept_destructive.clear();
}

/// Holds a new plan against what was agreed to. Where other statements would run than those that
/// were shown, the consent is taken back, and there is no plan.
pub fn take(model: &mut Model, planned: &mut Planned) {
    let is_known = |one: &Destructive| {
        model.agreed.iter().any(|agreed| {
            (&agreed.module, &agreed.database, &agreed.statements)
                == (&one.module, &one.database, &one.statements)
        })
    };
    let other: Vec<Destructive> = planned
        .destructive
        .iter()
        .filter(|one| one.is_accepted && !is_known(one))
        .cloned()
        .collect();
    if other.is_empty() {
        return;
    }
    for one in &other {
        for choices in [&mut model.wish.choices, &mut planned.wish.choices] {
            choices
                .accept_destructive
                .retain(|word| *word != one.database);
        }
    }
    // Another reason against the plan stays the reason.
    if planned.plan.is_ok() || !planned.lacking.is_empty() {
        planned.plan = Err(Failure::refused(format!(
            "{}: other statements may lose something than those that were agreed to",
            safe(&other[0].label)
        )));
        planned.lacking.extend(other);
    }
}
