//! `redistill info`: where settings and state are, which versions there are, what the terminal can
//! show. Runs no code of a project and opens no connection.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::args::{AppChoices, Global};
use super::{looks, print, request, settings, text_or_json};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::safe;
use crate::system::process::Process;
use crate::system::{ReadFiles as _, RealFiles, environment};
use crate::tui::{self, Colours, Letters, Theme};

/// After this long a program that is asked for its version is given up.
const LIMIT: Duration = Duration::from_secs(10);

/// Programs of others that are taken from PATH, with what they are asked.
const PROGRAMS: [(&str, &str); 4] = [
    ("git", "--version"),
    ("python3", "--version"),
    ("postgres", "--version"),
    ("pg_dump", "--version"),
];

/// One line: a label and what is known.
type Fact = (&'static str, String, Value);

/// Prints it.
pub fn info(global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let mut facts: Vec<Fact> = vec![fact("redistill", env!("CARGO_PKG_VERSION").to_owned())];
    facts.extend(places(global)?);
    facts.extend(PROGRAMS.iter().map(|(name, ask)| program(name, ask)));
    facts.extend(terminal(global)?);
    if is_json {
        let mut document = serde_json::Map::new();
        document.insert("schema".to_owned(), json!("redistill.info/1"));
        document.extend(
            facts
                .into_iter()
                .map(|(label, _, value)| (label.replace(' ', "_"), value)),
        );
        print::result(&format!("{}\n", Value::Object(document)));
    } else {
        for (label, text, _) in facts {
            print::result(&format!("{label:<16} {}\n", safe(&text)));
        }
    }
    Ok(Exit::Done)
}

fn fact(label: &'static str, text: String) -> Fact {
    let value = json!(text);
    (label, text, value)
}

/// A path, and whether something is there.
fn place(label: &'static str, path: Option<&Path>) -> Fact {
    let Some(path) = path else {
        let why = "nowhere: there is no home folder".to_owned();
        return (label, why, Value::Null);
    };
    let is_there = matches!(RealFiles.stat(path), Ok(Some(_)));
    let aside = if is_there { "" } else { "  (not there)" };
    let value = json!({ "path": path, "exists": is_there });
    (label, format!("{}{aside}", path.display()), value)
}

fn places(global: &Global) -> Result<Vec<Fact>, Failure> {
    let request = request(global)?;
    let own = environment::configuration_folder().map(|folder| folder.join(settings::USER_FILE));
    let state = environment::state_folder();
    let configuration = request
        .configuration
        .clone()
        .unwrap_or_else(|| request.root.join("redistill.toml"));
    Ok(vec![
        place("project", Some(&request.root)),
        place("configuration", Some(&configuration)),
        place("runs", Some(&request.root.join(".redistill"))),
        place("own settings", own.as_deref()),
        place("state and cache", state.as_deref()),
        place("temporary files", Some(&environment::temporary_folder())),
    ])
}

/// The version of a program on PATH, in its own words.
fn program(name: &'static str, ask: &str) -> Fact {
    let Some(path) = environment::find_program(name) else {
        return (name, "not on PATH".to_owned(), Value::Null);
    };
    let said = match Process::new(&path).arg(ask).output(LIMIT) {
        Ok(output) => output.text().lines().next().unwrap_or_default().to_owned(),
        Err(error) => format!("does not answer: {error}"),
    };
    let text = format!("{said}  {}", path.display());
    (name, text, json!({ "path": path, "version": said }))
}

fn terminal(global: &Global) -> Result<Vec<Fact>, Failure> {
    let looks = looks::looks(global, &AppChoices::default())?;
    let theme = Theme::choose(&tui::heard(&looks.wishes));
    let colours = Colours::NAMED
        .iter()
        .find(|(_, colours)| *colours == theme.colours)
        .map_or("", |(name, _)| *name);
    let letters = match theme.letters {
        Letters::Unicode => "unicode",
        Letters::Ascii => "ascii",
    };
    let app = if tui::is_possible() {
        "yes"
    } else {
        "no: this is no terminal, or a dumb one"
    };
    Ok(vec![
        fact("app possible", app.to_owned()),
        fact("theme", colours.to_owned()),
        fact("symbols", letters.to_owned()),
        fact(
            "mouse",
            if looks.has_mouse { "on" } else { "off" }.to_owned(),
        ),
    ])
}
