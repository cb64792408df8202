//! Item 5: the choices, the rehearsal while it runs, and what it came to.

use ratatui::text::Line;

use super::{Page, comparison, live};
use crate::events::Item;
use crate::plan::{Reference, RevisionIdChoice, Source, Strategy};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Task};
use crate::tui::theme::Tone;

/// What stands over what was made with other choices.
pub(super) fn stale(model: &Model) -> String {
    let key = model.keymap.key(Action::Rehearse);
    format!("! Older than your choices: {key} rehearses again.")
}

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
            (Tone::Caution, stale(model))
        } else {
            (
                Tone::Faint,
                format!(
                    "Made with these choices; {} carries or leaves out.",
                    model.keymap.key(Action::Toggle)
                ),
            )
        };
        let line = Line::from(page.piece(tone, &words));
        page.pinned.extend([line, Line::default()]);
    }
    choices(&mut page, model);
    if let Some(failure) = &model.plan_failure {
        page.failure(failure);
        page.blank();
        page.text(
            Tone::Plain,
            0,
            "Nothing of yours has changed. The scratch databases were dropped; where their server was \
             gone, the next start drops them.",
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
    let is_blind = (model.survey.as_ref()).is_some_and(|seen| !seen.troubles.is_empty());
    if model.is_deep() && is_blind {
        format!(
            "Not everything could be seen: item 1 says what, and why. {} looks again.",
            model.keymap.key(Action::Recheck)
        )
    } else if model.is_deep() {
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
    let label = |word: &str, action| format!("{word:<9} {}", model.keymap.key(action));
    let by_source = label("source", Action::Source);
    let by_strategy = label("strategy", Action::Strategy);
    let by_form = |word| label(word, Action::Choose);
    page.labelled(&by_source, 12, Tone::Plain, source(choices.source));
    page.labelled(&by_strategy, 12, Tone::Plain, strategy(choices.strategy));
    let reference = match choices.reference {
        Reference::Replay => "",
        Reference::Live => ", held against the live schema if it does not replay (weaker)",
    };
    let losses = if choices.accept_losses {
        ", all losses accepted"
    } else {
        ""
    };
    let changes = if choices.with_model_changes {
        ", models ahead as a second revision"
    } else {
        ""
    };
    let more = format!("id {id}, message {message}{reference}{losses}{changes}");
    page.labelled(&by_form("more"), 12, Tone::Plain, &more);
    if !choices.accept_destructive.is_empty() {
        let agreed = choices.accept_destructive.join(", ");
        let words = format!("something may be lost in {agreed}");
        page.labelled(&by_form("agreed"), 12, Tone::Caution, &words);
    }
    page.labelled("reason", 12, Tone::Plain, reason);
    if !model.wish.only.is_empty() {
        let only = model.wish.only.join(", ");
        page.labelled("only", 12, Tone::Caution, &only);
    }
    page.blank();
}
