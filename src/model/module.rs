//! A module: one Alembic environment.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::RevisionId;

/// What the user calls the module; unique within a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModuleName(pub String);

impl ModuleName {
    /// The name of a branch of this module.
    #[must_use]
    pub fn branch(&self, branch: &str) -> Self {
        Self(format!("{}@{branch}", self.0))
    }

    /// The name of the environment: without the branch.
    pub fn environment(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(name, _)| name)
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a module's settings stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ConfigSource {
    /// A section of an ini file; the section is `alembic` unless named otherwise.
    Ini {
        /// The file, absolute.
        path: PathBuf,
        /// The section, passed to Alembic as `--name`.
        section: String,
    },
    /// `[tool.alembic]` of a `pyproject.toml`; an `alembic.ini` beside it may add to it.
    Pyproject {
        /// The `pyproject.toml`, absolute.
        path: PathBuf,
        /// The ini file beside it, where there is one.
        ini: Option<PathBuf>,
    },
}

impl ConfigSource {
    /// The file that a message should point at.
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Ini { path, .. } | Self::Pyproject { path, .. } => path,
        }
    }
}

/// How a module's environment wants to be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flavour {
    /// `alembic -c FILE` is enough.
    Plain,
    /// Flask-Migrate: env.py needs the application's context.
    FlaskMigrate,
}

/// One of several labelled branches of an environment that have nothing in common but their settings:
/// bases of their own, no parent and no dependency across. Each is reset as a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its label; [`Branch::UNLABELLED`] for what has none.
    pub name: String,
    /// Its revisions.
    pub revisions: Vec<RevisionId>,
    /// The files of the other branches.
    pub others: Vec<PathBuf>,
}

impl Branch {
    /// What the revisions without a label are called together.
    pub const UNLABELLED: &'static str = "unlabelled";
}

/// One Alembic environment of the project, as its settings describe it. All paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The name: the folder's, or folder and section where a folder has several.
    pub name: ModuleName,
    /// Where the settings stand.
    pub config: ConfigSource,
    /// How env.py is entered.
    pub flavour: Flavour,
    /// The directory that Alembic commands are run from.
    pub directory: PathBuf,
    /// The folder with env.py.
    pub script_location: PathBuf,
    /// The folders with revision files; `script_location/versions` unless set.
    pub version_locations: Vec<PathBuf>,
    /// Whether folders below the version locations are read, too.
    pub recursive: bool,
    /// Whether bytecode without a source counts as a revision.
    pub sourceless: bool,
    /// The `sqlalchemy.url` setting as written, without its password; for messages only.
    pub written_url: Option<String>,
    /// Where the environment has independent branches: the one that this module is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Branch>,
}

impl Module {
    /// A module as `alembic init alembic` leaves it in a folder (absolute).
    pub fn plain(name: impl Into<String>, directory: PathBuf) -> Self {
        Self {
            name: ModuleName(name.into()),
            config: ConfigSource::Ini {
                path: directory.join("alembic.ini"),
                section: "alembic".to_owned(),
            },
            flavour: Flavour::Plain,
            script_location: directory.join("alembic"),
            version_locations: vec![directory.join("alembic/versions")],
            recursive: false,
            sourceless: false,
            written_url: None,
            branch: None,
            directory,
        }
    }

    /// Whether both are branches of one environment.
    pub fn is_sibling(&self, other: &Self) -> bool {
        self.branch.is_some() && other.branch.is_some() && self.config == other.config
    }

    /// The env.py of the module.
    pub fn env_py(&self) -> PathBuf {
        self.script_location.join("env.py")
    }
}

/// Where an interpreter was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "at")]
pub enum InterpreterSource {
    /// `--python`, or the module's `python` or `runner` in the configuration file.
    Given,
    /// `$VIRTUAL_ENV`.
    VirtualEnv,
    /// A `.venv` or `venv` folder in the module's folder or above it.
    Folder(PathBuf),
    /// The project manager's own answer (`poetry env info`, `pipenv --py`, `uv python find`).
    Manager(String),
    /// The first `python3` on PATH.
    Path,
}

/// A Python interpreter that a module is run with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// The program, absolute.
    pub path: PathBuf,
    /// What stands before Python's own arguments, where the program is a runner (`docker`, and then
    /// `compose exec -T api python`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Where it was found.
    pub source: InterpreterSource,
}
