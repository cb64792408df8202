//! Why a rehearsal does not come to an end. Made all over this room, put into words with a way out by
//! `engine::failures`; decides nothing.

use thiserror::Error;

use super::{DumpError, ScratchError};
use crate::model::text::safe;
use crate::model::{ModuleName, QualifiedName};
use crate::system::{ConnectError, SqlError};
use crate::worker::WorkerError;

/// Why the rehearsal of a module did not come to an end.
#[derive(Debug, Error)]
pub enum RehearseError {
    /// The old chain does not replay.
    #[error("the old chain does not replay from an empty database: {0}")]
    Replay(WorkerError),
    /// The baseline does not run.
    #[error("the baseline does not {doing}: {error}")]
    Baseline {
        /// `upgrade`, `downgrade`, `upgrade again`.
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// The present chain does not run (`verify`).
    #[error("the chain does not {doing}: {error}")]
    Chain {
        /// `upgrade`, `downgrade`, `upgrade again`.
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// No draft could be made.
    #[error("no baseline can be drafted: {0}")]
    Draft(WorkerError),
    /// The baseline builds nothing, though the old chain built something.
    #[error("the baseline is empty, but the reference has {objects} objects")]
    Empty {
        /// How many.
        objects: usize,
    },
    /// The old chain leaves more seed rows in a table than a revision should hold.
    #[error("the old chain leaves {rows} rows in {table}; a baseline carries up to {limit}")]
    TooManyRows {
        /// The table.
        table: QualifiedName,
        /// How many.
        rows: u64,
        /// How many are carried.
        limit: u32,
    },
    /// What is left out is needed by what is not.
    #[error("leaving out {} would take along what needs it", .left.join(", "))]
    Needed {
        /// What the user named.
        left: Vec<String>,
        /// What would fall, with what it needs.
        falls: Vec<(String, String)>,
    },
    /// What is left out is part of something that is not, and stays with it.
    #[error("{what} cannot be left out alone: it is written with the table")]
    Stays {
        /// What the user named.
        what: String,
    },
    /// The baseline's statements cannot be taken out of Alembic as they are.
    #[error("the baseline's statements alone do not build what it builds; they differ in {what}")]
    Script {
        /// What differs.
        what: String,
    },
    /// `alembic check` ends with an error, on a database that stands at the baseline.
    #[error("alembic check gives no answer on the database that the baseline builds: {why}")]
    Check {
        /// Its words.
        why: String,
    },
    /// The live schema holds the objects of others, and cannot stand for this chain.
    #[error(
        "the old chain does not replay, and the live schema cannot stand for it: other modules live \
         in the same database, and nothing says which objects are whose ({0})"
    )]
    Shared(WorkerError),
    /// The live schema cannot be copied.
    #[error("the live schema cannot be copied to a scratch database: {0}")]
    Copy(String),
    /// No dump of the live schema.
    #[error("the live schema cannot be copied: {0}")]
    Dump(Box<DumpError>),
    /// There are no statements that bring the live database in line.
    #[error("the live database cannot be brought in line by statements: {0}")]
    NotInLine(String),
    /// The revision for what the models are ahead by fails.
    #[error("the revision for what the models are ahead by does not {doing}: {error}")]
    Changes {
        /// `upgrade`, `downgrade` …
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// The revision for what the models are ahead by does not do all of it, or not back.
    #[error("the revision that autogenerate writes for what the models are ahead by leaves: {0}")]
    ChangesDiffer(String),
    /// Another module that must be there first cannot be built.
    #[error(
        "its foreign keys refer to tables of {}, which cannot be built before it: {error}",
        name_of(.other)
    )]
    Beneath {
        /// The other module.
        other: ModuleName,
        /// Why.
        error: WorkerError,
    },
    /// The chain changes what another module made.
    #[error(
        "its chain changes what {} made, and no baseline of its own could say so: {}",
        words(.others),
        .what.join(", ")
    )]
    Reaches {
        /// The modules that are built before it.
        others: Vec<ModuleName>,
        /// What it changes.
        what: Vec<String>,
    },
    /// The project's Alembic cannot be asked.
    #[error(transparent)]
    Worker(WorkerError),
    /// No scratch database.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// No connection to one.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A query on one failed.
    #[error("a catalog query failed: {0}")]
    Sql(#[from] SqlError),
    /// The file system failed.
    #[error("cannot prepare the staging folder: {0}")]
    Staging(#[from] std::io::Error),
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
}

fn name_of(module: &ModuleName) -> String {
    safe(&module.0).into_owned()
}

fn words(modules: &[ModuleName]) -> String {
    let names: Vec<String> = modules.iter().map(name_of).collect();
    names.join(" and ")
}

impl From<DumpError> for RehearseError {
    fn from(error: DumpError) -> Self {
        Self::Dump(Box::new(error))
    }
}
