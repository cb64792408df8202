//! A past run: what it did, and what taking it back would do.

use super::confirm::effects;
use super::{Anchor, Page};
use crate::journal::Run;
use crate::plan::Purpose;
use crate::report::past::{Ways, moment, standing};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Previewed, Standing, Task};
use crate::tui::theme::Tone;

const LABEL: usize = 10;

pub(super) fn page(model: &Model, id: &str, width: u16) -> Page {
    let title = format!("Run {id}");
    let mut page = Page::new(model, &PageId::Run(id.to_owned()), title, width);
    let Some(run) = model.runs.iter().find(|run| run.id() == id) else {
        return page;
    };
    facts(&mut page, run);
    match &model.preview {
        Some(Ok(preview)) if preview.id == id => back(&mut page, model, preview),
        Some(Err(failure)) if model.preview_of.as_deref() == Some(id) => {
            page.failure(failure);
            page.blank();
        }
        _ if run.is_open() => {
            page.text(
                Tone::Caution,
                0,
                "It was interrupted and is still open. Enter offers to go on with it or to take it \
                 back.",
            );
            page.blank();
            both_ways(&mut page, run);
        }
        _ if is_being_looked_at(model, id) => {
            page.text(Tone::Accent, 0, "looking at what taking it back would do …");
            page.blank();
        }
        _ if can_go_back(run) => {
            page.text(Tone::Plain, 0, "Enter shows what taking it back would do.");
            page.blank();
        }
        _ => {}
    }
    let anchor = Anchor {
        fold: Some("did".to_owned()),
        ..Anchor::default()
    };
    let is_alone = model.preview.is_none();
    let spans = vec![page.piece(Tone::Strong, "What it does, in this order")];
    if page.fold(anchor, is_alone, spans) {
        effects(&mut page, &run.plan);
    }
    page
}

/// Of an open run: what was done, what going on would do, what taking it back would.
pub(super) fn both_ways(page: &mut Page, run: &Run) {
    let ways = Ways::of(run);
    for (title, tone, steps) in [
        ("Done so far", Standing::Done, &ways.done),
        ("Not known to have ended", Standing::Failed, &ways.torn),
    ] {
        if !steps.is_empty() {
            page.text(Tone::Strong, 0, title);
            for step in steps {
                page.marked(tone, Tone::Plain, step);
            }
        }
    }
    page.text(Tone::Strong, 0, "Going on would do");
    for step in &ways.ahead {
        page.marked(Standing::Waiting, Tone::Plain, step);
    }
    if ways.is_undo {
        let [_, words] = ways.sentences();
        page.text(Tone::Plain, 0, &words);
    } else {
        page.text(Tone::Strong, 0, "Taking it back would undo, newest first");
        for step in &ways.back {
            page.marked(Standing::Undone, Tone::Plain, step);
        }
        if ways.back.is_empty() {
            page.text(Tone::Plain, 2, "nothing: no step had begun");
        }
    }
    page.blank();
}

fn is_being_looked_at(model: &Model, id: &str) -> bool {
    let is_next = model.wanted.as_deref() == Some(id);
    is_next
        || model
            .work
            .as_ref()
            .is_some_and(|work| work.task == Task::Preview)
}

fn facts(page: &mut Page, run: &Run) {
    page.labelled("standing", LABEL, Tone::Strong, standing(run));
    page.labelled("began", LABEL, Tone::Plain, &moment(run));
    if let Purpose::Undo(of) = &run.plan.purpose {
        page.labelled("takes back", LABEL, Tone::Plain, of);
    }
    let reason = run.plan.choices.reason.as_deref().unwrap_or("not given");
    page.labelled("reason", LABEL, Tone::Plain, reason);
    for module in &run.plan.modules {
        let text = format!(
            "{}: {} → {}",
            module.module,
            crate::model::text::count(module.revisions.len(), "revision"),
            module.baseline_id
        );
        page.labelled("module", LABEL, Tone::Plain, &text);
    }
    page.blank();
}

/// Whether an undo can be asked for.
pub(in crate::tui) fn can_go_back(run: &Run) -> bool {
    run.plan.purpose == Purpose::Reset && standing(run) == "done"
}

fn back(page: &mut Page, model: &Model, preview: &Previewed) {
    page.text(Tone::Strong, 0, "Taking it back would, in this order");
    if let Some(plan) = &preview.plan {
        effects(page, plan);
    }
    for kept in &preview.kept {
        page.labelled("stays", LABEL, Tone::Plain, kept);
    }
    for sentence in &preview.by_hand {
        page.labelled("by hand", LABEL, Tone::Caution, sentence);
    }
    page.blank();
    page.text(
        Tone::Plain,
        0,
        &format!(
            "{} goes on to the confirmation, where the run's name is typed in full.",
            model.keymap.key(Action::GoOn)
        ),
    );
    page.blank();
}
