//! The revision graph of one module, read statically.
//!
//! The graph is Alembic's (`script/revision.py`, `RevisionMap`): heads and bases by
//! `down_revision` alone, order and cycles with `depends_on`, labels resolved to the revision that
//! declares them. What Alembic only warns about and then stumbles over is a [`ChainProblem`].

mod graph;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Revision, RevisionId};

/// A file beside the revisions that cannot be read as one, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1, where one is known.
    pub line: Option<usize>,
    /// The column, from 1, where one is known.
    pub column: Option<usize>,
    /// What is wrong, as a lowercase fragment.
    pub why: String,
    /// The line of source at fault, where one is known.
    pub source: Option<String>,
}

/// What makes a set of revisions no chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ChainProblem {
    /// Two files carry one identifier.
    DuplicateId {
        /// The identifier.
        id: RevisionId,
        /// All files that carry it.
        paths: Vec<PathBuf>,
    },
    /// A parent or dependency that no file defines.
    MissingParent {
        /// The revision that names it.
        id: RevisionId,
        /// What it names.
        parent: String,
        /// Its file.
        path: PathBuf,
        /// The line of its `revision` assignment.
        line: usize,
    },
    /// Revisions that descend from each other.
    Cycle {
        /// The members, in the order of the circle.
        ids: Vec<RevisionId>,
    },
    /// A branch label that is declared twice, or that is also an identifier.
    DuplicateLabel {
        /// The label.
        label: String,
        /// The revisions that declare it or carry it as identifier.
        ids: Vec<RevisionId>,
    },
}

impl fmt::Display for ChainProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |ids: &[RevisionId], with: &str| {
            let ids: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
            ids.join(with)
        };
        match self {
            Self::DuplicateId { id, paths } => {
                write!(f, "{} files carry the identifier {id}", paths.len())
            }
            Self::MissingParent { id, parent, .. } => {
                write!(f, "{id} names {parent}, which no file defines")
            }
            Self::Cycle { ids } if ids.len() == 1 => {
                write!(f, "{} descends from itself", joined(ids, ""))
            }
            Self::Cycle { ids } => {
                write!(
                    f,
                    "revisions descend from each other: {}",
                    joined(ids, " -> ")
                )
            }
            Self::DuplicateLabel { label, ids } => {
                write!(
                    f,
                    "the branch label {label} is not unique: {}",
                    joined(ids, ", ")
                )
            }
        }
    }
}

/// A module's revisions and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Parents before children; ties by identifier. All readable revisions, also when
    /// [`Chain::problems`] is not empty (those of a cycle come last).
    pub revisions: Vec<Revision>,
    /// Files that look like revisions and cannot be read statically.
    pub unreadable: Vec<Unreadable>,
}

impl Chain {
    /// Orders revisions: parents and dependencies before those who name them, ties by identifier.
    pub fn new(revisions: Vec<Revision>, unreadable: Vec<Unreadable>) -> Self {
        Self {
            revisions: graph::order(revisions),
            unreadable,
        }
    }

    /// The revision with this identifier; the last in order if there are several.
    pub fn get(&self, id: &RevisionId) -> Option<&Revision> {
        self.revisions
            .iter()
            .rev()
            .find(|revision| revision.id == *id)
    }

    /// The identifiers of all revisions, in order.
    pub fn ids(&self) -> Vec<RevisionId> {
        self.revisions.iter().map(|one| one.id.clone()).collect()
    }

    /// Revisions that are nobody's parent, in order. Like `alembic heads`, without regard to
    /// `depends_on`.
    pub fn heads(&self) -> Vec<RevisionId> {
        let parents: BTreeSet<&RevisionId> = self
            .revisions
            .iter()
            .flat_map(|revision| &revision.down)
            .collect();
        self.ids_where(|revision| !parents.contains(&revision.id))
    }

    /// The heads that the version table holds when all is applied: a head that another revision
    /// depends on has no row.
    pub fn effective_heads(&self) -> Vec<RevisionId> {
        let graph = graph::Graph::of(&self.revisions);
        let named: BTreeSet<&RevisionId> = (0..self.revisions.len())
            .flat_map(|index| graph.before(index))
            .map(|&index| &self.revisions[index].id)
            .collect();
        self.ids_where(|revision| !named.contains(&revision.id))
    }

    /// Revisions without a parent, in order.
    pub fn bases(&self) -> Vec<RevisionId> {
        self.ids_where(|revision| revision.down.is_empty())
    }

    /// Whether it is one line from one base to one head. An empty chain is not.
    pub fn is_linear(&self) -> bool {
        self.heads().len() == 1
            && self.bases().len() == 1
            && self
                .revisions
                .iter()
                .all(|revision| revision.down.len() <= 1)
    }

    /// All revisions that must be applied before any of these: parents and dependencies, theirs,
    /// and so on; these themselves not included unless another of them needs them. In order.
    pub fn ancestors(&self, of: &[RevisionId]) -> Vec<RevisionId> {
        let graph = graph::Graph::of(&self.revisions);
        let mut waiting: Vec<usize> = (0..self.revisions.len())
            .filter(|&index| of.contains(&self.revisions[index].id))
            .flat_map(|index| graph.before(index).iter().copied())
            .collect();
        let mut found = BTreeSet::new();
        while let Some(index) = waiting.pop() {
            if found.insert(index) {
                waiting.extend(graph.before(index));
            }
        }
        found
            .into_iter()
            .map(|index| self.revisions[index].id.clone())
            .collect()
    }

    /// The identifiers that a revision's `depends_on` resolves to. As in Alembic, an entry is an
    /// identifier or a label, which stands for the revision that declares it; partial identifiers
    /// and `label@head` are resolved when a file is generated and never in one.
    pub fn dependencies(&self, revision: &Revision) -> Vec<RevisionId> {
        // Nearly all: the graph of a long chain is not drawn for each of them.
        if revision.depends_on.is_empty() {
            return Vec::new();
        }
        let graph = graph::Graph::of(&self.revisions);
        revision
            .depends_on
            .iter()
            .filter_map(|name| graph.resolve(name))
            .map(|index| self.revisions[index].id.clone())
            .collect()
    }

    /// What keeps the revisions from being a chain; empty is good. Unreadable files are not
    /// repeated here, and may be the reason for a missing parent.
    pub fn problems(&self) -> Vec<ChainProblem> {
        let mut problems = graph::duplicates(&self.revisions);
        problems.extend(graph::duplicate_labels(&self.revisions));
        problems.extend(graph::missing(&self.revisions));
        problems.extend(graph::cycles(&self.revisions));
        problems
    }

    fn ids_where(&self, keep: impl Fn(&Revision) -> bool) -> Vec<RevisionId> {
        let mut seen = BTreeSet::new();
        self.revisions
            .iter()
            .filter(|revision| keep(revision) && seen.insert(&revision.id))
            .map(|revision| revision.id.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests;
