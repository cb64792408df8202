//! One database of the plan, asked and locked. Used by `version_tables`.
//!
//! Every question is one round trip with schema-qualified names; SQLSTATE is matched, never text.

use std::time::Duration;

use super::version_rows::{self, Rows};
use super::{Context, StepError};
use crate::model::{QualifiedName, Target};
use crate::plan::{DatabaseRef, VersionTableChange};
use crate::system::{Session, SqlError};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Both halves of redistill's advisory lock: "rdst", "vers".
const LOCK: &str = "pg_catalog.pg_advisory_xact_lock(1919185780, 1986359923)";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// One database: its name in the plan, and a connection to it.
pub struct Database<'a> {
    /// Its label in the plan.
    pub label: &'a str,
    /// The connection.
    pub session: Session,
}

impl<'a> Database<'a> {
    /// Connects to a database of the plan.
    pub fn open(database: &'a DatabaseRef, context: &Context<'_>) -> Result<Self, StepError> {
        let label = database.label.as_str();
        let target: &Target =
            context
                .world
                .databases
                .get(label)
                .ok_or_else(|| StepError::NoConnection {
                    label: label.to_owned(),
                })?;
        Ok(Self {
            label,
            session: Session::connect(target, CONNECT_LIMIT)
                .map_err(|error| StepError::Connect(Box::new(error)))?,
        })
    }

    /// Wraps a failure of the server.
    pub fn sql(&self, action: &str) -> impl FnOnce(SqlError) -> StepError + use<> {
        let (label, action) = (self.label.to_owned(), action.to_owned());
        move |source| StepError::Sql {
            label,
            action,
            source: Box::new(source),
        }
    }

    /// Opens a transaction (`READ ONLY`, `READ WRITE`) that waits for no lock longer than two
    /// seconds. Refuses a connection that changes its server process.
    pub fn begin(&self, mode: &str) -> Result<(), StepError> {
        let pid = self.backend()?;
        self.session
            .batch(&format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED {mode}; \
                 SET LOCAL search_path = pg_catalog; SET LOCAL lock_timeout = '2s'; \
                 SET LOCAL statement_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0; \
                 SET LOCAL row_security = off"
            ))
            .map_err(self.sql("begin"))?;
        if self.backend()? == pid {
            Ok(())
        } else {
            Err(StepError::Pooler {
                label: self.label.to_owned(),
            })
        }
    }

    /// Refuses where the database or the role is set to read only: that is somebody's word, and a
    /// transaction that asks for more would go round it.
    pub fn refuse_read_only(&self) -> Result<(), StepError> {
        let rows = self
            .session
            .simple("SELECT pg_catalog.current_setting('default_transaction_read_only')")
            .map_err(self.sql("read the settings"))?;
        if rows
            .into_iter()
            .flatten()
            .flatten()
            .any(|word| word == "on")
        {
            return Err(StepError::ReadOnly {
                label: self.label.to_owned(),
            });
        }
        Ok(())
    }

    fn backend(&self) -> Result<i32, StepError> {
        self.session
            .backend_pid()
            .map_err(self.sql("ask for the server process"))
    }

    /// Refuses a database that is not the plan's.
    pub fn prove_identity(&self, expected: &str) -> Result<(), StepError> {
        let rows = self
            .session
            .query(
                "SELECT c.system_identifier::text || '/' || d.oid::text \
                 FROM pg_catalog.pg_control_system() c, pg_catalog.pg_database d \
                 WHERE d.datname = pg_catalog.current_database()",
                &[],
            )
            .map_err(self.sql("ask for the identity"))?;
        let found: String = rows[0].get(0);
        if found == expected {
            return Ok(());
        }
        Err(StepError::OtherDatabase {
            label: self.label.to_owned(),
            expected: expected.to_owned(),
            found,
        })
    }

    /// Other clients of the database, in words. Workers of the server have no user.
    pub fn clients(&self) -> Result<Vec<String>, StepError> {
        let rows = self
            .session
            .query(
                "SELECT pg_catalog.format('pid %s, %s, %s, %s, %s', pid, \
                   coalesce(nullif(application_name, ''), 'no name'), usename, \
                   coalesce(client_addr::text, 'local'), coalesce(state, 'state not visible')) \
                 FROM pg_catalog.pg_stat_activity \
                 WHERE datname = pg_catalog.current_database() AND usename IS NOT NULL \
                   AND pid <> pg_catalog.pg_backend_pid() AND application_name !~ '^redistill( |$)' \
                   AND coalesce(backend_type, 'client backend') = 'client backend' \
                 ORDER BY pid",
                &[],
            )
            .map_err(self.sql("list the clients"))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn oid(&self, table: &QualifiedName) -> Result<Option<u32>, StepError> {
        let rows = self
            .session
            .query(
                "SELECT c.oid FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2",
                &[&table.schema, &table.name],
            )
            .map_err(self.sql("look up a table"))?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    /// The rows in the order in which they lie in the table; none if it does not exist.
    pub fn lying(&self, table: &QualifiedName) -> Result<Rows, StepError> {
        let Some(oid) = self.oid(table)? else {
            return Ok(None);
        };
        let sql = format!("SELECT version_num::text FROM {}", table.quoted());
        let rows = match self.session.query(&sql, &[]) {
            Ok(rows) => rows,
            Err(error) => return Err(self.locked_or(table, oid, error, &format!("read {table}"))),
        };
        Ok(Some(rows.iter().map(|row| row.get(0)).collect()))
    }

    /// The rows, sorted; none if it does not exist.
    pub fn rows(&self, table: &QualifiedName) -> Result<Rows, StepError> {
        let mut rows = self.lying(table)?;
        if let Some(rows) = &mut rows {
            rows.sort();
        }
        Ok(rows)
    }

    /// Refuses rows that are not these.
    pub fn compare(&self, table: &QualifiedName, expected: Rows) -> Result<(), StepError> {
        let found = self.rows(table)?;
        if found == expected {
            return Ok(());
        }
        Err(StepError::Rows {
            label: self.label.to_owned(),
            table: table.to_string(),
            expected,
            found,
        })
    }

    /// What would go with the table, or hinder its drop. Its primary key, NOT NULL constraints,
    /// row type and toast table belong to it.
    fn dependants(&self, table: &QualifiedName) -> Result<Vec<String>, StepError> {
        let Some(oid) = self.oid(table)? else {
            return Ok(Vec::new());
        };
        let rows = self
            .session
            .query(
                "SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) \
                 FROM pg_catalog.pg_depend d \
                 LEFT JOIN pg_catalog.pg_constraint k \
                   ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid \
                 WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = $1 \
                   AND d.deptype <> 'i' \
                   AND NOT (k.oid IS NOT NULL AND k.conrelid = $1 AND k.contype IN ('p', 'n')) \
                 ORDER BY 1",
                &[&oid],
            )
            .map_err(self.sql("look up dependants"))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Refuses a change that drops a table on which something depends.
    pub fn refuse_dependants(&self, change: &VersionTableChange) -> Result<(), StepError> {
        if !version_rows::drops(change) {
            return Ok(());
        }
        let dependants = self.dependants(&change.table)?;
        if dependants.is_empty() {
            return Ok(());
        }
        Err(StepError::Dependants {
            label: self.label.to_owned(),
            table: change.table.to_string(),
            dependants,
        })
    }

    /// Ends the transaction, if there is one.
    pub fn rollback(&self) {
        // A connection that is lost has rolled back already.
        let _ = self.session.batch("ROLLBACK");
    }

    /// Takes redistill's own lock: no other run is between its first statement and its end.
    pub fn lock_out_others(&self) -> Result<(), StepError> {
        match self.session.query(&format!("SELECT {LOCK}::text"), &[]) {
            Ok(_) => Ok(()),
            Err(error) if error.sqlstate.as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                self.rollback();
                Err(StepError::Blocked {
                    label: self.label.to_owned(),
                    subject: "the lock of redistill".to_owned(),
                    blockers: self
                        .holders("l.locktype = 'advisory' AND l.classid = $1", 1_919_185_780)?,
                })
            }
            Err(error) => Err(self.sql("take the lock of redistill")(error)),
        }
    }

    /// Locks a table against everybody; names who is in the way.
    pub fn lock_table(&self, table: &QualifiedName) -> Result<(), StepError> {
        let Some(oid) = self.oid(table)? else {
            return Ok(());
        };
        let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", table.quoted());
        match self.session.batch(&lock) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.locked_or(table, oid, error, &format!("lock {table}"))),
        }
    }

    /// Names the blockers where a lock could not be had in time; else passes the error on. The
    /// transaction is lost in either case.
    fn locked_or(
        &self,
        table: &QualifiedName,
        oid: u32,
        error: SqlError,
        action: &str,
    ) -> StepError {
        if error.sqlstate.as_deref() != Some(LOCK_NOT_AVAILABLE) {
            return self.sql(action)(error);
        }
        self.rollback();
        match self.holders("l.locktype = 'relation' AND l.relation = $1", oid) {
            Err(error) => error,
            Ok(blockers) => StepError::Blocked {
                label: self.label.to_owned(),
                subject: table.to_string(),
                blockers,
            },
        }
    }

    /// Who holds a lock, in words.
    fn holders(&self, which: &str, oid: u32) -> Result<Vec<String>, StepError> {
        let rows = self
            .session
            .query(
                &format!(
                    "SELECT DISTINCT pg_catalog.format('pid %s, %s, %s, %s, for %s', l.pid, \
                       coalesce(nullif(a.application_name, ''), 'no name'), \
                       coalesce(a.usename::text, 'no user'), \
                       coalesce(a.state, 'state not visible'), \
                       coalesce(pg_catalog.date_trunc('second', \
                         pg_catalog.clock_timestamp() - a.query_start)::text, 'unknown time')) \
                     FROM pg_catalog.pg_locks l \
                     LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
                     WHERE {which} AND l.granted AND l.pid <> pg_catalog.pg_backend_pid() \
                       AND l.database = (SELECT oid FROM pg_catalog.pg_database \
                                         WHERE datname = pg_catalog.current_database()) \
                     ORDER BY 1"
                ),
                &[&oid],
            )
            .map_err(self.sql("list who holds the lock"))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Whether transaction identifiers are asked for by the functions of version 13 and later.
    fn is_modern(&self) -> Result<bool, StepError> {
        let rows = self
            .session
            .query(
                "SELECT pg_catalog.current_setting('server_version_num')::int >= 130000",
                &[],
            )
            .map_err(self.sql("ask for the version"))?;
        Ok(rows[0].get(0))
    }

    /// The transaction's identifier.
    pub fn transaction(&self) -> Result<String, StepError> {
        let sql = if self.is_modern()? {
            "SELECT pg_catalog.pg_current_xact_id()::text"
        } else {
            "SELECT pg_catalog.txid_current()::text"
        };
        let rows = self
            .session
            .query(sql, &[])
            .map_err(self.sql("ask for the transaction"))?;
        Ok(rows[0].get(0))
    }

    /// `committed`, `aborted`, `in progress`; none if the server no longer knows.
    pub fn fate(&self, xid: &str) -> Result<Option<String>, StepError> {
        let sql = if self.is_modern()? {
            "SELECT pg_catalog.pg_xact_status($1::text::xid8)"
        } else {
            "SELECT pg_catalog.txid_status($1::text::bigint)"
        };
        let rows = self
            .session
            .query(sql, &[&xid])
            .map_err(self.sql("ask for the transaction's fate"))?;
        Ok(rows[0].get(0))
    }
}
