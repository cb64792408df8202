//! When the keys of the table are valid. Pure.

use std::cell::OnceCell;

use super::super::consent;
use super::super::keymap::Action;
use super::super::layout::Layout;
use super::super::model::{Model, PageId, Pane, Purpose, Screen};
use super::super::page::{self, side};
use super::super::standing;
use crate::events::Item;
use crate::tui::model::Standing;

/// Whether an action would do something now.
pub fn is_valid(model: &Model, action: Action) -> bool {
    Now::of(model).is_valid(action)
}

/// A model that does not change while several actions are asked about: the page with the keys is
/// made once.
pub struct Now<'a> {
    model: &'a Model,
    anchor: OnceCell<Option<page::Anchor>>,
}

impl<'a> Now<'a> {
    /// The model as it is.
    pub const fn of(model: &'a Model) -> Self {
        Self {
            model,
            anchor: OnceCell::new(),
        }
    }

    /// What the line with the cursor offers.
    fn anchor(&self) -> Option<&page::Anchor> {
        self.anchor.get_or_init(|| anchor(self.model)).as_ref()
    }

    /// Whether an action would do something.
    pub fn is_valid(&self, action: Action) -> bool {
        let model = self.model;
        let is_idle = model.work.is_none();
        let is_checklist = model.screen == Screen::Checklist;
        match action {
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::PartBefore
            | Action::PartAfter
            | Action::Help
            | Action::Palette
            | Action::Suspend => true,
            Action::Switch => {
                let layout = Layout::of(model);
                let is_somewhere = model.page_id() != PageId::Nothing;
                is_somewhere || model.pane != Pane::List || layout.side.is_some()
            }
            Action::Open => self.can_open(),
            Action::Back => can_go_up(model),
            Action::Agree => is_checklist && is_idle && model.survey.is_some() && !model.is_deep(),
            Action::Rehearse => is_checklist && is_idle && model.survey.is_some(),
            Action::Source | Action::Strategy => {
                let is_here = model.page_id() == PageId::Item(Item::Rehearse);
                is_checklist && is_idle && is_here && !is_done(model)
            }
            Action::Choose => {
                let is_sized = !model.is_too_small();
                is_checklist && is_idle && is_sized && model.survey.is_some() && !is_done(model)
            }
            Action::Toggle => {
                let has_box = self.anchor().is_some_and(|anchor| anchor.toggle.is_some());
                is_checklist && is_idle && model.pane == Pane::Page && has_box && !is_done(model)
            }
            Action::Fix => is_idle && is_checklist && has_correction(model),
            Action::GoOn => {
                let is_stale = model.screen == Screen::Checklist && can_plan_again(model);
                let is_open = model.screen == Screen::Checklist && model.open_run().is_some();
                let is_possible = purpose(model).is_some() || is_stale || is_open;
                is_idle && !model.is_too_small() && is_possible
            }
            Action::Cancel => model.work.as_ref().is_some_and(|work| !work.is_cancelled),
            Action::Chain => is_checklist && model.survey.as_ref().is_some_and(has_modules),
            Action::Past => is_checklist,
            Action::Recheck => is_idle && is_checklist,
            Action::Filter => matches!(model.screen, Screen::Chain(_)),
            Action::Copy => self
                .anchor()
                .is_some_and(|anchor| copied(model, anchor).is_some()),
            Action::Edit => is_idle && self.anchor().is_some_and(|anchor| anchor.place.is_some()),
            Action::Quit => !model
                .work
                .as_ref()
                .is_some_and(|work| work.task.is_effect()),
        }
    }

    fn can_open(&self) -> bool {
        let model = self.model;
        match model.pane {
            Pane::List => match model.screen {
                Screen::Past => !model.runs.is_empty(),
                _ => model.page_id() != PageId::Nothing,
            },
            Pane::Page | Pane::Side => {
                let anchor = self.anchor();
                anchor.is_some_and(|anchor| anchor.fold.is_some())
            }
        }
    }
}

/// What is copied from a line: its command or place; where the line itself is meant, else what it
/// is about.
pub(super) fn copied<'a>(model: &Model, anchor: &'a page::Anchor) -> Option<&'a str> {
    let contents = anchor.contents.as_deref();
    let contents = contents.filter(|_| model.pane != Pane::List);
    anchor.copy.as_deref().or(contents)
}

/// Whether the open item has a finding that can be corrected without judgement.
fn has_correction(model: &Model) -> bool {
    let (Some(survey), PageId::Item(item)) = (&model.survey, model.page_id()) else {
        return false;
    };
    let is_findings = matches!(
        item,
        Item::ProductionData | Item::SharedHistory | Item::Lint
    );
    is_findings
        && standing::findings(survey, item)
            .iter()
            .any(|finding| finding.remedy.is_safe && finding.remedy.diff.is_some())
}

fn has_modules(survey: &super::super::model::Surveyed) -> bool {
    !survey.evidence.modules.is_empty()
}

/// Whether the plan was executed: its choices are past.
pub(super) fn is_done(model: &Model) -> bool {
    model.standing(Item::Confirm) == Standing::Done
}

/// Whether there is a plan to be made with other choices.
pub(super) fn can_plan_again(model: &Model) -> bool {
    model.is_stale() && model.is_deep() && !is_done(model)
}

/// What could be confirmed here.
pub(super) fn purpose(model: &Model) -> Option<Purpose> {
    match model.screen {
        Screen::Checklist if !consent::wanted(model).is_empty() => Some(Purpose::Consent),
        Screen::Checklist => {
            let digest = model.digest().filter(|_| !is_done(model))?;
            Some(Purpose::Reset(digest.to_owned()))
        }
        Screen::Past => match (&model.preview, model.page_id()) {
            (Some(Ok(preview)), PageId::Run(id)) if preview.id == id && preview.plan.is_some() => {
                Some(Purpose::Undo(id))
            }
            _ => None,
        },
        Screen::Chain(_) => None,
    }
}

/// The anchor that the cursor of the page is on.
pub(super) fn anchor(model: &Model) -> Option<page::Anchor> {
    let (id, width, _) = side::focused(model);
    let at = model.pages.get(&id).map_or(0, |state| state.cursor.at);
    let page = page::page(model, &id, width);
    if model.pane == Pane::List {
        // From the list the first thing that can be copied or edited is meant.
        page.rows.into_iter().find_map(|row| {
            row.anchor
                .filter(|anchor| anchor.copy.is_some() || anchor.place.is_some())
        })
    } else {
        page.anchor(at).cloned()
    }
}

fn can_go_up(model: &Model) -> bool {
    model.pane != Pane::List || model.screen != Screen::Checklist || model.matches.is_some()
}
