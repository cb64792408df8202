//! Item 5: the choices, the rehearsal while it runs, and what it came to.

use ratatui::text::Line;

use super::{Page, comparison, live};
use crate::events::Item;
use crate::plan::{Reference, RevisionIdChoice, Source, Strategy};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Task};
use crate::tui::theme::Tone;

/// What stands over what was made with other choices.
pub(super) const STALE: &str = "! Older than your choices: p rehearses again.";

pub(super) fn page(model: &Model, width: u16) -> Page {
    let id = PageId::Item(Item::Rehearse);
    let mut page = Page::new(model, &id, "5  Rehearse", width);
    page.standing = Some(model.standing(Item::Rehearse));
    if let Some(work) = model.work.as_ref().filter(|work| work.task == Task::Plan) {
        live::running(&mut page, model, work);
        return page;
    }
    if model.planned.is_some() {
        // There in any case: nothing moves when a box is turned.
        let (tone, words) = if model.is_stale() {
            (Tone::Caution, STALE)
        } else {
            (
                Tone::Faint,
                "Made with these choices; space carries or leaves out.",
            )
        };
        let line = Line::from(page.piece(tone, words));
        page.pinned.extend([line, Line::default()]);
    }
    choices(&mut page, model);
    if let Some(failure) = &model.plan_failure {
        page.failure(failure);
        page.blank();
        page.text(
            Tone::Plain,
            0,
            "Nothing of yours has changed. Scratch databases are dropped; what a lost server still has \
             of them goes with the next rehearsal.",
        );
        live::output(&mut page, model);
        return page;
    }
    let Some(planned) = &model.planned else {
        page.text(Tone::Plain, 0, &waiting(model));
        return page;
    };
    for module in &planned.modules {
        comparison::module(&mut page, model, module);
    }
    comparison::unclaimed(&mut page, model, planned);
    if planned.modules.is_empty() {
        if let Err(failure) = &planned.plan {
            page.failure(failure);
        }
        page.blank();
        page.text(
            Tone::Plain,
            0,
            "Nothing was rehearsed: no scratch database was created.",
        );
    }
    live::output(&mut page, model);
    page
}

fn waiting(model: &Model) -> String {
    if model.is_deep() {
        format!(
            "Press {} to rehearse: the old chain and its baseline are built on scratch databases, \
             compared, taken down and built again. Nothing of yours changes.",
            model.keymap.key(Action::Rehearse)
        )
    } else {
        let key = model.keymap.key(Action::Agree);
        format!("Waits for a look at the databases: press {key}.")
    }
}

/// Where the baseline comes from, in a sentence.
pub(in crate::tui) const fn source(source: Source) -> &'static str {
    match source {
        Source::Chain => "chain: the baseline builds what the old chain built",
        Source::Models => "models: the baseline builds what the models say",
    }
}

/// What becomes of the live database, in a sentence.
pub(in crate::tui) const fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Keep => "keep: rows stay, the database is stamped",
        Strategy::Recreate => "recreate: dumped, dropped, built again; rows are given up",
        Strategy::Unversioned => "unversioned: the version table goes and stays away",
    }
}

fn choices(page: &mut Page, model: &Model) {
    let choices = &model.wish.choices;
    let id = match &choices.revision_id {
        RevisionIdChoice::New => "new",
        RevisionIdChoice::ReuseHead => "reuse-head",
        RevisionIdChoice::Given(id) => id,
    };
    let message = choices.message.as_deref().unwrap_or("initial_schema");
    let reason = choices.reason.as_deref().unwrap_or("not given");
    page.labelled("source    s", 12, Tone::Plain, source(choices.source));
    page.labelled("strategy  t", 12, Tone::Plain, strategy(choices.strategy));
    let reference = match choices.reference {
        Reference::Replay => "",
        Reference::Live => ", held against the live schema if it does not replay (weaker)",
    };
    let more = format!("id {id}, message {message}{reference}");
    page.labelled("more      o", 12, Tone::Plain, &more);
    page.labelled("reason", 12, Tone::Plain, reason);
    if !model.wish.only.is_empty() {
        let only = model.wish.only.join(", ");
        page.labelled("only", 12, Tone::Caution, &only);
    }
    page.blank();
}
