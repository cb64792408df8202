//! What is different where modules are branches of one environment: they share models, script folder
//! and version table. Called around the rehearsals; pure.

use std::collections::BTreeSet;

use crate::error::Failure;
use crate::evidence::ModuleEvidence;
use crate::model::text::safe;
use crate::plan::{Choices, RevisionIdChoice, Source};
use crate::rehearse::Rehearsal;

/// Choices that would mean the same thing for every branch and cannot.
pub(super) fn may_choose(modules: &[ModuleEvidence], choices: &Choices) -> Result<(), Failure> {
    let mut branches = modules.iter().filter(|seen| seen.module.branch.is_some());
    let Some(first) = branches.next() else {
        return Ok(());
    };
    let name = safe(first.module.name.environment());
    if choices.source == Source::Models {
        return Err(Failure::usage(format!(
            "{name}: its models do not say which of its branches a table belongs to"
        ))
        .with_hint("take the chain as the source: redistill plan --source chain"));
    }
    let is_given = matches!(choices.revision_id, RevisionIdChoice::Given(_));
    if is_given && branches.any(|other| other.module.is_sibling(&first.module)) {
        return Err(Failure::usage(format!(
            "{name}: each of its branches gets a baseline, and one identifier cannot name them all"
        ))
        .with_hint("name one branch: redistill plan --module NAME@LABEL --revision-id ID")
        .with_hint("or leave it to redistill: redistill plan"));
    }
    Ok(())
}

/// The models of a branch are those of all: what a sibling builds is no difference of this one.
pub(super) fn settle(modules: &[ModuleEvidence], rehearsals: &mut [Rehearsal]) {
    let tables: Vec<BTreeSet<String>> = rehearsals
        .iter()
        .map(|one| names(&one.built.tables()))
        .collect();
    let module_of = |one: &Rehearsal| {
        let seen = modules
            .iter()
            .find(|seen| seen.module.name == one.planned.module);
        seen.map(|seen| &seen.module)
    };
    let siblings: Vec<BTreeSet<String>> = rehearsals
        .iter()
        .map(|one| {
            let own = module_of(one);
            let theirs = rehearsals.iter().zip(&tables).filter(|(other, _)| {
                own.zip(module_of(other))
                    .is_some_and(|(own, other)| own.name != other.name && own.is_sibling(other))
            });
            theirs.flat_map(|(_, tables)| tables.clone()).collect()
        })
        .collect();
    for (one, siblings) in rehearsals.iter_mut().zip(siblings) {
        one.planned
            .model_drift
            .retain(|difference| !is_about(difference, &siblings));
    }
}

/// Bare and qualified: models name a schema where it is not the default one.
fn names(tables: &[crate::model::QualifiedName]) -> BTreeSet<String> {
    tables
        .iter()
        .flat_map(|table| {
            [
                table.name.clone(),
                format!("{}.{}", table.schema, table.name),
            ]
        })
        .collect()
}

/// Whether `alembic check` says that one of these tables, or a part of one, is to be added.
fn is_about(difference: &str, tables: &BTreeSet<String>) -> bool {
    let Some((verb, rest)) = difference.split_once(' ') else {
        return false;
    };
    let table = if verb == "add_table" {
        rest
    } else {
        rest.rsplit_once(" on ").map_or("", |(_, table)| table)
    };
    verb.starts_with("add_") && tables.contains(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_sibling_builds_is_settled() {
        let tables = names(&[crate::model::QualifiedName {
            schema: "public".to_owned(),
            name: "posts".to_owned(),
        }]);
        for (difference, expected) in [
            ("add_table posts", true),
            ("add_table public.posts", true),
            ("add_index ix_posts on posts", true),
            ("add_table posts2", false),
            ("remove_table posts", false),
            ("add_column posts.title", false),
        ] {
            assert_eq!(is_about(difference, &tables), expected, "{difference}");
        }
    }
}
