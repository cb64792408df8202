//! The kinds of step, as data. What each does stands in `steps`, one file a kind.

use serde::{Deserialize, Serialize};

use super::Alteration;
use crate::model::text::count;
use crate::model::{ModuleName, QualifiedName, TestCommand};

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

/// An object of a database that stands for itself; what belongs to a table is not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnObject {
    /// `table`, `enum`, `function` …
    pub kind: String,
    /// The schema; empty for objects of the database.
    pub schema: String,
    /// The name; a function's with its argument types.
    pub name: String,
}

/// How one database is emptied of the modules' own objects, built again, and brought back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuild {
    /// The dump, `backups/migrations_20261122/dump_app.sql`; its facts lie beside it.
    pub dump: String,
    /// The objects that go, as they stand in the live database.
    pub own: Vec<OwnObject>,
    /// The statements that drop them, dependants first, never CASCADE.
    pub drop: Vec<String>,
    /// The statements that the baselines run.
    pub build: Vec<String>,
    /// The objects that the baselines build.
    pub built: Vec<OwnObject>,
    /// The statements that drop those (in an undo).
    pub drop_built: Vec<String>,
    /// The rows that are given up, as counted when the plan was made; none: not to be counted.
    pub rows: Vec<(QualifiedName, Option<u64>)>,
    /// The version tables of the database: no part of what is compared.
    pub version_tables: Vec<QualifiedName>,
    /// The size of a dump that was made and proven when the plan was made, in bytes; 0: none was.
    #[serde(default)]
    pub dump_size: u64,
    /// For the strategy `keep`: nothing is dropped and built, `build` holds the statements that
    /// bring the database in line, and these say what each settles.
    #[serde(default)]
    pub alterations: Vec<Alteration>,
}

impl Rebuild {
    /// The rows that are given up, in words: `5 rows (public.notes 2; public.tags 3)`.
    pub fn given_up(&self) -> String {
        let total: u64 = self.rows.iter().filter_map(|(_, rows)| *rows).sum();
        let tables: Vec<String> = self
            .rows
            .iter()
            .filter_map(|(table, rows)| match rows {
                Some(0) => None,
                Some(rows) => Some(format!("{table} {rows}")),
                None => Some(format!("{table}, not counted")),
            })
            .collect();
        let all = count(usize::try_from(total).unwrap_or(usize::MAX), "row");
        if tables.is_empty() {
            all
        } else {
            format!("{all} ({})", tables.join("; "))
        }
    }
}

/// What a set of objects is, with its rows, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// SHA-256 over their catalog.
    pub catalog: String,
    /// Each table with the number and the hash of its rows.
    pub rows: Vec<(QualifiedName, u64, String)>,
}

/// Where an object stands: the system catalog, and its identifier in it.
pub type Address = (u32, u32);

/// What a dump was taken of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dumped {
    /// What the objects to be dropped are at that moment.
    pub fingerprint: Fingerprint,
    /// Where they and all that belongs to them stand.
    pub addresses: Vec<Address>,
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
        /// What runs in the same transaction before the stamp (the shown difference between the
        /// baseline and the live database), one a module; usually none.
        #[serde(default)]
        alterations: Vec<Alteration>,
    },
    /// Dumps a database into the archive's folder, proven on a scratch database: it is restored
    /// there, emptied, built again and brought back.
    DumpDatabase {
        /// The database.
        database: DatabaseRef,
        /// What will be done to it.
        rebuild: Rebuild,
    },
    /// Takes a dump away into the run's folder (only in an undo).
    RetireDump {
        /// The dump.
        dump: String,
    },
    /// Drops the modules' objects, runs the baselines and changes the version tables: one
    /// transaction. Refused without a proven dump of the very rows.
    RebuildDatabase {
        /// The database.
        database: DatabaseRef,
        /// The version tables' changes; none where they hold the baselines already.
        changes: Vec<VersionTableChange>,
        /// The rest.
        rebuild: Rebuild,
    },
    /// Drops what the baselines built and runs the dump's part: one transaction (only in an undo).
    /// Refused if there are rows that the reset did not leave.
    RestoreDatabase {
        /// The database.
        database: DatabaseRef,
        /// The version tables' changes.
        changes: Vec<VersionTableChange>,
        /// The rest.
        rebuild: Rebuild,
        /// The run that rebuilt it.
        run: String,
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
    /// Runs the project's own tests of a module, which the configuration names. What they came to is
    /// told; it never takes the reset back.
    OwnTests {
        /// The module.
        module: ModuleName,
        /// The command.
        tests: TestCommand,
        /// The live database; none where the reset leaves it unversioned.
        database: Option<DatabaseRef>,
        /// The revisions that `alembic current` must still print afterwards, sorted.
        current: Vec<String>,
        /// The heads that `alembic heads` must still print, sorted.
        heads: Vec<String>,
        /// The differences that `alembic check` may still report.
        known_differences: Vec<String>,
    },
}
