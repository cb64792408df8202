//! The project's revision files as a repository names them, and where such files may lie.
//!
//! Used by the facade.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::model::Chain;
use crate::python::RevisionReading;
use crate::python::revision;
use crate::system::ReadFiles;

use super::program::Git;

/// Folders with such a part in their name may hold revision files.
const HINTS: &[&str] = &["version", "migrat", "alembic", "revision"];

/// The revision files of the present tree.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Relative to the top, with the path that we know the file by.
    pub inside: BTreeMap<Vec<u8>, PathBuf>,
    /// Object names of all files, with their paths.
    pub blobs: BTreeMap<PathBuf, String>,
    blob_set: HashSet<String>,
    /// Identifiers of all modules' revisions.
    pub ids: HashSet<String>,
    names: HashSet<Vec<u8>>,
    folders: HashSet<Vec<u8>>,
}

impl Known {
    pub fn gather(git: &Git, chains: &[&Chain], files: &dyn ReadFiles) -> Result<Self, String> {
        let mut known = Self::default();
        let mut real = Vec::new();
        for path in chains
            .iter()
            .flat_map(|chain| super::super::chain::paths(chain))
        {
            let canonical = files.canonical(&path).unwrap_or_else(|_| path.clone());
            if let Ok(inside) = canonical.strip_prefix(&git.directory) {
                let inside = inside.as_os_str().as_bytes().to_vec();
                known.inside.insert(inside, path.clone());
            }
            for part in [&path, &canonical] {
                known.names.extend(bytes(part.file_name()));
                let folder = part.parent().and_then(Path::file_name);
                known.folders.extend(bytes(folder));
            }
            real.push((path, canonical));
        }
        let revisions = chains.iter().flat_map(|chain| &chain.revisions);
        known.ids = revisions.map(|revision| revision.id.0.clone()).collect();
        known.hash(git, &real, files)?;
        Ok(known)
    }

    fn hash(
        &mut self,
        git: &Git,
        real: &[(PathBuf, PathBuf)],
        files: &dyn ReadFiles,
    ) -> Result<(), String> {
        // What cannot be opened has no contents to compare, and is unreadable for the chain, too.
        let there: BTreeMap<&PathBuf, &PathBuf> = real
            .iter()
            .filter(|(_, canonical)| matches!(files.stat(canonical), Ok(Some(stat)) if stat.kind == crate::system::FileKind::File))
            .map(|(path, canonical)| (path, canonical))
            .collect();
        let has_plain_name = |path: &Path| {
            let bytes = path.as_os_str().as_bytes();
            !bytes.contains(&b'\n') && !bytes.contains(&b'"')
        };
        let plain: Vec<_> = there
            .iter()
            .filter(|(_, real)| has_plain_name(real))
            .collect();
        let mut input = Vec::new();
        for (_, real) in &plain {
            input.extend(real.as_os_str().as_bytes());
            input.push(b'\n');
        }
        if !plain.is_empty() {
            let arguments = ["hash-object", "--no-filters", "--stdin-paths"];
            let answer = git.bytes(&arguments, input)?;
            let text = String::from_utf8_lossy(&answer);
            for ((path, _), id) in plain.iter().zip(text.lines()) {
                self.blobs.insert((**path).clone(), id.to_owned());
            }
        }
        for (path, real) in there.iter().filter(|(_, real)| !has_plain_name(real)) {
            let contents = files.read(real).map_err(|error| error.to_string())?;
            let answer = git.bytes(&["hash-object", "--stdin"], contents)?;
            let id = String::from_utf8_lossy(&answer).trim().to_owned();
            self.blobs.insert((*path).clone(), id);
        }
        self.blob_set = self.blobs.values().cloned().collect();
        Ok(())
    }

    pub fn has_blob(&self, id: &str) -> bool {
        self.blob_set.contains(id)
    }

    pub fn has_path(&self, path: &[u8]) -> bool {
        self.inside.contains_key(path)
    }

    /// Whether a path may be a revision's, in this tree or another.
    pub fn may_hold(&self, path: &[u8]) -> bool {
        if self.has_path(path) {
            return true;
        }
        if !path.ends_with(b".py") {
            return false;
        }
        let mut parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let name = parts.pop().unwrap_or_default();
        let text = String::from_utf8_lossy(name).to_lowercase();
        self.names.contains(name)
            || parts.iter().any(|part| {
                let lower = String::from_utf8_lossy(part).to_lowercase();
                self.folders.contains(*part) || HINTS.iter().any(|hint| lower.contains(hint))
            })
            || text
                .split(['_', '-', '.'])
                .any(|word| self.ids.contains(word))
    }

    /// The folders of the revision files, relative to the top.
    pub fn version_folders(&self) -> BTreeSet<PathBuf> {
        self.inside
            .keys()
            .filter_map(|path| Path::new(std::ffi::OsStr::from_bytes(path)).parent())
            .map(Path::to_owned)
            .collect()
    }
}

fn bytes(name: Option<&std::ffi::OsStr>) -> Option<Vec<u8>> {
    name.map(|name| name.as_bytes().to_vec())
}

/// What a file elsewhere says of itself.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Its identifier, where it can be read statically.
    pub id: Option<String>,
    /// What it builds on.
    pub parents: Vec<String>,
}

/// Reads a file that is not in the present tree. A file that cannot be read statically hangs on
/// every identifier that it quotes.
pub(super) fn read(path: &[u8], contents: &[u8], ids: &HashSet<String>) -> Said {
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    match revision::read(path, contents) {
        RevisionReading::Revision(revision) => Said {
            parents: revision
                .down
                .iter()
                .map(|id| id.0.clone())
                .chain(revision.depends_on.iter().cloned())
                .collect(),
            id: Some(revision.id.0),
        },
        RevisionReading::NotARevision => Said::default(),
        RevisionReading::Unreadable(_) => {
            let text = String::from_utf8_lossy(contents);
            let mut quoted = HashSet::new();
            if text.contains("down_revision") {
                quoted.extend(text.split(['"', '\'']).filter(|word| ids.contains(*word)));
            }
            let mut parents: Vec<String> = quoted.into_iter().map(str::to_owned).collect();
            parents.sort();
            Said { id: None, parents }
        }
    }
}
