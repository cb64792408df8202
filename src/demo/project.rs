//! The project as a whole: creating it, opening it again, applying an edit.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::model::Target;
use crate::sandbox::SandboxError;
use crate::system::process::Output;
use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _};

use super::content::{ADMIN, HISTORY, ModuleFacts, QUERY, STORAGE};
use super::edits::{Bug, Edit, edits};
use super::git::GitError;
use super::stock::{StockError, TableRows};
use super::{git, python, stock, tree};

/// Why the demo's project is not there, or not repaired.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The folder holds something.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The folder holds no demo that was kept.
    #[error("{} holds no demo that was kept", .0.display())]
    NotKept(PathBuf),
    /// The file system failed.
    #[error("{}: {source}", .path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A file is not as the edit expects it, so the edit would overwrite someone's work.
    #[error("{path} is not as the demo wrote it")]
    Changed {
        /// The path in the project.
        path: &'static str,
    },
    /// git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A database failed.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// The interpreter could not be run.
    #[error("{} did not run: {source}", .python.display())]
    Python {
        /// Which.
        python: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Alembic failed.
    #[error("{module}: {doing} failed")]
    Alembic {
        /// In which module.
        module: &'static str,
        /// The command.
        doing: &'static str,
        /// All it printed.
        said: String,
    },
    /// No server or no interpreter.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The project's own Alembic does not agree with the result.
    #[error("{module}: {command} on {database} does not answer as it must")]
    Disproved {
        /// In which module.
        module: &'static str,
        /// On which database.
        database: String,
        /// The command.
        command: String,
        /// What it said.
        said: String,
    },
    /// The caller wants no more.
    #[error("cancelled")]
    Cancelled,
}

/// The project, standing.
#[derive(Clone, Debug)]
pub struct Demo {
    folder: PathBuf,
    server: Target,
    python: PathBuf,
}

/// What applying an edit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The id of the commit.
    pub commit: String,
}

/// Writes the project into `folder` (missing or empty), commits its history, creates its two
/// databases on `server` and brings them to where a developer would have left them: admin-module at
/// a003, storage-element at s002, query-module's tables made from the models beside them.
///
/// `server` is its maintenance database and a role that may create others; `python` is absolute and
/// has Alembic, `SQLAlchemy` and psycopg. On failure files and databases are removed again.
pub fn create(folder: &Path, server: &Target, python: &Path) -> Result<Demo, DemoError> {
    let at = |source| DemoError::File {
        path: folder.to_owned(),
        source,
    };
    if !tree::is_free(folder).map_err(at)? {
        return Err(DemoError::NotEmpty(folder.to_owned()));
    }
    for database in [ADMIN.database, STORAGE.database, QUERY.database] {
        if stock::exists(server, database)? {
            return Err(StockError::Exists(database.to_owned()).into());
        }
    }
    let was_missing = tree::is_missing(folder).map_err(at)?;
    RealFiles.create_folder(folder, 0o755).map_err(at)?;
    let demo = Demo {
        folder: RealFiles.canonical(folder).map_err(at)?,
        server: server.clone(),
        python: python.to_owned(),
    };
    let created = demo.write_history().and_then(|()| demo.fill_databases());
    if let Err(error) = created {
        // The first failure is the one to report; what cannot be removed now stays to be seen.
        let _ = tree::clear(folder, was_missing);
        return Err(error);
    }
    Ok(demo)
}

impl Demo {
    /// A project that [`create`] made earlier, on a server that may have moved since: the
    /// connection in its `.env` is written anew.
    pub fn reopen(folder: &Path, server: &Target, python: &Path) -> Result<Self, DemoError> {
        let at = |source| DemoError::File {
            path: folder.to_owned(),
            source,
        };
        tree::write_connection(folder, server).map_err(at)?;
        Ok(Self {
            folder: RealFiles.canonical(folder).map_err(at)?,
            server: server.clone(),
            python: python.to_owned(),
        })
    }

    /// The project's folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of a module.
    pub fn module_folder(&self, module: ModuleFacts) -> PathBuf {
        self.folder.join(module.name)
    }

    /// The way to a module's own database (query-module's exists once its edit is applied).
    pub fn target(&self, module: ModuleFacts) -> Target {
        self.server.with_database(module.database)
    }

    /// The four edits.
    pub fn edits(&self) -> Vec<Edit> {
        edits()
    }

    /// Runs an Alembic command line in a module's folder, on the database its settings name.
    pub fn alembic(&self, module: ModuleFacts, arguments: &[&str]) -> Result<Output, DemoError> {
        python::alembic(&self.python, &self.module_folder(module), arguments)
            .map_err(|source| self.not_run(source))
    }

    /// Does what a developer would: changes the files, does the work that goes with it
    /// ([`Edit::after`]), commits.
    ///
    /// The edits are independent of each other. Refuses, changing nothing, where a file is not as
    /// created; if the work fails, the files are put back.
    pub fn apply(&self, edit: &Edit) -> Result<Applied, DemoError> {
        for file in &edit.files {
            let found = tree::read(&self.folder, file.path).map_err(|e| self.file(file.path, e))?;
            if found != file.before.as_bytes() {
                return Err(DemoError::Changed { path: file.path });
            }
        }
        let done = self
            .write(edit.files.iter().map(|file| (file.path, file.after)))
            .and_then(|()| self.work(edit.bug));
        if let Err(error) = done {
            self.write(edit.files.iter().map(|file| (file.path, file.before)))?;
            return Err(error);
        }
        let paths: Vec<_> = edit.files.iter().map(|file| file.path).collect();
        let commit = git::commit(&self.folder, &paths, edit.subject, edit.date)?;
        Ok(Applied { commit })
    }

    /// The same, on another database of the server.
    pub(super) fn alembic_on(
        &self,
        module: ModuleFacts,
        database: &str,
        arguments: &[&str],
    ) -> Result<Output, DemoError> {
        let folder = self.module_folder(module);
        python::alembic_on(
            &self.python,
            &folder,
            (module.variable, database),
            arguments,
        )
        .map_err(|source| self.not_run(source))
    }

    /// Runs a module's own tests, if it has any.
    pub(super) fn unittest(&self, module: ModuleFacts) -> Result<Option<Output>, DemoError> {
        let folder = self.module_folder(module);
        if tree::is_missing(&folder.join("tests")).map_err(|e| self.file(module.name, e))? {
            return Ok(None);
        }
        python::unittest(&self.python, &folder)
            .map(Some)
            .map_err(|source| self.not_run(source))
    }

    /// The rows of a module's own database: each table with its count and its hash, the version
    /// table apart.
    pub fn rows(&self, module: ModuleFacts) -> Result<Vec<TableRows>, DemoError> {
        Ok(stock::rows(&self.server, module.database)?)
    }

    /// The server's maintenance database.
    pub(super) fn server(&self) -> &Target {
        &self.server
    }

    fn write_history(&self) -> Result<(), DemoError> {
        git::init(&self.folder)?;
        tree::write_connection(&self.folder, &self.server).map_err(|e| self.file(".env", e))?;
        for commit in &HISTORY {
            self.write(commit.files.iter().copied())?;
            let paths: Vec<_> = commit.files.iter().map(|(path, _)| *path).collect();
            git::commit(&self.folder, &paths, commit.subject, commit.date)?;
        }
        Ok(())
    }

    /// The two databases are independent, and most of the time goes into starting Python. Either
    /// both are there afterwards, or none.
    fn fill_databases(&self) -> Result<(), DemoError> {
        let (admin, shared) = std::thread::scope(|scope| {
            let admin = scope.spawn(|| self.filled(ADMIN.database, || self.fill_admin()));
            let shared = self.filled(STORAGE.database, || self.fill_shared());
            let admin = admin.join().expect("filling a database does not panic");
            (admin, shared)
        });
        match (&admin, &shared) {
            (Err(_), Ok(())) => drop(stock::drop_database(&self.server, STORAGE.database)),
            (Ok(()), Err(_)) => drop(stock::drop_database(&self.server, ADMIN.database)),
            _ => {}
        }
        admin.and(shared)
    }

    /// Creates a database and fills it; drops it if that fails, but never one that was there.
    fn filled(
        &self,
        database: &str,
        fill: impl FnOnce() -> Result<(), DemoError>,
    ) -> Result<(), DemoError> {
        stock::create_database(&self.server, database)?;
        let result = fill();
        if result.is_err() {
            // The first failure is the one to report.
            let _ = stock::drop_database(&self.server, database);
        }
        result
    }

    fn fill_admin(&self) -> Result<(), DemoError> {
        self.migrate(ADMIN, "alembic upgrade a003", |python, module| {
            python::alembic(python, module, &["upgrade", "a003"])
        })?;
        Ok(stock::fill(
            &self.server,
            ADMIN.database,
            stock::ADMIN_ROWS,
        )?)
    }

    fn fill_shared(&self) -> Result<(), DemoError> {
        self.migrate(STORAGE, "alembic upgrade head", |python, module| {
            python::alembic(python, module, &["upgrade", "head"])
        })?;
        stock::fill(&self.server, STORAGE.database, stock::STORAGE_ROWS)?;
        self.migrate(QUERY, "create_all", python::create_query_tables)?;
        Ok(stock::fill(
            &self.server,
            STORAGE.database,
            stock::QUERY_ROWS,
        )?)
    }

    /// The work besides the files.
    fn work(&self, bug: Bug) -> Result<(), DemoError> {
        match bug {
            Bug::ForeignKeyType => {
                self.migrate(ADMIN, "alembic upgrade head", |python, module| {
                    python::alembic(python, module, &["upgrade", "head"])
                })?;
                stock::fill(&self.server, ADMIN.database, stock::SERVICE_ACCOUNT_ROWS)?;
            }
            Bug::DatabaseIsolation => self.separate()?,
            Bug::EnumCleanup | Bug::DatabaseUrl => {}
        }
        Ok(())
    }

    /// Gives query-module its own database. The shared one changes last, and in one transaction;
    /// until then the rows are where they were, and a failure leaves no half-filled copy behind.
    fn separate(&self) -> Result<(), DemoError> {
        self.filled(QUERY.database, || {
            self.migrate(QUERY, "alembic upgrade head", |python, module| {
                python::by_hand(python, module, &["upgrade", "head"])
            })?;
            stock::copy_query_rows(&self.server)?;
            Ok(stock::drop_strays(&self.server)?)
        })
    }

    fn migrate(
        &self,
        module: ModuleFacts,
        doing: &'static str,
        run: impl FnOnce(&Path, &Path) -> io::Result<Output>,
    ) -> Result<(), DemoError> {
        let output = run(&self.python, &self.module_folder(module))
            .map_err(|source| self.not_run(source))?;
        if output.status.success() {
            return Ok(());
        }
        Err(DemoError::Alembic {
            module: module.name,
            doing,
            said: output.text(),
        })
    }

    fn write<'a>(&self, files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), DemoError> {
        for (path, text) in files {
            tree::write(&self.folder, path, text).map_err(|e| self.file(path, e))?;
        }
        Ok(())
    }

    fn file(&self, path: &str, source: io::Error) -> DemoError {
        DemoError::File {
            path: self.folder.join(path),
            source,
        }
    }

    fn not_run(&self, source: io::Error) -> DemoError {
        DemoError::Python {
            python: self.python.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests;
