//! Looks through the project's folders for configuration files.
//!
//! Ignored files are looked at, too: an `alembic.ini` with a password in it is often kept out of
//! git. Never follows a link to a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::system::{FileKind, ReadFiles};

use super::DiscoveryProblem;

/// What the walk saw.
#[derive(Default)]
pub(super) struct Walk {
    /// Folders that hold a configuration file, outer ones first.
    pub(super) configured: Vec<PathBuf>,
    /// Folders with `env.py` and `script.py.mako`.
    pub(super) script_folders: Vec<PathBuf>,
    /// How many folders were looked into.
    pub(super) folders: usize,
    /// Folders that could not be looked into.
    pub(super) problems: Vec<DiscoveryProblem>,
    configs: BTreeSet<PathBuf>,
}

impl Walk {
    pub(super) fn configs_in(&self, folder: &Path) -> Vec<PathBuf> {
        self.configs
            .iter()
            .filter(|path| path.parent() == Some(folder))
            .cloned()
            .collect()
    }
}

/// Walks breadth first, names in order.
pub(super) fn walk(root: &Path, files: &dyn ReadFiles) -> Walk {
    let mut walk = Walk::default();
    let mut waiting = std::collections::VecDeque::from([root.to_owned()]);
    while let Some(folder) = waiting.pop_front() {
        let entries = match files.list(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                let why = format!("the folder cannot be searched: {error}");
                walk.problems
                    .push(DiscoveryProblem::remark(&folder, None, why));
                continue;
            }
        };
        let names: BTreeSet<String> = entries.iter().map(|path| name_of(path)).collect();
        if folder != root && is_environment(&folder, &names) {
            continue;
        }
        walk.folders += 1;
        let before = walk.configs.len();
        for entry in entries {
            let name = name_of(&entry);
            match files.stat(&entry) {
                Ok(Some(stat)) if stat.kind == FileKind::Folder => {
                    if !is_skipped(&folder, &name) {
                        waiting.push_back(entry);
                    }
                }
                Ok(Some(_)) if is_config(&name) && is_file(&entry, files) => {
                    walk.configs.insert(entry);
                }
                _ => {}
            }
        }
        if walk.configs.len() > before {
            walk.configured.push(folder.clone());
        }
        if names.contains("env.py") && names.contains("script.py.mako") {
            walk.script_folders.push(folder);
        }
    }
    walk
}

fn is_config(name: &str) -> bool {
    name == "pyproject.toml"
        || Path::new(name)
            .extension()
            .is_some_and(|kind| kind == "ini")
}

fn is_file(path: &Path, files: &dyn ReadFiles) -> bool {
    let real = files.canonical(path).and_then(|real| files.stat(&real));
    real.is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::File))
}

/// A virtual environment, whatever it is called.
fn is_environment(folder: &Path, names: &BTreeSet<String>) -> bool {
    names.contains("pyvenv.cfg") || (folder.ends_with("conda") && names.contains("conda-meta"))
}

/// Folders of tools (all that begin with a dot, ours among them), of other people's code, and
/// redistill's archives.
fn is_skipped(parent: &Path, name: &str) -> bool {
    name.starts_with('.')
        || matches!(name, "node_modules" | "site-packages" | "__pycache__")
        || (name.starts_with("migrations_") && parent.ends_with("backups"))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
