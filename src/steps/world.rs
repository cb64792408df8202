//! What a step is given: the project, the connections, the means to write; and what it answers.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use super::StepError;
use crate::journal::{JournalError, TestsRan, run_folder};
use crate::model::{ModuleName, QualifiedName, Target, TestCommand};
use crate::plan::{Dumped, Fingerprint, OwnObject, Rebuild, Step};
use crate::system::{Session, WriteFiles};

/// What `alembic current`, `heads` and `check` say of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The revisions that the database is at; empty without a database.
    pub current: Vec<String>,
    /// The heads of the files.
    pub heads: Vec<String>,
    /// The differences between models and database, as `alembic check` words them.
    pub differences: Vec<String>,
}

/// Asks the project's own Alembic, which changes nothing, and runs its own tests.
pub trait Tester: Send + Sync {
    /// Inspects a module; without a database only the files are asked. The error is a fragment
    /// for people.
    fn inspect(&self, module: &ModuleName, database: Option<&Target>)
    -> Result<Inspection, String>;

    /// Runs the project's own tests of a module. However they end is an answer. The passwords of
    /// these databases are shown nowhere.
    fn run_tests(
        &self,
        module: &ModuleName,
        tests: &TestCommand,
        databases: &BTreeMap<String, Target>,
    ) -> TestsRan;
}

/// What to do about other clients that are connected to a database while its version table is
/// changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clients {
    /// Refuse and list them.
    #[default]
    Refuse,
    /// Go on; the table lock alone keeps them out. They stand in the receipt.
    Report,
}

/// Dumps databases and proves it. Changes nothing but the file and scratch databases of its own.
/// Errors are fragments for people.
pub trait Dumper: Send + Sync {
    /// Writes the whole database, as it is at one moment, into a file that is there and empty.
    /// Gives what the objects to be dropped are at that moment.
    fn dump(&self, database: &Target, rebuild: &Rebuild, file: &Path) -> Result<Dumped, String>;

    /// Restores `whole` on a scratch database and compares it with the live one, then drops and
    /// builds as the plan says, then brings it back by `back`, and compares again.
    fn prove(
        &self,
        database: &Target,
        rebuild: &Rebuild,
        whole: &mut dyn Iterator<Item = io::Result<String>>,
        back: &mut dyn Iterator<Item = io::Result<String>>,
    ) -> Result<(), String>;

    /// What these objects are, in the transaction that is open.
    fn fingerprint(
        &self,
        session: &Session,
        objects: &[OwnObject],
        version_tables: &[QualifiedName],
    ) -> Result<Fingerprint, String>;

    /// SHA-256 over the catalog of these objects, in the transaction that is open.
    fn catalog(
        &self,
        session: &Session,
        objects: &[OwnObject],
        version_tables: &[QualifiedName],
    ) -> Result<String, String>;
}

/// The world that a run works in.
pub struct World<'a> {
    /// The project's root, absolute.
    pub root: PathBuf,
    /// The files.
    pub files: &'a dyn WriteFiles,
    /// The databases by [`crate::plan::DatabaseRef::label`]. Secrets live here and nowhere else.
    pub databases: &'a BTreeMap<String, Target>,
    /// The project's own Alembic.
    pub tester: &'a dyn Tester,
    /// Makes dumps; none where nothing is to be rebuilt.
    pub dumper: Option<&'a dyn Dumper>,
    /// What to do about other clients.
    pub clients: Clients,
    /// The time of the run.
    pub now: DateTime<FixedOffset>,
}

/// The world, and the run that works in it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The world.
    pub world: &'a World<'a>,
    /// The run's identifier.
    pub run: &'a str,
    /// The digest of its plan.
    pub digest: &'a str,
}

impl Context<'_> {
    /// The files.
    pub fn files(&self) -> &dyn WriteFiles {
        self.world.files
    }

    /// The run's folder.
    pub fn folder(&self) -> PathBuf {
        run_folder(&self.world.root, self.run)
    }

    /// Where the run keeps a file that it removed.
    pub fn trash(&self, path: &str) -> PathBuf {
        self.folder().join("trash").join(path)
    }

    /// Where the run keeps a file of redistill's own that it took back. Not the trash: the
    /// baseline may have had the name of a file that was removed.
    pub fn retired(&self, path: &str) -> PathBuf {
        self.folder().join("retired").join(path)
    }

    /// A path of the plan in the project. Refuses what is not relative and downward, and what
    /// links lead out of the project.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, StepError> {
        let outside = || StepError::Outside {
            path: path.to_owned(),
        };
        if !is_inside(path) {
            return Err(outside());
        }
        let whole = self.world.root.join(path);
        let root = self.canonical(&self.world.root)?;
        // The nearest folder that exists; the file itself must not be a link, which its reader
        // sees to.
        let mut folder = whole.parent();
        while let Some(above) = folder {
            if self.stat(above)?.is_some() {
                if self.canonical(above)?.starts_with(&root) {
                    return Ok(whole);
                }
                return Err(outside());
            }
            folder = above.parent();
        }
        Err(outside())
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StepError> {
        self.files()
            .canonical(path)
            .map_err(StepError::files("look at", path))
    }

    /// Facts about a path.
    pub fn stat(&self, path: &Path) -> Result<Option<crate::system::Stat>, StepError> {
        self.files()
            .stat(path)
            .map_err(StepError::files("look at", path))
    }
}

/// Whether a path is relative and never goes up: no `..`, no empty part, no NUL.
pub fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\0')
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

/// How a step is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inverse {
    /// By these steps; none if it left nothing.
    Steps(Vec<Step>),
    /// Not at all, and that is fine; why.
    Kept(String),
    /// By these steps as far as the program can, and the rest by hand.
    ByHand {
        /// What the program does.
        steps: Vec<Step>,
        /// What is left to a person.
        instructions: String,
    },
}

impl Inverse {
    /// The steps.
    pub fn steps(self) -> Vec<Step> {
        match self {
            Self::Steps(steps) | Self::ByHand { steps, .. } => steps,
            Self::Kept(_) => Vec::new(),
        }
    }
}

/// What the world says of a step whose journal has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has happened.
    Done,
    /// Nothing of it has happened.
    NotDone,
    /// A part of it has.
    Torn {
        /// Which.
        why: String,
    },
}

/// Makes a transaction's identifier durable in the journal; called just before its COMMIT.
pub type Commit<'a> = dyn FnMut(&str) -> Result<(), JournalError> + 'a;
