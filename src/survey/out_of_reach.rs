//! Finds revision files in a module's script folder that no version location reaches. Only a command
//! that names their folder by itself, env.py's or an application's, loads them.
//!
//! Called by `survey::surroundings`. Reads files only, and follows no link.

use std::collections::BTreeSet;
use std::path::Path;

use crate::evidence::ModuleEvidence;
use crate::model::{Location, Revision};
use crate::python::RevisionReading;
use crate::python::revision::{self, FileRole, Loads};
use crate::rules::OutOfReach;
use crate::system::{FileKind, ReadFiles};

/// Larger files are no revisions that somebody wrote.
const LARGEST: u64 = 512 * 1024;
/// So many files of one module are looked into.
const MOST_FILES: usize = 2_000;
/// So far below the script folder.
const DEEPEST: usize = 6;

/// The files that hang on the module's chain; of a module without revisions all that are there.
/// A copy of a revision of the chain is none, nor is an older history that ends in itself. `taken` are
/// the files of all chains, `elsewhere` the identifiers of modules that are not looked at.
pub fn find(
    module: &ModuleEvidence,
    taken: &BTreeSet<&Path>,
    elsewhere: &BTreeSet<&str>,
    files: &dyn ReadFiles,
) -> Vec<OutOfReach> {
    let mut search = Search {
        files,
        taken,
        looked_at: 0,
        found: Vec::new(),
    };
    search.folder(&module.module.script_location, 0);
    let own: BTreeSet<&str> = module
        .chain
        .revisions
        .iter()
        .map(|r| r.id.0.as_str())
        .collect();
    let mut hanging = own.clone();
    let mut rest: Vec<Revision> = search.found;
    rest.retain(|revision| {
        let id = revision.id.0.as_str();
        !own.contains(id) && !elsewhere.contains(id)
    });
    if own.is_empty() {
        return rest.iter().map(|revision| told(revision, None)).collect();
    }
    let mut found = Vec::new();
    let ids: Vec<String> = rest.iter().map(|revision| revision.id.0.clone()).collect();
    // What hangs on one that hangs on the chain hangs on it, too: at most as often as there are files.
    for _ in 0..rest.len() {
        let before = hanging.len();
        for (revision, id) in rest.iter().zip(&ids) {
            let parent = parents(revision).find(|parent| hanging.contains(parent));
            if let Some(parent) = parent
                && !hanging.contains(id.as_str())
            {
                found.push(told(revision, Some(parent.to_owned())));
                hanging.insert(id);
            }
        }
        if hanging.len() == before {
            break;
        }
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    found
}

fn parents(revision: &Revision) -> impl Iterator<Item = &str> {
    let down = revision.down.iter().map(|id| id.0.as_str());
    down.chain(revision.depends_on.iter().map(String::as_str))
}

fn told(revision: &Revision, parent: Option<String>) -> OutOfReach {
    OutOfReach {
        location: Location {
            line: revision.line,
            ..Location::of_file(&revision.path)
        },
        id: revision.id.clone(),
        parent,
    }
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || name == "__pycache__"
}

fn is_read(name: &str, size: u64) -> bool {
    size <= LARGEST && FileRole::of(name, Loads::SourceOnly) != FileRole::Ignored
}

struct Search<'a> {
    files: &'a dyn ReadFiles,
    /// Files that some module's chain has.
    taken: &'a BTreeSet<&'a Path>,
    looked_at: usize,
    found: Vec<Revision>,
}

impl Search<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for path in self.files.list(folder).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            match self.files.stat(&path) {
                Ok(Some(stat)) if stat.kind == FileKind::Folder && !is_skipped(&name) => {
                    self.folder(&path, depth + 1);
                }
                Ok(Some(stat)) if stat.kind == FileKind::File && is_read(&name, stat.size) => {
                    self.file(&path);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path) {
        if self.looked_at >= MOST_FILES || self.taken.contains(path) {
            return;
        }
        self.looked_at += 1;
        let Ok(bytes) = self.files.read(path) else {
            return;
        };
        if let RevisionReading::Revision(revision) = revision::read(path, &bytes) {
            self.found.push(*revision);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::{Chain, Module};
    use crate::system::{RealFiles, WriteFiles as _};

    fn found(own: &[(&str, &str)], others: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let module = Module::plain("shop", root.clone());
        let write = |path: PathBuf, text: &str| {
            RealFiles
                .create_folder(path.parent().unwrap(), 0o755)
                .unwrap();
            RealFiles.write_new(&path, text.as_bytes(), 0o644).unwrap();
            path
        };
        let mut revisions = Vec::new();
        for (name, text) in own {
            let path = write(module.script_location.join("versions").join(name), text);
            let RevisionReading::Revision(read) = revision::read(&path, text.as_bytes()) else {
                panic!("{name}");
            };
            revisions.push(*read);
        }
        for (name, text) in others {
            write(module.script_location.join(name), text);
        }
        let evidence = ModuleEvidence::of(module, Chain::new(revisions, Vec::new()));
        let taken = evidence
            .chain
            .revisions
            .iter()
            .map(|r| r.path.as_path())
            .collect();
        find(&evidence, &taken, &BTreeSet::new(), &RealFiles)
            .into_iter()
            .map(|one| (one.id.0, one.parent))
            .collect()
    }

    const FIRST: (&str, &str) = ("a.py", "revision = 'a1'\ndown_revision = None\n");

    #[test]
    fn what_hangs_on_the_chain_is_found_through_others_too() {
        let others = [
            (
                "versions/later/c.py",
                "revision = 'c1'\ndown_revision = 'b1'\n",
            ),
            (
                "versions/later/b.py",
                "revision = 'b1'\ndown_revision = 'a1'\n",
            ),
            (
                "plugins/d.py",
                "revision = 'd1'\ndown_revision = None\ndepends_on = 'a1'\n",
            ),
            // An older history, a copy, and what is no revision.
            ("old/e.py", "revision = 'e1'\ndown_revision = None\n"),
            ("old/f.py", "revision = 'f1'\ndown_revision = 'e1'\n"),
            ("old/a.py", FIRST.1),
            ("helpers.py", "down = 'a1'\n"),
        ];
        let told = found(&[FIRST], &others);
        let named: Vec<_> = told
            .iter()
            .map(|(id, on)| (id.as_str(), on.as_deref()))
            .collect();
        assert_eq!(
            named,
            [("d1", Some("a1")), ("b1", Some("a1")), ("c1", Some("b1"))]
        );
    }

    #[test]
    fn where_the_chain_is_empty_every_revision_is_out_of_reach() {
        let told = found(&[], &[("versions/pg/a.py", FIRST.1)]);
        assert_eq!(told, [("a1".to_owned(), None)]);
    }
}
