//! Trees and file contents out of the object store.
//!
//! Used by the facade. Objects are asked for by the hundred in one process; one that is missing is
//! a failure: the repository does not hold what it says.

use std::collections::{BTreeSet, HashMap};

use super::program::{Git, lines};

/// An entry of a folder.
#[derive(Clone, Debug)]
struct Entry {
    name: Vec<u8>,
    object: String,
    is_folder: bool,
    is_file: bool,
}

/// Folders that were read.
#[derive(Debug, Default)]
pub(super) struct Trees {
    folders: HashMap<String, Vec<Entry>>,
}

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Held {
    pub path: Vec<u8>,
    pub blob: String,
}

impl Trees {
    /// Reads the trees of these commits or trees and gives the tree of each, in order.
    pub fn read(&mut self, git: &Git, tips: &[String]) -> Result<Vec<String>, String> {
        let asked: Vec<String> = tips.iter().map(|tip| format!("{tip}^{{tree}}")).collect();
        let mut roots = Vec::new();
        let mut waiting = BTreeSet::new();
        for object in batch(git, &asked)? {
            self.folder(&object, &mut waiting);
            roots.push(object.id);
        }
        while !waiting.is_empty() {
            let asked: Vec<String> = std::mem::take(&mut waiting).into_iter().collect();
            for object in batch(git, &asked)? {
                self.folder(&object, &mut waiting);
            }
        }
        Ok(roots)
    }

    fn folder(&mut self, object: &Object, waiting: &mut BTreeSet<String>) {
        let width = object.id.len() / 2;
        let mut entries = Vec::new();
        let mut rest = object.contents.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == 0) {
            let Some(id) = rest.get(end + 1..end + 1 + width) else {
                break;
            };
            let mut head = rest[..end].splitn(2, |byte| *byte == b' ');
            let mode = head.next().unwrap_or_default();
            entries.push(Entry {
                name: head.next().unwrap_or_default().to_vec(),
                object: crate::model::text::hex(id),
                is_folder: mode == b"40000",
                is_file: mode.starts_with(b"100"),
            });
            rest = &rest[end + 1 + width..];
        }
        for entry in entries.iter().filter(|entry| entry.is_folder) {
            if !self.folders.contains_key(&entry.object) {
                waiting.insert(entry.object.clone());
            }
        }
        self.folders.insert(object.id.clone(), entries);
    }

    /// The files of a tree that `is_wanted` takes.
    pub fn files(&self, root: &str, is_wanted: &dyn Fn(&[u8]) -> bool) -> Vec<Held> {
        let mut found = Vec::new();
        self.walk(root, &mut Vec::new(), is_wanted, &mut found);
        found
    }

    fn walk(
        &self,
        folder: &str,
        path: &mut Vec<u8>,
        is_wanted: &dyn Fn(&[u8]) -> bool,
        found: &mut Vec<Held>,
    ) {
        for entry in self.folders.get(folder).map_or(&[][..], Vec::as_slice) {
            let length = path.len();
            path.extend(&entry.name);
            if entry.is_folder {
                path.push(b'/');
                self.walk(&entry.object, path, is_wanted, found);
            } else if entry.is_file && is_wanted(path) {
                found.push(Held {
                    path: path.clone(),
                    blob: entry.object.clone(),
                });
            }
            path.truncate(length);
        }
    }
}

/// An object.
pub(super) struct Object {
    pub id: String,
    pub contents: Vec<u8>,
}

/// Reads objects, in order.
pub(super) fn batch(git: &Git, names: &[String]) -> Result<Vec<Object>, String> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let answer = git.bytes(&["cat-file", "--batch", "--buffer"], lines(names))?;
    let mut objects = Vec::with_capacity(names.len());
    let mut rest = answer.as_slice();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut facts = head.split(' ');
        let (Some(id), Some(_), Some(size)) = (facts.next(), facts.next(), facts.next()) else {
            return Err(format!("an object of the repository is missing: {head}"));
        };
        let contents = size.parse().ok().and_then(|size: usize| {
            let contents = rest.get(end + 1..end + 1 + size)?.to_vec();
            rest = rest.get(end + 2 + size..)?;
            Some(contents)
        });
        objects.push(Object {
            id: id.to_owned(),
            contents: contents.ok_or_else(|| format!("an object cannot be read: {head}"))?,
        });
    }
    if objects.len() == names.len() {
        return Ok(objects);
    }
    Err("git cat-file did not answer to its end".to_owned())
}

/// Which of these are commits that exist.
pub(super) fn existing(git: &Git, ids: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let answer = git.bytes(&["cat-file", "--batch-check"], lines(ids))?;
    let answer = String::from_utf8_lossy(&answer);
    let commits = answer.lines().filter_map(|line| {
        let (id, rest) = line.split_once(' ')?;
        rest.starts_with("commit ").then(|| id.to_owned())
    });
    Ok(commits.collect())
}

/// The contents of files, read as revisions, by object name.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    contents: HashMap<String, Vec<u8>>,
}

impl Blobs {
    /// Reads these.
    pub fn read(git: &Git, ids: BTreeSet<String>) -> Result<Self, String> {
        let ids: Vec<String> = ids.into_iter().collect();
        let objects = batch(git, &ids)?;
        let contents = objects.into_iter().map(|o| (o.id, o.contents)).collect();
        Ok(Self { contents })
    }

    /// One file's bytes.
    pub fn get(&self, id: &str) -> Option<&[u8]> {
        self.contents.get(id).map(Vec::as_slice)
    }
}
