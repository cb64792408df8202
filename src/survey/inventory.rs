//! The files of a module, with their hashes: what goes into the archive, what is removed, what is
//! watched between plan and reset.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::model::text::hex;
use crate::model::{Chain, Module};
use crate::plan::{FileRef, HeadFile, Inventory};
use crate::schema::{DATA_EXTENSION, data_prefix};
use crate::survey::head_files;
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
        let others = module.branch.iter().flat_map(|branch| &branch.others);
        if belongs_to_any(path, others, files)? {
            continue;
        }
        let file = reference(root, path, files)?;
        // A file that somebody made is not a baseline's only because a revision reads it.
        let own = chain.revisions.iter().filter(|revision| {
            let name = path.file_name().and_then(|name| name.to_str());
            !is_data(path)
                || name.is_some_and(|name| name.starts_with(&data_prefix(&revision.id.0)))
        });
        if belongs_to_any(path, own.map(|revision| &revision.path), files)? {
            inventory.remove.push(file.clone());
        }
        inventory.archive.push(file);
    }
    for found in head_files::find(module, chain, files) {
        // Beyond the project nothing is written.
        if !found.path.starts_with(root) {
            continue;
        }
        let file = reference(root, &found.path, files)?;
        if !inventory.archive.contains(&file) {
            inventory.archive.push(file.clone());
        }
        inventory.heads.push(HeadFile {
            file,
            contents: found.contents,
            words: found.words,
        });
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

/// Whether a file is one of these revisions, or goes with one.
fn belongs_to_any<'a>(
    path: &Path,
    mut revisions: impl Iterator<Item = &'a PathBuf>,
    files: &dyn ReadFiles,
) -> Result<bool, InventoryError> {
    if !is_data(path) {
        return Ok(revisions.any(|one| path == one || is_bytecode_of(path, one)));
    }
    for revision in revisions {
        if is_data_of(path, revision, files)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a file may hold the rows of a baseline.
fn is_data(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.ends_with(DATA_EXTENSION))
}

/// Rows beside a baseline: `ID_countries.jsonl` in the same folder, which its source reads. The name
/// alone says nothing: `shop_eu_countries.jsonl` is of `shop_eu`, not of `shop`.
fn is_data_of(path: &Path, revision: &Path, files: &dyn ReadFiles) -> Result<bool, InventoryError> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(false);
    };
    let is_beside = path.parent() == revision.parent();
    let failed = |error| unreadable(revision, error);
    if !is_beside || files.stat(revision).map_err(failed)?.is_none() {
        return Ok(false);
    }
    let source = files.read(revision).map_err(failed)?;
    let source = String::from_utf8_lossy(&source);
    let literals = [format!("'{name}'"), format!("\"{name}\"")];
    Ok(source.contains("with_name(") && literals.iter().any(|literal| source.contains(literal)))
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
#[expect(clippy::disallowed_methods, reason = "tests write what is read")]
mod tests {
    use super::*;
    use crate::system::RealFiles;

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
    /// The sibling's rows and the user's own file have names that begin as those of `shop` do.
    #[test]
    fn rows_beside_a_revision_go_with_the_one_that_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let reads = |quote, name| format!("Path(__file__).with_name({quote}{name}{quote})\n");
        let shop = write("shop_a.py", &reads("'", "shop_countries.jsonl"));
        let eu = write("shop_eu_a.py", &reads("\"", "shop_eu_countries.jsonl"));
        let gone = folder.path().join("gone.py");
        for (name, expected) in [
            ("shop_countries.jsonl", (true, false)),
            ("shop_eu_countries.jsonl", (false, true)),
            ("shop_fixtures.jsonl", (false, false)),
            ("countries.jsonl", (false, false)),
        ] {
            let path = write(name, "[]\n");
            let of = |revision: &PathBuf| {
                belongs_to_any(&path, [&gone, revision].into_iter(), &RealFiles).unwrap()
            };
            assert_eq!((of(&shop), of(&eu)), expected, "{name}");
        }
        // In another folder it is another file.
        std::fs::create_dir(folder.path().join("more")).unwrap();
        let path = write("more/shop_countries.jsonl", "[]\n");
        assert!(!belongs_to_any(&path, [&shop].into_iter(), &RealFiles).unwrap());
    }
}
