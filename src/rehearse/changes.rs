//! What the models are ahead of the baseline by, as a second revision: written by the project's own
//! autogenerate against the database that the baseline built, and taken up, down and up.
//!
//! Called by the rehearsal, where `--with-model-changes` asks for it.

use std::collections::BTreeSet;

use super::align::names_as_env;
use super::baseline::Drafter;
use super::contrast::inspected;
use super::{RehearseError, Subject};
use crate::model::RevisionId;
use crate::plan::{ModelChanges, Statement};
use crate::schema::{Catalog, Difference, compare, is_widening, of_statement};
use crate::worker::{ChangesRequest, WalkRequest};

/// The second revision, and what stands after it.
pub struct Ahead {
    /// For the plan; the path is relative to the version location.
    pub planned: ModelChanges,
    /// What it builds on the baseline.
    pub built: Catalog,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// What is to be known of it.
    pub remarks: Vec<String>,
}

/// Writes and tries it; none where the models are not ahead.
pub fn ahead(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
    built: &Catalog,
    id: &RevisionId,
) -> Result<Option<Ahead>, RehearseError> {
    subject.phase("model changes")?;
    let failed = |doing: &'static str| move |error| RehearseError::Changes { doing, error };
    let staging = drafter.staging();
    let target = drafter.built_target();
    let written = subject
        .call(|call| {
            let request = ChangesRequest {
                target,
                folder: staging.clone(),
                revision: id.0.clone(),
                message: "model_changes".to_owned(),
            };
            subject.worker.changes(&subject.request(), &request, call)
        })
        .map_err(failed("be written"))?;
    let Some(rendered) = written.revision else {
        return Ok(None);
    };
    let walk = |to| WalkRequest {
        scratch: target,
        to,
        version_locations: vec![staging.clone()],
    };
    let script = subject
        .call(|call| {
            subject
                .worker
                .script(&subject.request(), &walk("heads"), call)
        })
        .map_err(failed("upgrade"))?;
    let after = drafter.built_catalog()?;
    subject
        .call(|call| {
            let walk = walk(&subject.baseline_id.0);
            subject.worker.downgrade(&subject.request(), &walk, call)
        })
        .map_err(failed("downgrade"))?;
    refuse_leftovers(built, &drafter.built_catalog()?)?;
    subject
        .call(|call| {
            subject
                .worker
                .upgrade(&subject.request(), &walk("heads"), call)
        })
        .map_err(failed("upgrade again"))?;
    refuse_leftovers(&after, &drafter.built_catalog()?)?;
    refuse_remainder(subject, drafter)?;
    let differences = compare(&after, built);
    let statements = judged(&script.search_path, script.statements, &differences);
    Ok(Some(Ahead {
        planned: ModelChanges {
            id: id.clone(),
            path: rendered.file_name.to_string_lossy().into_owned(),
            text: rendered.text,
            statements: statements.clone(),
        },
        built: after,
        statements,
        remarks: remarks(&differences),
    }))
}

fn refuse_leftovers(expected: &Catalog, found: &Catalog) -> Result<(), RehearseError> {
    let left: BTreeSet<String> = compare(expected, found)
        .iter()
        .map(|difference| difference.object().to_string())
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    let left: Vec<String> = left.into_iter().collect();
    Err(RehearseError::ChangesDiffer(left.join(", ")))
}

/// `alembic check` must be clean: what autogenerate cannot write would be asked for again and again.
fn refuse_remainder(subject: &Subject<'_>, drafter: &Drafter<'_>) -> Result<(), RehearseError> {
    let inspected = inspected(subject, drafter)?;
    match &inspected.differences[..] {
        [] => Ok(()),
        rest => Err(RehearseError::ChangesDiffer(rest.join("; "))),
    }
}

/// The statements, with what each may lose.
fn judged(search_path: &str, sql: Vec<String>, differences: &[Difference]) -> Vec<Statement> {
    let is_widened = differences.iter().all(|difference| match difference {
        Difference::Changed {
            object,
            attribute,
            left,
            right,
        } if object.kind == "column" && attribute == "type" => is_widening(right, left),
        _ => true,
    });
    let mut statements = vec![names_as_env(search_path)];
    statements.extend(sql.into_iter().map(|sql| Statement {
        settles: "the models are ahead".to_owned(),
        loses: of_statement(&sql, is_widened).map(str::to_owned),
        sql,
        guard: None,
    }));
    statements
}

/// A column that goes and one that comes in the same table, or two such tables, may be one that was
/// renamed: autogenerate cannot tell.
fn remarks(differences: &[Difference]) -> Vec<String> {
    let named = |is_coming: bool, kind: &str| -> Vec<(String, String)> {
        let of = |difference: &&Difference| match difference {
            Difference::Missing { object, .. } => is_coming && object.kind == kind,
            Difference::Extra { object, .. } => !is_coming && object.kind == kind,
            Difference::Changed { .. } => false,
        };
        differences
            .iter()
            .filter(of)
            .map(|difference| {
                (
                    difference.object().table.clone(),
                    difference.object().to_string(),
                )
            })
            .collect()
    };
    let mut remarks = Vec::new();
    for kind in ["column", "table"] {
        let (coming, going) = (named(true, kind), named(false, kind));
        for (table, gone) in &going {
            let new: Vec<&str> = coming
                .iter()
                .filter(|(other, _)| other == table)
                .map(|(_, name)| name.as_str())
                .collect();
            if !new.is_empty() {
                remarks.push(format!(
                    "model_changes drops {gone} and adds {}: if that is a rename, its values are \
                     lost; write the revision by hand then",
                    new.join(", ")
                ));
            }
        }
    }
    remarks
}
