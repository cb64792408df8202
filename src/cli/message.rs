//! `redistill message`: checks a message, builds one, derives what a range means for the version.
//!
//! The convention is read and written by `rules::message`; nothing of the project is run.

use std::io::Read as _;

use serde_json::json;

use super::args::{Global, MessageParts};
use super::check::pretty;
use super::{ask, is_interactive, print, text_or_json};
use crate::engine::{Engine, ModuleBump};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::safe;
use crate::rules::message::change::Bump;
use crate::rules::message::convention::{
    Malformed, Message, Parts, TYPES, corrected, nearest_type, parse,
};
use crate::rules::message::shell_quoted;

/// A longer text is no message.
const LONGEST: u64 = 100_000;

/// What is wrong with a message, under the code of the rule that would say so of a revision.
struct Fault {
    code: &'static str,
    name: &'static str,
    message: String,
    remedy: Option<String>,
}

/// Says whether a message follows the convention.
pub fn check(global: &Global, text: &str) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let text = match text {
        "-" => from_stdin()?,
        text => text.to_owned(),
    };
    let read = parse(&text);
    let fault = fault(&text, &read);
    let message = read.ok();
    let bump = message.as_ref().map_or(Bump::None, Message::bump);
    if is_json {
        print::result(&pretty(&json!({
            "schema": "redistill.message-check/1",
            "follows": fault.is_none(),
            "type": message.as_ref().map(|message| &message.kind),
            "scope": message.as_ref().and_then(|message| message.scope.as_ref()),
            "subject": message.as_ref().map(|message| &message.subject),
            "breaking": message.as_ref().is_some_and(|message| message.breaking),
            "bump": bump,
            "findings": fault.iter().map(|fault| json!({
                "code": fault.code,
                "name": fault.name,
                "message": fault.message,
                "remedy": fault.remedy,
            })).collect::<Vec<_>>(),
        })));
    } else if let Some(fault) = &fault {
        print::result(&format!(
            "{} {}  {}\n",
            fault.code,
            fault.name,
            safe(&fault.message)
        ));
        if let Some(remedy) = &fault.remedy {
            print::result(&format!("  write: {}\n", safe(remedy)));
        }
    } else {
        print::result(&format!(
            "follows the convention; version: {}\n",
            bump.word()
        ));
    }
    Ok(match fault {
        Some(_) => Exit::Refused,
        None => Exit::Done,
    })
}

fn fault(text: &str, read: &Result<Message, Malformed>) -> Option<Fault> {
    let first = text.lines().next().unwrap_or("");
    match read {
        Err(Malformed::Empty) => Some(Fault {
            code: "RD504",
            name: "message-empty",
            message: "the message is empty".to_owned(),
            remedy: Some("<type>(<scope>): <subject>".to_owned()),
        }),
        Err(why) => Some(Fault {
            code: "RD501",
            name: "message-form",
            message: format!("the message `{first}` does not follow the convention: {why}"),
            remedy: corrected(text, *why, "feat"),
        }),
        Ok(message) if !message.has_known_type() => Some(Fault {
            code: "RD502",
            name: "message-type-unknown",
            message: format!(
                "the type {} of the message is not known; known are {}",
                message.kind,
                TYPES.join(", ")
            ),
            remedy: nearest_type(&message.kind)
                .map(|kind| format!("{kind}{}", &first[message.kind.len()..])),
        }),
        Ok(_) => None,
    }
}

fn from_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage(format!("standard input cannot be read: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Builds a message from its parts, asked for where they are missing.
pub fn build(global: &Global, given: &MessageParts) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let parts = match (&given.kind, &given.subject) {
        (Some(_), Some(_)) => from_flags(given),
        _ if is_interactive() => asked(given)?,
        _ => {
            return Err(
                Failure::usage("a message needs its type and its subject").with_hint(
                    "without a terminal: redistill message build --type feat --scope orders \
                 --subject 'add a currency'",
                ),
            );
        }
    };
    let text = parts.compose();
    let read = parse(&text);
    if let Some(fault) = fault(&text, &read) {
        return Err(Failure::usage(safe(&fault.message).into_owned())
            .with_hint(format!("the types are: {}", TYPES.join(", "))));
    }
    // The template puts it between triple quotes.
    if text.contains("\"\"\"") || text.contains('\\') {
        return Err(Failure::usage(
            "a message with a backslash or three quotes breaks the file that Alembic writes",
        ));
    }
    let command = format!("alembic revision --autogenerate -m {}", shell_quoted(&text));
    print::result(&if is_json {
        pretty(&json!({
            "schema": "redistill.message-build/1",
            "message": text,
            "command": command,
        }))
    } else {
        format!("{text}\n\n{command}\n")
    });
    Ok(Exit::Done)
}

fn from_flags(given: &MessageParts) -> Parts {
    let or_empty = |part: &Option<String>| part.clone().unwrap_or_default();
    Parts {
        kind: or_empty(&given.kind),
        scope: or_empty(&given.scope),
        subject: or_empty(&given.subject),
        body: or_empty(&given.body),
        breaking: or_empty(&given.breaking),
    }
}

/// What was given is not asked for again.
fn asked(given: &MessageParts) -> Result<Parts, Failure> {
    let kind = match &given.kind {
        Some(kind) => kind.clone(),
        None => TYPES[ask::choose("What kind of change is it?", &TYPES.map(described))?].to_owned(),
    };
    let line = |part: &Option<String>, question: &str| match part {
        Some(part) => Ok(part.clone()),
        None => ask::line(question),
    };
    Ok(Parts {
        kind,
        scope: line(&given.scope, "Which part of the project (empty for none)?")?,
        subject: line(&given.subject, "What changes, in a few words?")?,
        body: line(&given.body, "Why (empty for nothing)?")?,
        breaking: line(
            &given.breaking,
            "What stops working (empty if nothing does)?",
        )?,
    })
}

fn described(kind: &str) -> String {
    match kind {
        "feat" => "feat      a new table or column (minor)".to_owned(),
        "fix" => "fix       the schema is mended (patch)".to_owned(),
        other => other.to_owned(),
    }
}

/// Prints what a range of revisions means for the version.
pub fn bump(
    engine: &mut Engine<'_>,
    global: &Global,
    range: Option<&str>,
) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let modules = engine.bump(range)?;
    let all = modules
        .iter()
        .map(ModuleBump::bump)
        .max()
        .unwrap_or_default();
    print::result(&if is_json {
        pretty(&as_json(&modules, all))
    } else {
        as_text(&modules, all)
    });
    Ok(Exit::Done)
}

fn as_json(modules: &[ModuleBump], all: Bump) -> serde_json::Value {
    let modules: Vec<_> = modules
        .iter()
        .map(|module| {
            let revisions: Vec<_> = module
                .revisions
                .iter()
                .map(|revision| {
                    json!({
                        "id": revision.id,
                        "message": revision.message,
                        "by_message": revision.by_message,
                        "by_operations": revision.by_operations,
                        "bump": revision.bump(),
                        "reasons": revision.reasons,
                    })
                })
                .collect();
            json!({ "name": module.name, "bump": module.bump(), "revisions": revisions })
        })
        .collect();
    json!({ "schema": "redistill.message-bump/1", "bump": all, "modules": modules })
}

fn as_text(modules: &[ModuleBump], all: Bump) -> String {
    let mut lines = Vec::new();
    for module in modules {
        lines.push(format!(
            "{}: {}",
            safe(&module.name.0),
            module.bump().word()
        ));
        for revision in &module.revisions {
            let said = match revision.by_message {
                Some(bump) => format!("message {}", bump.word()),
                None => "message of no convention".to_owned(),
            };
            lines.push(format!(
                "  {:<5}  {}  {}  ({said}, operations {})",
                revision.bump().word(),
                safe(&revision.id.0),
                safe(&revision.message),
                revision.by_operations.word(),
            ));
            lines.extend(
                revision
                    .reasons
                    .iter()
                    .map(|reason| format!("           {}", safe(reason))),
            );
        }
    }
    if modules.len() != 1 {
        lines.push(format!("all: {}", all.word()));
    }
    lines.join("\n") + "\n"
}
