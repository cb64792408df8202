//! What was seen of the git repository around a project.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The reason in `Observed::Unavailable` where the project is in no repository at all; any other
/// reason means that git could not answer.
pub const NO_REPOSITORY: &str = "the project is in no git repository";

/// The repository's state, as far as the reset depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitEvidence {
    /// The work tree's root.
    pub top: PathBuf,
    /// The commit at HEAD; none on an unborn branch.
    pub head: Option<String>,
    /// The branch; none when detached.
    pub branch: Option<String>,
    /// Whether history is cut off.
    pub shallow: bool,
    /// Everybody whom a commit of the repository names.
    pub people: Vec<Person>,
    /// Remote branches and tags that hold a revision file of the project, one entry each.
    pub published: Vec<Published>,
    /// The remotes by name.
    pub remotes: Vec<Remote>,
    /// When a remote was last heard of.
    pub contact: Option<Contact>,
    /// Revisions outside the present tree that build on one inside it.
    pub hanging: Vec<Hanging>,
    /// Revision files that another branch has with contents of its own.
    pub differing: Vec<Differing>,
    /// Lines of files that run the migrations where the project is deployed.
    pub deployments: Vec<Deployment>,
    /// Revision files that are modified, untracked or ignored: the archive is their only copy.
    pub uncommitted: Vec<PathBuf>,
    /// Repositories inside the project that hold version folders of their own.
    pub others: Vec<GitEvidence>,
}

impl GitEvidence {
    /// This repository and those inside the project.
    pub fn all(&self) -> Vec<&Self> {
        std::iter::once(self).chain(&self.others).collect()
    }
}

/// How a commit names somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// As its author.
    Author,
    /// As who committed it.
    Committer,
    /// In a `Co-authored-by` line.
    CoAuthor,
    /// Not a commit: the identity that the repository's own configuration gives its user.
    User,
}

/// Somebody, with the names that `.mailmap` gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mail address.
    pub mail: String,
    /// How they are named.
    pub role: Role,
}

/// What kind of ref publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefKind {
    /// A branch of a remote, or what was fetched from one.
    Branch,
    /// A tag.
    Tag,
}

/// By what a revision file was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The history has a file at its path.
    Path,
    /// The history has its very contents at another path.
    Blob,
    /// The history has a file with its revision identifier.
    Id,
}

/// A ref whose history holds a revision file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Published {
    /// `origin/main`, `tags/v1`.
    pub name: String,
    /// What it is.
    pub kind: RefKind,
    /// By what.
    pub how: How,
    /// The path in that history.
    pub path: String,
    /// A commit that brought it.
    pub commit: String,
}

/// A remote of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remote {
    /// Its name.
    pub name: String,
    /// Whether anything is known of what it holds.
    pub is_known: bool,
}

/// The last contact with any remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Whole days before the survey.
    pub days_ago: u64,
}

/// A revision elsewhere that builds on one of the chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hanging {
    /// `branch feature/x`, `stash@{0}`, `worktree /srv/b`.
    pub place: String,
    /// Who wrote it, as far as a commit tells.
    pub author: Option<String>,
    /// Its identifier; none if the file cannot be read statically.
    pub id: Option<String>,
    /// What it builds on.
    pub parent: String,
    /// Its path in that tree.
    pub path: String,
}

/// A revision of the chain that another branch has otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Differing {
    /// `branch feature/x`.
    pub place: String,
    /// The path there.
    pub path: String,
}

/// A line that runs the migrations in a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deployment {
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What makes it a deployment.
    pub why: String,
}
