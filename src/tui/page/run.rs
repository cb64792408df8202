//! Items 7 to 12: the run, step by step, and its report when it is over.

use super::Page;
use crate::events::Item;
use crate::model::text::elapsed;
use crate::progress::{ItemState, StepProgress};
use crate::report::plan::steps;
use crate::tui::keymap::Action;
use crate::tui::model::{Finished, Model, PageId, Standing, Task};
use crate::tui::theme::Tone;

pub(super) fn page(model: &Model, item: Item, width: u16) -> Page {
    let id = PageId::Item(item);
    let title = format!("{:>2}  {}", item.number(), item.title());
    let mut page = Page::new(model, &id, title, width);
    page.standing = Some(model.standing(item));
    if let Some(work) = model.work.as_ref().filter(|work| work.task.is_effect()) {
        let since = elapsed(model.now.saturating_sub(work.since));
        let words = if work.is_cancelled {
            "stopping at the next safe place"
        } else {
            work.task.words()
        };
        page.text(Tone::Accent, 0, &format!("{words} … {since}"));
        page.blank();
    } else if let Some(finished) = &model.finished {
        report(&mut page, model, finished);
    }
    if model.progress.steps.is_empty() {
        preview(&mut page, model, item);
    } else {
        for step in &model.progress.steps {
            write(&mut page, step, model.finished.is_some());
        }
    }
    page
}

/// Before anything ran: what this item will do.
fn preview(page: &mut Page, model: &Model, item: Item) {
    let Some(plan) = model.plan() else {
        page.text(Tone::Faint, 0, &waiting(model));
        return;
    };
    let mut is_empty = true;
    for (of, title, details) in steps(plan) {
        if of == item {
            is_empty = false;
            page.text(Tone::Plain, 0, &title);
            for detail in &details {
                page.text(Tone::Faint, 2, detail);
            }
        }
    }
    if is_empty {
        page.text(Tone::Plain, 0, "The plan has nothing to do here.");
    }
}

/// What is missing, and the key that leads on.
fn waiting(model: &Model) -> String {
    let work = model.work.as_ref().map(|work| &work.task);
    if work == Some(&Task::Plan) {
        return "Waits for the rehearsal, which runs; then for the plan's confirmation.".to_owned();
    }
    let (key, does) = if model.is_deep() {
        (Action::Rehearse, "rehearses, which changes nothing")
    } else {
        (Action::Agree, "looks deeper first")
    };
    let key = model.keymap.key(key);
    format!("Waits for the plan and its confirmation: {key} {does}.")
}

fn write(page: &mut Page, step: &StepProgress, is_over: bool) {
    let (standing, told) = match &step.state {
        ItemState::Waiting => (Standing::Waiting, ""),
        ItemState::Running if is_over => (Standing::Failed, "did not come to its end"),
        ItemState::Running => (Standing::Running, ""),
        ItemState::Done(receipt) => (Standing::Done, receipt.as_str()),
        ItemState::Failed(why) => (Standing::Failed, why.as_str()),
    };
    let tone = if standing == Standing::Waiting {
        Tone::Faint
    } else {
        Tone::Plain
    };
    page.marked(standing, tone, &step.title);
    if !told.is_empty() && told != step.title {
        page.text(Tone::Faint, 4, told);
    }
    if step.replayed {
        page.text(Tone::Faint, 4, "done before the interruption");
    }
}

/// How it ended.
fn report(page: &mut Page, model: &Model, finished: &Finished) {
    match &finished.outcome {
        Ok(ended) => {
            let words = match finished.task {
                Task::Reset => "The reset is done.",
                Task::Undo => "The run was taken back.",
                _ => "The run went on to its end.",
            };
            let mark = page.theme.mark(Standing::Done);
            page.text(
                Tone::Good,
                0,
                &format!("{mark} {words} {}: {}", ended.id, ended.outcome),
            );
            if let Some(summary) = &finished.summary {
                page.text(Tone::Plain, 2, summary.trim_end());
                page.command("  undo:", &format!("redistill undo {}", ended.id));
            }
            for sentence in &ended.by_hand {
                page.labelled("  by hand", 10, Tone::Caution, sentence);
            }
        }
        Err(failure) => {
            page.failure(failure);
            if let Some(run) = model.open_run() {
                page.blank();
                super::past::both_ways(page, run);
                let words = format!(
                    "{} offers both; either way the run's name is typed first.",
                    model.keymap.key(Action::GoOn)
                );
                page.text(Tone::Plain, 0, &words);
            }
        }
    }
    page.blank();
}
