//! The kinds of step, as data. What each does stands in `steps`, one file a kind.

use serde::{Deserialize, Serialize};

use crate::model::{ModuleName, QualifiedName};

/// A file as it was when the plan was made. The path is relative to the project's root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Relative path with `/`.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Permission bits, for example 0o644.
    pub mode: u32,
}

/// A file that goes into the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveMember {
    /// The module it belongs to.
    pub module: ModuleName,
    /// The file. Its name in the archive is its path, so two modules cannot collide.
    pub file: FileRef,
}

/// A database in a plan: enough to find its connection at execution and to prove it is the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseRef {
    /// `localhost:5433 / artstore_admin`; the key by which the executor holds the connection.
    pub label: String,
    /// The database's name, the word that is typed to confirm.
    pub database: String,
    /// `system_identifier` and database oid, `7291…/16384`.
    pub identity: String,
}

/// What becomes of one version table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum TableAction {
    /// Drop it and leave it away.
    Drop,
    /// Drop it, build it again as it was, insert these rows.
    DropAndStamp {
        /// The new rows.
        rows: Vec<String>,
    },
    /// Another module's rows live in it: take out `remove`, put in `insert`, keep the table.
    ReplaceRows {
        /// This module's rows that go.
        remove: Vec<String>,
        /// The rows that come.
        insert: Vec<String>,
    },
    /// Build it (it does not exist) and insert these rows. The inverse of `Drop`.
    Create {
        /// The rows.
        rows: Vec<String>,
    },
}

/// One version table's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionTableChange {
    /// The module whose table it is.
    pub module: ModuleName,
    /// The table.
    pub table: QualifiedName,
    /// The rows it must hold now, sorted; anything else rolls back.
    pub expect: Vec<String>,
    /// Whether it must exist now.
    pub exists: bool,
    /// The statements that build the table again, without rows.
    pub definition: Vec<String>,
    /// What happens.
    pub action: TableAction,
}

/// One effect on the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// Writes `folder/versions.tar.gz` and `folder/manifest.json`, proven from disk.
    Archive {
        /// `backups/migrations_20261122`; must not exist.
        folder: String,
        /// The files.
        members: Vec<ArchiveMember>,
        /// Heads and version rows by module, recorded in the manifest for `adopt`.
        heads: Vec<(ModuleName, Vec<String>)>,
    },
    /// Takes the archive's folder away into the run's folder (only in an undo).
    RetireArchive {
        /// The folder.
        folder: String,
        /// Folders above it that the archive step created, outermost first; they go when empty.
        #[serde(default)]
        folders: Vec<String>,
    },
    /// Writes a new text file: the note, the baseline.
    WriteFile {
        /// What it is: `note`, `baseline`.
        what: String,
        /// The module, for a baseline.
        module: Option<ModuleName>,
        /// The path; must not exist.
        path: String,
        /// The text.
        contents: String,
        /// Permission bits of the new file.
        mode: u32,
    },
    /// Takes a written file back into the run's folder (only in an undo). Refuses if it changed.
    RetireFile {
        /// What it is.
        what: String,
        /// The module, for a baseline.
        module: Option<ModuleName>,
        /// The file as it was written.
        file: FileRef,
        /// Folders that writing it created, outermost first; they go when empty.
        #[serde(default)]
        folders: Vec<String>,
    },
    /// The change of all version tables in one database: one transaction.
    VersionTables {
        /// The database.
        database: DatabaseRef,
        /// The changes.
        changes: Vec<VersionTableChange>,
        /// Statements that run in the same transaction before the stamp (the shown difference
        /// between the baseline and the live database); usually none.
        statements: Vec<String>,
    },
    /// Moves a module's revision files and their stale bytecode into the run's trash.
    RemoveFiles {
        /// The module.
        module: ModuleName,
        /// The files, each moved to `.redistill/runs/ID/trash/PATH`.
        files: Vec<FileRef>,
    },
    /// Moves them back (only in an undo).
    RestoreFiles {
        /// The module.
        module: ModuleName,
        /// The run whose trash holds them.
        run: String,
        /// The archive that also holds them, the second copy.
        archive: String,
        /// The files.
        files: Vec<FileRef>,
    },
    /// Asks the project's own Alembic whether everything agrees. Changes nothing.
    Test {
        /// The module.
        module: ModuleName,
        /// The live database; none means that only the files are asked.
        database: Option<DatabaseRef>,
        /// The revisions that `alembic current` must print, sorted.
        current: Vec<String>,
        /// The heads that `alembic heads` must print, sorted.
        heads: Vec<String>,
        /// The differences that `alembic check` reported before; more is a failure.
        known_differences: Vec<String>,
    },
}
