//! A project of files in a temporary folder, for what needs neither server nor interpreter.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Answer;

/// Files in a folder.
pub struct Project {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl Project {
    /// With these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("project");
        let project = Self { folder, root };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder above it.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root.join(path)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redistill"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("NO_COLOR", "1")
            .env_remove("VIRTUAL_ENV")
            .env_remove("REDISTILL_PYTHON")
            .stdin(Stdio::null());
        command
    }

    /// Runs `redistill check --static` with more arguments.
    pub fn check(&self, arguments: &[&str]) -> Answer {
        let all = [&["check", "--static"], arguments].concat();
        let output = self.command(&all).output().unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The codes of the findings, and of what was set aside.
    pub fn codes(&self) -> (Vec<String>, Vec<String>) {
        let document = self.check(&["--format", "json"]).json();
        let codes = |key: &str| -> Vec<String> {
            let entries = document[key].as_array().unwrap().iter();
            let code = |entry: &Value| entry["code"].as_str().unwrap().to_owned();
            entries.map(code).collect()
        };
        (codes("findings"), codes("suppressed"))
    }
}

pub const INI: &str = "[alembic]\nscript_location = %(here)s/alembic\n";

pub const ENV: &str = "from alembic import context
from sqlalchemy import engine_from_config
from app.settings import settings

config = context.config
config.set_main_option(\"sqlalchemy.url\", settings.sync_url)
engine = engine_from_config(config.get_section(config.config_ini_section))
context.run_migrations()
";

/// A revision whose ENUM is never dropped: RD302 at line 12.
pub const REVISION: &str = "\"\"\"notes\"\"\"
from alembic import op
import sqlalchemy as sa

revision = \"n001\"
down_revision = None


def upgrade():
    op.create_table(
        \"notes\",
        sa.Column(\"state\", sa.Enum(\"open\", name=\"note_state\")),
    )


def downgrade():
    op.drop_table(\"notes\")
";

/// The simplest project with that revision.
pub fn with_enum() -> Project {
    Project::with(&[
        ("alembic.ini", INI),
        ("alembic/env.py", ENV),
        ("alembic/versions/n001.py", REVISION),
    ])
}
