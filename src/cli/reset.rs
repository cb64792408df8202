//! `redistill reset`, `resume` and `undo`.

use serde_json::json;

use super::args::Global;
use super::{ask, is_interactive, lines, print, text_or_json};
use crate::engine::{Ended, Engine, Preview};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::{line, safe};
use crate::plan::Plan;
use crate::report;

/// Executes the plan with this digest.
pub fn reset(engine: &mut Engine<'_>, global: &Global, digest: &str) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let plan = engine.find_plan(digest)?;
    let ended = engine.reset(&plan)?;
    if is_json {
        print::result(&last_line(&ended));
    } else {
        print::result(&done(&plan, &ended));
        // The reset is done, whatever can be said of the tests.
        for command in engine.own_tests().unwrap_or_default() {
            print::aside(&format!("next, your own tests: {}", safe(&command)));
        }
    }
    Ok(Exit::Done)
}

/// What stands at the end of a reset.
pub fn done(plan: &Plan, ended: &Ended) -> String {
    let mut text = report::plan::summary(plan);
    line!(text, "undo: redistill undo {}", ended.id);
    text
}

/// Goes on with an interrupted run.
pub fn resume(engine: &mut Engine<'_>, global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let ended = engine.resume()?;
    say(&ended, is_json);
    Ok(Exit::Done)
}

/// Takes a run back; asks first where somebody can answer.
pub fn undo(engine: &mut Engine<'_>, global: &Global, id: Option<&str>) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let preview = engine.preview_undo(id)?;
    if !is_json && !global.quiet {
        show(&preview);
    }
    if is_interactive() && !is_json {
        confirm(&preview)?;
    }
    let ended = engine.undo(&preview)?;
    for sentence in &ended.by_hand {
        print::aside(&format!("  by hand: {}", safe(sentence)));
    }
    say(&ended, is_json);
    Ok(Exit::Done)
}

fn show(preview: &Preview) {
    let Some(undo) = &preview.undo else {
        print::aside(&format!(
            "the run {} was interrupted; it goes back",
            preview.run.id()
        ));
        return;
    };
    let mut text = String::new();
    report::plan::effects(&mut text, &undo.plan);
    print::aside(text.trim_end());
    for kept in &undo.kept {
        print::aside(&format!("  stays: {}", safe(kept)));
    }
}

fn confirm(preview: &Preview) -> Result<(), Failure> {
    ask::confirm(&format!("Take back the run {}?", preview.run.id()))
}

fn say(ended: &Ended, is_json: bool) {
    if is_json {
        print::result(&last_line(ended));
    } else {
        print::result(&format!("{}: {}\n", ended.id, ended.outcome));
    }
}

/// The one line that `reset` and `undo` end with.
fn last_line(ended: &Ended) -> String {
    lines::one(&json!({
        "schema": lines::RUN,
        "outcome": ended.outcome,
        "id": ended.id,
        "by_hand": ended.by_hand,
    }))
}
