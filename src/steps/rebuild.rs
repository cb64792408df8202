//! Builds a database again from the baselines, and brings it back from its dump.
//!
//! ```text
//! rebuild:  … locks ── rows and catalog those of the dump? ── drop ── baselines' SQL ── note what
//!           is there now ── stamp ── COMMIT
//! restore:  … locks ── rows and catalog as the rebuild left them? ── drop ── the dump's part ──
//!           rows and catalog those of the dump? ── stamp ── COMMIT
//! ```
//!
//! Both are one transaction, that of [`super::version_tables`]: whatever is not as expected rolls
//! it back, and the journalled transaction identifier tells whether it was committed.

use std::path::PathBuf;

use super::database::Database;
use super::version_tables;
use super::{Before, Commit, Context, Inverse, StepError, alteration, dump, version_rows};
use crate::journal::run_folder;
use crate::model::QualifiedName;
use crate::plan::{DatabaseRef, Fingerprint, OwnObject, Rebuild, Step, VersionTableChange};

/// The lines under the title of a rebuild: what is given up, and the transaction.
pub fn preview(changes: &[VersionTableChange], rebuild: &Rebuild) -> Vec<String> {
    if !rebuild.alterations.is_empty() {
        return preview_alterations(changes, rebuild);
    }
    let mut lines = vec![
        format!("  gives up {}", rebuild.given_up()),
        format!("  they are kept in {}", rebuild.dump),
        "  -- rows and objects must be those of the dump, else ROLLBACK".to_owned(),
    ];
    let statements: Vec<String> = rebuild.drop.iter().chain(&rebuild.build).cloned().collect();
    lines.extend(version_rows::preview(changes, Vec::new(), &statements));
    lines
}

/// The same where nothing is dropped, and the rows stay.
fn preview_alterations(changes: &[VersionTableChange], rebuild: &Rebuild) -> Vec<String> {
    let mut lines = vec![
        format!("  everything as it was is kept in {}", rebuild.dump),
        "  undo brings it back from there, and refuses if rows came since".to_owned(),
        "  -- rows and objects must be those of the dump, else ROLLBACK".to_owned(),
    ];
    let first = alteration::preview(&rebuild.alterations);
    lines.extend(version_rows::preview(changes, first, &[]));
    lines
}

/// The lines under the title of a restoration.
pub fn preview_back(changes: &[VersionTableChange], rebuild: &Rebuild) -> Vec<String> {
    let mut statements = rebuild.drop_built.clone();
    statements.push(format!(
        "-- what {} says of {} objects",
        rebuild.dump,
        rebuild.own.len()
    ));
    let mut lines = vec!["  -- rows must be those that the reset left, else ROLLBACK".to_owned()];
    lines.extend(version_rows::preview(changes, Vec::new(), &statements));
    lines
}

/// Identity, clients, version rows; and the means.
pub fn check(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    context: &Context<'_>,
) -> Vec<StepError> {
    let mut problems = version_tables::check(database, changes, context);
    problems.extend(dump::means(database, context).err());
    problems
}

/// The same; and the dump, and that nobody has filled the tables since.
pub fn check_back(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    rebuild: &Rebuild,
    run: &str,
    context: &Context<'_>,
) -> Vec<StepError> {
    let mut problems = check(database, changes, context);
    problems.extend(dump::prove(rebuild, context).err());
    if problems.is_empty() {
        let unchanged = Database::open(database, context).and_then(|open| {
            open.begin("READ ONLY")?;
            let result = left_alone(&open, database, rebuild, run, context);
            open.rollback();
            result
        });
        problems.extend(unchanged.err());
    }
    problems
}

/// Runs the transaction that rebuilds.
pub fn apply(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    rebuild: &Rebuild,
    context: &Context<'_>,
    commit: &mut Commit<'_>,
) -> Result<String, StepError> {
    let work = |open: &Database<'_>| {
        let facts = dump::prove(rebuild, context)?;
        lock(open, &rebuild.own)?;
        let now = fingerprint(open, database, &rebuild.own, rebuild, context)?;
        compare(open, &facts.fingerprint, &now, "was dumped")?;
        if rebuild.alterations.is_empty() {
            version_tables::run(open, &rebuild.drop)?;
            version_tables::run(open, &rebuild.build)?;
        } else {
            alteration::run(open, database, &rebuild.alterations, context)?;
        }
        settle(open)?;
        let left = fingerprint(open, database, &rebuild.built, rebuild, context)?;
        remember(&left, rebuild, context)
    };
    version_tables::apply(database, changes, &work, context, commit)?;
    if !rebuild.alterations.is_empty() {
        return Ok(format!(
            "{} brought in line; as it was: {}",
            database.database, rebuild.dump
        ));
    }
    Ok(format!(
        "{} rebuilt; given up: {}, kept in {}",
        database.database,
        rebuild.given_up(),
        rebuild.dump
    ))
}

/// Runs the transaction that brings back.
pub fn apply_back(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    rebuild: &Rebuild,
    run: &str,
    context: &Context<'_>,
    commit: &mut Commit<'_>,
) -> Result<String, StepError> {
    let work = |open: &Database<'_>| {
        let facts = dump::prove(rebuild, context)?;
        lock(open, &rebuild.built)?;
        left_alone(open, database, rebuild, run, context)?;
        version_tables::run(open, &rebuild.drop_built)?;
        dump::bring_back(&facts, rebuild, context, &mut |statements| {
            version_tables::run_one(open, statements)
        })?;
        settle(open)?;
        let now = fingerprint(open, database, &rebuild.own, rebuild, context)?;
        compare(open, &facts.fingerprint, &now, "was dumped")
    };
    version_tables::apply(database, changes, &work, context, commit)?;
    Ok(format!(
        "{} restored from {}",
        database.database, rebuild.dump
    ))
}

/// What follows names no schemas of its own accord.
fn settle(open: &Database<'_>) -> Result<(), StepError> {
    version_tables::run_one(open, "SET LOCAL search_path = pg_catalog")
}

fn lock(open: &Database<'_>, objects: &[OwnObject]) -> Result<(), StepError> {
    let tables = objects.iter().filter(|object| object.kind == "table");
    for table in tables {
        open.lock_table(&QualifiedName {
            schema: table.schema.clone(),
            name: table.name.clone(),
        })?;
    }
    Ok(())
}

fn fingerprint(
    open: &Database<'_>,
    database: &DatabaseRef,
    objects: &[OwnObject],
    rebuild: &Rebuild,
    context: &Context<'_>,
) -> Result<Fingerprint, StepError> {
    let (dumper, _) = dump::means(database, context)?;
    dumper
        .fingerprint(&open.session, objects, &rebuild.version_tables)
        .map_err(|why| StepError::Dump {
            label: database.label.clone(),
            why,
        })
}

/// Refuses what is not as it was.
fn compare(
    open: &Database<'_>,
    was: &Fingerprint,
    is: &Fingerprint,
    when: &'static str,
) -> Result<(), StepError> {
    if was == is {
        return Ok(());
    }
    let mut changes: Vec<String> = Vec::new();
    for (table, count, hash) in &is.rows {
        match was.rows.iter().find(|(name, _, _)| name == table) {
            Some((_, old, same)) if same == hash && old == count => {}
            Some((_, old, _)) if old == count => {
                changes.push(format!("{table} holds other rows"));
            }
            Some((_, old, _)) => changes.push(format!("{table} holds {count} rows, not {old}")),
            None => changes.push(format!("{table} is new")),
        }
    }
    if was.catalog != is.catalog {
        changes.push("the objects are not the same".to_owned());
    }
    Err(StepError::ChangedSince {
        label: open.label.to_owned(),
        when,
        changes,
    })
}

/// Refuses rows and objects that the rebuild did not leave: they would be lost.
fn left_alone(
    open: &Database<'_>,
    database: &DatabaseRef,
    rebuild: &Rebuild,
    run: &str,
    context: &Context<'_>,
) -> Result<(), StepError> {
    let path = memory(run, rebuild, context);
    let bytes = context
        .files()
        .read(&path)
        .map_err(StepError::files("read", &path))?;
    let left: Fingerprint = serde_json::from_slice(&bytes).map_err(|_| StepError::Damaged {
        path: path.display().to_string(),
        why: "it cannot be read".to_owned(),
    })?;
    let now = fingerprint(open, database, &rebuild.built, rebuild, context)?;
    compare(open, &left, &now, "was rebuilt")
}

/// Keeps what the rebuild leaves in the run's folder, before the commit that makes it so.
fn remember(left: &Fingerprint, rebuild: &Rebuild, context: &Context<'_>) -> Result<(), StepError> {
    let path = memory(context.run, rebuild, context);
    let json = serde_json::to_vec(left).expect("a fingerprint holds nothing that JSON cannot");
    context
        .files()
        .replace(&path, &json, 0o600)
        .map_err(StepError::files("write", &path))
}

/// `.redistill/runs/ID/rebuilt_dump_app.json`
fn memory(run: &str, rebuild: &Rebuild, context: &Context<'_>) -> PathBuf {
    let name = rebuild.dump.rsplit('/').next().unwrap_or(&rebuild.dump);
    let name = name.strip_suffix(".sql").unwrap_or(name);
    run_folder(&context.world.root, run).join(format!("rebuilt_{name}.json"))
}

/// The step that brings back.
pub fn inverse(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    rebuild: &Rebuild,
    before: &Before,
    run: &str,
) -> Inverse {
    Inverse::Steps(vec![Step::RestoreDatabase {
        database: database.clone(),
        changes: version_rows::back(changes, before),
        rebuild: rebuild.clone(),
        run: run.to_owned(),
    }])
}

/// The step that rebuilds again.
pub fn inverse_of_back(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    rebuild: &Rebuild,
    before: &Before,
) -> Inverse {
    Inverse::Steps(vec![Step::RebuildDatabase {
        database: database.clone(),
        changes: version_rows::back(changes, before),
        rebuild: rebuild.clone(),
    }])
}
