//! `redistill reset`, `resume` and `undo`.

use serde_json::json;

use super::args::Global;
use super::{ask, is_interactive, lines, print, text_or_json};
use crate::engine::{Ended, Engine, Preview};
use crate::error::Failure;
use crate::exit::Exit;
use crate::journal::Run;
use crate::model::TestCommand;
use crate::model::text::{line, safe};
use crate::plan::Plan;
use crate::report::{self, own_tests};

/// Executes the plan with this digest.
pub fn reset(engine: &mut Engine<'_>, global: &Global, digest: &str) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let plan = engine.find_plan(digest)?;
    let ended = engine.reset(&plan)?;
    let run = engine.run(&ended.id)?;
    if is_json {
        print::result(&last_line(&ended, Some(&run)));
    } else {
        print::result(&done(&plan, &ended));
        tell_tests(&run, &ended);
        // The reset is done, whatever can be said of the tests.
        for (module, tests) in engine.unnamed_tests().unwrap_or_default() {
            let setting = TestCommand::setting(module.environment(), &tests.words);
            print::aside(&format!("next, your own tests: {}", safe(&tests.by_hand())));
            print::aside(&format!(
                "  a reset runs what the configuration names: {}",
                safe(&setting)
            ));
        }
    }
    Ok(exit(&run))
}

/// What the project's own tests came to: a line each, and of those that did not pass the end of what
/// they printed and what is left to do.
fn tell_tests(run: &Run, ended: &Ended) {
    for line in own_tests::lines(run) {
        print::result(&format!("{line}\n"));
    }
    for line in own_tests::output(run) {
        print::aside(&format!("  {line}"));
    }
    for sentence in &ended.by_hand {
        print::aside(&format!("  by hand: {}", safe(sentence)));
    }
}

/// The reset is done; tests that did not pass are no success all the same.
fn exit(run: &Run) -> Exit {
    if own_tests::all_passed(run) {
        Exit::Done
    } else {
        Exit::Refused
    }
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
    // What went back, and what was undone, has no tests to tell of.
    let run = match ended.outcome {
        "done" => Some(engine.run(&ended.id)?),
        _ => None,
    };
    say(&ended, run.as_ref(), is_json);
    if let Some(run) = run.as_ref().filter(|_| !is_json) {
        tell_tests(run, &ended);
    }
    Ok(run.as_ref().map_or(Exit::Done, exit))
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
    say(&ended, None, is_json);
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

fn say(ended: &Ended, run: Option<&Run>, is_json: bool) {
    if is_json {
        print::result(&last_line(ended, run));
    } else {
        print::result(&format!("{}: {}\n", ended.id, ended.outcome));
    }
}

/// The one line that `reset` and `undo` end with.
fn last_line(ended: &Ended, run: Option<&Run>) -> String {
    lines::one(&json!({
        "schema": lines::RUN,
        "outcome": ended.outcome,
        "id": ended.id,
        "by_hand": ended.by_hand,
        "own_tests": run.map_or_else(|| json!([]), own_tests::json),
    }))
}
