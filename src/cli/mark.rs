//! `redistill mark disposable|production`: confirmed by typing the database's name.

use super::args::{Global, MarkArg};
use super::{is_interactive, print};
use crate::engine::{Engine, Mark, Marking};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::text::safe;

/// Writes the mark after the name was typed.
pub fn mark(
    engine: &mut Engine<'_>,
    _global: &Global,
    mark: MarkArg,
    url: Option<&str>,
    confirm: Option<&str>,
) -> Result<Exit, Failure> {
    let mark = match mark {
        MarkArg::Disposable => Mark::Disposable,
        MarkArg::Production => Mark::Production,
    };
    let marking = engine.find_to_mark(mark, url)?;
    let typed = match confirm {
        Some(name) => name.to_owned(),
        None => ask(&marking)?,
    };
    if typed != marking.target.database {
        return Err(Failure::new(
            Kind::Cancelled,
            format!(
                "{} is not the database's name {}; nothing has changed",
                safe(&typed),
                safe(&marking.target.database)
            ),
        ));
    }
    marking.write()?;
    print::result(&format!(
        "{}: {}\n",
        safe(&marking.target.to_string()),
        mark.text()
    ));
    Ok(Exit::Done)
}

fn ask(marking: &Marking) -> Result<String, Failure> {
    if !is_interactive() {
        return Err(
            Failure::usage("the database's name must be typed to confirm").with_hint(format!(
                "without a terminal: --confirm {}",
                safe(&marking.target.database)
            )),
        );
    }
    dialoguer::Input::new()
        .with_prompt(format!(
            "Type the name of the database on {} to mark it",
            safe(&marking.target.server())
        ))
        .allow_empty(true)
        .interact_text()
        .map_err(|_| Failure::new(Kind::Cancelled, "cancelled; nothing has changed"))
}
