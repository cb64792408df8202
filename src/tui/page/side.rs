//! The third pane of a wide screen: the chain, the baseline, or both definitions of an object. It
//! shows what belongs to the line that the page's cursor is on.

use super::{Page, page};
use crate::events::Item;
use crate::tui::layout::{self, Layout};
use crate::tui::list;
use crate::tui::model::{Model, PageId, Pane, Screen, Task};
use crate::tui::theme::Tone;

/// What the third pane shows, if there is anything.
pub fn id(model: &Model) -> Option<PageId> {
    if model.screen != Screen::Checklist {
        return None;
    }
    let main = model.page_id();
    let is_planning = model
        .work
        .as_ref()
        .is_some_and(|work| work.task == Task::Plan);
    let rehearsed = model
        .planned
        .iter()
        .flat_map(|planned| &planned.modules)
        .next();
    match (&main, rehearsed) {
        (PageId::Item(Item::Rehearse | Item::Confirm), Some(first)) if !is_planning => {
            let about = about(model, &main);
            Some(match about {
                Some((module, object)) if object.is_empty() => PageId::Baseline(module),
                Some((module, object)) => PageId::Object(module, object),
                None => PageId::Baseline(first.module.0.clone()),
            })
        }
        (PageId::Module(place), _) => Some(PageId::Graph(*place)),
        _ => (!list::graph(model, 0).is_empty()).then_some(PageId::Graph(0)),
    }
}

/// What the line with the page's cursor is about.
fn about(model: &Model, main: &PageId) -> Option<(String, String)> {
    let (width, _) = layout::page_size(model);
    let at = model.pages.get(main).map_or(0, |state| state.cursor.at);
    page(model, main, width).anchor(at)?.about.clone()
}

/// The page that the keys are for, with its width and height; the list's own is the one beside it.
pub fn focused(model: &Model) -> (PageId, u16, u16) {
    of_pane(model, model.pane)
}

/// The page in a pane, with its width and height.
pub fn of_pane(model: &Model, pane: Pane) -> (PageId, u16, u16) {
    let side = Layout::of(model).side.filter(|_| pane == Pane::Side);
    if let Some((area, id)) = side.zip(id(model)) {
        return (id, layout::text_width(area), layout::inner(area).height);
    }
    let (width, height) = layout::page_size(model);
    (model.page_id(), width, height)
}

/// A module's chain. Its rows are made as they are drawn.
pub(super) fn graph(model: &Model, module: usize, width: u16) -> Page {
    let seen = model
        .survey
        .iter()
        .flat_map(|survey| &survey.evidence.modules);
    let name = seen
        .into_iter()
        .nth(module)
        .map_or("", |seen| &seen.module.name.0);
    let id = PageId::Graph(module);
    let mut page = Page::new(model, &id, format!("Chain of {name}"), width);
    if list::graph(model, module).is_empty() {
        page.text(Tone::Faint, 0, "no revision yet");
    } else {
        page.graph = Some(module);
    }
    page
}
