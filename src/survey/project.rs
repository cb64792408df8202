//! Finds the modules of a project: every Alembic configuration below its root.
//!
//! Called by the engine first of all. Reads settings, runs nothing, needs no configuration. What is
//! there and cannot be followed is a [`DiscoveryProblem`] with file and line, never left out in
//! silence.

mod locations;
mod names;
mod search;
mod settings;
mod walk;

use std::path::{Path, PathBuf};

use crate::model::Module;
use crate::system::ReadFiles;

use search::Search;

/// A module that the user names instead of having it searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleOverride {
    /// What it is to be called.
    pub name: Option<String>,
    /// Its `alembic.ini` or `pyproject.toml`, absolute or relative to the root.
    pub config: PathBuf,
    /// The section of the ini file; all that are modules if none is named.
    pub section: Option<String>,
}

/// What the user says about where modules are. If any is named, nothing else is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The modules.
    pub modules: Vec<ModuleOverride>,
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// There is a module here that cannot be worked on: a reset would miss it.
    Refuses,
    /// Something was passed over for a good reason.
    Remark,
}

/// Something in the way of finding a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryProblem {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where one is known.
    pub line: Option<usize>,
    /// The weight.
    pub weight: Weight,
    /// What is wrong, as a lowercase fragment.
    pub why: String,
}

impl DiscoveryProblem {
    fn refuses(path: &Path, line: Option<usize>, why: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            weight: Weight::Refuses,
            why: why.into(),
        }
    }

    fn remark(path: &Path, line: Option<usize>, why: impl Into<String>) -> Self {
        Self {
            weight: Weight::Remark,
            ..Self::refuses(path, line, why)
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The modules, by name.
    pub modules: Vec<Module>,
    /// What is in the way.
    pub problems: Vec<DiscoveryProblem>,
    /// The configuration files that were looked at.
    pub looked: Vec<PathBuf>,
}

/// Why there is nothing to work on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    /// The root is no folder.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// A named configuration file does not exist.
    #[error("there is no file {}", .0.display())]
    NoConfig(PathBuf),
    /// No configuration below the root.
    #[error("no Alembic project found in {}", root.display())]
    NothingFound {
        /// The root.
        root: PathBuf,
        /// How many folders were looked into.
        folders: usize,
        /// Settings files that were looked at and have nothing of Alembic's.
        looked: Vec<PathBuf>,
    },
}

/// Finds the modules below `root`, which is absolute.
pub fn discover(
    root: &Path,
    files: &dyn ReadFiles,
    overrides: &Overrides,
) -> Result<Discovery, DiscoverError> {
    if files.list(root).is_err() {
        return Err(DiscoverError::NoFolder(root.to_owned()));
    }
    let mut search = Search::new(root, files);
    let mut folders = 0;
    if overrides.modules.is_empty() {
        let mut walk = walk::walk(root, files);
        folders = walk.folders;
        search.problems.append(&mut walk.problems);
        for folder in &walk.configured {
            search.folder(folder, &walk.configs_in(folder));
        }
        search.unclaimed(&walk.script_folders);
    } else {
        for named in &overrides.modules {
            let path = locations::clean(&root.join(&named.config));
            if !search.exists(&path) {
                return Err(DiscoverError::NoConfig(path));
            }
            search.named(&path, named);
        }
    }
    if search.found.is_empty() && search.problems.is_empty() {
        return Err(DiscoverError::NothingFound {
            root: root.to_owned(),
            folders,
            looked: search.looked,
        });
    }
    Ok(search.finish())
}

#[cfg(test)]
mod tests;
