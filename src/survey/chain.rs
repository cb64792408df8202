//! Reads a module's revision files into a chain.
//!
//! Lists files as Alembic's `Script._list_py_dir` and `ScriptDirectory._load_revisions` do, and
//! reads them in parallel. Never starts Python; what cannot be read is in the chain's `unreadable`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::{Chain, Module, Revision, Unreadable};
use crate::python::RevisionReading;
use crate::python::revision::{self, FileRole, Loads};
use crate::survey::abreast;
use crate::system::{FileKind, ReadFiles};

/// The module's chain. A version location that does not exist holds nothing, as in Alembic.
pub fn read(module: &Module, files: &dyn ReadFiles) -> Chain {
    let mut listing = Listing {
        files,
        recursive: module.recursive,
        loads: if module.sourceless {
            Loads::Bytecode
        } else {
            Loads::SourceOnly
        },
        found: BTreeMap::new(),
        unreadable: Vec::new(),
    };
    for location in &module.version_locations {
        listing.location(location);
    }
    let mut unreadable = listing.unreadable;
    let mut revisions = Vec::new();
    // One file reached by two ways (a link, a location named twice) is one revision.
    let sources: Vec<PathBuf> = listing.found.into_values().collect();
    for reading in abreast::each(&sources, |path| read_one(path, files)) {
        match reading {
            RevisionReading::Revision(revision) => revisions.push(*revision),
            RevisionReading::NotARevision => {}
            RevisionReading::Unreadable(why) => unreadable.push(why),
        }
    }
    unreadable.sort_by(|a, b| a.path.cmp(&b.path));
    Chain::new(revisions, unreadable)
}

fn read_one(path: &Path, files: &dyn ReadFiles) -> RevisionReading {
    if path.file_name().and_then(|name| name.to_str()).is_none() {
        let why = "its name is not UTF-8";
        return RevisionReading::Unreadable(unreadable(path, why));
    }
    match files.read(path) {
        Ok(bytes) => revision::read(path, &bytes),
        Err(error) => RevisionReading::Unreadable(unreadable(path, error.to_string())),
    }
}

fn unreadable(path: &Path, why: impl Into<String>) -> Unreadable {
    Unreadable {
        path: path.to_owned(),
        line: None,
        column: None,
        why: why.into(),
        source: None,
    }
}

struct Listing<'a> {
    files: &'a dyn ReadFiles,
    recursive: bool,
    loads: Loads,
    /// The real path of each source, and the path it was found by.
    found: BTreeMap<PathBuf, PathBuf>,
    unreadable: Vec<Unreadable>,
}

impl Listing<'_> {
    fn location(&mut self, location: &Path) {
        match self.files.canonical(location) {
            Ok(_) => self.folder(location),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self
                .unreadable
                .push(unreadable(location, error.to_string())),
        }
    }

    fn folder(&mut self, folder: &Path) {
        // Alembic skips every folder whose name ends so, also a version location.
        if name_of(folder).ends_with("__pycache__") {
            return;
        }
        let entries = match self.files.list(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable.push(unreadable(folder, error.to_string()));
                return;
            }
        };
        let mut folders = Vec::new();
        let mut stems = BTreeSet::new();
        for entry in entries {
            if self.is_folder(&entry) {
                // `os.walk` does not follow links to folders.
                if matches!(self.files.stat(&entry), Ok(Some(stat)) if stat.kind == FileKind::Folder)
                {
                    folders.push(entry);
                }
            } else {
                stems.insert(stem_of(&entry));
                self.file(entry);
            }
        }
        if self.loads == Loads::Bytecode {
            self.cached_bytecode(&folder.join("__pycache__"), &stems);
        }
        if self.recursive {
            for folder in folders {
                self.folder(&folder);
            }
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        match self.files.stat(path) {
            Ok(Some(stat)) if stat.kind == FileKind::Link => self
                .files
                .canonical(path)
                .and_then(|real| self.files.stat(&real))
                .is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::Folder)),
            Ok(Some(stat)) => stat.kind == FileKind::Folder,
            _ => false,
        }
    }

    fn file(&mut self, path: PathBuf) {
        // Alembic judges a link by the name of what it leads to.
        let real = match self.files.canonical(&path) {
            Ok(real) => real,
            Err(error) => {
                if FileRole::of(&name_of(&path), self.loads) != FileRole::Ignored {
                    self.unreadable.push(unreadable(&path, error.to_string()));
                }
                return;
            }
        };
        match FileRole::of(&name_of(&real), self.loads) {
            FileRole::Ignored => {}
            FileRole::Source => {
                if name_of(&real) == name_of(&path) {
                    self.found.entry(real).or_insert(path);
                } else {
                    self.found.entry(real.clone()).or_insert(real);
                }
            }
            FileRole::Bytecode => {
                let source = real.with_extension("py");
                let sibling = real.with_extension("pyc");
                let has = |path: &Path| matches!(self.files.stat(path), Ok(Some(_)));
                let is_shadowed =
                    real.extension().is_some_and(|kind| kind == "pyo") && has(&sibling);
                if !has(&source) && !is_shadowed {
                    self.unreadable.push(bytecode(&path));
                }
            }
        }
    }

    /// Bytecode of sources that are gone: with `sourceless` it brings deleted revisions back.
    fn cached_bytecode(&mut self, cache: &Path, stems: &BTreeSet<String>) {
        for entry in self.files.list(cache).unwrap_or_default() {
            let is_loaded = FileRole::of(&name_of(&entry), self.loads) != FileRole::Ignored;
            if is_loaded && !stems.contains(&stem_of(&entry)) {
                self.unreadable.push(bytecode(&entry));
            }
        }
    }
}

fn bytecode(path: &Path) -> Unreadable {
    unreadable(
        path,
        "bytecode without its source, which `sourceless = true` makes a revision",
    )
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The name up to its first dot, by which Alembic matches bytecode and source.
fn stem_of(path: &Path) -> String {
    let name = name_of(path);
    name.split('.').next().unwrap_or_default().to_owned()
}

/// All files of a chain, readable or not; for git and for counting.
pub fn paths(chain: &Chain) -> Vec<PathBuf> {
    let readable = chain.revisions.iter().map(|Revision { path, .. }| path);
    let unreadable = chain.unreadable.iter().map(|Unreadable { path, .. }| path);
    readable.chain(unreadable).cloned().collect()
}

#[cfg(test)]
mod tests;
