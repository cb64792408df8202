//! `redistill verify --scaffold`: the module's own migration test.

use serde_json::{Value, json};

use super::args::Global;
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::{Engine, Scaffolded, Written};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::safe;

/// Writes the tests and says how to run them. With nothing written the exit code is 3.
pub fn scaffold(engine: &mut Engine<'_>, global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let done = engine.scaffold()?;
    let root = engine.root().to_owned();
    let shown = |one: &Scaffolded| {
        let path = one.path.strip_prefix(&root).unwrap_or(&one.path);
        path.display().to_string()
    };
    if is_json {
        let modules: Vec<Value> = done
            .iter()
            .map(|one| {
                json!({
                    "name": one.module,
                    "path": shown(one),
                    "written": one.outcome == Written::New,
                    "why_not": why_not(&one.outcome),
                    "command": one.command,
                    "setting": one.setting,
                })
            })
            .collect();
        print::result(&pretty(
            &json!({ "schema": "redistill.scaffold/1", "modules": modules }),
        ));
    } else {
        for one in &done {
            say(one, &shown(one));
        }
    }
    let is_new = |one: &Scaffolded| one.outcome == Written::New;
    Ok(if done.iter().any(is_new) {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn why_not(outcome: &Written) -> Option<&'static str> {
    match outcome {
        Written::New => None,
        Written::There => Some("it is there, and stays as it is"),
        Written::Cannot(why) => Some(why),
    }
}

fn say(one: &Scaffolded, path: &str) {
    let path = safe(path);
    match why_not(&one.outcome) {
        None => {
            print::result(&format!(
                "{} {path}\n",
                print::styled(print::GOOD, "written")
            ));
            print::result(&format!("  run it  {}\n", safe(&one.command)));
            print::result(&format!(
                "  let a reset run it  redistill.toml: {}\n",
                safe(&one.setting)
            ));
        }
        Some(why) => print::result(&format!(
            "{} {path}: {why}\n",
            print::styled(print::CAUTION, "kept   ")
        )),
    }
}
