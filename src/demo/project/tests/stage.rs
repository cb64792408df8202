//! A created project on a server of its own, and the questions that the tests ask it.

use std::path::PathBuf;
use std::time::Duration;

use crate::demo::content::ModuleFacts;
use crate::demo::edits::{Bug, edits};
use crate::demo::project::{Demo, create};
use crate::demo::python;
use crate::sandbox::{self, Server};
use crate::system::Session;
use crate::system::process::Process;

/// The interpreter with Alembic and the drivers.
pub fn interpreter() -> PathBuf {
    sandbox::python::provided().expect("the sandbox gives an interpreter")
}

/// A project in a folder with a space in its name, on a server of its own.
pub struct Stage {
    pub demo: Demo,
    pub server: Server,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// Creates it.
    pub fn new() -> Self {
        let server = Server::start().unwrap();
        let folder = tempfile::Builder::new()
            .prefix("my demo ")
            .tempdir()
            .unwrap();
        let demo = create(
            &folder.path().join("art store"),
            &server.target(),
            &interpreter(),
        )
        .unwrap();
        Self {
            demo,
            server,
            _folder: folder,
        }
    }

    /// One value as text.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        let target = self.server.target().with_database(database);
        let session = Session::connect(&target, Duration::from_secs(20)).unwrap();
        let rows = session.query(sql, &[]).unwrap();
        rows[0].get::<_, Option<String>>(0).unwrap_or_default()
    }

    pub fn run(&self, sql: &str) {
        let session = Session::connect(&self.server.target(), Duration::from_secs(20)).unwrap();
        session.batch(sql).unwrap();
    }

    /// The tables of a database, without its version tables.
    pub fn tables(&self, database: &str) -> String {
        self.ask(
            database,
            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class \
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
             AND relname NOT LIKE 'alembic_version%'",
        )
    }

    /// Everything in `public` except the version tables: relations, types, functions.
    pub fn left_behind(&self, database: &str) -> String {
        self.ask(
            database,
            "SELECT string_agg(name, ' ' ORDER BY name) FROM ( \
               SELECT relname::text AS name FROM pg_class \
               WHERE relnamespace = 'public'::regnamespace \
               UNION ALL SELECT typname FROM pg_type \
               WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' \
               UNION ALL SELECT proname FROM pg_proc \
               WHERE pronamespace = 'public'::regnamespace \
             ) AS objects WHERE name NOT LIKE 'alembic_version%'",
        )
    }

    /// An Alembic command on another database than the settings name; `by hand`, so that an env.py
    /// without URL can run, too.
    pub fn elsewhere(
        &self,
        module: ModuleFacts,
        database: &str,
        arguments: &[&str],
    ) -> (bool, String) {
        let mut process = Process::new(interpreter());
        let variable = match module.name {
            "admin-module" => "ADMIN_DB_NAME",
            "storage-element" => "STORAGE_DB_NAME",
            _ => "QUERY_DB_NAME",
        };
        process = process
            .args(["-c", python::BY_HAND])
            .args(arguments)
            .directory(self.demo.module_folder(module))
            .env(variable, database)
            .env_remove("SQLALCHEMY_URL")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = process.output(Duration::from_mins(2)).unwrap();
        (output.status.success(), output.text())
    }

    pub fn succeeds(&self, module: ModuleFacts, database: &str, arguments: &[&str]) -> String {
        let (success, text) = self.elsewhere(module, database, arguments);
        assert!(success, "{}: {arguments:?}: {text}", module.name);
        text
    }

    pub fn fails(&self, module: ModuleFacts, database: &str, arguments: &[&str]) -> String {
        let (success, text) = self.elsewhere(module, database, arguments);
        assert!(!success, "{}: {arguments:?}: {text}", module.name);
        text
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Process::new("git")
            .args(arguments)
            .directory(self.demo.folder())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output(Duration::from_mins(1))
            .unwrap();
        assert!(output.status.success(), "{}", output.text());
        output.text()
    }

    /// `alembic ARGUMENTS` on the module's own database.
    pub fn live(&self, module: ModuleFacts, arguments: &[&str]) -> (bool, String) {
        let output = self.demo.alembic(module, arguments).unwrap();
        (output.status.success(), output.text())
    }

    pub fn assert_clean(&self) {
        assert_eq!(self.git(&["status", "--porcelain"]), "");
    }

    pub fn apply(&self, bug: Bug) {
        let edit = edits().into_iter().find(|edit| edit.bug == bug).unwrap();
        let applied = self.demo.apply(&edit).unwrap();
        assert_eq!(self.git(&["rev-parse", "HEAD"]).trim(), applied.commit);
        self.assert_clean();
    }
}
