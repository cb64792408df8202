//! Which public refs hold revision files of the project, by path, by contents or by identifier.
//!
//! Used by the facade. The whole history of a ref counts, not its tip alone: what was pushed once
//! and then deleted, squashed or amended may have been applied.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::evidence::{How, Published, RefKind};

use super::history::History;
use super::known::{self, Known};
use super::objects::Blobs;

/// What a public name leads to.
#[derive(Clone, Debug)]
pub(super) struct Tip {
    pub name: String,
    pub kind: RefKind,
    pub commit: String,
}

/// The files of the history that must be read to know their identifiers.
pub(super) fn to_read(history: &History, known: &Known) -> BTreeSet<String> {
    history
        .changes
        .iter()
        .filter(|change| known.may_hold(&change.path) && change.path.ends_with(b".py"))
        .map(|change| change.blob.clone())
        .collect()
}

/// One entry for each public name that leads to a revision file.
pub(super) fn find(
    history: &History,
    known: &Known,
    blobs: &Blobs,
    tips: &[Tip],
) -> Vec<Published> {
    let mut ids: HashMap<&str, bool> = HashMap::new();
    let mut wanted: Vec<(How, usize)> = Vec::new();
    for (index, change) in history.changes.iter().enumerate() {
        let how = if known.has_path(&change.path) {
            How::Path
        } else if known.has_blob(&change.blob) {
            How::Blob
        } else if *ids.entry(&change.blob).or_insert_with(|| {
            blobs
                .get(&change.blob)
                .is_some_and(|contents| is_one(&change.path, contents, &known.ids))
        }) {
            How::Id
        } else {
            continue;
        };
        wanted.push((how, index));
    }
    wanted.sort_unstable();
    let wanted: Vec<(How, usize)> = wanted;
    let how: HashMap<usize, How> = wanted.iter().map(|(how, index)| (*index, *how)).collect();
    let indices: Vec<usize> = wanted.iter().map(|(_, index)| *index).collect();
    let witnesses = history.witnesses(&indices);
    let mut found: Vec<Published> = tips
        .iter()
        .filter_map(|tip| {
            let index = witnesses[history.place(&tip.commit)?]?;
            let change = &history.changes[index];
            Some(Published {
                name: tip.name.clone(),
                kind: tip.kind,
                how: how[&index],
                path: String::from_utf8_lossy(&change.path).into_owned(),
                commit: history.commits[change.commit].id.clone(),
            })
        })
        .collect();
    found.sort();
    found.dedup_by(|a, b| a.name == b.name);
    found
}

fn is_one(path: &[u8], contents: &[u8], ids: &HashSet<String>) -> bool {
    known::read(path, contents, ids)
        .id
        .is_some_and(|id| ids.contains(&id))
}
