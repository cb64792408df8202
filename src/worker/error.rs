//! Why a request to the worker failed.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::model::text;

/// What went wrong in the worker's child, as a kind that callers can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The interpreter has no Alembic, or one that does not import.
    NoAlembic,
    /// There is no usable `sqlalchemy.url`: missing, empty or the template's placeholder.
    NoUrl,
    /// env.py raised.
    EnvFailed,
    /// An import failed: a missing package, or a model that does not load.
    ImportFailed,
    /// The settings could not be read as Alembic reads them.
    ConfigFailed,
    /// A revision file could not be loaded, or the chain does not hold together.
    ChainFailed,
    /// A revision raised while it ran.
    RevisionFailed,
    /// env.py asks for a Flask application that could not be loaded.
    NeedsApplication,
    /// env.py reads an `-x` argument that was not given.
    NeedsArgument,
    /// env.py takes something that only the application's own command has.
    NeedsCommand,
    /// env.py ended without opening a connection.
    NeverConnected,
    /// env.py connected to an empty database and ran no migrations there.
    NeverWalked,
    /// env.py looks for revisions where no setting says.
    LocationsChanged,
    /// env.py ended without calling `context.configure`.
    NeverConfigured,
    /// env.py ended without running migrations.
    NeverMigrated,
    /// env.py only writes SQL scripts; it has no connection.
    OfflineOnly,
    /// The project connects to another kind of database.
    NotPostgresql,
    /// The project's code wanted a connection that does not lead to the scratch database.
    RefusedConnection,
    /// Alembic said no.
    Alembic,
    /// env.py gives no `target_metadata`.
    NoMetadata,
    /// Only the old revisions import the models, and they go.
    ModelsUnseen,
    /// The project's `script.py.mako` does not give a usable file.
    Template,
    /// The models' tables cannot be created on an empty database.
    ModelsFailed,
    /// The catalogs could not be read.
    DraftFailed,
    /// The text handed over for a revision's body is not Python.
    Body,
    /// The child ended without an answer (`os._exit`, a crash, a signal).
    Exited,
    /// The request was cancelled.
    Cancelled,
    /// A kind that this version does not know.
    #[serde(other)]
    Unknown,
}

/// A failure that the child explained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Explained {
    pub kind: Option<ErrorKind>,
    pub message: String,
    pub exception: Option<String>,
    pub file: Option<PathBuf>,
    pub line: Option<usize>,
    pub revision: Option<String>,
    pub sqlstate: Option<String>,
    pub server_detail: Option<String>,
    pub statement: Option<String>,
    pub traceback: Vec<String>,
}

/// Why a request to the worker failed. Texts from the project are escaped.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WorkerError {
    /// The interpreter did not start, or ended before it said hello.
    #[error("the interpreter {interpreter} did not start: {why}")]
    Start {
        /// The program.
        interpreter: PathBuf,
        /// What the system or the interpreter said.
        why: String,
    },
    /// The interpreter has no usable Alembic.
    #[error("{interpreter} has no Alembic that imports: {why}")]
    NoAlembic {
        /// The program.
        interpreter: PathBuf,
        /// The import's error.
        why: String,
    },
    /// The project's code, Alembic or the database failed.
    #[error("{}", sentence(.0))]
    Failed(Box<Failed>),
    /// No answer within the limit; the child was ended.
    #[error("no answer within {} ({verb})", text::elapsed(*.limit))]
    TimedOut {
        /// The verb.
        verb: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The caller cancelled; the child was ended.
    #[error("cancelled ({verb})")]
    Cancelled {
        /// The verb.
        verb: &'static str,
    },
    /// The worker itself is gone or speaks nonsense.
    #[error("the worker broke off: {why}")]
    Broken {
        /// What was seen.
        why: String,
    },
}

/// The facts of a failure in the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The kind.
    pub kind: ErrorKind,
    /// One line: the server's message where there is one, else the exception's.
    pub message: String,
    /// The exception's class.
    pub exception: Option<String>,
    /// The file of the project where it happened.
    pub file: Option<PathBuf>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// The revision that was running.
    pub revision: Option<String>,
    /// SQLSTATE, where the server said no.
    pub sqlstate: Option<String>,
    /// The server's DETAIL.
    pub server_detail: Option<String>,
    /// The statement that the server refused.
    pub statement: Option<String>,
    /// The end of the traceback, for those who ask for detail.
    pub traceback: Vec<String>,
}

impl WorkerError {
    /// The kind, where the child explained itself.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Failed(failed) => Some(failed.kind),
            Self::NoAlembic { .. } => Some(ErrorKind::NoAlembic),
            Self::Cancelled { .. } => Some(ErrorKind::Cancelled),
            Self::Start { .. } | Self::TimedOut { .. } | Self::Broken { .. } => None,
        }
    }

    /// The facts, where the child explained itself.
    pub fn failed(&self) -> Option<&Failed> {
        match self {
            Self::Failed(failed) => Some(failed),
            _ => None,
        }
    }
}

impl From<Explained> for Failed {
    fn from(said: Explained) -> Self {
        let safe = |line: String| text::safe(&text::without_passwords(&line)).into_owned();
        Self {
            kind: said.kind.unwrap_or(ErrorKind::Unknown),
            message: safe(said.message),
            exception: said.exception.map(safe),
            file: said.file,
            line: said.line,
            revision: said.revision.map(safe),
            sqlstate: said.sqlstate.map(safe),
            server_detail: said.server_detail.map(safe),
            statement: said
                .statement
                .map(|text| text::safe_lines(&text::without_passwords(&text))),
            traceback: said.traceback.into_iter().map(safe).collect(),
        }
    }
}

/// One sentence: what failed, with what, where.
fn sentence(failed: &Failed) -> String {
    let message = &failed.message;
    let mut told = match (failed.kind, &failed.revision) {
        (ErrorKind::RevisionFailed, Some(revision)) => {
            format!("revision {revision} failed: {message}")
        }
        (ErrorKind::NoUrl, _) => format!("env.py has no database URL: {message}"),
        (ErrorKind::ImportFailed, _) => format!("an import failed: {message}"),
        (ErrorKind::EnvFailed, _) if failed.exception.as_deref() == Some("EOFError") => {
            format!("env.py waits for standard input, and nobody answers there: {message}")
        }
        (ErrorKind::EnvFailed, _) => format!(
            "env.py raised {}: {message}",
            failed.exception.as_deref().unwrap_or("an exception")
        ),
        (ErrorKind::ChainFailed, _) => {
            format!("Alembic cannot read the revision files: {message}")
        }
        (ErrorKind::ModelsFailed, _) => {
            format!("the models cannot be created on an empty database: {message}")
        }
        (ErrorKind::NotPostgresql, _) => format!("env.py connects to {message}, not to PostgreSQL"),
        (ErrorKind::Exited, _) => format!("the project's code ended its process: {message}"),
        _ => message.clone(),
    };
    if let Some(sqlstate) = &failed.sqlstate {
        told = format!("{told} (SQLSTATE {sqlstate})");
    }
    if let Some(file) = &failed.file {
        let shown = file.display().to_string();
        told = format!("{told} at {}", text::safe(&shown));
        if let Some(line) = failed.line {
            told = format!("{told}:{line}");
        }
    }
    told
}
