//! `redistill log` and `redistill show`.

use serde_json::{Value, json};

use super::args::Global;
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::Engine;
use crate::error::Failure;
use crate::exit::Exit;
use crate::journal::Run;
use crate::model::text::{count, safe};
use crate::plan::Purpose;
use crate::report;
use crate::report::past::{moment, standing};

fn value(run: &Run) -> Value {
    json!({
        "id": run.id(),
        "at": run.at,
        "standing": standing(run),
        "digest": run.plan.digest(),
        "reason": run.plan.choices.reason,
        "modules": run.plan.modules.iter().map(|m| &m.module).collect::<Vec<_>>(),
        "own_tests": report::own_tests::json(run),
    })
}

/// Lists the resets, newest first. Undos are told with the reset that they took back.
pub fn log(engine: &mut Engine<'_>, global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let runs: Vec<Run> = engine
        .runs()?
        .into_iter()
        .filter(|run| run.plan.purpose == Purpose::Reset)
        .collect();
    if is_json {
        let runs: Vec<Value> = runs.iter().map(value).collect();
        print::result(&pretty(
            &json!({ "schema": "redistill.log/1", "runs": runs }),
        ));
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        print::aside("no reset yet: .redistill/runs has no run");
    }
    for run in runs {
        let names: Vec<&str> = run
            .plan
            .modules
            .iter()
            .map(|m| m.module.0.as_str())
            .collect();
        let revisions: usize = run.plan.modules.iter().map(|m| m.revisions.len()).sum();
        print::result(&format!(
            "{:<12} {:<16} {}  {} of {}{}\n",
            run.id(),
            standing(&run),
            moment(&run),
            count(revisions, "revision"),
            safe(&names.join(", ")),
            if report::own_tests::all_passed(&run) {
                ""
            } else {
                "; its own tests did not pass"
            }
        ));
    }
    Ok(Exit::Done)
}

/// Shows one run with all its effects.
pub fn show(engine: &mut Engine<'_>, global: &Global, id: &str) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let run = engine.run(id)?;
    if is_json {
        let mut shown = value(&run);
        shown["schema"] = json!("redistill.show/1");
        shown["plan"] = report::plan::json(&run.plan);
        print::result(&pretty(&shown));
        return Ok(Exit::Done);
    }
    let reason = run.plan.choices.reason.as_deref().unwrap_or("not given");
    let lines = report::own_tests::lines(&run).into_iter();
    let tests: String = lines.map(|line| line + "\n").collect();
    print::result(&format!(
        "{}  {}  {}\nreason: {}\n{tests}\n{}",
        run.id(),
        standing(&run),
        moment(&run),
        safe(reason),
        report::plan::text(&run.plan)
    ));
    Ok(Exit::Done)
}
