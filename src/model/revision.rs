//! One revision file, as read from its source.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The identifier of a revision, as in the file's `revision` assignment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionId(pub String);

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for RevisionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// A revision file's identity and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The identifier.
    pub id: RevisionId,
    /// The parents: none for a base, several for a merge.
    pub down: Vec<RevisionId>,
    /// Revisions, possibly of other branches or modules, that must be applied first. May hold
    /// branch labels and `branch@head` forms, as Alembic allows.
    pub depends_on: Vec<String>,
    /// Branch labels.
    pub labels: Vec<String>,
    /// The file, absolute.
    pub path: PathBuf,
    /// The first line of the docstring; empty where there is none.
    pub message: String,
    /// The docstring, whole.
    pub doc: String,
    /// The line of the `revision` assignment, from 1.
    pub line: usize,
}
