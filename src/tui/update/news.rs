//! What the session answers.

use super::super::consent;
use super::super::keymap::Action;
use super::super::message::{Ask, Command, Message};
use super::super::model::{Finished, Model, Overlay, Planned, Previewed, Screen, Surveyed, Task};
use super::{actions, ask, begin, corrections};
use crate::engine::{Depth, Ended};
use crate::error::{Failure, Kind};
use crate::events::{Event, Item};
use crate::report;
use crate::rules::Verdict;

/// Takes in an answer or an event.
pub(super) fn take(model: &mut Model, message: Message) -> Vec<Command> {
    match message {
        Message::Event(event) => on_event(model, &event),
        Message::Surveyed(outcome) => surveyed(model, outcome),
        Message::Planned(outcome) => planned(model, outcome),
        Message::Previewed(outcome) => previewed(model, outcome),
        Message::Ended(outcome) => ended(model, outcome),
        Message::Runs(outcome) => runs(model, outcome),
        Message::Source(path, text) => {
            model.sources.insert(path, text);
            Vec::new()
        }
        Message::Proposed(proposed) => corrections::proposed(model, proposed),
        Message::Corrected(outcome) => corrections::corrected(model, outcome),
        Message::Notice(text) => {
            model.notice = Some(text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn on_event(model: &mut Model, event: &Event) -> Vec<Command> {
    // Surveys speak, too; only a rehearsal and a run are folded.
    let is_told = model
        .work
        .as_ref()
        .is_some_and(|work| work.task == Task::Plan || work.task.is_effect());
    if is_told {
        model.progress.apply_at(event, model.now);
    }
    // The list follows the step at work.
    if let Event::StepStarted { index } = event
        && model.screen == Screen::Checklist
        && let Some(item) = model.step_items.get(*index)
    {
        model.checklist.at = item.number() - 1;
    }
    Vec::new()
}

/// The work is over; what comes next when somebody wanted to leave.
fn over(model: &mut Model) -> Option<Vec<Command>> {
    model.work = None;
    model.ended_at = Some(model.now);
    model.is_leaving.then(|| vec![Command::Quit])
}

fn surveyed(model: &mut Model, outcome: Result<Box<Surveyed>, Failure>) -> Vec<Command> {
    if let Some(commands) = over(model) {
        return commands;
    }
    match outcome {
        Ok(survey) => {
            let (depth, is_agreed) = (survey.depth, survey.is_agreed);
            model.survey_failure = None;
            model.survey = Some(*survey);
            refilter(model);
            if depth == Depth::Full {
                return actions::wanted_preview(model);
            }
            if is_agreed {
                return begin(model, Task::Survey(Depth::Full), Ask::Survey(Depth::Full));
            }
            // Another dialog is being read, or a run has to end before anything can begin: the key
            // for this one stands in the footer.
            if model.overlay.is_some() || model.open_run().is_some() {
                return Vec::new();
            }
            ask(model, Overlay::Consent)
        }
        Err(failure) => {
            model.survey_failure = Some(failure);
            actions::wanted_preview(model)
        }
    }
}

/// Rows of another survey are other rows.
fn refilter(model: &mut Model) {
    model.filter.clear();
    model.matches = None;
    if let Screen::Chain(module) = model.screen {
        let modules = model
            .survey
            .as_ref()
            .map_or(0, |survey| survey.outlines.len());
        if module >= modules {
            model.screen = Screen::Checklist;
        }
    }
}

fn planned(model: &mut Model, outcome: Result<Box<Planned>, Failure>) -> Vec<Command> {
    if let Some(commands) = over(model) {
        return commands;
    }
    match outcome {
        Ok(mut planned) => {
            consent::take(model, &mut planned);
            if let Some(survey) = &mut model.survey {
                survey.verdict = Verdict::of(&planned.findings);
                survey.findings.clone_from(&planned.findings);
            }
            let key = model.keymap.key(Action::GoOn);
            model.notice = Some(if planned.plan.is_ok() {
                format!("the plan is made: {key} leads to it, item 6")
            } else if planned.lacking.is_empty() {
                "there is no plan: item 6, Confirm, says why".to_owned()
            } else {
                format!("something may be lost: {key} leads to it, item 6")
            });
            model.planned = Some(*planned);
        }
        Err(failure) if failure.kind == Kind::Cancelled => {
            model.notice = Some("cancelled; nothing has changed".to_owned());
        }
        Err(failure) => {
            model.planned = None;
            model.plan_failure = Some(failure);
        }
    }
    Vec::new()
}

fn previewed(model: &mut Model, outcome: Result<Box<Previewed>, Failure>) -> Vec<Command> {
    if let Some(commands) = over(model) {
        return commands;
    }
    model.preview = Some(outcome.map(|preview| *preview));
    Vec::new()
}

fn ended(model: &mut Model, outcome: Result<Ended, Failure>) -> Vec<Command> {
    let task = model
        .work
        .as_ref()
        .map_or(Task::Reset, |work| work.task.clone());
    let summary = match task {
        Task::Reset => model.plan().map(|plan| {
            let credit = model.credit.iter().map(|credit| format!("{credit}, "));
            credit.collect::<String>() + &report::plan::summary(plan)
        }),
        _ => None,
    };
    let is_done = outcome.is_ok();
    let is_undo = task == Task::Undo;
    model.finished = Some(Finished {
        task,
        summary,
        outcome,
    });
    if let Some(commands) = over(model) {
        return commands;
    }
    model.preview = None;
    if is_undo {
        // What was planned and rehearsed was another world's.
        model.planned = None;
    }
    if is_done {
        consent::forget(model);
        model.checklist.at = Item::Test.number() - 1;
    }
    // The report stands above the steps.
    let id = model.page_id();
    model.pages.remove(&id);
    // What the survey saw is no more.
    let mut commands = vec![Command::Ask(Ask::Runs)];
    commands.extend(begin(
        model,
        Task::Survey(Depth::Full),
        Ask::Survey(Depth::Full),
    ));
    commands
}

fn runs(model: &mut Model, outcome: Result<Vec<crate::journal::Run>, Failure>) -> Vec<Command> {
    match outcome {
        Ok(runs) => {
            model.runs = runs;
            model.runs_failure = None;
        }
        Err(failure) => {
            model.runs_failure = Some(failure);
            return Vec::new();
        }
    }
    // At the start, and after what went wrong: finish it or take it back.
    let is_bad = |finished: &Finished| finished.outcome.is_err();
    let is_new = model.finished.as_ref().is_none_or(is_bad);
    let is_first = is_new && model.screen == Screen::Checklist && model.overlay.is_none();
    let open = model.open_run().map(|run| run.id().to_owned());
    match open {
        Some(id)
            if is_first
                && model
                    .work
                    .as_ref()
                    .is_none_or(|work| !work.task.is_effect()) =>
        {
            ask(model, Overlay::Interrupted(id))
        }
        _ => Vec::new(),
    }
}
