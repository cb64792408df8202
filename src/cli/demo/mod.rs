//! `redistill demo`: the whole way on a throwaway project, told step by step.
//!
//! ```text
//! tale     where the words go            walk     the chapters, in their order
//! bugs     which finding is which bug    closing  the figures at the end
//! serve    the server of a kept demo     act      the app on it, in two acts
//! ```
//!
//! Everything it makes is gone when it ends, however it ends; `--keep` makes an exception for a
//! demo that came to its end.

mod act;
mod bugs;
mod closing;
mod serve;
mod tale;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::Global;
use super::{print, text_or_json};
use crate::demo::{DemoError, Place};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::text::{safe, safe_lines};
use crate::system::environment;
pub use act::open;
pub use serve::serve;
use tale::Tale;

/// How many lines of a child's output are shown with a failure.
const TAIL: usize = 12;

/// Walks the whole way.
pub fn demo(global: &Global, cancel: &AtomicBool, keep: Option<&Path>) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let tale = Tale::new(global, is_json);
    let place = match keep {
        Some(folder) => Place::wanted(&absolute(folder)?).map_err(|error| unusable(&error)),
        None => Place::temporary().map_err(|error| failed(&error)),
    };
    let figures = walk::walk(global, cancel, &tale, place?)
        .map_err(|failure| after_cancel(failure, cancel))?;
    print::result(&if is_json {
        closing::json(&figures)
    } else {
        closing::text(&figures)
    });
    Ok(Exit::Done)
}

/// A path as the shell that typed it means it.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    environment::current_directory()
        .map(|here| here.join(path))
        .map_err(|error| Failure::usage(format!("the current directory cannot be read: {error}")))
}

/// Whatever broke off because of Ctrl-C, the answer is that it was cancelled.
fn after_cancel(failure: Failure, cancel: &AtomicBool) -> Failure {
    if cancel.load(Ordering::Relaxed) || failure.kind == Kind::Cancelled {
        Failure::new(Kind::Cancelled, "cancelled; nothing of the demo is left")
    } else {
        failure
    }
}

/// Stops between two steps.
fn go_on(cancel: &AtomicBool) -> Result<(), Failure> {
    if cancel.load(Ordering::Relaxed) {
        Err(Failure::new(Kind::Cancelled, "cancelled"))
    } else {
        Ok(())
    }
}

/// The folder that was named cannot be used.
fn unusable(error: &DemoError) -> Failure {
    match error {
        DemoError::File { .. } => Failure::usage(failed(error).message)
            .with_hint("name another folder: redistill demo --keep DIR"),
        _ => failed(error),
    }
}

/// What went wrong below, with what to do next.
fn failed(error: &DemoError) -> Failure {
    let message = safe(&error.to_string()).into_owned();
    match error {
        DemoError::NotEmpty(_) => {
            Failure::usage(message).with_hint("name a new folder: redistill demo --keep DIR")
        }
        DemoError::NotKept(_) => {
            Failure::usage(message).with_hint("make one there first: redistill demo --keep DIR")
        }
        DemoError::Cancelled => Failure::new(Kind::Cancelled, message),
        DemoError::Alembic { said, .. } | DemoError::Disproved { said, .. } => {
            Failure::untouched(message).with_detail(tail(said))
        }
        DemoError::Sandbox(sandbox) => {
            let lines = safe_lines(&sandbox.to_string());
            let failure = Failure::untouched(lines);
            match sandbox.hint() {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            }
        }
        _ => Failure::untouched(message),
    }
}

/// The last lines, where the reason stands.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    safe_lines(&lines[lines.len().saturating_sub(TAIL)..].join("\n"))
}
