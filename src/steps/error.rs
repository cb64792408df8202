//! Why a step cannot be done.

use std::io;
use std::path::Path;

use thiserror::Error;

use super::archive::ArchiveError;
use crate::journal::JournalError;
use crate::model::text::{bytes, io_words};
use crate::system::{ConnectError, SqlError};

/// Why a step cannot be done. Paths are relative to the project where they lie in it.
#[derive(Debug, Error)]
pub enum StepError {
    /// The file system failed; `StorageFull` is a full disk.
    #[error("cannot {action} {path}: {}", io_words(source))]
    Files {
        /// `write`, `move` …
        action: &'static str,
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file is not the one that the plan knows.
    #[error("{path} changed since the plan was made")]
    Changed {
        /// Where.
        path: String,
    },
    /// A file is gone.
    #[error("{path} is missing")]
    Missing {
        /// Where.
        path: String,
    },
    /// Something stands where a file is to be written.
    #[error("{path} is already there")]
    InTheWay {
        /// Where.
        path: String,
    },
    /// A link or something else that is not a regular file.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// Where.
        path: String,
    },
    /// A path that leaves the project.
    #[error("{path} leads out of the project")]
    Outside {
        /// The path.
        path: String,
    },
    /// Neither the trash nor the archive has the file as it was.
    #[error("no proven copy of {path} is left (trash: {trash}; archive: {archive})")]
    NoCopy {
        /// The file.
        path: String,
        /// What is wrong with the first copy.
        trash: String,
        /// What is wrong with the second.
        archive: String,
    },
    /// The archive cannot be made or does not prove.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The executor was given no connection.
    #[error("no connection to {label} was given")]
    NoConnection {
        /// The database.
        label: String,
    },
    /// It cannot be reached.
    #[error(transparent)]
    Connect(Box<ConnectError>),
    /// A statement failed.
    #[error("cannot {action} in {label}: {source}")]
    Sql {
        /// The database.
        label: String,
        /// What was tried.
        action: String,
        /// What the server said.
        source: Box<SqlError>,
    },
    /// The connection leads to another database than the plan's.
    #[error("{label} is not the database of the plan (expected {expected}, found {found})")]
    OtherDatabase {
        /// The database.
        label: String,
        /// The plan's identity.
        expected: String,
        /// The one found.
        found: String,
    },
    /// Transactions do not stay on one server process.
    #[error("{label} is reached through a transaction pooler; a direct connection is needed")]
    Pooler {
        /// The database.
        label: String,
    },
    /// The database or the role says that nothing is to be written.
    #[error(
        "{label} is read-only by its own setting (default_transaction_read_only is on); nothing is \
         written against that"
    )]
    ReadOnly {
        /// The database.
        label: String,
    },
    /// Others are connected.
    #[error("other clients are connected to {label}: {}", clients.join("; "))]
    OtherClients {
        /// The database.
        label: String,
        /// `pid, application, user, address, state`, one each.
        clients: Vec<String>,
    },
    /// A lock could not be had in time.
    #[error("{subject} in {label} is locked by {}", list(blockers))]
    Blocked {
        /// The database.
        label: String,
        /// The table, or redistill's own lock.
        subject: String,
        /// `pid, application, user, state, query age`, one each.
        blockers: Vec<String>,
    },
    /// A version table does not hold what the plan expects.
    #[error(
        "{table} in {label} holds {}, and the plan expects {}",
        rows(found.as_deref()),
        rows(expected.as_deref())
    )]
    Rows {
        /// The database.
        label: String,
        /// The table.
        table: String,
        /// The plan's rows; none if the table must not exist.
        expected: Option<Vec<String>>,
        /// The rows found; none if it does not exist.
        found: Option<Vec<String>>,
    },
    /// Objects would go with a table.
    #[error("{table} in {label} cannot be dropped: {} on it", depend(dependants))]
    Dependants {
        /// The database.
        label: String,
        /// The table.
        table: String,
        /// `pg_describe_object` texts.
        dependants: Vec<String>,
    },
    /// A dump cannot be made, or does not prove.
    #[error("no proven dump of {label}: {why}")]
    Dump {
        /// The database.
        label: String,
        /// Why.
        why: String,
    },
    /// A file of redistill's own is not what it was.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// Where.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// Rows or objects are not the ones that are known.
    #[error("{label} changed since it {when}: {}", changes.join("; "))]
    ChangedSince {
        /// The database.
        label: String,
        /// `was dumped`, `was rebuilt`.
        when: &'static str,
        /// What changed.
        changes: Vec<String>,
    },
    /// A dump would not fit.
    #[error("{path} takes about {}, and {} are free", bytes(*needed), bytes(*free))]
    NoRoom {
        /// The dump.
        path: String,
        /// What it takes, in bytes.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// After the statements that bring it in line, a database is not what the rehearsal came to.
    #[error(
        "{label}: after the statements, the objects of {module} are not what the rehearsal came to"
    )]
    NotInLine {
        /// The database.
        label: String,
        /// The module.
        module: String,
    },
    /// Taking back would drop what came after the reset.
    #[error("{label}: {what} came after the reset, and taking it back would lose that")]
    WouldLose {
        /// The database.
        label: String,
        /// What.
        what: String,
    },
    /// Nobody can tell whether a transaction was committed.
    #[error("it is unknown whether the transaction {xid} in {label} was committed: {why}")]
    Unsure {
        /// The database.
        label: String,
        /// The transaction.
        xid: String,
        /// Why not.
        why: String,
    },
    /// The project's Alembic gave no answer.
    #[error("Alembic gave no answer for {module}: {why}")]
    Silent {
        /// The module.
        module: String,
        /// Why.
        why: String,
    },
    /// It gave another answer than the plan's.
    #[error(
        "{what} of {module} gives {}, and the plan expects {}",
        rows(found.as_deref()),
        rows(expected.as_deref())
    )]
    Disagrees {
        /// The module.
        module: String,
        /// `alembic current`, `alembic heads`.
        what: &'static str,
        /// The plan's answer.
        expected: Option<Vec<String>>,
        /// The answer.
        found: Option<Vec<String>>,
    },
    /// There are differences that were not there before.
    #[error("alembic check of {module} reports what it did not report before: {}", differences.join("; "))]
    Differences {
        /// The module.
        module: String,
        /// The new ones.
        differences: Vec<String>,
    },
    /// The journal cannot be written: the run stops where it is.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl StepError {
    /// Wraps a failure of the file system.
    pub fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.display().to_string();
        move |source| Self::Files {
            action,
            path,
            source,
        }
    }
}

fn list(blockers: &[String]) -> String {
    if blockers.is_empty() {
        "a session that this role cannot see, or that has just ended".to_owned()
    } else {
        blockers.join("; ")
    }
}

fn depend(dependants: &[String]) -> String {
    let verb = if dependants.len() == 1 {
        "depends"
    } else {
        "depend"
    };
    format!("{} {verb}", dependants.join(", "))
}

fn rows(rows: Option<&[String]>) -> String {
    match rows {
        None => "no table".to_owned(),
        Some([]) => "nothing".to_owned(),
        Some(rows) => rows.join(", "),
    }
}
