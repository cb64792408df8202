//! What the project consists of: its modules, its files, and the commits they came with.
//!
//! Data only. The files under `assets/demo/project` are the project as created; those under
//! `assets/demo/history` are earlier versions of files that grew.

use std::collections::BTreeMap;

/// One module of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleFacts {
    /// The module's name, which is its folder in the project.
    pub name: &'static str,
    /// The database that is its own once the edits are applied.
    pub database: &'static str,
    /// The variable that names another database than its own.
    pub variable: &'static str,
    /// The head of its chain.
    pub head: &'static str,
    /// How many revisions it has.
    pub revisions: usize,
}

/// The three modules.
pub const MODULES: [ModuleFacts; 3] = [ADMIN, STORAGE, QUERY];

/// Users, roles, audit log, service accounts.
pub(super) const ADMIN: ModuleFacts = ModuleFacts {
    name: "admin-module",
    database: "artstore_admin",
    variable: "ADMIN_DB_NAME",
    head: "a004",
    revisions: 4,
};

/// Volumes and files.
pub(super) const STORAGE: ModuleFacts = ModuleFacts {
    name: "storage-element",
    database: "artstore_storage_01",
    variable: "STORAGE_DB_NAME",
    head: "s002",
    revisions: 2,
};

/// Search; as created it lives in [`STORAGE`]'s database.
pub(super) const QUERY: ModuleFacts = ModuleFacts {
    name: "query-module",
    database: "artstore",
    variable: "QUERY_DB_NAME",
    head: "q001",
    revisions: 1,
};

/// A file of the project: its path in it, and its text.
pub(super) type File = (&'static str, &'static str);

/// One commit of the history.
pub(super) struct Commit {
    /// Author and committer date, as git takes it.
    pub date: &'static str,
    /// The message.
    pub subject: &'static str,
    /// The files as of this commit.
    pub files: &'static [File],
}

macro_rules! file {
    ($path:literal) => {
        (
            $path,
            include_str!(concat!("../../assets/demo/project/", $path)),
        )
    };
    ($path:literal from $asset:literal) => {
        ($path, include_str!(concat!("../../assets/demo/", $asset)))
    };
}

/// The history, oldest first. A later version of a file replaces an earlier one.
pub(super) const HISTORY: [Commit; 10] = [
    Commit {
        date: "2026-09-07T09:12:40+02:00",
        subject: "chore: project skeleton",
        files: &[
            file!("README.md"),
            file!("requirements.txt"),
            file!(".gitignore" from "project/gitignore"),
            file!(".env.example" from "project/env.example"),
        ],
    },
    Commit {
        date: "2026-09-07T11:58:03+02:00",
        subject: "feat(admin): users",
        files: &[
            file!("admin-module/alembic.ini"),
            file!("admin-module/alembic/env.py"),
            file!("admin-module/alembic/script.py.mako"),
            file!("admin-module/alembic/versions/a001_users.py"),
            file!("admin-module/app/__init__.py"),
            file!("admin-module/app/settings.py"),
            file!("admin-module/app/models/__init__.py" from "history/admin-models-1.py"),
            file!("admin-module/app/models/base.py"),
            file!("admin-module/app/models/user.py"),
        ],
    },
    Commit {
        date: "2026-09-15T16:20:18+02:00",
        subject: "feat(admin): described roles, users keep the time of their last change",
        files: &[
            file!("admin-module/alembic/versions/a002_user_roles.py"),
            file!("admin-module/app/models/__init__.py" from "history/admin-models-2.py"),
            file!("admin-module/app/models/user_role.py"),
        ],
    },
    Commit {
        date: "2026-09-21T13:44:51+02:00",
        subject: "feat(storage): volumes",
        files: &[
            file!("storage-element/alembic.ini"),
            file!("storage-element/alembic/env.py"),
            file!("storage-element/alembic/script.py.mako"),
            file!("storage-element/alembic/versions/s001_storage_volumes.py"),
            file!("storage-element/app/__init__.py"),
            file!("storage-element/app/settings.py"),
            file!("storage-element/app/models/__init__.py" from "history/storage-models-1.py"),
            file!("storage-element/app/models/base.py"),
            file!("storage-element/app/models/volume.py" from "history/storage-volume-1.py"),
        ],
    },
    Commit {
        date: "2026-10-02T12:31:09+02:00",
        subject: "feat(admin): audit log",
        files: &[
            file!("admin-module/alembic/versions/a003_audit_logs.py"),
            file!("admin-module/app/models/__init__.py" from "history/admin-models-3.py"),
            file!("admin-module/app/models/audit_log.py"),
        ],
    },
    Commit {
        date: "2026-10-05T10:02:37+02:00",
        subject: "test(admin): migrations up, down and up again",
        files: &[file!("admin-module/tests/test_migrations.py")],
    },
    Commit {
        date: "2026-10-12T11:27:44+02:00",
        subject: "feat(storage): modes of volumes, stored files",
        files: &[
            file!("storage-element/alembic/versions/s002_stored_files.py"),
            file!("storage-element/app/models/__init__.py"),
            file!("storage-element/app/models/stored_file.py"),
            file!("storage-element/app/models/volume.py"),
        ],
    },
    Commit {
        date: "2026-10-20T15:31:26+02:00",
        subject: "feat(query): models, in the storage database for now",
        files: &[
            file!("query-module/alembic.ini"),
            file!("query-module/alembic/env.py"),
            file!("query-module/alembic/script.py.mako"),
            file!("query-module/app/__init__.py"),
            file!("query-module/app/settings.py"),
            file!("query-module/app/models/__init__.py"),
            file!("query-module/app/models/base.py"),
            file!("query-module/app/models/search_document.py"),
            file!("query-module/app/models/search_query.py"),
        ],
    },
    Commit {
        date: "2026-10-20T17:49:55+02:00",
        subject: "feat(query): first revision, not run: tables made from the models and stamped",
        files: &[file!("query-module/alembic/versions/q001_search.py")],
    },
    Commit {
        date: "2026-10-30T18:05:13+01:00",
        subject: "feat(admin): service accounts and their keys",
        files: &[
            file!("admin-module/alembic/versions/a004_service_accounts.py"),
            file!("admin-module/app/models/__init__.py"),
            file!("admin-module/app/models/service_account.py"),
        ],
    },
];

/// All files of the project as created: path and text, by path.
pub fn files() -> BTreeMap<&'static str, &'static str> {
    // A later version replaces an earlier one.
    HISTORY
        .iter()
        .flat_map(|commit| commit.files.iter().copied())
        .collect()
}

/// A file of the project as created.
pub(super) fn as_created(path: &str) -> Option<&'static str> {
    HISTORY
        .iter()
        .rev()
        .flat_map(|commit| commit.files)
        .find_map(|(name, text)| (*name == path).then_some(*text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_revisions_as_in_the_field_project() {
        let written = HISTORY
            .iter()
            .flat_map(|commit| commit.files)
            .filter(|(path, _)| path.contains("/versions/"))
            .count();
        assert_eq!(written, 7);
        assert_eq!(
            MODULES.iter().map(|module| module.revisions).sum::<usize>(),
            7
        );
    }

    #[test]
    fn the_last_version_of_a_file_counts() {
        let models = as_created("admin-module/app/models/__init__.py").unwrap();
        assert!(models.contains("ServiceAccountKey"));
        assert_eq!(as_created("nothing"), None);
    }
}
