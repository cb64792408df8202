//! What a plan leaves as it is, in sentences that every face shows. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{DatabaseEvidence, Evidence, Rows};
use crate::model::QualifiedName;
use crate::model::text::{count, thousands};
use crate::plan::{Plan, Step};

/// What one database keeps.
#[derive(Default)]
struct Kept<'a> {
    databases: Vec<&'a DatabaseEvidence>,
    version_tables: BTreeSet<&'a QualifiedName>,
}

/// A sentence for each database of the plan; none for one whose tables could not be counted.
pub fn untouched(evidence: &Evidence, plan: &Plan) -> Vec<String> {
    let mut kept: BTreeMap<&str, Kept<'_>> = BTreeMap::new();
    for seen in &evidence.modules {
        if let Some(database) = seen.database.seen() {
            let of = kept.entry(&database.label).or_default();
            of.databases.push(database);
            of.version_tables.insert(&database.version_table.name);
        }
    }
    plan.databases()
        .iter()
        .filter_map(|database| {
            let (label, kept) = kept.get_key_value(database.label.as_str())?;
            sentence(label, kept, plan)
        })
        .collect()
}

fn sentence(label: &str, kept: &Kept<'_>, plan: &Plan) -> Option<String> {
    let database = kept.databases.first()?;
    database.tables.seen()?;
    let built_again = own_tables(plan, label);
    let tables: Vec<_> = database
        .table_rows()
        .iter()
        .filter(|table| !kept.version_tables.contains(&table.name))
        .filter(|table| {
            let name = (table.name.schema.as_str(), table.name.name.as_str());
            !built_again.contains(&name)
        })
        .collect();
    if tables.is_empty() {
        return None;
    }
    let rows: u64 = tables.iter().filter_map(|table| table.rows.exact()).sum();
    let is_whole = tables
        .iter()
        .all(|table| matches!(table.rows, Rows::Empty | Rows::Counted(_)));
    let least = if is_whole { "" } else { "at least " };
    let row = if rows == 1 { "row" } else { "rows" };
    // Statements of the plan's own may change a table without taking its rows.
    let words = if has_statements(plan, label) {
        "Beside the statements above it will not touch"
    } else {
        "It will not touch"
    };
    Some(format!(
        "{words}: {} with {least}{} {row} in {label}.",
        count(tables.len(), "table"),
        thousands(rows)
    ))
}

/// The tables that are dropped and built again.
fn own_tables<'p>(plan: &'p Plan, label: &str) -> BTreeSet<(&'p str, &'p str)> {
    plan.steps
        .iter()
        .filter_map(|step| match step {
            Step::RebuildDatabase {
                database, rebuild, ..
            } if database.label == label => Some(rebuild),
            _ => None,
        })
        .flat_map(|rebuild| &rebuild.own)
        .filter(|object| object.kind == "table")
        .map(|object| (object.schema.as_str(), object.name.as_str()))
        .collect()
}

fn has_statements(plan: &Plan, label: &str) -> bool {
    plan.steps.iter().any(|step| {
        matches!(step, Step::VersionTables { database, statements, .. }
            if database.label == label && !statements.is_empty())
    })
}
