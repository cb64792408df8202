//! How each item of the checklist stands: a fold of survey, rehearsal and run. Pure.
//!
//! What was not looked at waits; it is never clear.

use super::model::{Model, Standing, Surveyed, Task};
use crate::engine::Depth;
use crate::events::Item;
use crate::progress::ItemState;
use crate::rules::{Finding, Severity};

/// How an item stands.
pub fn of(model: &Model, item: Item) -> Standing {
    match item {
        Item::Survey => survey(model),
        Item::ProductionData | Item::SharedHistory | Item::Lint => judged(model, item),
        Item::Rehearse => rehearsal(model),
        Item::Confirm => confirmation(model),
        _ => step(model, item),
    }
}

fn runs(model: &Model, task: &Task) -> bool {
    model.work.as_ref().is_some_and(|work| work.task == *task)
}

fn survey(model: &Model) -> Standing {
    if runs(model, &Task::Survey(Depth::Static)) || runs(model, &Task::Survey(Depth::Full)) {
        return Standing::Running;
    }
    if model.survey_failure.is_some() {
        return Standing::Failed;
    }
    match &model.survey {
        None => Standing::Waiting,
        Some(survey) if !survey.troubles.is_empty() || !survey.obstacles.is_empty() => {
            Standing::Refused
        }
        Some(survey) if survey.depth == Depth::Static => Standing::Caution,
        Some(_) => Standing::Done,
    }
}

/// The findings that belong to an item.
pub fn findings(survey: &Surveyed, item: Item) -> Vec<&Finding> {
    survey
        .findings
        .iter()
        .filter(|finding| item_of(finding) == item)
        .collect()
}

/// The item that a finding belongs to.
fn item_of(finding: &Finding) -> Item {
    match finding.code.get(..3) {
        Some("RD1") => Item::ProductionData,
        Some("RD2") => Item::SharedHistory,
        _ => Item::Lint,
    }
}

fn judged(model: &Model, item: Item) -> Standing {
    let Some(survey) = &model.survey else {
        return Standing::Waiting;
    };
    let worst = findings(survey, item)
        .iter()
        .map(|finding| finding.severity)
        .min();
    match worst {
        Some(Severity::Refuse) => Standing::Refused,
        Some(Severity::Warn) => Standing::Caution,
        // Without a look at the databases nothing more can be said.
        _ if survey.depth == Depth::Static => Standing::Waiting,
        _ if !survey.troubles.is_empty() && item == Item::ProductionData => Standing::Waiting,
        _ => Standing::Clear,
    }
}

fn rehearsal(model: &Model) -> Standing {
    if runs(model, &Task::Plan) {
        return Standing::Running;
    }
    if model.plan_failure.is_some() {
        return Standing::Failed;
    }
    match &model.planned {
        None => Standing::Waiting,
        Some(planned) if planned.modules.is_empty() => Standing::Refused,
        Some(_) if model.is_stale() => Standing::Caution,
        Some(planned) => {
            let is_whole = planned
                .modules
                .iter()
                .all(|module| module.lost.is_empty() && module.left_behind.is_empty());
            if is_whole {
                Standing::Done
            } else {
                Standing::Refused
            }
        }
    }
}

fn confirmation(model: &Model) -> Standing {
    let is_confirmed = matches!(model.progress.item(Item::Confirm), ItemState::Done(_));
    if is_confirmed || !model.step_items.is_empty() {
        return Standing::Done;
    }
    match &model.planned {
        Some(planned) if !planned.lacking.is_empty() => Standing::Caution,
        Some(planned) if planned.plan.is_err() => Standing::Refused,
        _ => Standing::Waiting,
    }
}

/// The fold of the item's steps. A step counts when the journal knows it; what an undo did is
/// undone.
fn step(model: &Model, item: Item) -> Standing {
    let steps = model.progress.steps.iter().zip(&model.step_items);
    let states: Vec<&ItemState> = steps
        .filter(|(_, of)| **of == item)
        .map(|(step, _)| &step.state)
        .collect();
    let is_undo = model
        .work
        .as_ref()
        .map(|work| &work.task)
        .or(model.finished.as_ref().map(|finished| &finished.task))
        == Some(&Task::Undo);
    if states.is_empty() {
        return Standing::Waiting;
    }
    if states
        .iter()
        .any(|state| matches!(state, ItemState::Failed(_)))
    {
        return Standing::Failed;
    }
    if states
        .iter()
        .all(|state| matches!(state, ItemState::Done(_)))
    {
        return if is_undo {
            Standing::Undone
        } else {
            Standing::Done
        };
    }
    if states.iter().all(|state| **state == ItemState::Waiting) {
        return Standing::Waiting;
    }
    // A step that was at work when the run ended did not come to its end.
    if model.finished.is_some() && states.contains(&&ItemState::Running) {
        return Standing::Failed;
    }
    Standing::Running
}
