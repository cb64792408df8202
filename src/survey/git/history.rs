//! The commits that any ref leads to, who is named by them, and what they did to Python files.
//!
//! Used by the facade. Two processes whatever the length of the history: one lists the commits, one
//! compares each with its parents. Merges count where they differ from all of their parents.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::evidence::{Person, Role};

use super::program::{Git, lines};
use super::refs::person;

/// The commits, parents before children.
#[derive(Debug, Default)]
pub(super) struct History {
    pub commits: Vec<Commit>,
    by_id: HashMap<String, usize>,
    /// Everybody whom they name.
    pub people: BTreeSet<Person>,
    /// Files as commits left them.
    pub changes: Vec<Change>,
}

/// A commit.
#[derive(Debug)]
pub(super) struct Commit {
    pub id: String,
    parents: Vec<usize>,
    pub author: String,
}

/// A Python file as a commit left it.
#[derive(Debug)]
pub(super) struct Change {
    pub commit: usize,
    pub path: Vec<u8>,
    pub blob: String,
}

const FORMAT: &str =
    "--format=%aN%n%aE%n%cN%n%cE%n%(trailers:key=Co-authored-by,valueonly,unfold)%x00";

impl History {
    /// Reads the history of these commits.
    pub fn read(git: &Git, tips: &BTreeSet<String>) -> Result<Self, String> {
        let mut history = Self::default();
        if tips.is_empty() {
            return Ok(history);
        }
        let order = ["--topo-order", "--reverse", "--parents"];
        let arguments = [&["rev-list"], &order[..], &[FORMAT, "--stdin"]].concat();
        let answer = git.bytes(&arguments, lines(tips))?;
        for record in String::from_utf8_lossy(&answer).split('\0') {
            history.commit(record.trim_start_matches('\n'))?;
        }
        history.compare(git)?;
        Ok(history)
    }

    fn commit(&mut self, record: &str) -> Result<(), String> {
        if record.is_empty() {
            return Ok(());
        }
        let unclear = || "git rev-list gives a commit that cannot be read".to_owned();
        let mut rows = record.split('\n');
        let head = rows.next().and_then(|line| line.strip_prefix("commit "));
        let mut ids = head.ok_or_else(unclear)?.split(' ');
        let id = ids.next().ok_or_else(unclear)?.to_owned();
        let parents = ids.filter_map(|id| self.by_id.get(id).copied()).collect();
        let mut next = || rows.next().unwrap_or_default().trim().to_owned();
        let (author, mail) = (next(), next());
        let (committer, committer_mail) = (next(), next());
        self.people.insert(Person {
            name: author.clone(),
            mail,
            role: Role::Author,
        });
        self.people.insert(Person {
            name: committer,
            mail: committer_mail,
            role: Role::Committer,
        });
        for line in rows.filter(|line| !line.trim().is_empty()) {
            self.people.insert(person(line, Role::CoAuthor));
        }
        self.by_id.insert(id.clone(), self.commits.len());
        self.commits.push(Commit {
            id,
            parents,
            author,
        });
        Ok(())
    }

    fn compare(&mut self, git: &Git) -> Result<(), String> {
        let options = [
            "diff-tree",
            "--stdin",
            "--root",
            "-r",
            "-z",
            "-c",
            "--raw",
            "--no-renames",
            "--no-abbrev",
            "--no-textconv",
            "--no-ext-diff",
            "--ignore-submodules",
            "--",
            "*.py",
            "*.pyc",
        ];
        let answer = git.bytes(&options, lines(self.commits.iter().map(|c| &c.id)))?;
        let mut commit = None;
        let mut tokens = answer.split(|byte| *byte == 0);
        while let Some(token) = tokens.next() {
            let text = String::from_utf8_lossy(token);
            let Some(facts) = text.strip_prefix(':') else {
                commit = self.by_id.get(text.trim()).copied().or(commit);
                continue;
            };
            // Modes and object names of all parents, of the result, the status.
            let facts: Vec<&str> = facts.split(' ').collect();
            let blob = facts.iter().rev().nth(1).copied().unwrap_or_default();
            let (Some(path), Some(commit)) = (tokens.next(), commit) else {
                return Err("git diff-tree gives a change that cannot be read".to_owned());
            };
            if blob.bytes().any(|digit| digit != b'0') {
                self.changes.push(Change {
                    commit,
                    path: path.to_vec(),
                    blob: blob.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The parents of a commit by name.
    pub fn parents_of(&self, place: usize) -> Vec<&str> {
        let parents = self.commits[place].parents.iter();
        parents
            .map(|parent| self.commits[*parent].id.as_str())
            .collect()
    }

    /// The place of a commit.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Commits that these lead to, themselves included.
    pub fn reach(&self, tips: impl IntoIterator<Item = usize>) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut waiting: Vec<usize> = tips.into_iter().collect();
        while let Some(commit) = waiting.pop() {
            if seen.insert(commit) {
                waiting.extend(&self.commits[commit].parents);
            }
        }
        seen
    }

    /// For every commit the index of a change in `wanted` that it leads to; `wanted` holds indices
    /// into the changes, the best first.
    pub fn witnesses(&self, wanted: &[usize]) -> Vec<Option<usize>> {
        let mut own: HashMap<usize, usize> = HashMap::new();
        for change in wanted {
            own.entry(self.changes[*change].commit).or_insert(*change);
        }
        let mut found: Vec<Option<usize>> = Vec::with_capacity(self.commits.len());
        for (place, commit) in self.commits.iter().enumerate() {
            let inherited = || commit.parents.iter().find_map(|parent| found[*parent]);
            let witness = own.get(&place).copied().or_else(inherited);
            found.push(witness);
        }
        found
    }

    /// Who first left a file so.
    pub fn author_of(&self, path: &[u8], blob: &str) -> Option<&str> {
        let is_it = |change: &&Change| change.blob == blob;
        let same = self.changes.iter().filter(is_it);
        same.clone()
            .find(|change| change.path == path)
            .or_else(|| same.clone().next())
            .map(|change| self.commits[change.commit].author.as_str())
    }
}
