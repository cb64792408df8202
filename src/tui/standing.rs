//! How each item of the checklist stands: a fold of survey, rehearsal and run. Pure.
//!
//! What was not looked at waits; it is never clear.

use super::model::{Model, Standing, Surveyed, Task};
use crate::engine::Depth;
use crate::events::Item;
use crate::progress::ItemState;
use crate::rules::{Finding, Severity};

/// The items that a run has steps for.
pub const RUN: [Item; 6] = [
    Item::Archive,
    Item::Note,
    Item::DropVersionTable,
    Item::ClearFiles,
    Item::Autogenerate,
    Item::Test,
];

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
    if matches!(model.progress.item(Item::Confirm), ItemState::Done(_)) {
        return Standing::Done;
    }
    match &model.planned {
        Some(planned) if planned.plan.is_err() => Standing::Refused,
        _ => Standing::Waiting,
    }
}

fn step(model: &Model, item: Item) -> Standing {
    let is_undone = model
        .finished
        .as_ref()
        .is_some_and(|finished| finished.task == Task::Undo && finished.outcome.is_ok());
    match model.progress.item(item) {
        ItemState::Waiting => Standing::Waiting,
        ItemState::Running => Standing::Running,
        ItemState::Done(_) if is_undone => Standing::Undone,
        ItemState::Done(_) => Standing::Done,
        ItemState::Failed(_) => Standing::Failed,
    }
}
