//! What brings the live database in line with the baseline, found and tried on copies of it.
//!
//! ```text
//! copy 1 of live ◀── the changes, through the project's own Alembic: which statements are that?
//! copy 2 of live ◀── those statements: equal to the baseline? ◀── those back: equal to live again?
//! ```
//!
//! Called by the rehearsal for the strategy `keep`. Never writes to the live database.

use std::collections::BTreeSet;

use super::changes::Ahead;
use super::copy::LiveCopy;
use super::subject::walk_request;
use super::{Lived, RehearseError, Subject};
use super::{Scratch, own};
use crate::plan::{Alteration, OwnObject, Statement};
use crate::schema::{
    Catalog, Change, Difference, ObjectKey, alter, compare, fills_itself, is_left_out, wholes,
    within,
};
use crate::system::Session;
use crate::worker::{Failed, RenderRequest, WorkerError};

/// What marks the statements of one change among all that were recorded.
const MARK: &str = " AS redistill_change";

/// Finds and proves the statements; none where nothing is to be done.
pub fn align(
    subject: &Subject<'_>,
    live: &Lived,
    built: &Catalog,
    ahead: Option<&Ahead>,
    accepted: &[Difference],
) -> Result<Option<Alteration>, RehearseError> {
    let mut scope = wholes(built);
    scope.extend(ahead.iter().flat_map(|ahead| wholes(&ahead.built)));
    let origin = within(&live.catalog, &scope);
    let stays = |key: &ObjectKey| {
        is_left_out(key, &subject.choices.leave_out)
            || subject.choices.accept_losses && is_given_up(accepted, key)
    };
    let wanted = with_left_out(built, &origin, stays);
    let last = with_left_out(ahead.map_or(built, |a| &a.built), &origin, stays);
    let there = alter(&origin, &wanted);
    if there.changes.is_empty() && there.cannot.is_empty() && ahead.is_none() {
        return Ok(None);
    }
    if !there.cannot.is_empty() {
        return Err(no_way(format!(
            "no statement settles {}",
            listed(&there.cannot)
        )));
    }
    subject.phase("in line")?;
    let copy = LiveCopy::take(subject, live)?;
    let recorded = copy.restore(subject, live, "w")?;
    let mut statements = record(subject, &recorded, &there.changes)?;
    for statement in &mut statements {
        statement.guard = None;
    }
    let more: Vec<Statement> = ahead.map(|a| a.statements.clone()).unwrap_or_default();
    run(&recorded.connect()?, &more)?;
    statements.extend(more);
    let tried = copy.restore(subject, live, "l")?;
    let before = subject.snapshot(&tried.connect()?)?;
    run(&tried.connect()?, &statements)?;
    let after = subject.snapshot(&tried.connect()?)?;
    refuse_beyond(&before, &after, &scope)?;
    let arrived = within(&after, &scope);
    let differences = compare(&last, &arrived);
    if !differences.is_empty() {
        return Err(no_way(format!(
            "after the statements, a copy differs in {}",
            listed(&differences)
        )));
    }
    let mut alteration = Alteration {
        module: subject.module.name.clone(),
        objects: own(&origin, &arrived),
        statements,
        back: Vec::new(),
        origin: String::new(),
        goal: String::new(),
        version_tables: subject.version_tables.clone(),
    };
    alteration.origin = digest(&live.catalog, &alteration.objects);
    alteration.goal = digest(&arrived, &alteration.objects);
    if alteration.destructive().next().is_none() {
        let back = way_back(subject, &recorded, &tried, &origin, &arrived, &scope);
        alteration.back = match back {
            Err(RehearseError::Cancelled) => return Err(RehearseError::Cancelled),
            // Without statements that lead back, a dump does.
            back => back.unwrap_or_default(),
        };
    }
    Ok(Some(alteration))
}

/// What is not the module's must be as it was: neither the hashes that the reset compares nor its way
/// back know of it.
fn refuse_beyond(
    before: &Catalog,
    after: &Catalog,
    scope: &BTreeSet<ObjectKey>,
) -> Result<(), RehearseError> {
    let differences = compare(&beyond(before, scope), &beyond(after, scope));
    if differences.is_empty() {
        return Ok(());
    }
    Err(no_way(format!(
        "the statements would change what is not the module's: {}",
        listed(&differences)
    )))
}

/// The part of a database that does not belong to these objects.
fn beyond(catalog: &Catalog, scope: &BTreeSet<ObjectKey>) -> Catalog {
    let own = within(catalog, scope);
    let mut rest = catalog.clone();
    rest.objects.retain(|key, _| !own.objects.contains_key(key));
    rest
}

/// Whether a loss of this object was accepted as one of many.
fn is_given_up(accepted: &[Difference], key: &ObjectKey) -> bool {
    accepted
        .iter()
        .any(|one| !matches!(one, Difference::Extra { .. }) && one.object() == key)
}

/// What the user left out of the baseline stays in the live database as it is.
fn with_left_out(wanted: &Catalog, live: &Catalog, stays: impl Fn(&ObjectKey) -> bool) -> Catalog {
    let mut wanted = wanted.clone();
    let left = live.objects.iter().filter(|(key, _)| stays(key));
    wanted
        .objects
        .extend(left.map(|(key, object)| (key.clone(), object.clone())));
    wanted
}

/// The statements that lead back, tried on the copy that has come there; both copies are used up.
fn way_back(
    subject: &Subject<'_>,
    recorded: &Scratch,
    tried: &Scratch,
    origin: &Catalog,
    arrived: &Catalog,
    scope: &BTreeSet<ObjectKey>,
) -> Result<Vec<Statement>, RehearseError> {
    let back = alter(arrived, origin);
    if !back.cannot.is_empty() {
        return Err(no_way(listed(&back.cannot)));
    }
    if let Some(column) = fills_itself(origin, arrived) {
        return Err(no_way(format!("{column} is filled as soon as it is there")));
    }
    let session = recorded.connect()?;
    for table in &subject.version_tables {
        session.batch(&format!("DROP TABLE IF EXISTS {}", table.quoted()))?;
    }
    let statements = record(subject, recorded, &back.changes)?;
    let session = tried.connect()?;
    for guard in statements.iter().filter_map(|one| one.guard.as_ref()) {
        session.query(guard, &[])?;
    }
    run(&session, &statements)?;
    let differences = compare(
        origin,
        &within(&subject.snapshot(&tried.connect()?)?, scope),
    );
    if differences.is_empty() {
        Ok(statements)
    } else {
        Err(no_way(listed(&differences)))
    }
}

/// Lets the project's Alembic run the changes on a copy, and gives what it sent to the server.
fn record(
    subject: &Subject<'_>,
    scratch: &Scratch,
    changes: &[Change],
) -> Result<Vec<Statement>, RehearseError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let staging = tempfile::Builder::new()
        .prefix("redistill-staging-")
        .tempdir()?;
    let code = changes.iter().enumerate().map(|(place, change)| {
        format!(
            "op.execute(\"SELECT {place}{MARK}\")\n{}",
            change.up.trim_end()
        )
    });
    let request = RenderRequest {
        revision: "redistill_way".to_owned(),
        message: "in line".to_owned(),
        upgrade: code.collect::<Vec<_>>().join("\n"),
        downgrade: "pass".to_owned(),
        imports: vec![
            "from alembic import op".to_owned(),
            "import sqlalchemy as sa".to_owned(),
            "from sqlalchemy.dialects import postgresql".to_owned(),
        ],
        folder: staging.path().to_owned(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        down_revision: None,
        about: None,
    };
    let told = |error: WorkerError| match error.failed() {
        Some(failed) => no_way(on_copy(failed)),
        None => no_way(error.to_string()),
    };
    subject
        .call(|call| subject.worker.render(&subject.request(), &request, call))
        .map_err(told)?;
    let script = subject
        .call(|call| {
            let walk = walk_request(scratch.target(), "heads", vec![staging.path().to_owned()]);
            subject.worker.script(&subject.request(), &walk, call)
        })
        .map_err(told)?;
    let mut statements = vec![names_as_env(&script.search_path)];
    let mut change = None;
    for sql in script.statements {
        let mark = sql
            .strip_prefix("SELECT ")
            .and_then(|rest| rest.strip_suffix(MARK));
        if let Some(place) = mark.and_then(|place| place.parse::<usize>().ok()) {
            change = changes.get(place);
        } else if let Some(change) = change {
            statements.push(Statement {
                sql,
                settles: change.settles.clone(),
                loses: change.loses.clone(),
                guard: change.guard.clone(),
            });
        }
    }
    Ok(statements)
}

/// The statement that a copy refuses, and why; a file of ours is nobody's business.
fn on_copy(failed: &Failed) -> String {
    let statement = failed.statement.as_deref().unwrap_or_default();
    let line = statement.trim().lines().next().unwrap_or_default();
    let mut words = format!("on a copy of it, “{line}” fails: {}", failed.message);
    if let Some(detail) = &failed.server_detail {
        words.push_str("; ");
        words.push_str(detail);
    }
    words
}

/// Names without a schema mean in the statements what they mean to env.py.
pub fn names_as_env(search_path: &str) -> Statement {
    let path = search_path.trim();
    let path = if path.is_empty() { "''" } else { path };
    Statement {
        sql: format!("SET LOCAL search_path = {path}"),
        settles: "names mean what they mean to env.py".to_owned(),
        loses: None,
        guard: None,
    }
}

/// Runs statements in one transaction, as the reset will.
fn run(session: &Session, statements: &[Statement]) -> Result<(), RehearseError> {
    session.batch("BEGIN; SET LOCAL search_path = pg_catalog")?;
    let transaction = transaction(session)?;
    for statement in statements {
        session.batch(&statement.sql).map_err(|error| {
            let line = statement.sql.trim().lines().next().unwrap_or_default();
            no_way(format!("on a copy of it, “{line}” fails: {error}"))
        })?;
    }
    if self::transaction(session)? != transaction {
        return Err(no_way("a statement ends the transaction".to_owned()));
    }
    Ok(session.batch("COMMIT")?)
}

/// Which transaction is open. One that a statement ended and nobody began again is a new one at
/// each question.
fn transaction(session: &Session) -> Result<Option<i64>, RehearseError> {
    let rows = session.query("SELECT pg_catalog.txid_current()", &[])?;
    Ok(rows.first().map(|row| row.get(0)))
}

fn own(origin: &Catalog, arrived: &Catalog) -> Vec<OwnObject> {
    let mut all = wholes(origin);
    all.extend(wholes(arrived));
    all.into_iter()
        .map(|key| OwnObject {
            kind: key.kind,
            schema: key.schema,
            name: key.name,
        })
        .collect()
}

fn digest(catalog: &Catalog, objects: &[OwnObject]) -> String {
    let mut catalog = catalog.clone();
    own::restrict(&mut catalog, objects);
    catalog.digest()
}

fn no_way(why: String) -> RehearseError {
    RehearseError::NotInLine(why)
}

fn listed(differences: &[Difference]) -> String {
    let mut names: Vec<String> = differences.iter().map(|d| d.object().to_string()).collect();
    names.dedup();
    names.join(", ")
}
