//! Observes the git repository around a project, and those inside it.
//!
//! Called by the engine once. Reads through the git program, plumbing only, with an environment of
//! its own: hooks, monitors and filters that a hostile repository configures are not run, nothing is
//! locked, refreshed or fetched. What cannot be established is `Unavailable`, never silently fine.
//!
//! ```text
//! refs ─┐
//! notes ┼─▶ history (commits, people, changes) ─▶ published
//! trees ┘                                      └▶ hanging, differing
//! ```

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::evidence::{GitEvidence, NO_REPOSITORY, Observed};
use crate::model::Chain;
use crate::system::ReadFiles;

mod contact;
mod deployment;
mod elsewhere;
mod hanging;
mod history;
mod known;
mod objects;
mod program;
mod published;
mod refs;

use contact::Notes;
use history::History;
use known::Known;
use objects::{Blobs, Trees};
use program::Git;

/// Looks at the repository around `root`, and at those inside it that hold version folders, as far
/// as they concern the revisions of `chains`. `now` is in seconds of the epoch.
pub fn observe(
    root: &Path,
    chains: &[&Chain],
    files: &dyn ReadFiles,
    now: i64,
) -> Observed<GitEvidence> {
    match look(root, chains, files, now) {
        Ok(evidence) => Observed::Seen(evidence),
        Err(why) => Observed::Unavailable { why },
    }
}

/// Whether HEAD holds this file as it stands, but for its line ends.
pub fn is_committed(path: &Path, files: &dyn ReadFiles) -> Observed<bool> {
    let asked = || -> Result<bool, String> {
        let real = files.canonical(path).map_err(|error| error.to_string())?;
        let Some(folder) = repository_of(real.parent().unwrap_or(&real), files) else {
            return Err(NO_REPOSITORY.to_owned());
        };
        let repository = Repository::open(Facts::of(&folder)?, files)?;
        let inside = real.strip_prefix(&repository.facts.top);
        let inside = inside.map_err(|error| error.to_string())?;
        let inside = inside.to_str().ok_or("its path is not UTF-8")?;
        let name = format!("HEAD:{inside}");
        let git = &repository.git;
        match git.maybe_line(&["rev-parse", "--verify", "--quiet", &name])? {
            Some(blob) => repository.differs_in_line_ends_only(&blob, &real),
            None => Ok(false),
        }
    };
    match asked() {
        Ok(answer) => Observed::Seen(answer),
        Err(why) => Observed::Unavailable { why },
    }
}

fn look(
    root: &Path,
    chains: &[&Chain],
    files: &dyn ReadFiles,
    now: i64,
) -> Result<GitEvidence, String> {
    let root = files.canonical(root).map_err(|error| error.to_string())?;
    let mut places = BTreeSet::new();
    for path in chains.iter().flat_map(|chain| super::chain::paths(chain)) {
        let real = files.canonical(&path).unwrap_or(path);
        places.extend(repository_of(&real, files));
    }
    let around = repository_of(&root, files);
    places.extend(around.clone());
    let mut repositories: Vec<Repository<'_>> = Vec::new();
    places.retain(|place| around.as_ref() != Some(place));
    for place in around.into_iter().chain(places) {
        let facts = Facts::of(&place)?;
        if repositories
            .iter()
            .all(|known| known.facts.top != facts.top)
        {
            repositories.push(Repository::open(facts, files)?);
        }
    }
    let mut seen = Vec::new();
    for repository in repositories {
        seen.push(repository.look(&root, chains, now)?);
    }
    let mut seen = seen.into_iter();
    let mut first = seen.next().ok_or(NO_REPOSITORY)?;
    first.others = seen.collect();
    // A file of one repository is outside each other one.
    for other in &first.others {
        let own: HashSet<&PathBuf> = other.uncommitted.iter().collect();
        first
            .uncommitted
            .retain(|path| !path.starts_with(&other.top) || own.contains(path));
    }
    let top = first.top.clone();
    for other in &mut first.others {
        other
            .uncommitted
            .retain(|path| path.starts_with(&other.top) || !path.starts_with(&top));
    }
    Ok(first)
}

/// The nearest folder at or above a path that has a `.git`.
fn repository_of(path: &Path, files: &dyn ReadFiles) -> Option<PathBuf> {
    path.ancestors()
        .find(|folder| !matches!(files.stat(&folder.join(".git")), Ok(None)))
        .map(Path::to_owned)
}

/// Where a repository lies.
struct Facts {
    top: PathBuf,
    own: PathBuf,
    shared: PathBuf,
    is_shallow: bool,
}

impl Facts {
    fn of(folder: &Path) -> Result<Self, String> {
        let git = Git::at(folder.to_owned())?;
        // Each with a process of its own: a path may hold a line feed.
        let path = |what: &str| -> Result<PathBuf, String> {
            let arguments = ["rev-parse", "--path-format=absolute", what];
            let mut answer = git.bytes(&arguments, Vec::new())?;
            answer.pop();
            Ok(PathBuf::from(std::ffi::OsStr::from_bytes(&answer)))
        };
        let shallow = git.maybe_line(&["rev-parse", "--is-shallow-repository"])?;
        Ok(Self {
            top: path("--show-toplevel")?,
            own: path("--git-dir")?,
            shared: path("--git-common-dir")?,
            is_shallow: shallow.as_deref() != Some("false"),
        })
    }
}

/// A repository that is looked at.
struct Repository<'a> {
    git: Git,
    facts: Facts,
    files: &'a dyn ReadFiles,
}

impl<'a> Repository<'a> {
    fn open(facts: Facts, files: &'a dyn ReadFiles) -> Result<Self, String> {
        let git = Git::at(facts.top.clone())?;
        Ok(Self { git, facts, files })
    }

    fn look(&self, root: &Path, chains: &[&Chain], now: i64) -> Result<GitEvidence, String> {
        let git = &self.git;
        let settings = refs::settings(git)?;
        // Questions to a partial clone would fetch what is missing, or answer without it.
        if settings.is_partial {
            return Err("the repository is a partial clone: its history is incomplete".into());
        }
        let head = git.maybe_line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        let branch = git.maybe_line(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        let refs = refs::list(git, &settings)?;
        let notes = Notes::read(&self.facts.own, &self.facts.shared, self.files)?;
        let known = Known::gather(git, chains, self.files)?;
        let tips = self.public_tips(&refs, &notes)?;
        let trees = self.work_trees()?;
        let stashes = self.stashes(&refs)?;
        let local = refs.iter().filter(|one| one.kind == "commit");
        let all: BTreeSet<String> = tips
            .iter()
            .map(|tip| tip.commit.clone())
            .chain(local.map(|one| one.target.clone()))
            .chain(head.clone())
            .chain(trees.iter().filter_map(|tree| tree.head.clone()))
            .chain(stashes.iter().map(|(_, id)| id.clone()))
            .filter(|id| id.bytes().any(|byte| byte != b'0'))
            .collect();
        let history = History::read(git, &all)?;
        let of_head = history.reach(head.as_deref().and_then(|id| history.place(id)));
        let elsewhere = self.elsewhere(&refs, &trees, &stashes, &history, &of_head, &known)?;
        let mut to_read = published::to_read(&history, &known);
        to_read.extend(
            elsewhere
                .iter()
                .flat_map(|e| e.files.iter().map(|f| f.blob.clone())),
        );
        let blobs = Blobs::read(git, to_read)?;
        let loose = hanging::loose(&trees, &known, self.files)?;
        let found = hanging::find(&elsewhere, loose, &history, &known, &blobs);
        let mut people = history.people.clone();
        people.extend(settings.user.clone());
        let mut published = published::find(&history, &known, &blobs, &tips);
        published.extend(self.odd_refs(&refs, &known)?);
        Ok(GitEvidence {
            shallow: self.facts.is_shallow,
            people: people.into_iter().collect(),
            published,
            remotes: settings.remotes(&refs, notes.last_fetch.as_deref()),
            contact: notes.contact(now),
            hanging: hanging::once(found),
            differing: hanging::differing(&elsewhere, &history, &of_head, &known),
            deployments: deployment::find(root, &self.facts.top, self.tracked()?, self.files),
            uncommitted: self.uncommitted(chains, &known, head.as_deref())?,
            top: self.facts.top.clone(),
            head,
            branch,
            others: Vec::new(),
        })
    }

    fn tracked(&self) -> Result<Vec<PathBuf>, String> {
        let text = self.git.bytes(&["ls-files", "-z"], Vec::new())?;
        let paths = text
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty());
        Ok(paths
            .map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path)))
            .collect())
    }

    /// Files whose contents are not those of HEAD. Compared by object name, without `git status`,
    /// which would run the filters that the repository configures.
    fn uncommitted(
        &self,
        chains: &[&Chain],
        known: &Known,
        head: Option<&str>,
    ) -> Result<Vec<PathBuf>, String> {
        let mut committed: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        if let Some(head) = head {
            let mut trees = Trees::default();
            let roots = trees.read(&self.git, &[head.to_owned()])?;
            let files = trees.files(&roots[0], &|path| known.has_path(path));
            committed.extend(files.into_iter().map(|held| (held.path, held.blob)));
        }
        let inside: BTreeMap<&PathBuf, &Vec<u8>> = known
            .inside
            .iter()
            .map(|(inside, path)| (path, inside))
            .collect();
        let mut uncommitted = BTreeSet::new();
        for path in chains.iter().flat_map(|chain| super::chain::paths(chain)) {
            let blob = inside.get(&path).and_then(|inside| committed.get(*inside));
            let is_same = match (blob, known.blobs.get(&path)) {
                (Some(blob), Some(hash)) if blob == hash => true,
                (Some(blob), Some(_)) => self.differs_in_line_ends_only(blob, &path)?,
                _ => false,
            };
            if !is_same {
                uncommitted.insert(path);
            }
        }
        Ok(uncommitted.into_iter().collect())
    }

    /// `core.autocrlf` checks files out with other line ends than it stores.
    fn differs_in_line_ends_only(&self, blob: &str, path: &Path) -> Result<bool, String> {
        let stored = objects::batch(&self.git, &[blob.to_owned()])?;
        let present = self.files.read(path).map_err(|error| error.to_string())?;
        let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Ok(plain(&stored[0].contents) == plain(&present))
    }
}

#[cfg(test)]
mod tests;
