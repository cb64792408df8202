//! What was seen of the git repository around a project.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The reason in `Observed::Unavailable` where the project is in no repository at all; any other
/// reason means that git could not answer.
pub const NO_REPOSITORY: &str = "the project is in no git repository";

/// The repository's state, as far as the reset depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitEvidence {
    /// The work tree's root.
    pub top: PathBuf,
    /// The commit at HEAD; none on an unborn branch.
    pub head: Option<String>,
    /// The branch; none when detached.
    pub branch: Option<String>,
    /// Whether history is cut off.
    pub shallow: bool,
    /// Author names and mail addresses of commits that touched revision files.
    pub authors: Vec<String>,
    /// Remote branches and tags that contain a commit with a revision file.
    pub published_on: Vec<String>,
    /// Revision files that are modified, untracked or ignored: the archive is their only copy.
    pub uncommitted: Vec<PathBuf>,
}
