//! Item 6: statements that may lose something, before and after somebody agreed to them.

use super::{Anchor, Page};
use crate::engine::Destructive;
use crate::model::text::count;
use crate::plan::{Plan, Statement};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Planned};
use crate::tui::syntax::Language;
use crate::tui::theme::Tone;

/// The databases that somebody must agree to, each with its statements as they would run.
pub(super) fn wanted(page: &mut Page, model: &Model, planned: &Planned) {
    let total = |one: &Destructive| {
        let loses = one.statements.iter().filter(|one| one.loses.is_some());
        loses.count()
    };
    let all = count(planned.lacking.iter().map(total).sum(), "statement");
    page.text(
        Tone::Caution,
        0,
        &format!("! Bringing the database in line takes {all} that may lose something."),
    );
    page.text(
        Tone::Plain,
        0,
        "Nothing has changed, and there is no plan yet.",
    );
    for one in &planned.lacking {
        page.blank();
        page.labelled("in", 8, Tone::Strong, &one.label);
        page.labelled("for", 8, Tone::Plain, &one.module.0);
        statements(page, one.statements.iter());
    }
    page.blank();
    page.text(
        Tone::Plain,
        0,
        &format!(
            "{} asks you to agree, by the database's name, typed in full. Then a plan with these \
             statements is rehearsed: the database is dumped before they run, the dump is proven, \
             and an undo brings it back.",
            model.keymap.key(Action::GoOn)
        ),
    );
    page.text(
        Tone::Plain,
        0,
        &format!(
            "Or bring the database in line by hand, with a revision that keeps what is needed; or \
             build it again, giving its rows up: {}, strategy recreate.",
            model.keymap.key(Action::Choose)
        ),
    );
    let mut words: Vec<&str> = Vec::new();
    for one in &planned.lacking {
        if !words.contains(&one.database.as_str()) {
            words.push(&one.database);
        }
    }
    let flags = words
        .iter()
        .map(|word| format!(" --accept-destructive {word}"));
    let flags: String = flags.collect();
    page.command("headless", &format!("redistill plan{flags}"));
}

/// What of a plan may lose something: it was agreed to.
pub(super) fn agreed(page: &mut Page, plan: &Plan) {
    for (database, all) in plan.destructive() {
        page.text(
            Tone::Bad,
            0,
            &format!("! May lose something in {}, as was agreed:", database.label),
        );
        statements(page, all.into_iter());
        page.blank();
    }
}

fn statements<'a>(page: &mut Page, all: impl Iterator<Item = &'a Statement>) {
    for statement in all {
        let first = page.rows.len();
        page.source(Language::Sql, 2, &statement.sql);
        if let Some(row) = page.rows.get_mut(first) {
            row.anchor = Some(Anchor {
                contents: Some(statement.sql.clone()),
                ..Anchor::default()
            });
        }
        page.text(Tone::Faint, 6, &format!("settles {}", statement.settles));
        if let Some(loses) = &statement.loses {
            page.text(Tone::Bad, 6, &format!("may lose {loses}"));
        }
    }
}
