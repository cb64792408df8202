//! The refs of a repository, its remotes, and which refs are public.
//!
//! Used by the facade. A ref that git cannot read is a failure: it may be the one that publishes.

use std::collections::BTreeSet;

use crate::evidence::{Person, RefKind, Remote, Role};

use super::program::Git;

/// Namespaces beside remote-tracking branches that hold what others have, too: what pull requests
/// and background fetches leave.
const PUBLIC: &[&str] = &[
    "refs/remotes/",
    "refs/prefetch/",
    "refs/pull/",
    "refs/pull-requests/",
    "refs/merge-requests/",
    "refs/changes/",
];

/// Stands for a remote that has an address only.
const NAMELESS: &str = "of an address without a name";

/// A ref.
#[derive(Clone, Debug)]
pub(super) struct Ref {
    /// `refs/heads/main`.
    pub full: String,
    /// What it leads to: a commit mostly; a tag's tag peeled.
    pub target: String,
    /// `commit`, `tree`, `blob`.
    pub kind: String,
    /// Whether others have it, and as what.
    pub public: Option<RefKind>,
}

impl Ref {
    /// `origin/main`, `tags/v1`, `main`.
    pub fn short(&self) -> String {
        let name = &self.full;
        ["refs/remotes/", "refs/heads/", "refs/"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name)
            .to_owned()
    }
}

/// What the configuration says.
#[derive(Debug, Default)]
pub(super) struct Settings {
    remotes: BTreeSet<String>,
    /// What branches follow.
    followed: BTreeSet<String>,
    /// Where fetched refs go: remote and destination pattern.
    destinations: Vec<(String, String)>,
    /// The identity that the repository itself gives its user.
    pub user: Option<Person>,
    /// Whether objects may be missing here on purpose.
    pub is_partial: bool,
}

pub(super) fn settings(git: &Git) -> Result<Settings, String> {
    let mut settings = Settings::default();
    let pattern = r"^(extensions\.partialclone|remote\..*|branch\..*\.(remote|pushremote))$";
    let answer = git.ask(&["config", "-z", "--get-regexp", pattern], Vec::new())?;
    if !matches!(answer.code, Some(0 | 1)) {
        return Err(super::program::failed("config", &answer.stderr));
    }
    for entry in String::from_utf8_lossy(&answer.stdout).split('\0') {
        // A key without a value stands for true.
        let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
        settings.entry(key, value);
    }
    // A branch may follow an address that has no name: nothing is ever known of it.
    let is_address = |name: &String| name.contains(['/', ':']) && !settings.remotes.contains(name);
    if settings.followed.iter().any(is_address) {
        settings.remotes.insert(NAMELESS.to_owned());
    }
    settings.user = user(git)?;
    Ok(settings)
}

impl Settings {
    fn entry(&mut self, key: &str, value: &str) {
        if key == "extensions.partialclone" {
            self.is_partial = true;
        }
        if let Some(rest) = key.strip_prefix("branch.") {
            if rest.ends_with(".remote") || rest.ends_with(".pushremote") {
                self.followed.insert(value.to_owned());
            }
            return;
        }
        let Some((name, what)) = key.strip_prefix("remote.").and_then(|k| k.rsplit_once('.'))
        else {
            return;
        };
        match what {
            "url" | "pushurl" => {
                self.remotes.insert(name.to_owned());
            }
            "promisor" => self.is_partial |= value != "false",
            "partialclonefilter" => self.is_partial = true,
            "fetch" if !value.starts_with('^') => {
                if let Some((_, to)) = value.rsplit_once(':') {
                    self.destinations.push((name.to_owned(), to.to_owned()));
                }
            }
            _ => {}
        }
    }

    fn remote_of(&self, name: &str) -> Option<&str> {
        self.destinations
            .iter()
            .find(|(_, pattern)| matches(pattern, name))
            .map(|(remote, _)| remote.as_str())
    }

    fn public(&self, name: &str) -> Option<RefKind> {
        if name.starts_with("refs/tags/") {
            return Some(RefKind::Tag);
        }
        let is_public = PUBLIC.iter().any(|prefix| name.starts_with(prefix));
        (is_public || self.remote_of(name).is_some()).then_some(RefKind::Branch)
    }

    /// The remotes, and of which anything is known: it was fetched or pushed to, so that a ref
    /// follows it, or the last fetch found it empty.
    pub fn remotes(&self, refs: &[Ref], last_fetch: Option<&[u8]>) -> Vec<Remote> {
        let follows = |remote: &str, name: &str| {
            name.strip_prefix("refs/remotes/")
                .is_some_and(|rest| rest.starts_with(&format!("{remote}/")))
                || self.remote_of(name) == Some(remote)
        };
        let mut remotes: Vec<Remote> = self
            .remotes
            .iter()
            .map(|name| Remote {
                is_known: refs.iter().any(|known| follows(name, &known.full)),
                name: name.clone(),
            })
            .collect();
        let mut unknown: Vec<&mut Remote> = remotes.iter_mut().filter(|r| !r.is_known).collect();
        // An empty FETCH_HEAD is what fetching an empty repository leaves.
        if let ([only], Some([])) = (unknown.as_mut_slice(), last_fetch) {
            only.is_known = true;
        }
        remotes
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => pattern == name,
    }
}

/// Only the repository's own setting counts: a machine's may be anybody's.
fn user(git: &Git) -> Result<Option<Person>, String> {
    let name = git.maybe_line(&["config", "--local", "--get", "user.name"])?;
    let mail = git.maybe_line(&["config", "--local", "--get", "user.email"])?;
    let (Some(name), Some(mail)) = (name, mail) else {
        return Ok(None);
    };
    let written = format!("{name} <{mail}>");
    let mapped = git.ask(&["check-mailmap", &written], Vec::new())?;
    let mapped = String::from_utf8_lossy(&mapped.stdout).trim().to_owned();
    let shown = if mapped.is_empty() { written } else { mapped };
    Ok(Some(person(&shown, Role::User)))
}

/// `Name <mail>`.
pub(super) fn person(text: &str, role: Role) -> Person {
    let (name, mail) = text.split_once('<').unwrap_or((text, ""));
    Person {
        name: name.trim().to_owned(),
        mail: mail.split('>').next().unwrap_or_default().trim().to_owned(),
        role,
    }
}

/// All refs but symbolic ones, which only point at another.
pub(super) fn list(git: &Git, settings: &Settings) -> Result<Vec<Ref>, String> {
    let format = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00\
                  %(*objecttype)%00%(symref)%00";
    let answer = git.ask(&["for-each-ref", format], Vec::new())?;
    let is_broken =
        |line: &&str| line.contains("ignoring broken ref") || line.contains("broken name");
    if let Some(line) = answer.stderr.lines().find(is_broken) {
        return Err(format!("git cannot read all refs: {line}"));
    }
    if answer.code != Some(0) {
        return Err(super::program::failed("for-each-ref", &answer.stderr));
    }
    let text = String::from_utf8_lossy(&answer.stdout);
    let mut refs = Vec::new();
    for line in text.split_inclusive("\0\n") {
        let fields: Vec<&str> = line.trim_end_matches('\n').split('\0').collect();
        let [full, object, kind, peeled, peeled_kind, symbolic, ..] = fields.as_slice() else {
            continue;
        };
        if !symbolic.is_empty() {
            continue;
        }
        let (target, kind) = if peeled.is_empty() {
            (object, kind)
        } else {
            (peeled, peeled_kind)
        };
        refs.push(Ref {
            public: settings.public(full),
            full: (*full).to_owned(),
            target: (*target).to_owned(),
            kind: (*kind).to_owned(),
        });
    }
    peel(git, &mut refs)?;
    Ok(refs)
}

/// Before git 2.45 a tag of a tag is peeled once only.
fn peel(git: &Git, refs: &mut [Ref]) -> Result<(), String> {
    for tag in refs.iter_mut().filter(|one| one.kind == "tag") {
        let asked = format!("{}^{{}}\n", tag.target).into_bytes();
        let answer = git.bytes(&["cat-file", "--batch-check"], asked)?;
        let answer = String::from_utf8_lossy(&answer);
        let mut facts = answer.split_whitespace();
        let (Some(target), Some(kind)) = (facts.next(), facts.next()) else {
            return Err(format!("the tag {} cannot be read", tag.full));
        };
        if kind == "missing" {
            return Err(format!("what the tag {} names is missing", tag.full));
        }
        target.clone_into(&mut tag.target);
        kind.clone_into(&mut tag.kind);
    }
    Ok(())
}
