#![expect(clippy::disallowed_methods, reason = "the tests build repositories")]

use std::fs;

use std::time::Duration;

use super::*;
use crate::evidence::Role;
use crate::python::RevisionReading;
use crate::system::RealFiles;
use crate::system::process::Process;

const LIMIT: Duration = Duration::from_mins(1);

/// The files as a chain, readable or not.
fn chain(paths: &[PathBuf]) -> Chain {
    let (mut revisions, mut unreadable) = (Vec::new(), Vec::new());
    for path in paths {
        match crate::python::revision::read(path, &fs::read(path).unwrap()) {
            RevisionReading::Revision(revision) => revisions.push(*revision),
            RevisionReading::Unreadable(why) => unreadable.push(why),
            RevisionReading::NotARevision => {}
        }
    }
    Chain::new(revisions, unreadable)
}

fn look_at(top: &Path, paths: &[PathBuf]) -> Observed<GitEvidence> {
    observe(top, &[&chain(paths)], &RealFiles, 0)
}

struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository
    }

    fn top(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        self.git_as("Ada", arguments);
    }

    fn git_as(&self, author: &str, arguments: &[&str]) {
        let output = Process::new("git")
            .args(arguments)
            .directory(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", author)
            .env("GIT_AUTHOR_EMAIL", format!("{author}@example.org"))
            .env("GIT_COMMITTER_NAME", author)
            .env("GIT_COMMITTER_EMAIL", "c@example.org")
            .output(LIMIT)
            .unwrap();
        assert!(output.status.success(), "{}", output.text());
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.top().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn commit(&self, author: &str) {
        self.git(&["add", "--all"]);
        self.git_as(author, &["commit", "--quiet", "--message=x"]);
    }

    fn observe(&self, paths: &[PathBuf]) -> GitEvidence {
        match look_at(&self.top(), paths) {
            Observed::Seen(evidence) => evidence,
            other => panic!("{other:?}"),
        }
    }
}

fn authors(evidence: &GitEvidence) -> Vec<&str> {
    let people = evidence.people.iter();
    let authors = people.filter(|person| person.role == Role::Author);
    authors.map(|person| person.name.as_str()).collect()
}

fn names(evidence: &GitEvidence) -> Vec<&str> {
    evidence
        .published
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}

#[test]
fn history_publication_and_changes_are_seen() {
    let repository = Repository::new();
    let a = repository.write("my app/versions/a.py", "1\n");
    repository.commit("Ada");
    let b = repository.write("my app/versions/b.py", "2\r\n");
    repository.commit("Bob");
    let evidence = repository.observe(&[a.clone(), b.clone()]);
    assert_eq!(evidence.top, repository.top());
    assert_eq!(evidence.branch.as_deref(), Some("main"));
    assert_eq!(evidence.head.as_ref().map(String::len), Some(40));
    assert_eq!(authors(&evidence), ["Ada", "Bob"]);
    assert_eq!(names(&evidence), Vec::<&str>::new());
    assert_eq!(evidence.uncommitted, Vec::<PathBuf>::new());
    assert!(!evidence.shallow);

    repository.git(&["tag", "v1", "HEAD~1"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/main",
    ]);
    repository.write(".gitignore", "c.py\n");
    let c = repository.write("my app/versions/c.py", "ignored\n");
    let d = repository.write("my app/versions/d[1].py", "untracked\n");
    fs::write(&a, "changed\n").unwrap();
    fs::write(&b, "2\n").unwrap();
    let evidence = repository.observe(&[a.clone(), b.clone(), c.clone(), d.clone()]);
    assert_eq!(names(&evidence), ["origin/main", "tags/v1"]);
    assert_eq!(evidence.uncommitted, [a, c, d]);
    let evidence = repository.observe(std::slice::from_ref(&b));
    assert_eq!(names(&evidence), ["origin/main"]);
}

#[test]
fn an_unborn_branch_has_no_head() {
    let repository = Repository::new();
    let a = repository.write("a.py", "1\n");
    let evidence = repository.observe(std::slice::from_ref(&a));
    assert_eq!(evidence.head, None);
    assert_eq!(evidence.uncommitted, [a]);
}

#[test]
fn a_hostile_configuration_is_not_run() {
    let repository = Repository::new();
    let a = repository.write("a.py", "1\n");
    repository.commit("Ada");
    let script = repository.write(
        "evil.sh",
        "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n",
    );
    let mut mode = fs::metadata(&script).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    fs::set_permissions(&script, mode).unwrap();
    let evil = script.to_string_lossy().into_owned();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
    ] {
        repository.git(&["config", key, &evil]);
    }
    repository.git(&["config", "gpg.program", &evil]);
    repository.git(&["config", "log.showSignature", "true"]);
    repository.write(".gitattributes", "*.py filter=x diff=x\n");
    fs::write(&a, "2\n").unwrap();
    assert_eq!(
        repository.observe(std::slice::from_ref(&a)).uncommitted,
        [a]
    );
    assert!(!repository.top().join("ran").exists());
}

#[test]
fn what_is_cut_off_is_said() {
    let repository = Repository::new();
    let a = repository.write("a.py", "1\n");
    repository.commit("Ada");
    repository.write("b.py", "1\n");
    repository.commit("Ada");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repository.top().display());
    let to = clone.path().join("clone").to_string_lossy().into_owned();
    repository.git(&["clone", "--quiet", "--depth=1", &from, &to]);
    let Observed::Seen(evidence) = look_at(Path::new(&to), &[]) else {
        panic!("not seen");
    };
    assert!(evidence.shallow);
    repository.git(&["config", "remote.origin.promisor", "true"]);
    let observed = look_at(&repository.top(), &[a]);
    assert!(matches!(&observed, Observed::Unavailable { why } if why.contains("partial")));
    assert!(!is_outside(&observed));
    assert!(is_outside(&look_at(clone.path(), &[])));
}

#[test]
fn a_broken_repository_is_not_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".git"), "gitdir: /nowhere/at/all\n").unwrap();
    let observed = look_at(folder.path(), &[]);
    assert!(matches!(&observed, Observed::Unavailable { why } if why.contains("git rev-parse")));
    assert!(!is_outside(&observed));
}

/// Whether an observation says that there is no repository, rather than that it cannot be read.
fn is_outside(observed: &Observed<GitEvidence>) -> bool {
    matches!(observed, Observed::Unavailable { why } if why == NO_REPOSITORY)
}
