//! The four repairs, as data: which bug, why it is one, and the files before and after.
//!
//! No two edits touch the same file, so they can be applied in any order.

use std::fmt;

use super::content::{File, as_created};

/// The four seeded bugs, by the pattern they break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bug {
    /// P1: a foreign key of another type than the key it references.
    ForeignKeyType,
    /// P2: ENUM types that no downgrade drops.
    EnumCleanup,
    /// P3: two modules in one database.
    DatabaseIsolation,
    /// P4: an env.py without a database URL.
    DatabaseUrl,
}

impl Bug {
    /// The pattern's number: `P1` to `P4`.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::ForeignKeyType => "P1",
            Self::EnumCleanup => "P2",
            Self::DatabaseIsolation => "P3",
            Self::DatabaseUrl => "P4",
        }
    }
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pattern())
    }
}

/// One file of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The path in the project.
    pub path: &'static str,
    /// The whole text as created.
    pub before: &'static str,
    /// The whole text as repaired.
    pub after: &'static str,
}

/// The repair of one bug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is done, in one line.
    pub title: &'static str,
    /// The bug it repairs.
    pub bug: Bug,
    /// What is wrong and how it shows.
    pub why: &'static str,
    /// The files.
    pub files: Vec<FileEdit>,
    /// What is to be done besides the files, in words; [`super::Demo::apply`] does it.
    pub after: &'static str,
    /// The commit's message.
    pub(super) subject: &'static str,
    /// The commit's date, as git takes it.
    pub(super) date: &'static str,
}

macro_rules! repaired {
    ($folder:literal, $path:literal) => {
        (
            $path,
            include_str!(concat!("../../assets/demo/edits/", $folder, "/", $path)),
        )
    };
}

/// The four edits, in the order of their patterns.
pub fn edits() -> Vec<Edit> {
    vec![
        foreign_key_type(),
        enum_cleanup(),
        database_isolation(),
        database_url(),
    ]
}

fn foreign_key_type() -> Edit {
    Edit {
        title: "admin-module: give the foreign key the type of the key it references",
        bug: Bug::ForeignKeyType,
        why: "service_account_keys.service_account_id is an Integer, service_accounts.id a UUID. \
              PostgreSQL refuses the constraint, so the chain stops at a004 and the database at \
              a003.",
        files: files(&[
            repaired!(
                "foreign-key-type",
                "admin-module/app/models/service_account.py"
            ),
            repaired!(
                "foreign-key-type",
                "admin-module/alembic/versions/a004_service_accounts.py"
            ),
        ]),
        after: "alembic upgrade head brings artstore_admin from a003 to a004; the first service \
                accounts are entered",
        subject: "fix(admin): keys reference service accounts by UUID",
        date: "2026-11-09T09:26:14+01:00",
    }
}

fn enum_cleanup() -> Edit {
    Edit {
        title: "storage-element: drop the ENUM types in downgrade",
        bug: Bug::EnumCleanup,
        why: "DROP TABLE leaves ENUM types behind. After downgrade base the next upgrade head \
              fails with: type \"storage_type_enum\" already exists.",
        files: files(&[
            repaired!(
                "enum-cleanup",
                "storage-element/alembic/versions/s001_storage_volumes.py"
            ),
            repaired!(
                "enum-cleanup",
                "storage-element/alembic/versions/s002_stored_files.py"
            ),
        ]),
        after: "artstore_storage_01 stays at s002, only the way back changed",
        subject: "fix(storage): downgrade drops the ENUM types",
        date: "2026-11-09T10:03:52+01:00",
    }
}

fn database_isolation() -> Edit {
    Edit {
        title: "query-module: a database of its own",
        bug: Bug::DatabaseIsolation,
        why: "query-module uses storage-element's database, so autogenerate saw the neighbour's \
              tables and q001 drops them. Nobody dared to run it; the tables were made from the \
              models and stamped.",
        files: files(&[
            repaired!("database-isolation", "query-module/app/settings.py"),
            repaired!(
                "database-isolation",
                "query-module/alembic/versions/q001_search.py"
            ),
        ]),
        after: "the database artstore is created and upgraded to q001, the rows are copied there \
                and compared, and search_documents, search_queries and alembic_version_query are \
                dropped from artstore_storage_01",
        subject: "fix(query): a database of its own, first revision without the neighbour's tables",
        date: "2026-11-09T11:41:30+01:00",
    }
}

fn database_url() -> Edit {
    Edit {
        title: "query-module: env.py takes the URL from the settings",
        bug: Bug::DatabaseUrl,
        why: "alembic.ini has the template's placeholder and env.py sets no URL, so every Alembic \
              command fails with: Can't load plugin: sqlalchemy.dialects:driver.",
        files: files(&[
            repaired!("database-url", "query-module/alembic.ini"),
            repaired!("database-url", "query-module/alembic/env.py"),
        ]),
        after: "alembic current answers now; SQLALCHEMY_URL may override the settings",
        subject: "fix(query): env.py takes the database URL from the settings",
        date: "2026-11-09T13:17:05+01:00",
    }
}

fn files(repaired: &[File]) -> Vec<FileEdit> {
    repaired
        .iter()
        .map(|&(path, after)| FileEdit {
            path,
            before: as_created(path).expect("an edit changes files of the project"),
            after,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn edits_change_something_and_never_the_same_file() {
        let mut seen = HashSet::new();
        for file in edits().iter().flat_map(|edit| &edit.files) {
            assert_ne!(file.before, file.after, "{}", file.path);
            assert!(seen.insert(file.path), "{} is edited twice", file.path);
        }
    }

    #[test]
    fn one_edit_a_pattern() {
        let patterns: Vec<_> = edits().iter().map(|edit| edit.bug.pattern()).collect();
        assert_eq!(patterns, ["P1", "P2", "P3", "P4"]);
    }
}
