//! Throwaway projects and databases for the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use crate::model::{ConfigSource, Flavour, Host, Module, ModuleName, Target};
use crate::sandbox::{Server, python};
use crate::system::Session;
use crate::worker::{Call, ModuleRequest, Worker, WorkerEvent};

/// The interpreter with Alembic and the drivers.
pub fn interpreter() -> PathBuf {
    python::provided().expect("the sandbox gives an interpreter")
}

pub const INI: &str = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\n\
    version_path_separator = os  # Use os.pathsep.\nsqlalchemy.url = URL\n";

pub const SYNC_ENV: &str = r#"
from alembic import context
from sqlalchemy import engine_from_config, pool
from app.models import metadata

config = context.config
def run_migrations_online():
    connectable = engine_from_config(
        config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, version_table="versions_x")
        with context.begin_transaction():
            context.run_migrations()

if context.is_offline_mode():
    raise SystemExit("offline")
run_migrations_online()
"#;

pub const ASYNC_ENV: &str = r#"
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config
from app.models import metadata

config = context.config
def do_run(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()

async def run():
    connectable = async_engine_from_config(
        config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with connectable.connect() as connection:
        await connection.run_sync(do_run)
    await connectable.dispose()

asyncio.run(run())
"#;

pub const MODELS: &str = r#"
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True),
         sa.Column("name", sa.String(80), nullable=False))
sa.Table("posts", metadata, sa.Column("id", sa.BigInteger, primary_key=True),
         sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id")))
"#;

pub const MAKO: &str = r#""""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"#;

/// One server for all tests that run at the time; it ends with the last of them.
fn server() -> Arc<Server> {
    static SERVER: OnceLock<Mutex<Weak<Server>>> = OnceLock::new();
    let mut shared = SERVER
        .get_or_init(|| Mutex::new(Weak::new()))
        .lock()
        .unwrap();
    if let Some(server) = shared.upgrade() {
        return server;
    }
    // The kernel ends the server with the thread that starts it, so that thread has to stay.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let server = Arc::new(Server::start().unwrap());
        let watch = Arc::downgrade(&server);
        sender.send(server).unwrap();
        while watch.strong_count() > 0 {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    });
    let server: Arc<Server> = receiver.recv().unwrap();
    *shared = Arc::downgrade(&server);
    server
}

/// A folder with projects, a server, a worker.
pub struct Lab {
    pub folder: tempfile::TempDir,
    pub worker: Worker,
    server: Arc<Server>,
}

static FREE: AtomicBool = AtomicBool::new(false);

/// A cancel flag that nobody sets.
pub fn free() -> &'static AtomicBool {
    &FREE
}

/// A call with a generous limit and a deaf listener.
pub fn call() -> Call<'static> {
    Call {
        limit: Duration::from_mins(2),
        cancel: free(),
        on_event: &|_: WorkerEvent| {},
    }
}

impl Lab {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            worker: Worker::start(&interpreter()).unwrap(),
            server: server(),
        }
    }

    /// A new, empty database.
    pub fn database(&self) -> Target {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("scratch_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let target = self.server.target();
        let session = Session::connect(&target, Duration::from_secs(20)).unwrap();
        session.batch(&format!("CREATE DATABASE {name}")).unwrap();
        target.with_database(&name)
    }

    /// A project with a package `app`, an env.py and no revisions.
    pub fn module(&self, name: &str, url: &str, env: &str) -> (Module, PathBuf) {
        let folder = self.folder.path().join(name);
        let versions = folder.join("migrations/versions");
        fs::create_dir_all(&versions).unwrap();
        fs::create_dir_all(folder.join("app")).unwrap();
        fs::write(folder.join("app/__init__.py"), "").unwrap();
        fs::write(folder.join("app/models.py"), MODELS).unwrap();
        fs::write(folder.join("alembic.ini"), INI.replace("URL", url)).unwrap();
        fs::write(folder.join("migrations/env.py"), env).unwrap();
        fs::write(folder.join("migrations/script.py.mako"), MAKO).unwrap();
        let module = Module {
            name: ModuleName(name.to_owned()),
            config: ConfigSource::Ini {
                path: folder.join("alembic.ini"),
                section: "alembic".to_owned(),
            },
            flavour: Flavour::Plain,
            directory: folder.clone(),
            script_location: folder.join("migrations"),
            version_locations: vec![versions.clone()],
            recursive: false,
            sourceless: false,
            written_url: None,
            branch: None,
        };
        (module, folder)
    }

    /// A module with a chain of three revisions.
    pub fn with_chain(&self, name: &str, url: &str, env: &str) -> (ModuleRequest, PathBuf) {
        let (module, folder) = self.module(name, url, env);
        let versions = folder.join("migrations/versions");
        revision(
            &versions,
            "a1",
            None,
            "op.create_table('users', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(80), nullable=False))",
            "op.drop_table('users')",
        );
        revision(
            &versions,
            "b2",
            Some("a1"),
            "op.create_table('posts', sa.Column('id', sa.BigInteger, primary_key=True), sa.Column('user_id', sa.Integer, sa.ForeignKey('users.id')))",
            "op.drop_table('posts')",
        );
        revision(
            &versions,
            "c3",
            Some("b2"),
            "op.execute('SELECT 1')",
            "pass",
        );
        (ModuleRequest::from(&module), folder)
    }
}

/// Writes a revision file.
pub fn revision(folder: &Path, id: &str, down: Option<&str>, up: &str, back: &str) {
    let down = down.map_or("None".to_owned(), |down| format!("'{down}'"));
    fs::write(
        folder.join(format!("{id}_file.py")),
        format!(
            "\"\"\"revision {id}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\
             revision = '{id}'\ndown_revision = {down}\n\n\
             def upgrade():\n    {up}\n\n\ndef downgrade():\n    {back}\n"
        ),
    )
    .unwrap();
}

/// `pg_dump -s` without the lines that are random or name the database.
pub fn dump(target: &Target) -> String {
    let Host::Socket(folder) = &target.host else {
        panic!("the sandbox listens on a socket");
    };
    let output = Command::new("pg_dump")
        .args([
            "-s",
            "-U",
            &target.user,
            "-p",
            &target.port.to_string(),
            "-h",
        ])
        .arg(folder)
        .arg(&target.database)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first column of a query, as text.
pub fn query(target: &Target, sql: &str) -> Vec<String> {
    let session = Session::connect(target, Duration::from_secs(20)).unwrap();
    let rows = session.query(sql, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
