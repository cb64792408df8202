//! Statements that bring a live database in line: who must agree to them, and what they go with.
//!
//! Called at planning. A statement that may lose something needs the name of its database among the
//! choices: typed on the command line, or into a face that then plans again. Where databases on two
//! servers share a name, only the whole label says which one is meant.

use crate::error::Failure;
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence};
use crate::model::ModuleName;
use crate::model::text::{count, safe};
use crate::plan::{Choices, Statement, place_of};
use crate::rehearse::Rehearsal;

/// A database in which statements of a plan may lose something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destructive {
    /// The module.
    pub module: ModuleName,
    /// The word that is typed: the database's name, or the label where that says too little.
    pub database: String,
    /// The words for the databases of the same name elsewhere in the plan.
    pub namesakes: Vec<String>,
    /// Where it is, for people.
    pub label: String,
    /// All statements that run there; those that may lose something say what.
    pub statements: Vec<Statement>,
    /// Whether the choices name the database.
    pub is_accepted: bool,
}

/// What may be lost, module by module.
pub(super) fn destructive(
    evidence: &Evidence,
    rehearsed: &[Rehearsal],
    choices: &Choices,
) -> Vec<Destructive> {
    let seen = evidence.modules.iter().filter_map(|m| m.database.seen());
    let all: Vec<Called<'_>> = seen.map(Called::of).collect();
    let mut found = Vec::new();
    for rehearsal in rehearsed {
        let Ok(Some(alteration)) = &rehearsal.alteration else {
            continue;
        };
        if alteration.destructive().next().is_none() {
            continue;
        }
        let is_its = |seen: &&ModuleEvidence| seen.module.name == rehearsal.planned.module;
        let seen = evidence.modules.iter().find(is_its);
        let Some(database) = seen.and_then(|seen| seen.database.seen()) else {
            continue;
        };
        let called = Called::of(database);
        found.push(Destructive {
            module: rehearsal.planned.module.clone(),
            label: database.label.clone(),
            is_accepted: called.is_accepted(&all, &choices.accept_destructive),
            database: called.word(&all),
            namesakes: called.namesakes(&all),
            statements: alteration.statements.clone(),
        });
    }
    found
}

/// What a database of the plan is called.
struct Called<'a> {
    place: String,
    name: &'a str,
    label: &'a str,
}

impl<'a> Called<'a> {
    fn of(database: &'a DatabaseEvidence) -> Self {
        Self {
            place: place_of(database),
            name: &database.identity.database,
            label: &database.label,
        }
    }

    /// `localhost:5433/app`: the label as one word.
    fn whole(&self) -> String {
        self.label.replacen(" / ", "/", 1)
    }

    /// The other databases that have this one's name.
    fn namesakes(&self, all: &[Self]) -> Vec<String> {
        let is_other = |other: &&Self| other.name == self.name && other.place != self.place;
        let mut words: Vec<String> = all.iter().filter(is_other).map(Self::whole).collect();
        words.sort();
        words.dedup();
        words
    }

    /// What is typed to agree.
    fn word(&self, all: &[Self]) -> String {
        if self.namesakes(all).is_empty() {
            self.name.to_owned()
        } else {
            self.whole()
        }
    }

    /// The name suffices where no other database of the plan has it; the label always does.
    fn is_accepted(&self, all: &[Self], accepted: &[String]) -> bool {
        let word = self.word(all);
        let is_it = |said: &String| *said == word || said == self.label || *said == self.whole();
        accepted.iter().any(is_it)
    }
}

/// Refuses what nobody has agreed to.
pub(super) fn refuse_unaccepted(found: &[Destructive]) -> Result<(), Failure> {
    let open: Vec<&Destructive> = found.iter().filter(|one| !one.is_accepted).collect();
    let Some(first) = open.first() else {
        return Ok(());
    };
    let statements = || open.iter().flat_map(|one| &one.statements);
    let lines = statements().map(|statement| {
        let loses = match &statement.loses {
            Some(loses) => format!("; MAY LOSE {loses}"),
            None => String::new(),
        };
        format!("{}\n  settles {}{loses}", statement.sql, statement.settles)
    });
    let lines: Vec<String> = lines.collect();
    let total = statements().filter(|one| one.loses.is_some()).count();
    let labels = distinct(&open, |one| &one.label);
    let failure = Failure::refused(format!(
        "{}: bringing {} in line takes {} that may lose something",
        safe(&first.module.0),
        safe(&labels.join(" and ")),
        count(total, "statement")
    ))
    .with_detail(crate::model::text::safe_lines(&lines.join("\n")));
    let mut ambiguous = open.iter().filter(|one| !one.namesakes.is_empty());
    let failure = match ambiguous.next() {
        Some(one) => failure.with_hint(format!(
            "the name alone does not say which database is meant: {} or {}",
            safe(&one.database),
            safe(&one.namesakes.join(" or "))
        )),
        None => failure,
    };
    let words = distinct(&open, |one| &one.database);
    let flags = words
        .iter()
        .map(|word| format!("--accept-destructive {}", safe(word)));
    let flags: Vec<String> = flags.collect();
    Err(failure
    .with_hint(format!(
        "agree to it by the database's name; it is dumped first, and the dump is proven: redistill \
         plan {}",
        flags.join(" ")
    ))
    .with_hint("or bring the database in line by hand, with a revision that keeps what is needed")
    .with_hint("or build it again, giving its rows up: redistill plan --strategy recreate"))
}

/// Each text once, in the order of the first.
fn distinct<'a>(
    open: &[&'a Destructive],
    text: impl Fn(&'a Destructive) -> &'a str,
) -> Vec<&'a str> {
    let mut found = Vec::new();
    for one in open {
        if !found.contains(&text(one)) {
            found.push(text(one));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called<'a>(place: &str, name: &'a str, label: &'a str) -> Called<'a> {
        Called {
            place: place.to_owned(),
            name,
            label,
        }
    }

    #[test]
    fn a_name_on_two_servers_agrees_to_neither() {
        let all = [
            called("1", "app", "localhost:5433 / app"),
            called("1", "app", "127.0.0.1:5433 / app"),
            called("2", "app", "localhost:5434 / app"),
            called("3", "shop", "localhost:5433 / shop"),
        ];
        let accepted_by = |word: &str| -> Vec<bool> {
            let words = [word.to_owned()];
            all.iter()
                .map(|one| one.is_accepted(&all, &words))
                .collect()
        };
        assert_eq!(accepted_by("app"), [false; 4]);
        let first = [true, false, false, false];
        assert_eq!(accepted_by("localhost:5433/app"), first);
        assert_eq!(accepted_by("localhost:5433 / app"), first);
        assert_eq!(
            accepted_by("localhost:5434/app"),
            [false, false, true, false]
        );
        assert_eq!(accepted_by("shop"), [false, false, false, true]);
        assert_eq!(
            accepted_by("localhost:5433/shop"),
            [false, false, false, true]
        );
        // Two ways to one database are no two databases.
        assert_eq!(all[0].word(&all[..2]), "app");
    }

    #[test]
    fn the_refusal_says_which_databases_share_the_name() {
        let one = |label: &str, word: &str, other: &str| Destructive {
            module: ModuleName("api".to_owned()),
            database: word.to_owned(),
            namesakes: vec![other.to_owned()],
            label: label.to_owned(),
            statements: Vec::new(),
            is_accepted: false,
        };
        let found = [
            one("a:1 / app", "a:1/app", "b:2/app"),
            one("b:2 / app", "b:2/app", "a:1/app"),
        ];
        let failure = refuse_unaccepted(&found).unwrap_err();
        assert!(failure.message.contains("a:1 / app and b:2 / app"));
        let hints = failure.hints.join("\n");
        assert!(
            hints.contains("which database is meant: a:1/app or b:2/app"),
            "{hints}"
        );
        let flags = "--accept-destructive a:1/app --accept-destructive b:2/app";
        assert!(hints.contains(flags), "{hints}");
    }
}
