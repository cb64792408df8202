//! Item 6: the plan, effect by effect, and what it takes to go on.

use super::{Anchor, Page};
use crate::events::Item;
use crate::plan::Plan;
use crate::report::plan::{DIGEST_DIGITS, steps};
use crate::tui::model::{Model, PageId, Standing};
use crate::tui::theme::Tone;

pub(super) fn page(model: &Model, width: u16) -> Page {
    let id = PageId::Item(Item::Confirm);
    let mut page = Page::new(model, &id, "6  Confirm", width);
    page.standing = Some(model.standing(Item::Confirm));
    let Some(planned) = &model.planned else {
        page.text(
            Tone::Faint,
            0,
            "There is no plan yet: it comes with the rehearsal (p).",
        );
        return page;
    };
    let plan = match &planned.plan {
        Ok(plan) => plan,
        Err(failure) => {
            page.failure(failure);
            page.blank();
            page.text(Tone::Plain, 0, "There is no plan, and nothing has changed.");
            return page;
        }
    };
    targets(&mut page, model);
    page.text(Tone::Strong, 0, "This will, in this order:");
    effects(&mut page, plan);
    page.blank();
    page.labelled(
        "undo",
        8,
        Tone::Plain,
        &format!("redistill undo {}", plan.id),
    );
    let digest = plan.digest();
    page.command(
        "headless",
        &format!("redistill reset --plan {}", &digest[..DIGEST_DIGITS]),
    );
    page.blank();
    let words = if page.standing == Some(Standing::Done) {
        "Confirmed."
    } else {
        "ctrl+x goes on to the confirmation, where the database's name is typed in full."
    };
    page.text(Tone::Plain, 0, words);
    page
}

/// Every database that the plan changes, in full.
fn targets(page: &mut Page, model: &Model) {
    for (_, label) in crate::tui::confirmation::words(model) {
        page.labelled("target", 8, Tone::Strong, &label);
    }
    page.blank();
}

/// The steps; each unfolds.
pub(super) fn effects(page: &mut Page, plan: &Plan) {
    for (index, (_, title, details)) in steps(plan).into_iter().enumerate() {
        let anchor = Anchor {
            fold: Some(format!("{} step {index}", plan.id)),
            ..Anchor::default()
        };
        let spans = vec![page.piece(Tone::Plain, &format!("{:>2}. {title}", index + 1))];
        if page.fold(anchor, false, spans) {
            for detail in &details {
                page.text(Tone::Faint, 6, detail);
            }
        }
    }
}
