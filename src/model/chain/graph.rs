//! Edges, order and defects of a set of revisions. Used by `Chain` only.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::model::{Revision, RevisionId};

use super::ChainProblem;

/// The edges between revisions, by index.
pub(super) struct Graph<'r> {
    names: BTreeMap<&'r str, usize>,
    before: Vec<Vec<usize>>,
}

impl<'r> Graph<'r> {
    pub(super) fn of(revisions: &'r [Revision]) -> Self {
        let mut ids = BTreeMap::new();
        for (index, revision) in revisions.iter().enumerate() {
            ids.insert(revision.id.0.as_str(), index);
        }
        let mut names = ids.clone();
        for (index, revision) in revisions.iter().enumerate() {
            for label in &revision.labels {
                names.entry(label.as_str()).or_insert(index);
            }
        }
        let before = revisions
            .iter()
            .map(|revision| {
                let parents = revision.down.iter().filter_map(|id| ids.get(id.0.as_str()));
                let needed = revision
                    .depends_on
                    .iter()
                    .filter_map(|name| names.get(name.as_str()));
                let edges: BTreeSet<usize> = parents.chain(needed).copied().collect();
                edges.into_iter().collect()
            })
            .collect();
        Self { names, before }
    }

    /// What must come before the revision at `index`: parents and resolved dependencies.
    pub(super) fn before(&self, index: usize) -> &[usize] {
        &self.before[index]
    }

    /// The revision that an entry of `depends_on` means.
    pub(super) fn resolve(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// Kahn's algorithm; what it cannot place (members and descendants of cycles) comes second.
    fn sorted(&self, revisions: &[Revision]) -> (Vec<usize>, Vec<usize>) {
        let mut waits: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut after = vec![Vec::new(); revisions.len()];
        for (index, before) in self.before.iter().enumerate() {
            for &other in before {
                after[other].push(index);
            }
        }
        let key = |index: usize| Reverse((&revisions[index].id, &revisions[index].path, index));
        let mut ready: BinaryHeap<_> = (0..waits.len())
            .filter(|&index| waits[index] == 0)
            .map(key)
            .collect();
        let mut placed = Vec::with_capacity(waits.len());
        while let Some(Reverse((_, _, index))) = ready.pop() {
            placed.push(index);
            for &next in &after[index] {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(key(next));
                }
            }
        }
        let mut rest: Vec<usize> = (0..waits.len()).filter(|&index| waits[index] > 0).collect();
        rest.sort_by_key(|&index| (&revisions[index].id, &revisions[index].path));
        (placed, rest)
    }
}

/// Parents first, ties by identifier, cycles last.
pub(super) fn order(revisions: Vec<Revision>) -> Vec<Revision> {
    let order = {
        let (mut placed, rest) = Graph::of(&revisions).sorted(&revisions);
        placed.extend(rest);
        placed
    };
    let mut slots: Vec<Option<Revision>> = revisions.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|index| slots[index].take())
        .collect()
}

pub(super) fn duplicates(revisions: &[Revision]) -> Vec<ChainProblem> {
    let mut files: BTreeMap<&RevisionId, Vec<_>> = BTreeMap::new();
    for revision in revisions {
        files
            .entry(&revision.id)
            .or_default()
            .push(revision.path.clone());
    }
    files
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(id, mut paths)| {
            paths.sort();
            ChainProblem::DuplicateId {
                id: id.clone(),
                paths,
            }
        })
        .collect()
}

/// Labels declared twice, or equal to an identifier (`RevisionMap._map_branch_labels`).
pub(super) fn duplicate_labels(revisions: &[Revision]) -> Vec<ChainProblem> {
    let ids: BTreeSet<&str> = revisions
        .iter()
        .map(|revision| revision.id.0.as_str())
        .collect();
    let mut declared: BTreeMap<&str, Vec<RevisionId>> = BTreeMap::new();
    for revision in revisions {
        for label in &revision.labels {
            declared.entry(label).or_default().push(revision.id.clone());
        }
    }
    declared
        .into_iter()
        .filter_map(|(label, mut by)| {
            if ids.contains(label) {
                by.push(RevisionId::from(label));
            }
            (by.len() > 1).then(|| ChainProblem::DuplicateLabel {
                label: label.to_owned(),
                ids: by,
            })
        })
        .collect()
}

pub(super) fn missing(revisions: &[Revision]) -> Vec<ChainProblem> {
    let graph = Graph::of(revisions);
    let ids: BTreeSet<&RevisionId> = revisions.iter().map(|revision| &revision.id).collect();
    let mut problems = Vec::new();
    for revision in revisions {
        let parents = revision.down.iter().filter(|id| !ids.contains(id));
        let needed = revision
            .depends_on
            // A single empty string counts as nothing (`if revision.dependencies`).
            .iter()
            .filter(|name| !(name.is_empty() && revision.depends_on.len() == 1))
            .filter(|name| graph.resolve(name).is_none());
        let names: BTreeSet<&str> = parents
            .map(|id| id.0.as_str())
            .chain(needed.map(String::as_str))
            .collect();
        problems.extend(names.into_iter().map(|parent| ChainProblem::MissingParent {
            id: revision.id.clone(),
            parent: parent.to_owned(),
            path: revision.path.clone(),
            line: revision.line,
        }));
    }
    problems
}

/// One circle for each knot, by walking backwards inside what cannot be ordered.
pub(super) fn cycles(revisions: &[Revision]) -> Vec<ChainProblem> {
    let graph = Graph::of(revisions);
    let (_, rest) = graph.sorted(revisions);
    let stuck: BTreeSet<usize> = rest.iter().copied().collect();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for start in rest {
        let mut walk = Vec::new();
        let mut at = start;
        // Everything that is stuck has a predecessor that is stuck, too.
        while seen.insert(at) {
            walk.push(at);
            let back = graph.before(at).iter().copied();
            let Some(next) = back
                .filter(|index| stuck.contains(index))
                .min_by_key(|&index| (walk.contains(&index), &revisions[index].id))
            else {
                break;
            };
            at = next;
        }
        if let Some(first) = walk.iter().position(|&index| index == at) {
            let mut members: Vec<usize> = walk[first..].to_vec();
            members.reverse();
            let smallest = (0..members.len())
                .min_by_key(|&position| &revisions[members[position]].id)
                .unwrap_or(0);
            members.rotate_left(smallest);
            problems.push(ChainProblem::Cycle {
                ids: members
                    .into_iter()
                    .map(|index| revisions[index].id.clone())
                    .collect(),
            });
        }
    }
    problems
}
