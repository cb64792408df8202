//! `redistill adopt`: brings databases of the old history onto the baseline.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::args::{AdoptChoices, Global};
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::{Adopted, Adopting, Adoption, Engine};
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::text::{count, safe, without_passwords};
use crate::system::{ReadFiles as _, RealFiles, connect, environment};

/// How wide the table is where nobody says how wide the terminal is.
const WIDTH: usize = 80;

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
            let width = print::width().unwrap_or(WIDTH);
            print::result(&row(adoption, &adoptions, width));
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
        urls.extend(of_file(path, &String::from_utf8_lossy(&text))?);
    }
    // One database twice at the same time would be in its own way.
    let mut seen = BTreeSet::new();
    urls.retain(|url| seen.insert(url.clone()));
    Ok(urls)
}

/// The URLs of a file, one a line. All wrong lines are named before anything is looked at; a line may
/// hold a password, and none is repeated.
fn of_file(path: &Path, text: &str) -> Result<Vec<String>, Failure> {
    let shown = safe(&path.display().to_string()).into_owned();
    let lines = text.lines().map(str::trim).enumerate();
    let told: Vec<(usize, &str)> = lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let wrong: Vec<String> = told
        .iter()
        .filter_map(|(index, line)| {
            let error = connect::parse_url(line).err()?;
            let why = without_passwords(&error.to_string()).into_owned();
            Some(format!("{shown}:{}: {}", index + 1, safe(&why)))
        })
        .collect();
    if told.is_empty() {
        return Err(Failure::usage(format!("{shown} holds no URL")));
    }
    if wrong.is_empty() {
        return Ok(told.into_iter().map(|(_, line)| line.to_owned()).collect());
    }
    let failure = Failure::usage(format!(
        "{shown}: {} no URL; no database was looked at",
        match wrong.len() {
            1 => "a line is".to_owned(),
            many => format!("{many} lines are"),
        }
    ));
    Err(failure
        .with_detail(wrong.join("\n"))
        .with_hint("one URL a line, postgresql://USER@HOST:PORT/DATABASE; # begins a comment"))
}

/// What became of it, in one word and in a sentence.
fn words(adoption: &Adoption) -> (&'static str, String) {
    let to = safe(&adoption.to.0).into_owned();
    match &adoption.outcome {
        Ok(Adopted::Already) => ("already", "of the new history".to_owned()),
        Ok(Adopted::Empty) => ("empty", format!("build it: alembic upgrade {to}")),
        Ok(Adopted::Stamped) => ("stamped", format!("equal, now at {to}")),
        Ok(Adopted::Upgraded(applied)) => (
            "upgraded",
            format!("{}, now at {to}", count(*applied, "revision")),
        ),
        Ok(Adopted::Provable) => ("provable", format!("can come to {to}")),
        Err(failure) => match failure.kind {
            Kind::Refused => ("refused", failure.message.clone()),
            Kind::Cancelled => ("cancelled", failure.message.clone()),
            _ => ("failed", failure.message.clone()),
        },
    }
}

/// One line of the table. Where it does not fit, the server is shortened, never the database.
fn row(adoption: &Adoption, all: &[Adoption], width: usize) -> String {
    let (word, _) = words(adoption);
    let said = |adoption: &Adoption| match &adoption.outcome {
        Err(_) => "see below".to_owned(),
        Ok(_) => words(adoption).1,
    };
    let is_one = all.iter().all(|one| one.module == adoption.module);
    let module = |adoption: &Adoption| {
        if is_one {
            String::new()
        } else {
            format!("{}  ", safe(&adoption.module.0))
        }
    };
    let widest = |text: &dyn Fn(&Adoption) -> String| {
        let widths = all.iter().map(|one| text(one).width());
        widths.max().unwrap_or(0)
    };
    let modules = widest(&module);
    let room = width.saturating_sub(12 + modules + widest(&said));
    let label = |adoption: &Adoption| shortened(&safe(&adoption.label), room);
    let labels = widest(&label);
    let padded = |text: String, to: usize| {
        let more = to.saturating_sub(text.width());
        text + &" ".repeat(more)
    };
    format!(
        "{word:<9} {}{}  {}\n",
        padded(module(adoption), modules),
        padded(label(adoption), labels),
        said(adoption)
    )
}

/// A label as wide as there is room, if that can be had from the server's part.
fn shortened(label: &str, room: usize) -> String {
    let Some((server, database)) = label.split_once(" / ") else {
        return label.to_owned();
    };
    let over = label.width().saturating_sub(room);
    if over == 0 {
        return label.to_owned();
    }
    let left = server.width().saturating_sub(over + 1);
    let kept: String = server
        .chars()
        .scan(0, |taken, letter| {
            *taken += letter.to_string().width();
            (*taken <= left).then_some(letter)
        })
        .collect();
    format!("{kept}… / {database}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModuleName, RevisionId};

    fn adoption(module: &str, label: &str, outcome: Result<Adopted, Failure>) -> Adoption {
        Adoption {
            module: ModuleName(module.to_owned()),
            label: label.to_owned(),
            from: Vec::new(),
            to: RevisionId("4f2a9c1b77aa".to_owned()),
            outcome,
        }
    }

    fn table(all: &[Adoption]) -> String {
        all.iter().map(|one| row(one, all, 80)).collect()
    }

    #[test]
    fn the_table_is_eighty_columns_wide_and_no_database_is_shortened() {
        let far = "a-long-name-of-a-server.eu-central-1.rds.example.com:5432";
        let all = [
            adoption("api", "localhost:5433 / app", Ok(Adopted::Already)),
            adoption(
                "api",
                &format!("{far} / tenant_of_somebody"),
                Ok(Adopted::Upgraded(12)),
            ),
            adoption("api", "[::1]:5433 / b", Ok(Adopted::Empty)),
            adoption("api", "localhost:1 / gone", Err(Failure::untouched("no"))),
        ];
        assert_eq!(
            table(&all),
            "already   localhost:5433 / app            of the new history\n\
             upgraded  a-long-n… / tenant_of_somebody  12 revisions, now at 4f2a9c1b77aa\n\
             empty     [::1]:5433 / b                  build it: alembic upgrade 4f2a9c1b77aa\n\
             failed    localhost:1 / gone              see below\n"
        );
        assert!(table(&all).lines().all(|line| line.width() <= 80));
    }

    #[test]
    fn where_there_are_several_each_line_names_its_module() {
        let all = [
            adoption("api@shop", "localhost:5433 / app", Ok(Adopted::Stamped)),
            adoption("api", "localhost:5433 / app", Ok(Adopted::Provable)),
        ];
        assert_eq!(
            table(&all),
            "stamped   api@shop  localhost:5433 / app  equal, now at 4f2a9c1b77aa\n\
             provable  api       localhost:5433 / app  can come to 4f2a9c1b77aa\n"
        );
    }

    #[test]
    fn every_wrong_line_of_a_file_is_named_and_no_password() {
        let text = "# databases\npostgresql://a@h/one\n\nmysql://a:secret@h/two\nnonsense\n";
        let failure = of_file(Path::new("urls.txt"), text).unwrap_err();
        assert!(
            failure.message.contains("2 lines are no URL"),
            "{failure:?}"
        );
        let detail = failure.detail.unwrap();
        assert!(
            detail.contains("urls.txt:4: ") && detail.contains("urls.txt:5: "),
            "{detail}"
        );
        assert!(!detail.contains("secret"), "{detail}");
        let right = of_file(Path::new("u"), " postgresql://a@h/one \r\n").unwrap();
        assert_eq!(right, ["postgresql://a@h/one"]);
        assert!(of_file(Path::new("u"), "# none\n").is_err());
    }
}
