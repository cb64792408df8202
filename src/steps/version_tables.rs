//! Changes all version tables of one database in one transaction.
//!
//! ```text
//! BEGIN ── advisory lock ── identity ── clients ── table locks ── rows = plan? ── dependants?
//!       ── statements ── drop, create, stamp ── read back ── xid into the journal ── COMMIT
//! ```
//!
//! Anything unexpected before COMMIT rolls back. After a lost connection or a kill the journalled
//! transaction identifier is looked up (`pg_xact_status`), so that the truth is known and nothing
//! runs twice.

use super::database::Database;
use super::version_rows;
use super::{Clients, Commit, Context, Standing, StepError};
use crate::journal::Before;
use crate::plan::{DatabaseRef, VersionTableChange};
use crate::system::SqlError;

/// Identity, clients, rows and dependants, read-only.
pub fn check(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    context: &Context<'_>,
) -> Vec<StepError> {
    let mut problems = Vec::new();
    match Database::open(database, context) {
        Err(error) => problems.push(error),
        Ok(open) => {
            let ready = open
                .begin("READ ONLY")
                .and_then(|()| open.prove_identity(&database.identity));
            if let Err(error) = ready {
                problems.push(error);
            } else {
                problems.extend(open.refuse_read_only().err());
                problems.extend(refuse_clients(&open, context).err());
                for change in changes {
                    let expected = version_rows::expected(change);
                    problems.extend(open.compare(&change.table, expected).err());
                    problems.extend(open.refuse_dependants(change).err());
                }
            }
            open.rollback();
        }
    }
    problems
}

/// The other clients of the database, where they may stay.
fn refuse_clients(open: &Database<'_>, context: &Context<'_>) -> Result<Vec<String>, StepError> {
    let clients = open.clients()?;
    if clients.is_empty() || context.world.clients == Clients::Report {
        return Ok(clients);
    }
    Err(StepError::OtherClients {
        label: open.label.to_owned(),
        clients,
    })
}

/// The rows as they lie in the tables. That they are the plan's is proven under the locks.
pub fn before(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    context: &Context<'_>,
) -> Result<Before, StepError> {
    let open = Database::open(database, context)?;
    open.begin("READ ONLY")?;
    let mut tables = Vec::new();
    for change in changes {
        if let Some(rows) = open.lying(&change.table)? {
            tables.push((change.table.clone(), rows));
        }
    }
    open.rollback();
    Ok(Before::Rows { tables })
}

/// The truth about the transactions that the journal announced. Without one, nothing can have
/// been committed: the announcement is durable before COMMIT is sent.
pub fn standing(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    commits: &[String],
    context: &Context<'_>,
) -> Result<Standing, StepError> {
    if commits.is_empty() {
        return Ok(Standing::NotDone);
    }
    let open = Database::open(database, context)?;
    open.prove_identity(&database.identity)?;
    // A backend whose client died may still be at it; it holds this lock until its end.
    open.begin("")?;
    open.lock_out_others()?;
    open.rollback();
    let mut forgotten = None;
    for xid in commits {
        match open.fate(xid)?.as_deref() {
            Some("committed") => return Ok(Standing::Done),
            Some("aborted") => {}
            _ => forgotten = Some(xid),
        }
    }
    match forgotten {
        None => Ok(Standing::NotDone),
        Some(xid) => by_rows(&open, changes, xid),
    }
}

/// The second best witness, where the server has forgotten the transaction: the rows themselves.
fn by_rows(
    open: &Database<'_>,
    changes: &[VersionTableChange],
    xid: &str,
) -> Result<Standing, StepError> {
    let (mut as_before, mut as_after) = (true, true);
    for change in changes {
        let found = open.rows(&change.table)?;
        as_before &= found == version_rows::expected(change);
        as_after &= found == version_rows::goal(change);
    }
    match (as_before, as_after) {
        (true, false) => Ok(Standing::NotDone),
        (false, true) => Ok(Standing::Done),
        _ => Err(StepError::Unsure {
            label: open.label.to_owned(),
            xid: xid.to_owned(),
            why: "the server no longer knows, and the rows do not tell".to_owned(),
        }),
    }
}

/// What a transaction does between the locks and the stamp.
pub type Work<'a> = dyn Fn(&Database<'_>) -> Result<(), StepError> + 'a;

/// Runs the transaction.
pub fn apply(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    work: &Work<'_>,
    context: &Context<'_>,
    commit: &mut Commit<'_>,
) -> Result<String, StepError> {
    let open = Database::open(database, context)?;
    let (xid, clients) = match prepare(&open, database, changes, work, context)
        .and_then(|ready| commit(&ready.0).map(|()| ready).map_err(StepError::from))
    {
        Ok(ready) => ready,
        Err(error) => {
            open.rollback();
            return Err(error);
        }
    };
    if let Err(source) = open.session.batch("COMMIT") {
        settle(&open, database, changes, xid, source, context)?;
    }
    let tables: Vec<_> = changes
        .iter()
        .map(|change| change.table.to_string())
        .collect();
    let mut receipt = format!("{} in {}", tables.join(", "), database.label);
    if !clients.is_empty() {
        receipt.push_str("; connected meanwhile: ");
        receipt.push_str(&clients.join("; "));
    }
    Ok(receipt)
}

/// After a COMMIT that gave an error: was it one? Even a server's own error is no answer, because
/// a session can be ended between the commit and its acknowledgement.
fn settle(
    open: &Database<'_>,
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    xid: String,
    source: SqlError,
    context: &Context<'_>,
) -> Result<(), StepError> {
    let commits = [xid];
    match standing(database, changes, &commits, context) {
        Ok(Standing::Done) => Ok(()),
        Ok(_) => Err(open.sql("commit")(source)),
        Err(error) => {
            let [xid] = commits;
            Err(StepError::Unsure {
                label: open.label.to_owned(),
                xid,
                why: format!("{source}; then {error}"),
            })
        }
    }
}

/// Everything up to, and without, the journal's announcement and COMMIT: the transaction's
/// identifier, and the other clients that were connected.
fn prepare(
    open: &Database<'_>,
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    work: &Work<'_>,
    context: &Context<'_>,
) -> Result<(String, Vec<String>), StepError> {
    open.refuse_read_only()?;
    open.begin("READ WRITE")?;
    open.lock_out_others()?;
    open.prove_identity(&database.identity)?;
    let clients = refuse_clients(open, context)?;
    for change in changes {
        open.lock_table(&change.table)?;
    }
    for change in changes {
        open.compare(&change.table, version_rows::expected(change))?;
        open.refuse_dependants(change)?;
    }
    work(open)?;
    let own: Vec<String> = changes.iter().flat_map(version_rows::statements).collect();
    run(open, &own)?;
    for change in changes {
        open.compare(&change.table, version_rows::goal(change))?;
    }
    Ok((open.transaction()?, clients))
}

/// Runs statements.
pub fn run(open: &Database<'_>, statements: &[String]) -> Result<(), StepError> {
    statements.iter().try_for_each(|one| run_one(open, one))
}

/// Runs one statement, or several in one text.
pub fn run_one(open: &Database<'_>, statement: &str) -> Result<(), StepError> {
    open.session
        .batch(statement)
        .map_err(open.sql(&first_line(statement)))
}

fn first_line(statement: &str) -> String {
    let line = statement.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("run “{}…”", &line[..end]),
        None => format!("run “{line}”"),
    }
}
