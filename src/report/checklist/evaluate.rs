//! What evidence says of each item. Three-valued: what was not looked at stays open.

use super::{Answer, Cycle, Evaluation, Facts, LastReset, Went};
use crate::evidence::Observed;
use crate::model::text::count;
use crate::rules::{Family, Finding, Scope, registry};

/// Findings of models and revisions: foreign keys of another type than their key's.
const FOREIGN_KEYS: [&str; 2] = ["RD301", "RD307"];
/// A type that no downgrade drops.
const ENUMS: [&str; 1] = ["RD302"];
/// Words in the name of a rule about what only the environment should carry.
const HARD_CODED: [&str; 4] = ["hard-coded", "password", "secret", "credential"];
/// More findings than this are counted, not listed.
const MOST: usize = 5;

pub(super) fn foreign_keys(facts: &Facts<'_>) -> Evaluation {
    by_findings(facts, &|finding| FOREIGN_KEYS.contains(&&*finding.code))
}

pub(super) fn enum_cleanup(facts: &Facts<'_>) -> Evaluation {
    let left: Vec<String> = cycles(facts)
        .iter()
        .flat_map(|cycle| match &cycle.went {
            Went::Through { left_behind, .. } => left_behind
                .iter()
                .filter(|object| object.starts_with("enum "))
                .map(|object| format!("{}: downgrade leaves {object}", cycle.module))
                .collect(),
            _ => Vec::new(),
        })
        .collect();
    if !left.is_empty() {
        return Evaluation::of(Answer::No)
            .all_seen(left)
            .next("redistill enums");
    }
    by_findings(facts, &|finding| ENUMS.contains(&&*finding.code))
}

pub(super) fn messages(facts: &Facts<'_>) -> Evaluation {
    if !registry().iter().any(|rule| rule.family == Family::Message) {
        return Evaluation::of(Answer::Open);
    }
    by_findings(facts, &|finding| finding.code.starts_with("RD5"))
}

pub(super) fn hard_coded_values(facts: &Facts<'_>) -> Evaluation {
    by_findings(facts, &|finding| {
        HARD_CODED.iter().any(|word| finding.name.contains(word))
    })
}

pub(super) fn upgrade(facts: &Facts<'_>) -> Evaluation {
    by_cycles(facts, &|cycle| match &cycle.went {
        Went::Through { revisions, .. } => Ok(format!("{} applied", count(*revisions, "revision"))),
        Went::Stopped { doing, why } if doing == "upgrade" => Err(Some(why.clone())),
        Went::Stopped { .. } => Ok("to the head".to_owned()),
        Went::NotRun { .. } => Err(None),
    })
}

pub(super) fn rollback(facts: &Facts<'_>) -> Evaluation {
    by_cycles(facts, &|cycle| match &cycle.went {
        Went::Through { left_behind, .. } if left_behind.is_empty() => {
            Ok("nothing left behind".to_owned())
        }
        Went::Through { left_behind, .. } => {
            Err(Some(format!("left behind: {}", left_behind.join(", "))))
        }
        Went::Stopped { doing, why } if doing == "downgrade" => Err(Some(why.clone())),
        Went::Stopped { .. } | Went::NotRun { .. } => Err(None),
    })
}

pub(super) fn repeatability(facts: &Facts<'_>) -> Evaluation {
    by_cycles(facts, &|cycle| match &cycle.went {
        Went::Through { differences, .. } if differences.is_empty() => {
            Ok("the same again".to_owned())
        }
        Went::Through { differences, .. } => Err(Some(differences.join(", "))),
        Went::Stopped { .. } | Went::NotRun { .. } => Err(None),
    })
}

pub(super) fn integration_tests(facts: &Facts<'_>) -> Evaluation {
    let there = || {
        facts
            .own_tests
            .iter()
            .map(|command| format!("run them: {command}"))
    };
    let last = facts.last.as_ref().filter(|last| covers(facts, last));
    match last.filter(|last| !last.own_tests.is_empty()) {
        Some(last) => {
            let is_tested = |name: &String| {
                let mut ran = last.own_tests.iter();
                ran.any(|ran| ran.passed && environment(&ran.module) == environment(name))
            };
            let passed = last.own_tests.iter().all(|ran| ran.passed);
            let is_whole = passed && facts.heads.keys().all(is_tested);
            let evaluation = Evaluation::of(if is_whole { Answer::Yes } else { Answer::Open })
                .seen(format!("they ran in the reset {}", last.id))
                .all_seen(last.own_tests.iter().map(|ran| ran.line.clone()));
            // Whatever was mended since, nobody here has seen it pass.
            if passed {
                evaluation
            } else {
                evaluation.all_seen(there())
            }
        }
        _ if facts.own_tests.is_empty() => {
            Evaluation::of(Answer::Open).next("redistill verify --scaffold")
        }
        _ => Evaluation::of(Answer::Open).all_seen(there()),
    }
}

pub(super) fn documented(facts: &Facts<'_>) -> Evaluation {
    by_note(facts, "the note")
}

pub(super) fn deployment_steps(facts: &Facts<'_>) -> Evaluation {
    by_note(facts, "what others do stands in")
}

fn by_note(facts: &Facts<'_>, words: &str) -> Evaluation {
    match &facts.last {
        Some(last) if covers(facts, last) => match &last.note {
            Some(path) => Evaluation::of(Answer::Yes).seen(format!("{words} {path}")),
            None => Evaluation::of(Answer::Open).seen(format!("the note of {} is gone", last.id)),
        },
        _ => Evaluation::of(Answer::Open),
    }
}

pub(super) fn breaking_changes(facts: &Facts<'_>) -> Evaluation {
    let rules = registry().iter();
    let Some(rule) = rules
        .filter(|rule| rule.family == Family::Message)
        .find(|rule| rule.name.contains("understate") || rule.name.contains("breaking"))
    else {
        return Evaluation::of(Answer::Open);
    };
    by_findings(facts, &|finding| finding.code == rule.code)
}

pub(super) fn rollback_procedure(facts: &Facts<'_>) -> Evaluation {
    by_reset(facts, |last| match &last.undo {
        None => Evaluation::of(Answer::Open),
        Some(Ok(())) => Evaluation::of(Answer::Yes).seen(format!("redistill undo {}", last.id)),
        Some(Err(why)) => Evaluation::of(Answer::Open).seen(format!(
            "{} cannot be taken back as things stand: {why}",
            last.id
        )),
    })
}

pub(super) fn backup(facts: &Facts<'_>) -> Evaluation {
    by_reset(facts, |last| match &last.archive {
        Ok(files) => Evaluation::of(Answer::Yes).seen(format!(
            "the archive of {} was read from disk: {}, every hash right",
            last.id,
            count(*files, "file")
        )),
        Err(why) => Evaluation::of(Answer::No).seen(format!("the archive of {}: {why}", last.id)),
    })
}

pub(super) fn restore(facts: &Facts<'_>) -> Evaluation {
    by_reset(facts, |last| match &last.restored {
        Ok(files) => Evaluation::of(Answer::Yes).seen(format!(
            "the archive of {} was unpacked into scratch and compared: {}",
            last.id,
            count(*files, "file")
        )),
        Err(why) => Evaluation::of(Answer::No).seen(format!("the archive of {}: {why}", last.id)),
    })
}

pub(super) fn performance(facts: &Facts<'_>) -> Evaluation {
    match &facts.last {
        Some(last) if last.keeps_rows && covers(facts, last) => Evaluation::of(Answer::Yes)
            .seen("rows stay: only the version table is locked, no table is rewritten")
            .all_seen(facts.sizes.iter().cloned()),
        _ => Evaluation::of(Answer::Open).all_seen(facts.sizes.iter().cloned()),
    }
}

pub(super) fn indexes(facts: &Facts<'_>) -> Evaluation {
    match &facts.bare_keys {
        Observed::Seen(keys) if keys.is_empty() && facts.unseen.is_empty() => {
            Evaluation::of(Answer::Yes).seen("every foreign key has an index")
        }
        Observed::Seen(keys) => Evaluation::of(Answer::Open)
            .all_seen(keys.iter().map(|key| format!("no index on {key}")))
            .all_seen(facts.unseen.iter().cloned()),
        Observed::Unavailable { why } => Evaluation::of(Answer::Open).seen(why.clone()),
        Observed::NotAsked => Evaluation::of(Answer::Open),
    }
}

/// Only a person knows.
pub(super) fn asked(_: &Facts<'_>) -> Evaluation {
    Evaluation::of(Answer::Open)
}

/// No by any finding; yes by none, where everything could be looked at.
fn by_findings(facts: &Facts<'_>, concerns: &dyn Fn(&Finding) -> bool) -> Evaluation {
    let found: Vec<&Finding> = facts.findings.iter().filter(|one| concerns(one)).collect();
    if let Some(first) = found.first() {
        let more = found.len().saturating_sub(MOST);
        let evaluation = Evaluation::of(Answer::No)
            .all_seen(found.iter().take(MOST).map(|finding| {
                let module = finding.module.as_ref();
                let module = module.map_or(String::new(), |module| format!("{module}: "));
                format!("{} {module}{}", finding.code, finding.message)
            }))
            .next(format!("redistill explain {}", first.code));
        return if more > 0 {
            evaluation.seen(format!("and {more} more"))
        } else {
            evaluation
        };
    }
    if facts.unseen.is_empty() {
        let from = match facts.scope {
            Scope::Static => "no finding in the source",
            Scope::Full => "no finding",
        };
        Evaluation::of(Answer::Yes).seen(from)
    } else {
        Evaluation::of(Answer::Open).all_seen(facts.unseen.iter().cloned())
    }
}

fn cycles<'f>(facts: &'f Facts<'_>) -> &'f [Cycle] {
    facts.cycles.seen().map_or(&[], Vec::as_slice)
}

/// Each cycle says what is good, or what is not, or nothing.
fn by_cycles(
    facts: &Facts<'_>,
    says: &dyn Fn(&Cycle) -> Result<String, Option<String>>,
) -> Evaluation {
    let all = match &facts.cycles {
        Observed::Seen(all) if !all.is_empty() => all,
        Observed::Seen(_) => return Evaluation::of(Answer::Open),
        Observed::Unavailable { why } => {
            return Evaluation::of(Answer::Open)
                .seen(why.clone())
                .next("redistill verify");
        }
        Observed::NotAsked => return Evaluation::of(Answer::Open).next("redistill verify"),
    };
    let said: Vec<(&Cycle, Result<String, Option<String>>)> =
        all.iter().map(|cycle| (cycle, says(cycle))).collect();
    let answer = if said.iter().any(|(_, said)| matches!(said, Err(Some(_)))) {
        Answer::No
    } else if said.iter().all(|(_, said)| said.is_ok()) {
        Answer::Yes
    } else {
        Answer::Open
    };
    let lines: Vec<(&str, String)> = said
        .into_iter()
        .map(|(cycle, said)| {
            let line = match (said, &cycle.went) {
                (Ok(line) | Err(Some(line)), _) => line,
                (Err(None), Went::NotRun { why }) => why.clone(),
                (Err(None), Went::Stopped { doing, .. }) => {
                    format!("not reached, the {doing} fails")
                }
                (Err(None), Went::Through { .. }) => "not tried".to_owned(),
            };
            (cycle.module.as_str(), line)
        })
        .collect();
    let evaluation = Evaluation::of(answer).all_seen(by_module(lines));
    if answer == Answer::Yes {
        evaluation
    } else {
        evaluation.next("redistill verify")
    }
}

/// A line a module; where all say the same, one for all.
fn by_module(lines: Vec<(&str, String)>) -> Vec<String> {
    let modules = lines.len();
    match lines.first() {
        Some((_, first)) if modules > 1 && lines.iter().all(|(_, line)| line == first) => {
            vec![format!("{first}, in each of {modules} modules")]
        }
        _ => lines
            .into_iter()
            .map(|(module, line)| {
                // A failure's message names its module already.
                let prefix = format!("{module}: ");
                let line = line.strip_prefix(&prefix).unwrap_or(&line);
                format!("{prefix}{line}")
            })
            .collect(),
    }
}

fn by_reset(facts: &Facts<'_>, says: impl FnOnce(&LastReset) -> Evaluation) -> Evaluation {
    match &facts.last {
        Some(last) if covers(facts, last) => says(last),
        Some(last) => Evaluation::of(Answer::Open).seen(format!(
            "the reset {} was of other heads than the present",
            last.id
        )),
        None => Evaluation::of(Answer::Open).seen("no reset stands"),
    }
}

/// Whether a reset left every module as the checklist finds it.
fn covers(facts: &Facts<'_>, last: &LastReset) -> bool {
    facts
        .heads
        .iter()
        .all(|(name, heads)| last.heads.get(name) == Some(heads))
}

/// The module without its branch: branches have their tests in common.
fn environment(module: &str) -> &str {
    module.split_once('@').map_or(module, |(name, _)| name)
}
