//! Where a database stands: by its version rows, proven, else by what it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lineage::{Lineage, differences};
use super::production::stamp_line;
use super::{CONNECT_LIMIT, Case, strings};
use crate::engine::failures;
use crate::error::Failure;
use crate::evidence::DatabaseEvidence;
use crate::model::text::{safe, safe_lines};
use crate::model::{Chain, RevisionId};
use crate::report::plan::difference;
use crate::schema::{Catalog, Difference, ObjectKey};
use crate::survey::catalog;
use crate::system::Session;

/// So many differences are named; the rest is counted.
const NAMED: usize = 8;

/// Where a database stands.
pub(super) enum Place {
    /// In the present chain.
    New,
    /// In an older one, at these revisions.
    Old(usize, Vec<RevisionId>),
    /// Nothing of the module is in it.
    Empty,
}

/// The rows without those of other modules.
pub(super) fn own_rows(case: &Case<'_>, evidence: &DatabaseEvidence) -> Vec<String> {
    let rows = evidence.version_table.rows.iter();
    rows.filter(|row| case.lineage.has(row) || !case.others.contains(*row))
        .cloned()
        .collect()
}

/// Tenants' schemas are brought home together: all must stand at the same place.
pub(super) fn refuse_apart(case: &Case<'_>, evidence: &DatabaseEvidence) -> Result<(), Failure> {
    let first = &evidence.version_table;
    let apart: Vec<String> = evidence
        .tenants
        .iter()
        .filter(|tenant| tenant.rows != first.rows)
        .chain([first])
        .map(|table| format!("{}: {}", table.name, shown(&table.rows)))
        .collect();
    if apart.len() == 1 {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{}: the schemas that env.py walks over stand at different revisions, and are brought home \
         together or not at all",
        safe(&case.target.to_string())
    ))
    .with_detail(safe_lines(&apart.join("\n")))
    .with_hint(
        "with the revisions of the archive in place, alembic upgrade brings those that are behind to \
         the old head; then give the command again",
    ))
}

fn shown(rows: &[String]) -> String {
    if rows.is_empty() {
        "no revision".to_owned()
    } else {
        rows.join(", ")
    }
}

/// The archived chain must lead to what the next generation begins with.
pub(super) fn prove_way(case: &Case<'_>, from: usize) -> Result<(), Failure> {
    let lineage = case.lineage;
    for index in from..lineage.present() {
        let generation = &lineage.generations[index];
        let heads = lineage.catalog(index, &generation.chain.effective_heads())?;
        let base = lineage.catalog(index + 1, &base_of(lineage, index + 1))?;
        let found = differences(&base, &heads, &BTreeSet::new());
        if !found.is_empty() {
            return Err(differs(
                &format!(
                    "the chain in {} does not lead to what the baseline builds",
                    safe(&generation.place)
                ),
                &found,
            )
            .with_hint("the reset left something out; its note says what"));
        }
    }
    Ok(())
}

/// A database whose rows say nothing: which revision builds what it is?
fn identify(
    case: &Case<'_>,
    own: &[String],
    evidence: &DatabaseEvidence,
    live: &Catalog,
) -> Result<Place, Failure> {
    let lineage = case.lineage;
    let mut built: Vec<(usize, Vec<RevisionId>, Arc<Catalog>)> = Vec::new();
    for index in 0..=lineage.present() {
        let each = lineage.each(index)?;
        built.extend(
            each.iter()
                .map(|(rows, c)| (index, rows.clone(), Arc::clone(c))),
        );
    }
    let known: BTreeSet<ObjectKey> = built
        .iter()
        .flat_map(|(_, _, catalog)| catalog.objects.keys().cloned())
        .collect();
    if own.is_empty()
        && !live
            .objects
            .keys()
            .any(|key| key.kind != "schema" && known.contains(key))
    {
        return Ok(Place::Empty);
    }
    let matching: Vec<&(usize, Vec<RevisionId>, Arc<Catalog>)> = built
        .iter()
        .filter(|(_, _, catalog)| differences(catalog, live, &known).is_empty())
        .collect();
    let what = if own.is_empty() {
        "it has no version rows".to_owned()
    } else {
        format!("its version rows {} are of no known chain", own.join(", "))
    };
    let base = base_of(lineage, lineage.present());
    // An old head and the base that follows it are one place.
    let places: Vec<_> = matching
        .iter()
        .filter(|(index, rows, _)| {
            let generation = &lineage.generations[*index];
            *index == lineage.present() || generation.chain.effective_heads() != *rows
        })
        .collect();
    match (&places[..], &matching[..]) {
        ([(index, rows, _)], _) if *index == lineage.present() && base == *rows => Ok(Place::New),
        ([(index, rows, _)], _) | ([], [(index, rows, _)]) => Ok(Place::Old(*index, rows.clone())),
        ([], _) => {
            let head = lineage.catalog(lineage.present(), &base)?;
            let refusal = differs(
                &format!("{what}, and it is what no revision builds"),
                &differences(&head, live, &known),
            );
            let refusal = if lineage.present() == 0 && !own.is_empty() {
                refusal.with_hint(
                    "no archive of an older chain lies in the project's backups; fetch it from \
                     whoever made the reset, then give the command again",
                )
            } else {
                refusal
            };
            let rows: Vec<RevisionId> = own.iter().cloned().map(RevisionId).collect();
            Err(refusal.with_hint(format!(
                "the differences are those to the baseline; mend them, then: {}",
                stamp_line(case, evidence, &rows)
            )))
        }
        _ => {
            let ids: Vec<String> = places
                .iter()
                .map(|(_, rows, _)| strings(rows).join(" and "))
                .collect();
            Err(Failure::refused(format!(
                "{}: {what}, and several revisions build what it is: {}",
                safe(&evidence.label),
                safe(&ids.join(", "))
            ))
            .with_hint("stamp the right one by hand, then give the command again"))
        }
    }
}

/// By the version rows, proven; else by what the database is.
pub(super) fn place_of(
    case: &Case<'_>,
    own: &[String],
    evidence: &DatabaseEvidence,
    live: &Catalog,
) -> Result<Place, Failure> {
    let lineage = case.lineage;
    let by_rows = lineage.generations[..lineage.present()]
        .iter()
        .rposition(|generation| generation.knows(own));
    let Some(index) = by_rows else {
        return identify(case, own, evidence, live);
    };
    let at: Vec<RevisionId> = own.iter().cloned().map(RevisionId).collect();
    refuse_needless(case, &lineage.generations[index].chain, &at)?;
    let reference = lineage.catalog(index, &at)?;
    let found = differences(&reference, live, &BTreeSet::new());
    if found.is_empty() {
        return Ok(Place::Old(index, at));
    }
    Err(differs(
        &format!(
            "it stands at {}, and is not what that revision builds",
            own.join(", ")
        ),
        &found,
    )
    .with_hint("bring the schema in line with its revision by hand, then give the command again"))
}

/// Alembic goes on from no table that holds a revision beside one that stands on it.
fn refuse_needless(case: &Case<'_>, chain: &Chain, at: &[RevisionId]) -> Result<(), Failure> {
    let beneath = chain.ancestors(at);
    let needless: Vec<RevisionId> = at
        .iter()
        .filter(|row| beneath.contains(row))
        .cloned()
        .collect();
    if needless.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = needless
        .iter()
        .map(|row| format!("'{}'", row.0.replace('\'', "''")))
        .collect();
    Err(Failure::refused(format!(
        "its version table holds {} beside revisions that stand on it: Alembic upgrades no such \
         database",
        safe(&strings(&needless).join(" and "))
    ))
    .with_hint(format!(
        "if its schema is that of the later one, take the other row out: DELETE FROM {} WHERE \
         version_num IN ({}); then give the command again",
        safe(&case.table.quoted()),
        safe(&rows.join(", "))
    )))
}

/// The database's catalog, as the lineage compares it.
pub(super) fn live_catalog(case: &Case<'_>) -> Result<Catalog, Failure> {
    let name = &case.seen.module.name;
    let session = Session::connect(&case.target, CONNECT_LIMIT)
        .map_err(|error| failures::connect(name, &case.target, &error))?;
    let live = catalog::snapshot(&session, case.tables).map_err(|error| {
        Failure::untouched(format!(
            "{}: the catalog cannot be read: {}",
            safe(&case.target.to_string()),
            safe(&error.to_string())
        ))
    })?;
    Ok(case.lineage.subject().without_own_schema(live))
}

/// The revision that a database enters a generation at.
pub(super) fn base_of(lineage: &Lineage<'_>, index: usize) -> Vec<RevisionId> {
    lineage.generations[index].base().into_iter().collect()
}

/// A refusal that names what differs.
pub(super) fn differs(what: &str, found: &[Difference]) -> Failure {
    let mut lines: Vec<String> = found.iter().take(NAMED).map(difference).collect();
    if found.len() > NAMED {
        lines.push(format!("and {} more", found.len() - NAMED));
    }
    Failure::refused(safe(what).into_owned()).with_detail(safe_lines(&lines.join("\n")))
}
