//! The revision graph of one module, read statically.

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
