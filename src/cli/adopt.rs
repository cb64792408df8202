//! `redistill adopt`: brings databases of the old history onto the baseline.

use serde_json::{Value, json};

use super::args::{AdoptChoices, Global};
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::{Adopted, Adopting, Adoption, Engine};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::text::{count, safe};
use crate::system::{ReadFiles as _, RealFiles, environment};

/// Brings home what can be proven, and says what became of each database.
pub fn adopt(
    engine: &mut Engine<'_>,
    global: &Global,
    choices: &AdoptChoices,
) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let adoptions = engine.adopt(&Adopting {
        urls: urls(choices)?,
        prove_only: choices.prove,
        jobs: usize::from(choices.jobs.get()),
    })?;
    if is_json {
        let databases: Vec<Value> = adoptions.iter().map(value).collect();
        print::result(&pretty(
            &json!({ "schema": "redistill.adopt/1", "databases": databases }),
        ));
    } else {
        for adoption in &adoptions {
            print::result(&row(adoption, &adoptions));
        }
        for adoption in &adoptions {
            if let Err(failure) = &adoption.outcome {
                print::failure(&named(failure, adoption));
            }
        }
        print::aside(&summary(&adoptions));
    }
    Ok(exit(&adoptions))
}

/// All URLs: those of the command line, then those of the file.
fn urls(choices: &AdoptChoices) -> Result<Vec<String>, Failure> {
    let mut urls = choices.url.clone();
    if let Some(path) = &choices.urls {
        let here = environment::current_directory().unwrap_or_default();
        let text = RealFiles.read(&here.join(path)).map_err(|error| {
            Failure::usage(format!(
                "cannot read {}: {error}",
                safe(&path.display().to_string())
            ))
            .with_hint("give a file with one URL a line: redistill adopt --urls FILE")
        })?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines = text.lines().map(str::trim);
        urls.extend(
            lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(str::to_owned),
        );
        if urls.is_empty() {
            return Err(Failure::usage(format!(
                "{} holds no URL",
                safe(&path.display().to_string())
            )));
        }
    }
    Ok(urls)
}

/// What became of it, in one word and in a sentence.
fn words(adoption: &Adoption) -> (&'static str, String) {
    let to = safe(&adoption.to.0).into_owned();
    match &adoption.outcome {
        Ok(Adopted::Already) => ("already", "is of the new history".to_owned()),
        Ok(Adopted::Empty) => (
            "empty",
            format!("holds nothing of the module; build it: alembic upgrade {to}"),
        ),
        Ok(Adopted::Stamped) => ("stamped", format!("proven equal, stamped {to}")),
        Ok(Adopted::Upgraded(applied)) => (
            "upgraded",
            format!(
                "{} applied, proven equal, stamped {to}",
                count(*applied, "old revision")
            ),
        ),
        Ok(Adopted::Provable) => (
            "provable",
            format!("can be brought to {to}; nothing was written"),
        ),
        Err(failure) => match failure.kind {
            Kind::Refused => ("refused", failure.message.clone()),
            Kind::Cancelled => ("cancelled", failure.message.clone()),
            _ => ("failed", failure.message.clone()),
        },
    }
}

fn row(adoption: &Adoption, all: &[Adoption]) -> String {
    let (word, sentence) = words(adoption);
    let width = all.iter().map(|a| safe(&a.label).chars().count()).max();
    let sentence = match &adoption.outcome {
        Err(_) => "see below".to_owned(),
        Ok(_) => sentence,
    };
    let label = safe(&adoption.label);
    let width = width.unwrap_or(0);
    format!("{word:<9} {label:<width$}  {sentence}\n")
}

fn named(failure: &Failure, adoption: &Adoption) -> Failure {
    let mut failure = failure.clone();
    let label = safe(&adoption.label);
    if !failure.message.contains(&*label) {
        failure.message = format!("{label}: {}", failure.message);
    }
    failure
}

fn value(adoption: &Adoption) -> Value {
    let (word, _) = words(adoption);
    let failure = adoption.outcome.as_ref().err();
    json!({
        "module": adoption.module,
        "database": adoption.label,
        "outcome": word,
        "from": adoption.from,
        "to": adoption.to,
        "revisions": match &adoption.outcome {
            Ok(Adopted::Upgraded(applied)) => *applied,
            _ => 0,
        },
        "message": failure.map(|failure| &failure.message),
        "detail": failure.and_then(|failure| failure.detail.as_ref()),
        "hints": failure.map_or(&[][..], |failure| &failure.hints),
    })
}

fn summary(adoptions: &[Adoption]) -> String {
    let words: Vec<&str> = adoptions.iter().map(|a| words(a).0).collect();
    let mut parts = vec![count(adoptions.len(), "database")];
    for word in [
        "stamped",
        "upgraded",
        "already",
        "empty",
        "provable",
        "refused",
        "failed",
        "cancelled",
    ] {
        let many = words.iter().filter(|other| **other == word).count();
        if many > 0 {
            parts.push(format!("{many} {word}"));
        }
    }
    parts.join(", ")
}

/// The heaviest outcome decides.
fn exit(adoptions: &[Adoption]) -> Exit {
    let failures = adoptions.iter().filter_map(|a| a.outcome.as_ref().err());
    let kinds: Vec<Kind> = failures.map(|failure| failure.kind).collect();
    let of = |kind: Kind| kinds.iter().find(|other| **other == kind);
    of(Kind::Bug)
        .or(of(Kind::Cancelled))
        .or(of(Kind::Untouched))
        .or(of(Kind::Usage))
        .or(of(Kind::Refused))
        .or(kinds.first())
        .map_or(Exit::Done, |kind| kind.exit())
}
