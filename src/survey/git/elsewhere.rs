//! The trees of a repository that are not the present one: branches, other work trees, stashes; and
//! what of them is public.
//!
//! Used by the facade.

use std::collections::{BTreeSet, HashSet};

use crate::evidence::{How, Published, RefKind};

use super::contact::Notes;
use super::hanging::{self, Elsewhere, WorkTree};
use super::history::History;
use super::known::{self, Known};
use super::objects::{self, Blobs, Held, Trees};
use super::published::Tip;
use super::refs::Ref;
use super::{Repository, program};

impl Repository<'_> {
    /// What others have: public refs, and what they were before.
    pub(super) fn public_tips(&self, refs: &[Ref], notes: &Notes) -> Result<Vec<Tip>, String> {
        let mut tips: Vec<Tip> = refs
            .iter()
            .filter(|one| one.kind == "commit")
            .filter_map(|one| {
                Some(Tip {
                    name: one.short(),
                    kind: one.public?,
                    commit: one.target.clone(),
                })
            })
            .collect();
        let former: BTreeSet<String> = notes.former.keys().cloned().collect();
        for commit in objects::existing(&self.git, &former)? {
            let is_present = tips.iter().any(|tip| tip.commit == commit);
            if !is_present {
                tips.push(Tip {
                    name: notes.former[&commit].clone(),
                    kind: RefKind::Branch,
                    commit,
                });
            }
        }
        Ok(tips)
    }

    /// Public refs that lead to a tree or a file instead of a commit.
    pub(super) fn odd_refs(&self, refs: &[Ref], known: &Known) -> Result<Vec<Published>, String> {
        let mut found = Vec::new();
        for one in refs.iter().filter(|one| one.kind != "commit") {
            let Some(kind) = one.public else { continue };
            let held = if one.kind == "tree" {
                let mut trees = Trees::default();
                let roots = trees.read(&self.git, std::slice::from_ref(&one.target))?;
                trees.files(&roots[0], &|path| known.may_hold(path))
            } else {
                vec![Held {
                    path: b"?.py".to_vec(),
                    blob: one.target.clone(),
                }]
            };
            let ids = held.iter().map(|held| held.blob.clone()).collect();
            let blobs = Blobs::read(&self.git, ids)?;
            let is_ours = |held: &&Held| {
                let contents = blobs.get(&held.blob).unwrap_or_default();
                let said = known::read(&held.path, contents, &known.ids);
                known.has_path(&held.path)
                    || known.has_blob(&held.blob)
                    || said.id.is_some_and(|id| known.ids.contains(&id))
            };
            if let Some(held) = held.iter().find(is_ours) {
                found.push(Published {
                    name: one.short(),
                    kind,
                    how: How::Id,
                    path: String::from_utf8_lossy(&held.path).into_owned(),
                    commit: one.target.clone(),
                });
            }
        }
        Ok(found)
    }

    /// The other work trees.
    pub(super) fn work_trees(&self) -> Result<Vec<WorkTree>, String> {
        let arguments = ["worktree", "list", "--porcelain", "-z"];
        let answer = self.git.ask(&arguments, Vec::new())?;
        let text = match answer.code {
            Some(0) => answer.stdout,
            // `-z` came with git 2.36; 129 is git's answer to an option that it does not know.
            Some(129) => self
                .git
                .bytes(&arguments[..3], Vec::new())?
                .into_iter()
                .map(|byte| if byte == b'\n' { 0 } else { byte })
                .collect(),
            _ => return Err(program::failed("worktree", &answer.stderr)),
        };
        let mut trees = hanging::work_trees(&text);
        trees.retain(|tree| {
            let real = self.files.canonical(&tree.path);
            real.unwrap_or_else(|_| tree.path.clone()) != self.facts.top
        });
        Ok(trees)
    }

    /// The stashes by name, the newest first.
    pub(super) fn stashes(&self, refs: &[Ref]) -> Result<Vec<(String, String)>, String> {
        let Some(top) = refs.iter().find(|one| one.full == "refs/stash") else {
            return Ok(Vec::new());
        };
        let text = self
            .git
            .bytes(&["rev-list", "-g", "refs/stash", "--"], Vec::new())?;
        let text = String::from_utf8_lossy(&text);
        // Without a log the newest is all there is.
        let ids = if text.trim().is_empty() {
            top.target.as_str()
        } else {
            &text
        };
        let named = ids.lines().enumerate();
        Ok(named
            .map(|(n, id)| (format!("stash@{{{n}}}"), id.to_owned()))
            .collect())
    }

    /// The trees that are not the present one, with the files in them that may be revisions.
    pub(super) fn elsewhere(
        &self,
        refs: &[Ref],
        work_trees: &[WorkTree],
        stashes: &[(String, String)],
        history: &History,
        of_head: &HashSet<usize>,
        known: &Known,
    ) -> Result<Vec<Elsewhere>, String> {
        let mut tips: Vec<(String, String)> = Vec::new();
        let branches = refs.iter().filter(|one| {
            one.kind == "commit" && one.public != Some(RefKind::Tag) && one.full != "refs/stash"
        });
        for one in branches {
            tips.push((format!("branch {}", one.short()), one.target.clone()));
        }
        for tree in work_trees.iter().filter(|tree| tree.is_detached) {
            if let Some(head) = &tree.head {
                tips.push((format!("work tree {}", tree.path.display()), head.clone()));
            }
        }
        let is_merged = |id: &str| history.place(id).is_some_and(|p| of_head.contains(&p));
        tips.retain(|(_, id)| !is_merged(id));
        let mut trees = Trees::default();
        let ids: Vec<String> = tips.iter().map(|(_, id)| id.clone()).collect();
        let roots = trees.read(&self.git, &ids)?;
        let mut found: Vec<Elsewhere> = Vec::new();
        for ((place, _), root) in tips.into_iter().zip(roots) {
            let files = trees.files(&root, &|path| known.may_hold(path));
            found.push(Elsewhere {
                place,
                files,
                author: None,
            });
        }
        for (name, id) in stashes {
            found.push(self.stash(name, id, history, &mut trees, known)?);
        }
        Ok(found)
    }

    /// What a stash adds to the commit that it was made on, untracked files included.
    pub(super) fn stash(
        &self,
        name: &str,
        id: &str,
        history: &History,
        trees: &mut Trees,
        known: &Known,
    ) -> Result<Elsewhere, String> {
        let place = history.place(id).ok_or("a stash cannot be read")?;
        let parents = history.parents_of(place);
        let ids: Vec<String> = std::iter::once(id.to_owned())
            .chain(parents.iter().map(|id| (*id).to_owned()))
            .collect();
        let roots = trees.read(&self.git, &ids)?;
        let files_of = |root: &String| trees.files(root, &|path| known.may_hold(path));
        let base: HashSet<Held> = roots
            .get(1)
            .map(files_of)
            .unwrap_or_default()
            .into_iter()
            .collect();
        let mut files = Vec::new();
        for (n, root) in roots.iter().enumerate() {
            if n != 1 {
                files.extend(
                    files_of(root)
                        .into_iter()
                        .filter(|held| !base.contains(held)),
                );
            }
        }
        Ok(Elsewhere {
            place: name.to_owned(),
            files,
            author: Some(history.commits[place].author.clone()),
        })
    }
}
