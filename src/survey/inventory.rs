//! The files of a module, with their hashes: what goes into the archive, what is removed, what is
//! watched between plan and reset.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::model::text::hex;
use crate::model::{Chain, Module, Revision};
use crate::plan::{FileRef, Inventory};
use crate::schema::{DATA_EXTENSION, data_prefix};
use crate::system::{FileKind, ReadFiles};

/// Why the files cannot be listed.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// The file system failed.
    #[error("cannot read {path}: {error}")]
    Read {
        /// The path.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A version location lies outside the project.
    #[error("{path} lies outside the project {root}")]
    Outside {
        /// The path.
        path: PathBuf,
        /// The project's root.
        root: PathBuf,
    },
    /// A link, socket or the like among the revisions.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A name that is not UTF-8.
    #[error("the name of {path} is not UTF-8")]
    Name {
        /// The path.
        path: PathBuf,
    },
}

/// Lists a module's files. Paths come out relative to `root`.
pub fn inventory(
    root: &Path,
    module: &Module,
    chain: &Chain,
    files: &dyn ReadFiles,
) -> Result<Inventory, InventoryError> {
    let mut paths = Vec::new();
    for location in &module.version_locations {
        walk(location, files, &mut paths)?;
    }
    paths.sort();
    paths.dedup();
    let mut inventory = Inventory::default();
    for path in &paths {
        // The files of another branch are that branch's to keep and to remove.
        let is_anothers = module.branch.as_ref().is_some_and(|branch| {
            let others = &branch.others;
            others
                .iter()
                .any(|other| path == other || is_bytecode_of(path, other))
        });
        if is_anothers {
            continue;
        }
        let file = reference(root, path, files)?;
        if chain.revisions.iter().any(|revision| {
            path == &revision.path
                || is_bytecode_of(path, &revision.path)
                || is_data_of(path, revision)
        }) {
            inventory.remove.push(file.clone());
        }
        inventory.archive.push(file);
    }
    let watched = [
        module.env_py(),
        module.config.path().clone(),
        module.script_location.join("script.py.mako"),
    ];
    for path in watched {
        if files
            .stat(&path)
            .map_err(|error| unreadable(&path, error))?
            .is_some()
        {
            inventory.watch.push(reference(root, &path, files)?);
        }
    }
    Ok(inventory)
}

fn walk(
    folder: &Path,
    files: &dyn ReadFiles,
    found: &mut Vec<PathBuf>,
) -> Result<(), InventoryError> {
    for path in files
        .list(folder)
        .map_err(|error| unreadable(folder, error))?
    {
        let stat = files
            .stat(&path)
            .map_err(|error| unreadable(&path, error))?;
        match stat.map(|stat| stat.kind) {
            Some(FileKind::File) => found.push(path),
            Some(FileKind::Folder) => walk(&path, files, found)?,
            Some(FileKind::Link | FileKind::Other) => {
                return Err(InventoryError::NotAFile { path });
            }
            None => {}
        }
    }
    Ok(())
}

/// `__pycache__/NAME.cpython-311.pyc` or `NAME.pyc` of a revision file.
fn is_bytecode_of(path: &Path, revision: &Path) -> bool {
    let (Some(name), Some(stem)) = (
        path.file_name().and_then(|name| name.to_str()),
        revision.file_stem().and_then(|stem| stem.to_str()),
    ) else {
        return false;
    };
    let is_bytecode = path.extension().is_some_and(|e| e == "pyc" || e == "pyo")
        && name
            .strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with('.'));
    let folder = match path.parent() {
        Some(parent) if parent.file_name().is_some_and(|name| name == "__pycache__") => {
            parent.parent()
        }
        parent => parent,
    };
    is_bytecode && folder == revision.parent()
}

/// Rows beside a baseline, which goes with them: `ID_countries.jsonl` in the same folder.
fn is_data_of(path: &Path, revision: &Revision) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    path.parent() == revision.path.parent()
        && name.is_some_and(|name| {
            name.starts_with(&data_prefix(&revision.id.0)) && name.ends_with(DATA_EXTENSION)
        })
}

/// A file's path relative to the root, size, hash and mode.
pub fn reference(
    root: &Path,
    path: &Path,
    files: &dyn ReadFiles,
) -> Result<FileRef, InventoryError> {
    let relative = path
        .strip_prefix(root)
        .map_err(|_| InventoryError::Outside {
            path: path.to_owned(),
            root: root.to_owned(),
        })?;
    let relative = relative.to_str().ok_or_else(|| InventoryError::Name {
        path: path.to_owned(),
    })?;
    let contents = files.read(path).map_err(|error| unreadable(path, error))?;
    let stat = files.stat(path).map_err(|error| unreadable(path, error))?;
    Ok(FileRef {
        path: relative.to_owned(),
        size: contents.len() as u64,
        sha256: hex(&Sha256::digest(&contents)),
        mode: stat.map_or(0o644, |stat| stat.mode),
    })
}

fn unreadable(path: &Path, error: std::io::Error) -> InventoryError {
    InventoryError::Read {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_belongs_to_its_source() {
        let revision = Path::new("/p/versions/a1_x.py");
        for (path, expected) in [
            ("/p/versions/__pycache__/a1_x.cpython-311.pyc", true),
            ("/p/versions/a1_x.pyc", true),
            ("/p/versions/__pycache__/a1_xy.cpython-311.pyc", false),
            ("/p/other/__pycache__/a1_x.cpython-311.pyc", false),
            ("/p/versions/a1_x.txt", false),
        ] {
            assert_eq!(
                is_bytecode_of(Path::new(path), revision),
                expected,
                "{path}"
            );
        }
    }
}
