//! Observes the git repository around a project.
//!
//! Called by the engine once. Reads through the git program, plumbing only, with an environment of
//! its own: hooks, monitors and filters that a hostile repository configures are not run, nothing is
//! locked, refreshed or fetched. What cannot be established is `Unavailable`, never silently fine.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::evidence::{GitEvidence, NO_REPOSITORY, Observed};
use crate::system::process::{Output, Process};
use crate::system::{ReadFiles, environment};

/// How long one question may take.
const LIMIT: Duration = Duration::from_mins(1);
/// How many paths or commits go on one command line.
const CHUNK: usize = 500;

/// Looks at the repository around `root`, as far as it concerns the revision files (absolute).
pub fn observe(root: &Path, revisions: &[PathBuf], files: &dyn ReadFiles) -> Observed<GitEvidence> {
    match look(root, revisions, files) {
        Ok(evidence) => Observed::Seen(evidence),
        Err(why) => Observed::Unavailable { why },
    }
}

/// Whether HEAD holds this file as it stands.
pub fn is_committed(path: &Path, files: &dyn ReadFiles) -> Observed<bool> {
    let asked = || -> Result<bool, String> {
        let real = files.canonical(path).map_err(|error| error.to_string())?;
        let folder = real.parent().unwrap_or(&real);
        let is_absent = |folder: &Path| matches!(files.stat(&folder.join(".git")), Ok(None));
        if folder.ancestors().all(is_absent) {
            return Err(NO_REPOSITORY.to_owned());
        }
        let program = environment::find_program("git").ok_or("git is not on PATH")?;
        let mut git = Git {
            program,
            directory: folder.to_owned(),
        };
        git.directory = PathBuf::from(git.line(&["rev-parse", "--show-toplevel"])?);
        let head = git.maybe_line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        let paths = Paths::sort(&[path.to_owned()], &git.directory, files);
        Ok(git.uncommitted(&paths, head.is_some(), files)?.is_empty())
    };
    match asked() {
        Ok(answer) => Observed::Seen(answer),
        Err(why) => Observed::Unavailable { why },
    }
}

fn look(root: &Path, revisions: &[PathBuf], files: &dyn ReadFiles) -> Result<GitEvidence, String> {
    let root = files.canonical(root).map_err(|error| error.to_string())?;
    let is_inside = root
        .ancestors()
        .any(|folder| !matches!(files.stat(&folder.join(".git")), Ok(None)));
    if !is_inside {
        return Err(NO_REPOSITORY.to_owned());
    }
    let program = environment::find_program("git")
        .ok_or("the project is in a git repository, and git is not on PATH")?;
    let mut git = Git {
        program,
        directory: root.clone(),
    };
    let top = git.line(&["rev-parse", "--show-toplevel"])?;
    git.directory = PathBuf::from(&top);
    git.refuse_partial_clone()?;
    let shallow = git.line(&["rev-parse", "--is-shallow-repository"])? == "true";
    let head = git.maybe_line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
    let branch = git.maybe_line(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    let paths = Paths::sort(revisions, &git.directory, files);
    let (authors, commits) = git.history(&paths.inside, head.is_some())?;
    Ok(GitEvidence {
        published_on: git.published_on(&commits)?,
        uncommitted: git.uncommitted(&paths, head.is_some(), files)?,
        top: git.directory,
        head,
        branch,
        shallow,
        authors,
    })
}

/// Revision files as git names them.
struct Paths {
    /// Relative to the top, with the path that we know the file by.
    inside: BTreeMap<String, PathBuf>,
    /// Not in the work tree: linked from elsewhere.
    outside: Vec<PathBuf>,
}

impl Paths {
    fn sort(revisions: &[PathBuf], top: &Path, files: &dyn ReadFiles) -> Self {
        let mut paths = Self {
            inside: BTreeMap::new(),
            outside: Vec::new(),
        };
        for path in revisions {
            let real = files.canonical(path).unwrap_or_else(|_| path.clone());
            match real.strip_prefix(top).ok().and_then(Path::to_str) {
                Some(inside) => {
                    paths.inside.insert(inside.to_owned(), path.clone());
                }
                None => paths.outside.push(path.clone()),
            }
        }
        paths
    }
}

struct Git {
    program: PathBuf,
    directory: PathBuf,
}

impl Git {
    fn run(&self, arguments: &[&str]) -> Result<Output, String> {
        let mut process = Process::new(&self.program)
            .args(["-c", "core.fsmonitor=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.quotePath=off"])
            .args(["-c", "log.showSignature=false"])
            .args(["--no-optional-locks", "--literal-pathspecs", "--no-pager"])
            .args(arguments)
            .directory(&self.directory)
            .env_clear()
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1");
        // Without the user's own configuration `safe.directory` would be unknown.
        for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
            if let Some(value) = environment::variable(name) {
                process = process.env(name, value);
            }
        }
        process.output(LIMIT).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => format!("git {} took too long", arguments[0]),
            _ => format!("git cannot be run: {error}"),
        })
    }

    fn stdout(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.run(arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        let first = message.lines().next().unwrap_or("no message");
        let first = first.strip_prefix("fatal: ").unwrap_or(first);
        Err(format!("git {} failed: {first}", arguments[0]))
    }

    fn line(&self, arguments: &[&str]) -> Result<String, String> {
        let text = String::from_utf8(self.stdout(arguments)?)
            .map_err(|_| format!("git {} gives a name that is not UTF-8", arguments[0]))?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Like [`Git::line`]; exit code 1 is git's quiet no.
    fn maybe_line(&self, arguments: &[&str]) -> Result<Option<String>, String> {
        let output = self.run(arguments)?;
        match output.status.code() {
            Some(0) => Ok(Some(
                String::from_utf8_lossy(&output.stdout)
                    .trim_end()
                    .to_owned(),
            )),
            Some(1) => Ok(None),
            _ => self.line(arguments).map(Some),
        }
    }

    /// Questions to a partial clone would fetch what is missing, or answer without it.
    fn refuse_partial_clone(&self) -> Result<(), String> {
        let pattern = r"^(extensions\.partialclone|remote\..*\.promisor)$";
        match self.maybe_line(&["config", "--get-regexp", pattern])? {
            None => Ok(()),
            Some(_) => Err("the repository is a partial clone: its history is incomplete".into()),
        }
    }

    /// The authors of all commits that touched the files, on any branch or tag, and these commits.
    fn history(
        &self,
        inside: &BTreeMap<String, PathBuf>,
        has_head: bool,
    ) -> Result<(Vec<String>, Vec<String>), String> {
        let mut authors = BTreeSet::new();
        let mut commits = BTreeSet::new();
        let paths: Vec<&str> = inside.keys().map(String::as_str).collect();
        for chunk in paths.chunks(CHUNK) {
            let mut arguments = vec!["log", "-z", "--full-history", "--format=%H%n%aN <%aE>"];
            arguments.extend(["--branches", "--tags", "--remotes"]);
            if has_head {
                arguments.push("HEAD");
            }
            arguments.push("--");
            arguments.extend(chunk);
            let text = self.stdout(&arguments)?;
            for record in String::from_utf8_lossy(&text).split('\0') {
                if let Some((commit, author)) = record.split_once('\n') {
                    commits.insert(commit.to_owned());
                    authors.insert(author.trim_end().to_owned());
                }
            }
        }
        Ok((authors.into_iter().collect(), commits.into_iter().collect()))
    }

    /// Remote branches (`origin/main`) and tags (`tags/v1`) that hold one of the commits.
    fn published_on(&self, commits: &[String]) -> Result<Vec<String>, String> {
        let mut found = BTreeSet::new();
        for chunk in commits.chunks(CHUNK) {
            let contains: Vec<String> = chunk.iter().map(|c| format!("--contains={c}")).collect();
            let mut arguments = vec!["for-each-ref", "--format=%(symref) %(refname)"];
            arguments.extend(contains.iter().map(String::as_str));
            arguments.extend(["refs/remotes", "refs/tags"]);
            let text = self.stdout(&arguments)?;
            for line in String::from_utf8_lossy(&text).lines() {
                // `origin/HEAD` only points at another of them.
                if let Some(name) = line.strip_prefix(' ') {
                    let name = name.strip_prefix("refs/").unwrap_or(name);
                    found.insert(name.strip_prefix("remotes/").unwrap_or(name).to_owned());
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Files whose contents are not those of HEAD. Compared by object name, without `git status`,
    /// which would run the filters that the repository configures.
    fn uncommitted(
        &self,
        paths: &Paths,
        has_head: bool,
        files: &dyn ReadFiles,
    ) -> Result<Vec<PathBuf>, String> {
        let mut uncommitted = paths.outside.clone();
        let inside: Vec<&str> = paths.inside.keys().map(String::as_str).collect();
        for chunk in inside.chunks(CHUNK) {
            let committed = if has_head {
                self.committed(chunk)?
            } else {
                BTreeMap::new()
            };
            let mut arguments = vec!["hash-object", "--no-filters", "--"];
            arguments.extend(chunk);
            let hashes = self.line(&arguments)?;
            for (name, hash) in chunk.iter().zip(hashes.lines()) {
                let path = &paths.inside[*name];
                let is_same = match committed.get(*name) {
                    Some(blob) if blob == hash => true,
                    Some(blob) => self.differs_in_line_ends_only(blob, path, files)?,
                    None => false,
                };
                if !is_same {
                    uncommitted.push(path.clone());
                }
            }
        }
        uncommitted.sort();
        Ok(uncommitted)
    }

    fn committed(&self, paths: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", "HEAD", "--"];
        arguments.extend(paths);
        let text = self.stdout(&arguments)?;
        let text = String::from_utf8_lossy(&text);
        let entries = text.split('\0').filter_map(|entry| {
            let (facts, path) = entry.split_once('\t')?;
            let blob = facts.rsplit(' ').next()?;
            Some((path.to_owned(), blob.to_owned()))
        });
        Ok(entries.collect())
    }

    /// `core.autocrlf` checks files out with other line ends than it stores.
    fn differs_in_line_ends_only(
        &self,
        blob: &str,
        path: &Path,
        files: &dyn ReadFiles,
    ) -> Result<bool, String> {
        let stored = self.stdout(&["cat-file", "blob", blob])?;
        let present = files.read(path).map_err(|error| error.to_string())?;
        let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Ok(plain(&stored) == plain(&present))
    }
}

#[cfg(test)]
mod tests;
