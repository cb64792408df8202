//! What the rules about other holders share: whose revisions, whose database, whose waiver.

use std::collections::BTreeSet;

use crate::evidence::{EnvironmentEvidence, ModuleEvidence, NeighbourDatabase, Place};
use crate::model::{Identity, ModuleName, QualifiedName, RevisionId};
use crate::rules::finding::Finding;
use crate::rules::production::DISPOSABLE_MARK;
use crate::rules::rule::Case;

/// The modules that an environment is about, of those that are looked at.
pub fn modules_of<'a>(
    case: &Case<'a>,
    environment: &'a EnvironmentEvidence,
) -> Vec<&'a ModuleEvidence> {
    case.modules()
        .map(|(module, _)| module)
        .filter(|module| {
            environment.modules.is_empty() || environment.modules.contains(&module.module.name)
        })
        .collect()
}

/// The module whose own database this is.
pub fn owner<'a>(case: &Case<'a>, identity: Option<&Identity>) -> Option<&'a ModuleName> {
    let identity = identity?;
    case.modules()
        .map(|(module, _)| module)
        .find(|module| {
            let own = module.database.seen();
            own.is_some_and(|own| own.identity.same_database(identity))
        })
        .map(|module| &module.module.name)
}

/// The neighbours that no environment of the configuration speaks of already.
pub fn neighbours<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a NeighbourDatabase> {
    let holders = &case.evidence.holders;
    holders.neighbours.iter().filter(|neighbour| {
        !holders.environments.iter().any(|environment| {
            let there = environment
                .looked
                .seen()
                .and_then(|place| place.identity.as_ref());
            match (there, &neighbour.identity) {
                (Some(there), Some(identity)) => there.same_database(identity),
                _ => false,
            }
        })
    })
}

/// The rows of a place that are revisions of a module, with their tables.
pub fn held<'a>(module: &ModuleEvidence, place: &'a Place) -> Vec<(&'a QualifiedName, &'a str)> {
    let ids: Vec<&RevisionId> = module
        .chain
        .revisions
        .iter()
        .map(|known| &known.id)
        .collect();
    let mut held: Vec<_> = Vec::new();
    for (table, rows) in &place.version_tables {
        let rows = rows.seen().map_or(&[][..], Vec::as_slice);
        let ours = rows.iter().filter(|row| ids.iter().any(|id| id.0 == **row));
        held.extend(ours.map(|row| (table, row.as_str())));
    }
    held
}

/// What a neighbouring database with revisions of a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody may depend on it.
    Holder,
    /// A test database of the same developer, or one that is marked as disposable.
    Expendable,
    /// Another project's with numbers like ours.
    Namesake,
}

/// Tells what a neighbouring database is in which `rows` are revisions of `module`.
pub fn kind(
    module: &ModuleEvidence,
    neighbour: &NeighbourDatabase,
    place: &Place,
    rows: &[(&QualifiedName, &str)],
) -> Kind {
    let comment = neighbour.comment.as_deref().unwrap_or_default();
    if comment.contains(DISPOSABLE_MARK) || (neighbour.is_own && is_of_tests(&neighbour.name)) {
        return Kind::Expendable;
    }
    let is_guessable = rows.iter().all(|(_, row)| !is_random(row));
    let ours = tables_of(module);
    let theirs: BTreeSet<&str> = place
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    if is_guessable && !ours.is_empty() && !theirs.is_empty() && ours.is_disjoint(&theirs) {
        return Kind::Namesake;
    }
    Kind::Holder
}

/// `test_app`, `app-tests`, `app_test_2`, `app_gw0` (pytest-xdist).
fn is_of_tests(name: &str) -> bool {
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| {
            let worker = word.strip_prefix("gw");
            matches!(word, "test" | "tests" | "testing" | "pytest")
                || worker.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
}

/// Whether an identifier is one that Alembic drew: nobody else has the same by accident. `0001` is
/// in every second project.
fn is_random(id: &str) -> bool {
    id.len() >= 12
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte.is_ascii_digit())
        && id.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The tables of a module, by its models and in its live database.
fn tables_of(module: &ModuleEvidence) -> BTreeSet<&str> {
    let live = module.database.seen().into_iter();
    let models = module.described.seen().into_iter();
    live.filter_map(|database| database.tables.seen())
        .flatten()
        .map(|table| table.name.name.as_str())
        .chain(models.flat_map(|described| described.tables.iter().map(|t| t.name.as_str())))
        .collect()
}

/// Every neighbour of this kind with the rows it holds, a module each.
pub fn of_kind(
    case: &Case<'_>,
    wanted: Kind,
    finding: impl Fn(&ModuleEvidence, &NeighbourDatabase) -> Finding,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for neighbour in neighbours(case) {
        let Some(place) = neighbour.looked.seen() else {
            continue;
        };
        if owner(case, neighbour.identity.as_ref()).is_some() {
            continue;
        }
        for (module, _) in case.modules() {
            let rows = held(module, place);
            if rows.is_empty() || kind(module, neighbour, place, &rows) != wanted {
                continue;
            }
            let found = finding(module, neighbour).of(&module.module.name);
            findings.push(seen_rows(found, &neighbour.label, &rows));
        }
    }
    findings
}

/// The rows as evidence.
pub fn seen_rows(finding: Finding, label: &str, rows: &[(&QualifiedName, &str)]) -> Finding {
    rows.iter().fold(finding, |finding, (table, row)| {
        finding.seen(format!("row of {table} in {label}: {row}"))
    })
}

/// How a module's finding is waived, in words.
pub fn waiver(code: &str, module: &ModuleEvidence) -> String {
    let heads: Vec<String> = module
        .chain
        .heads()
        .iter()
        .map(|head| format!("{:?}", head.0))
        .collect();
    let head = match &heads[..] {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    format!(
        "a [[waivers]] entry of the committed configuration: finding = \"{code}\", module = {:?}, \
         head = {head}, with reason and until",
        module.module.name.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_test_databases() {
        for name in [
            "test_app",
            "app_test",
            "app-tests",
            "x_TEST_y",
            "app_gw12",
            "test",
        ] {
            assert!(is_of_tests(name), "{name}");
        }
        for name in ["contest", "latest_app", "app_gw", "attest_1", "gwen", "app"] {
            assert!(!is_of_tests(name), "{name}");
        }
    }

    #[test]
    fn drawn_identifiers_are_told_from_counted_ones() {
        assert!(is_random("1975ea83b712") && is_random("ae10b8f2c3d4"));
        for id in ["0001", "a003", "n002", "202401011200", "initial_schema"] {
            assert!(!is_random(id), "{id}");
        }
    }
}
