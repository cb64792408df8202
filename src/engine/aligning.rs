//! Statements that bring a live database in line: who must agree to them, and what they go with.
//!
//! Called at planning. A statement that may lose something needs the name of its database among the
//! choices: typed on the command line, or into a face that then plans again.

use crate::error::Failure;
use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::ModuleName;
use crate::model::text::{count, safe};
use crate::plan::{Choices, Statement};
use crate::rehearse::Rehearsal;

/// A database in which statements of a plan may lose something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destructive {
    /// The module.
    pub module: ModuleName,
    /// The database's name: the word that is typed.
    pub database: String,
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
        let name = database.identity.database.clone();
        found.push(Destructive {
            module: rehearsal.planned.module.clone(),
            label: database.label.clone(),
            is_accepted: choices.accept_destructive.contains(&name),
            database: name,
            statements: alteration.statements.clone(),
        });
    }
    found
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
    Err(Failure::refused(format!(
        "{}: bringing {} in line takes {} that may lose something",
        safe(&first.module.0),
        safe(&first.label),
        count(total, "statement")
    ))
    .with_detail(crate::model::text::safe_lines(&lines.join("\n")))
    .with_hint(format!(
        "agree to it by the database's name; it is dumped first, and the dump is proven: redistill \
         plan --accept-destructive {}",
        safe(&first.database)
    ))
    .with_hint("or bring the database in line by hand, with a revision that keeps what is needed")
    .with_hint("or build it again, giving its rows up: redistill plan --strategy recreate"))
}
