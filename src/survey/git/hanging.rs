//! Revisions outside the present tree that build on one inside it: on branches, in other work
//! trees, in stashes. After a reset nothing is left for them to hang on.
//!
//! Used by the facade. A branch that HEAD contains is left out: what it has and HEAD has not was
//! taken out knowingly.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use crate::evidence::{Differing, Hanging};
use crate::system::ReadFiles;

use super::history::History;
use super::known::{self, Known, Said};
use super::objects::{Blobs, Held};

/// A tree that is not the present one.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    /// `branch feature/x`.
    pub place: String,
    pub files: Vec<Held>,
    /// Who made it, where no commit tells.
    pub author: Option<String>,
}

/// A file of such a tree, read.
struct Candidate {
    place: String,
    author: Option<String>,
    path: String,
    said: Said,
}

/// What hangs, by place.
pub(super) fn find(
    elsewhere: &[Elsewhere],
    loose: Vec<Loose>,
    history: &History,
    known: &Known,
    blobs: &Blobs,
) -> Vec<Hanging> {
    let mut candidates = Vec::new();
    for tree in elsewhere {
        for held in &tree.files {
            let Some(contents) = blobs.get(&held.blob) else {
                continue;
            };
            let author = history.author_of(&held.path, &held.blob);
            candidates.push(Candidate {
                place: tree.place.clone(),
                author: author.map(str::to_owned).or_else(|| tree.author.clone()),
                path: String::from_utf8_lossy(&held.path).into_owned(),
                said: said(&held.path, contents, known),
            });
        }
    }
    for file in loose {
        candidates.push(Candidate {
            place: file.place,
            author: None,
            path: String::from_utf8_lossy(&file.path).into_owned(),
            said: said(&file.path, &file.contents, known),
        });
    }
    hang(candidates, &known.ids)
}

fn said(path: &[u8], contents: &[u8], known: &Known) -> Said {
    let said = known::read(path, contents, &known.ids);
    // A file that cannot be read statically and is here, too, is the chain's own matter.
    if said.id.is_none() && known.has_path(path) {
        return Said::default();
    }
    said
}

/// What hangs on the chain, and what hangs on that.
fn hang(mut candidates: Vec<Candidate>, ids: &HashSet<String>) -> Vec<Hanging> {
    candidates.retain(|one| one.said.id.as_ref().is_none_or(|id| !ids.contains(id)));
    let mut roots = ids.clone();
    let mut found: BTreeSet<Hanging> = BTreeSet::new();
    loop {
        let (hanging, rest): (Vec<Candidate>, Vec<Candidate>) = candidates
            .into_iter()
            .partition(|one| one.said.parents.iter().any(|parent| roots.contains(parent)));
        if hanging.is_empty() {
            return found.into_iter().collect();
        }
        for one in hanging {
            let parent = one.said.parents.iter().find(|id| roots.contains(*id));
            found.insert(Hanging {
                place: one.place,
                author: one.author,
                parent: parent.cloned().unwrap_or_default(),
                path: one.path,
                id: one.said.id,
            });
        }
        roots.extend(found.iter().filter_map(|one| one.id.clone()));
        candidates = rest;
    }
}

/// Revisions of the chain that another branch has with contents that HEAD never had.
pub(super) fn differing(
    elsewhere: &[Elsewhere],
    history: &History,
    head: &HashSet<usize>,
    known: &Known,
) -> Vec<Differing> {
    let of_head: HashSet<&str> = history
        .changes
        .iter()
        .filter(|change| head.contains(&change.commit))
        .map(|change| change.blob.as_str())
        .collect();
    let mut found = BTreeSet::new();
    for tree in elsewhere {
        for held in &tree.files {
            let is_other = !of_head.contains(held.blob.as_str()) && !known.has_blob(&held.blob);
            if known.has_path(&held.path) && is_other {
                found.insert(Differing {
                    place: tree.place.clone(),
                    path: String::from_utf8_lossy(&held.path).into_owned(),
                });
            }
        }
    }
    found.into_iter().collect()
}

/// A file in the folder of another work tree, committed or not.
pub(super) struct Loose {
    place: String,
    path: Vec<u8>,
    contents: Vec<u8>,
}

/// Another work tree of the repository.
#[derive(Clone, Debug, Default)]
pub(super) struct WorkTree {
    pub path: PathBuf,
    pub head: Option<String>,
    pub is_detached: bool,
    is_bare: bool,
}

/// Reads `git worktree list --porcelain -z`.
pub(super) fn work_trees(text: &[u8]) -> Vec<WorkTree> {
    let mut trees = vec![WorkTree::default()];
    for line in text.split(|byte| *byte == 0) {
        let current = trees.last_mut().expect("there is always one");
        if line.is_empty() {
            trees.push(WorkTree::default());
        } else if let Some(path) = line.strip_prefix(b"worktree ") {
            current.path = PathBuf::from(std::ffi::OsStr::from_bytes(path));
        } else if let Some(head) = line.strip_prefix(b"HEAD ") {
            current.head = Some(String::from_utf8_lossy(head).into_owned());
        } else if line == b"detached" {
            current.is_detached = true;
        } else if line == b"bare" {
            current.is_bare = true;
        }
    }
    trees.retain(|tree| !tree.is_bare && !tree.path.as_os_str().is_empty());
    trees
}

/// The Python files in the version folders of other work trees. A work tree whose folder is gone
/// has none.
pub(super) fn loose(
    trees: &[WorkTree],
    known: &Known,
    files: &dyn ReadFiles,
) -> Result<Vec<Loose>, String> {
    let mut found = Vec::new();
    for tree in trees {
        for folder in known.version_folders() {
            let Ok(entries) = files.list(&tree.path.join(&folder)) else {
                continue;
            };
            let sources = entries
                .iter()
                .filter(|path| path.extension().is_some_and(|e| e == "py"));
            for path in sources {
                let inside = path.strip_prefix(&tree.path).unwrap_or(path);
                found.push(Loose {
                    place: format!("work tree {}", tree.path.display()),
                    path: inside.as_os_str().as_bytes().to_vec(),
                    contents: files
                        .read(path)
                        .map_err(|error| format!("{}: {error}", path.display()))?,
                });
            }
        }
    }
    Ok(found)
}

/// The same revision in a branch, its remote twin and a work tree is named once, at the first place.
pub(super) fn once(hanging: Vec<Hanging>) -> Vec<Hanging> {
    let mut seen: BTreeMap<(Option<String>, String), Hanging> = BTreeMap::new();
    for one in hanging {
        seen.entry((one.id.clone(), one.path.clone()))
            .or_insert(one);
    }
    let mut kept: Vec<Hanging> = seen.into_values().collect();
    kept.sort();
    kept
}
