//! A laboratory for one test: a server of its own, a project in a temporary folder, the program.

pub mod packages;
pub mod terminal;
mod warm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use redistill::model::{Host, Target};
use redistill::sandbox::{Server, ServerOptions, python};
use redistill::system::Session;

/// What the program answered.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// The answer, if the exit code is `code`; otherwise the test fails with all that was printed.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Standard error holds each of these; nothing of it is a traceback or panic.
    #[track_caller]
    pub fn says(self, fragments: &[&str]) -> Self {
        for fragment in fragments {
            assert!(
                self.stderr.contains(fragment),
                "no {fragment:?} in:\n{}",
                self.stderr
            );
        }
        for forbidden in ["Traceback (most recent call last)", "panicked at"] {
            assert!(!self.stderr.contains(forbidden), "{}", self.stderr);
        }
        self
    }

    /// Standard output as one JSON object a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
            .collect()
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}\nstdout:\n{}\nstderr:\n{}",
                self.stdout, self.stderr
            )
        })
    }
}

/// A path of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The interpreter with Alembic that all tests share.
pub fn interpreter() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| python::provided().unwrap())
}

/// A module of a test project.
pub struct Module<'a> {
    /// Its folder, relative to the project.
    pub folder: &'a str,
    /// The database that env.py connects to.
    pub database: &'a str,
    /// The SQLAlchemy driver.
    pub driver: &'a str,
    /// `target_metadata`: the body of `app/models.py` after `Base`.
    pub models: &'a str,
    /// Revision files: name and text.
    pub revisions: &'a [(&'a str, &'a str)],
    /// More arguments of `context.configure`, with a comma behind each.
    pub configure: &'a str,
    /// Statements before `context.configure`, indented by eight spaces.
    pub before: &'a str,
}

impl Default for Module<'_> {
    fn default() -> Self {
        Self {
            folder: "api",
            database: "app",
            driver: "psycopg",
            models: NOTES_MODEL,
            revisions: NOTES_CHAIN,
            configure: "",
            before: "",
        }
    }
}

/// The model of the simplest project.
pub const NOTES_MODEL: &str = r#"
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.Enum("open", "done", name="note_state"))
"#;

/// Its chain of two revisions.
pub const NOTES_CHAIN: &[(&str, &str)] = &[
    (
        "n001_notes.py",
        r#""""notes

Revision ID: n001
"""
from alembic import op
import sqlalchemy as sa

revision = "n001"
down_revision = None


def upgrade():
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("notes")
"#,
    ),
    (
        "n002_state.py",
        r#""""state

Revision ID: n002
"""
from alembic import op
import sqlalchemy as sa

revision: str = "n002"
down_revision: str = "n001"


def upgrade():
    op.execute("CREATE TYPE note_state AS ENUM ('open', 'done')")
    op.add_column(
        "notes",
        sa.Column("state", sa.Enum(name="note_state"), nullable=False, server_default="open"),
    )
    op.alter_column("notes", "state", server_default=None)


def downgrade():
    op.drop_column("notes", "state")
"#,
    ),
];

/// How an interpreter is told to be Alembic.
const ALEMBIC: &[&str] = &["-B", "-m", "alembic"];

/// A project, a server, and the program.
pub struct Lab {
    pub server: Server,
    folder: tempfile::TempDir,
    root: PathBuf,
    /// The interpreter of the project.
    pub python: PathBuf,
    /// How it is told to be Alembic: `-B -m alembic`.
    pub alembic: &'static [&'static str],
}

impl Lab {
    /// An empty project beside a fresh server.
    pub fn new() -> Self {
        Self::in_folder("project")
    }

    /// The same, in a folder of this name.
    pub fn in_folder(name: &str) -> Self {
        let server = Server::start_with(&ServerOptions {
            tcp: true,
            ..ServerOptions::default()
        })
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join(name);
        std::fs::create_dir_all(&root).unwrap();
        Self {
            server,
            folder,
            root,
            python: interpreter().to_owned(),
            alembic: ALEMBIC,
        }
    }

    /// The same project, run by another interpreter.
    pub fn run_by(mut self, interpreter: &Path) -> Self {
        interpreter.clone_into(&mut self.python);
        self
    }

    /// A project with one module, upgraded to its head.
    pub fn with_module(module: &Module<'_>) -> Self {
        let lab = Self::new();
        lab.add(module);
        lab.create_database(module.database);
        lab.alembic(module.folder, &["upgrade", "heads"]);
        lab
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside the project.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The server over TCP, in the given database.
    pub fn target(&self, database: &str) -> Target {
        self.server.tcp_target().unwrap().with_database(database)
    }

    /// The URL of a database, as env.py wants it.
    pub fn url(&self, driver: &str, database: &str) -> String {
        let target = self.target(database);
        let Host::Tcp(host) = &target.host else {
            panic!("TCP was asked for")
        };
        let password = target.password.as_ref().unwrap().expose();
        format!(
            "postgresql+{driver}://{}:{password}@{host}:{}/{database}",
            target.user, target.port
        )
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads a file of the project.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// Writes a module: alembic.ini, env.py, template, models, revisions.
    pub fn add(&self, module: &Module<'_>) {
        let at = |path: &str| format!("{}/{path}", module.folder);
        let url = self.url(module.driver, module.database);
        self.write(
            &at("alembic.ini"),
            &format!(
                "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\n\
                 sqlalchemy.url = {url}\n"
            ),
        );
        self.write(&at("alembic/script.py.mako"), TEMPLATE);
        self.write(&at("app/__init__.py"), "");
        self.write(
            &at("app/models.py"),
            &format!("{MODELS_HEAD}{}", module.models),
        );
        let environment = if module.driver == "asyncpg" {
            ASYNC_ENVIRONMENT
        } else {
            SYNC_ENVIRONMENT
        };
        self.write(
            &at("alembic/env.py"),
            &environment
                .replace("@CONFIGURE@", module.configure)
                .replace("        @BEFORE@\n", module.before),
        );
        self.write(&at("alembic/versions/__init__.py"), "");
        for (name, text) in module.revisions {
            self.write(&at(&format!("alembic/versions/{name}")), text);
        }
    }

    /// Creates a database.
    pub fn create_database(&self, name: &str) {
        self.sql("postgres", &format!("create database \"{name}\""));
    }

    /// Runs statements.
    pub fn sql(&self, database: &str, statements: &str) {
        let session = Session::connect(&self.target(database), Duration::from_secs(30)).unwrap();
        session.batch(statements).unwrap();
    }

    /// The first column of a query, as text.
    pub fn column(&self, database: &str, query: &str) -> Vec<String> {
        let session = Session::connect(&self.target(database), Duration::from_secs(30)).unwrap();
        let rows = session
            .query(&format!("select x::text from ({query}) as q(x)"), &[])
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Runs Alembic itself in a module's folder; it must succeed.
    #[track_caller]
    pub fn alembic(&self, folder: &str, arguments: &[&str]) -> String {
        let output = self.alembic_output(folder, arguments);
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "alembic {arguments:?}\n{text}");
        text
    }

    /// Runs Alembic itself in a module's folder.
    pub fn alembic_output(&self, folder: &str, arguments: &[&str]) -> Output {
        let folder = self.root.join(folder);
        if self.python == interpreter() && self.alembic == ALEMBIC {
            return warm::alembic(&folder, arguments);
        }
        Command::new(&self.python)
            .args(self.alembic)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs the program in the project.
    pub fn redistill(&self, arguments: &[&str]) -> Answer {
        self.redistill_with(arguments, &[])
    }

    /// Runs the program in the project with more variables.
    pub fn redistill_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
        let output = self
            .command(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The program, ready to be started in the project; `REDISTILL_BIN` names another build of it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let other = std::env::var_os("REDISTILL_BIN").filter(|path| !path.is_empty());
        let mut command =
            Command::new(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_redistill").into()));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("REDISTILL_PYTHON", &self.python)
            .env("NO_COLOR", "1")
            .env_remove("VIRTUAL_ENV")
            .stdin(Stdio::null());
        command
    }

    /// Plans, and gives the digest.
    #[track_caller]
    pub fn plan(&self, arguments: &[&str]) -> String {
        let mut all = vec!["plan", "--format", "json"];
        all.extend(arguments);
        let answer = self.redistill(&all).expect(0);
        answer.json()["digest"].as_str().unwrap().to_owned()
    }

    /// Plans and resets; gives the run's identifier.
    #[track_caller]
    pub fn reset(&self, arguments: &[&str]) -> String {
        let digest = self.plan(arguments);
        let answer = self
            .redistill(&["reset", "--plan", &digest, "--format", "json"])
            .expect(0);
        let last = answer.stdout.lines().last().unwrap().to_owned();
        let last: serde_json::Value = serde_json::from_str(&last).unwrap();
        assert_eq!(last["outcome"], "done", "{last}");
        last["id"].as_str().unwrap().to_owned()
    }

    /// `pg_dump` of a database without its random lines.
    #[track_caller]
    pub fn dump(&self, database: &str, arguments: &[&str]) -> String {
        let target = self.target(database);
        let Host::Tcp(host) = &target.host else {
            panic!("TCP was asked for")
        };
        let output = Command::new(self.server.program("pg_dump").unwrap())
            .env("PGPASSWORD", target.password.as_ref().unwrap().expose())
            .args([
                "-h",
                host,
                "-p",
                &target.port.to_string(),
                "-U",
                &target.user,
            ])
            .args(arguments)
            .arg(database)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// All files of the project but redistill's own state, git's and bytecode: path → contents.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(&self.root, &self.root, &mut found);
        found
    }

    /// The databases of the server.
    pub fn databases(&self) -> Vec<String> {
        self.column("postgres", "select datname from pg_database order by 1")
    }
}

fn gather(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if [".redistill", ".git", "__pycache__"].contains(&name) {
            continue;
        }
        let relative = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if path.is_dir() {
            found.insert(format!("{relative}/"), Vec::new());
            gather(root, &path, found);
        } else {
            found.insert(relative, std::fs::read(&path).unwrap());
        }
    }
}

const MODELS_HEAD: &str = r"import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass

";

/// Alembic's own template, shortened.
pub const TEMPLATE: &str = r#""""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
"#;

const SYNC_ENVIRONMENT: &str = r#"from alembic import context
from sqlalchemy import engine_from_config, pool

from app.models import Base

config = context.config
target_metadata = Base.metadata


def run_migrations_online():
    connectable = engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with connectable.connect() as connection:
        @BEFORE@
        context.configure(connection=connection, target_metadata=target_metadata, @CONFIGURE@)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
"#;

const ASYNC_ENVIRONMENT: &str = r#"import asyncio

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config

from app.models import Base

config = context.config
target_metadata = Base.metadata


def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=target_metadata, @CONFIGURE@)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    connectable = async_engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)
    await connectable.dispose()


asyncio.run(run_async_migrations())
"#;

/// Whether a path of the project has this extension.
pub fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|is| is == extension)
}
