//! `redistill enums`: the reference of ENUM types, with the cleanup of each module filled in.

use super::args::Global;
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::{Depth, Engine};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::report::{self, Paint};

/// Prints the types of every module.
pub fn enums(engine: &mut Engine<'_>, global: &Global, is_static: bool) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let depth = if is_static {
        Depth::Static
    } else {
        Depth::Full
    };
    let (enums, survey) = engine.enums(depth)?;
    if is_json {
        let document = serde_json::to_value(&enums)
            .map_err(|error| Failure::new(Kind::Bug, error.to_string()))?;
        print::result(&pretty(&document));
    } else {
        print::result(&report::enums::render(&enums, Paint::Coloured));
    }
    for obstacle in &survey.obstacles {
        print::aside(&format!("  {obstacle}"));
    }
    let mut exit = if survey.obstacles.is_empty() {
        Exit::Done
    } else {
        Exit::Refused
    };
    for failure in survey.troubles.values() {
        print::failure(failure);
        if exit == Exit::Done {
            exit = failure.kind.exit();
        }
    }
    if !is_json && exit == Exit::Done {
        print::aside(if enums.has_left_behind() {
            "next, for types that no downgrade drops: redistill explain RD302"
        } else {
            "next: redistill verify"
        });
    }
    Ok(exit)
}
