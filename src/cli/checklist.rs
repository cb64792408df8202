//! `redistill checklist`: the review before production, evaluated, asked and signed.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;

use serde::Deserialize;

use super::args::{ChecklistChoices, Format, Global};
use super::check::pretty;
use super::{ask, is_interactive, print, text_or_json};
use crate::engine::{Depth, Engine, Reply};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::text::{count, safe, safe_lines};
use crate::report::Paint;
use crate::report::checklist::{Answer, Checklist, markdown, render};
use crate::system::{ReadFiles as _, RealFiles};

/// An item in an answer file: `"yes"`, `"yes: comment"`, or a table.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Line(String),
    Table {
        answer: String,
        #[serde(default)]
        comment: String,
    },
}

/// Evaluates, takes answers, prints. The exit code is 1 as long as an item is open or does not hold.
pub fn checklist(
    engine: &mut Engine<'_>,
    global: &Global,
    choices: &ChecklistChoices,
) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    if is_json && choices.markdown {
        return Err(
            Failure::usage("--markdown and --format json are two documents")
                .with_hint("take one of them"),
        );
    }
    // What cannot be followed is said before the long work.
    let mut replies = Vec::new();
    if let Some(path) = &choices.answers {
        replies.extend(read_answers(path)?);
    }
    for argument in &choices.sign {
        replies.push(parse_sign(argument)?);
    }
    let depth = if choices.is_static {
        Depth::Static
    } else {
        Depth::Full
    };
    let mut checklist = engine.checklist(depth)?;
    if !replies.is_empty() {
        engine.sign(&mut checklist, &replies)?;
    }
    let is_text = !is_json && !choices.markdown;
    if is_json {
        let document = serde_json::to_value(&checklist)
            .map_err(|error| Failure::new(Kind::Bug, error.to_string()))?;
        print::result(&pretty(&document));
    } else if choices.markdown {
        print::result(&markdown(&checklist));
    } else {
        print::result(&render(&checklist, Paint::Coloured));
    }
    let may_ask = is_text && is_interactive() && std::io::stdout().is_terminal();
    if may_ask && replies.is_empty() && checklist.open().next().is_some() {
        converse(engine, &mut checklist)?;
    }
    if is_text {
        say_next(engine, global, &checklist);
    }
    Ok(if checklist.is_settled() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

/// Asks for every open item; an empty answer leaves it open.
fn converse(engine: &Engine<'_>, checklist: &mut Checklist) -> Result<(), Failure> {
    let open: Vec<(&str, &str)> = checklist
        .open()
        .map(|entry| (entry.key, entry.title))
        .collect();
    print::aside("");
    let question = format!("Answer the {} now?", count(open.len(), "open item"));
    if !ask::agreed(&question)? {
        return Ok(());
    }
    let mut replies = Vec::new();
    for (key, title) in open {
        print::aside(&format!("\n{}", print::styled(print::STRONG, title)));
        if let Some(answer) = question_of()? {
            replies.push(Reply {
                item: key.to_owned(),
                answer,
                comment: ask::line("  comment (may be empty)")?,
            });
        }
    }
    if !replies.is_empty() {
        engine.sign(checklist, &replies)?;
        print::aside("");
        print::result(&render(checklist, Paint::Coloured));
    }
    Ok(())
}

fn question_of() -> Result<Option<Answer>, Failure> {
    loop {
        let typed = ask::line("  yes, no or na; nothing leaves it open")?;
        if typed.is_empty() {
            return Ok(None);
        }
        if let Some(answer) = Answer::parse(&typed) {
            return Ok(Some(answer));
        }
    }
}

fn say_next(engine: &Engine<'_>, global: &Global, checklist: &Checklist) {
    if global.format != Format::Text {
        return;
    }
    let path = engine.signatures_path();
    let path = path.strip_prefix(engine.root()).unwrap_or(&path);
    let signed = checklist
        .items
        .iter()
        .filter(|entry| entry.signed.is_some());
    if signed.count() > 0 {
        print::aside(&format!(
            "signatures are in {}; commit it with the project",
            safe(&path.display().to_string())
        ));
    }
    let mut items = checklist.items.iter();
    let failing = items.find(|entry| entry.answer == Answer::No);
    if let Some(command) = failing.and_then(|entry| entry.next.as_ref()) {
        print::aside(&format!("next: {}", safe(command)));
    } else if let Some(entry) = checklist.open().next() {
        print::aside(&format!(
            "next: redistill checklist --sign {}=yes:\"comment\"",
            entry.key
        ));
    }
}

/// `staging=yes:rehearsed twice`
fn parse_sign(argument: &str) -> Result<Reply, Failure> {
    let reply = argument
        .split_once('=')
        .and_then(|(item, said)| reply(item.trim(), said));
    reply.ok_or_else(|| {
        Failure::usage(format!("{} is no answer", safe(argument))).with_hint(
            "write ITEM=yes, =no or =na, and a comment after a colon: --sign staging=yes:\"twice\"",
        )
    })
}

fn reply(item: &str, said: &str) -> Option<Reply> {
    let (word, comment) = said.split_once(':').unwrap_or((said, ""));
    Some(Reply {
        item: item.to_owned(),
        answer: Answer::parse(word)?,
        comment: comment.trim().to_owned(),
    })
}

/// Reads a JSON file, or with `.toml` a TOML file: item → answer.
fn read_answers(path: &Path) -> Result<Vec<Reply>, Failure> {
    let shown = safe(&path.display().to_string()).into_owned();
    let broken = |why: &str| {
        Failure::usage(format!("the answers in {shown} cannot be followed"))
            .with_detail(safe_lines(why.trim_end()))
            .with_hint("one line an item: {\"staging\": \"yes: rehearsed twice\"}")
    };
    let bytes = RealFiles.read(path).map_err(|error| {
        Failure::usage(format!("{shown} cannot be read: {error}"))
            .with_hint("name a file: --answers answers.json")
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let given: BTreeMap<String, Given> = if path.extension().is_some_and(|end| end == "toml") {
        toml_edit::de::from_str(&text).map_err(|error| broken(&error.to_string()))?
    } else {
        serde_json::from_str(&text).map_err(|error| broken(&error.to_string()))?
    };
    given
        .into_iter()
        .map(|(item, given)| {
            let reply = match given {
                Given::Line(said) => reply(&item, &said),
                Given::Table { answer, comment } => {
                    reply(&item, &answer).map(|reply| Reply { comment, ..reply })
                }
            };
            reply.ok_or_else(|| broken(&format!("{item}: the answers are yes, no and na")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::WriteFiles as _;

    #[test]
    fn answers_are_read_in_every_form_and_nonsense_is_named() {
        let reply = parse_sign("staging=Y: twice: once by hand").unwrap();
        assert_eq!(
            (reply.item.as_str(), reply.answer, reply.comment.as_str()),
            ("staging", Answer::Yes, "twice: once by hand")
        );
        assert_eq!(
            parse_sign("backup=n/a").unwrap().answer,
            Answer::NotApplicable
        );
        for wrong in ["staging", "staging=maybe", "=", "staging="] {
            assert_eq!(parse_sign(wrong).unwrap_err().kind, Kind::Usage, "{wrong}");
        }
    }

    #[test]
    fn answer_files_are_json_or_toml() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let path = folder.path().join(name);
            RealFiles.replace(&path, text.as_bytes(), 0o644).unwrap();
            read_answers(&path)
        };
        let json = r#"{"staging": "yes: twice", "backup": {"answer": "no", "comment": "tape"}}"#;
        let toml = "staging = \"yes: twice\"\n[backup]\nanswer = \"no\"\ncomment = \"tape\"\n";
        let answers = read("a.json", json).unwrap();
        assert_eq!(answers, read("a.toml", toml).unwrap());
        assert_eq!(answers[0].comment, "tape");
        assert_eq!(answers[1].answer, Answer::Yes);
        for (name, text) in [
            ("b.json", "[]"),
            ("b.toml", "x = 1"),
            ("c.json", r#"{"a": "?"}"#),
        ] {
            assert_eq!(read(name, text).unwrap_err().kind, Kind::Usage, "{text}");
        }
    }
}
