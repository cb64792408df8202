//! Brings the objects of a module in line, inside the transaction of [`super::version_tables`].
//!
//! ```text
//! … locks ── catalog that of the plan? ── (undo: nothing new that would be lost?) ── statements
//!   ── catalog that of the rehearsal? ── stamp ── COMMIT
//! ```
//!
//! Whatever is not as expected rolls everything back.

use super::database::Database;
use super::{Context, StepError, dump, version_tables};
use crate::model::QualifiedName;
use crate::plan::{Alteration, DatabaseRef};

/// The lines of the transaction: every statement under the difference that it settles.
pub fn preview(alterations: &[Alteration]) -> Vec<String> {
    let mut lines = Vec::new();
    for alteration in alterations {
        let module = &alteration.module;
        lines.push(format!(
            "  -- the objects of {module} must be those of the plan, else ROLLBACK"
        ));
        let mut settled = "";
        for statement in &alteration.statements {
            if settled != statement.settles {
                settled = &statement.settles;
                lines.push(format!("  -- {settled}"));
            }
            if let Some(loses) = &statement.loses {
                lines.push(format!("  -- DESTRUCTIVE: may lose {loses}"));
            }
            let text = statement.sql.trim_end().trim_end_matches(';');
            lines.extend(format!("{text};").lines().map(|line| format!("  {line}")));
        }
        lines.push(format!(
            "  -- the objects of {module} must be those of the rehearsal, else ROLLBACK"
        ));
    }
    lines
}

/// Whether the objects are those of the plan, and nothing would be lost that nobody knows of.
pub fn check(
    database: &DatabaseRef,
    alterations: &[Alteration],
    context: &Context<'_>,
) -> Vec<StepError> {
    if alterations.is_empty() {
        return Vec::new();
    }
    let looked = Database::open(database, context).and_then(|open| {
        open.begin("READ ONLY")?;
        let result = alterations
            .iter()
            .try_for_each(|alteration| ready(&open, database, alteration, context));
        open.rollback();
        result
    });
    looked.err().into_iter().collect()
}

/// Runs the statements of all modules.
pub fn run(
    open: &Database<'_>,
    database: &DatabaseRef,
    alterations: &[Alteration],
    context: &Context<'_>,
) -> Result<(), StepError> {
    for alteration in alterations {
        lock(open, alteration)?;
        ready(open, database, alteration, context)?;
        for statement in &alteration.statements {
            version_tables::run_one(open, &statement.sql)?;
        }
        settle(open)?;
        arrived(open, database, alteration, context)?;
    }
    Ok(())
}

/// Whether the objects are now what the rehearsal came to.
pub fn arrived(
    open: &Database<'_>,
    database: &DatabaseRef,
    alteration: &Alteration,
    context: &Context<'_>,
) -> Result<(), StepError> {
    if catalog(open, database, alteration, context)? == alteration.goal {
        return Ok(());
    }
    Err(StepError::NotInLine {
        label: open.label.to_owned(),
        module: alteration.module.to_string(),
    })
}

/// What follows names no schemas of its own accord.
fn settle(open: &Database<'_>) -> Result<(), StepError> {
    version_tables::run_one(open, "SET LOCAL search_path = pg_catalog")
}

/// The tables, in the order of their names, so that who stands in the way is named.
fn lock(open: &Database<'_>, alteration: &Alteration) -> Result<(), StepError> {
    let tables = alteration.objects.iter().filter(|o| o.kind == "table");
    for table in tables {
        open.lock_table(&QualifiedName {
            schema: table.schema.clone(),
            name: table.name.clone(),
        })?;
    }
    Ok(())
}

fn ready(
    open: &Database<'_>,
    database: &DatabaseRef,
    alteration: &Alteration,
    context: &Context<'_>,
) -> Result<(), StepError> {
    if catalog(open, database, alteration, context)? != alteration.origin {
        return Err(StepError::ChangedSince {
            label: open.label.to_owned(),
            when: "was planned for",
            changes: vec![format!(
                "the objects of {} are not the same",
                alteration.module
            )],
        });
    }
    for statement in &alteration.statements {
        let Some(guard) = &statement.guard else {
            continue;
        };
        let rows = open
            .session
            .query(guard, &[])
            .map_err(open.sql("look for rows that came since"))?;
        if rows.first().is_some_and(|row| row.get(0)) {
            return Err(StepError::WouldLose {
                label: open.label.to_owned(),
                what: statement.loses.clone().unwrap_or_default(),
            });
        }
    }
    Ok(())
}

fn catalog(
    open: &Database<'_>,
    database: &DatabaseRef,
    alteration: &Alteration,
    context: &Context<'_>,
) -> Result<String, StepError> {
    let (dumper, _) = dump::means(database, context)?;
    dumper
        .catalog(
            &open.session,
            &alteration.objects,
            &alteration.version_tables,
        )
        .map_err(|why| StepError::Dump {
            label: database.label.clone(),
            why,
        })
}
