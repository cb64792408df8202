//! Who could have applied the revisions: the persons behind the names in commits, and the names of
//! refs that say where a project is released.
//!
//! Used by the rules of this folder. In doubt two names are two persons: `.mailmap` makes them one.

use crate::evidence::{Deployment, GitEvidence, Person, Published, RefKind, Role};

/// Names that many machines give to whoever sits at them: sharing one does not make one person.
const ANYBODY: &[&str] = &[
    "",
    "root",
    "user",
    "admin",
    "ubuntu",
    "debian",
    "vagrant",
    "dev",
    "developer",
    "unknown",
    "your name",
    "runner",
    "node",
    "app",
    "docker",
    "pi",
    "ec2-user",
    "vscode",
    "git",
    "test",
];
/// Mail addresses that are nobody's.
const NOBODYS: &[&str] = &[
    "",
    "you@example.com",
    "root@localhost",
    "noreply@github.com",
];
/// Programs that commit under a name without `bot` in it.
const PROGRAMS: &[&str] = &[
    "github",
    "gitlab",
    "dependabot",
    "renovate",
    "github-actions",
    "github actions",
    "pre-commit-ci",
    "greenkeeper",
    "web-flow",
    "copilot",
    "weblate",
    "semantic-release",
    "ci",
];

/// The persons whom a repository's commits name; programs are none.
pub(super) fn people(git: &GitEvidence) -> Vec<String> {
    let mut groups: Vec<Vec<&Person>> = Vec::new();
    for person in git.people.iter().filter(|person| !is_program(person)) {
        // One entry may join groups that had nothing in common before.
        let (same, other): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|known| is_same(known, person)));
        groups = other;
        let mut joined: Vec<&Person> = same.into_iter().flatten().collect();
        joined.push(person);
        groups.push(joined);
    }
    let mut shown: Vec<String> = groups
        .iter()
        .map(|group| {
            let first = group
                .iter()
                .min_by_key(|person| (person.role, &person.name));
            let first = first.expect("a group has a member");
            format!("{} <{}>", first.name, first.mail)
        })
        .collect();
    shown.sort();
    shown
}

fn is_same(a: &Person, b: &Person) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let (name, mail) = (plain(&a.name), plain(&a.mail));
    (name == plain(&b.name) && !ANYBODY.contains(&name.as_str()))
        || (mail == plain(&b.mail) && !NOBODYS.contains(&mail.as_str()))
        || (name == plain(&b.name) && mail == plain(&b.mail))
}

/// Whether a name stands for a program. An address that takes no mail is a program's where it is not
/// an author's: platforms commit and sign with such, people write under them now and then.
fn is_program(person: &Person) -> bool {
    let name = person.name.trim().to_lowercase();
    let mail = person.mail.trim().to_lowercase();
    let local = mail.split('@').next().unwrap_or_default();
    let is_silent = matches!(
        local,
        "noreply" | "no-reply" | "donotreply" | "do-not-reply"
    );
    name.ends_with("[bot]")
        || local.ends_with("[bot]")
        || name.ends_with("-bot")
        || name.ends_with(" bot")
        || PROGRAMS.contains(&name.as_str())
        || (is_silent && person.role != Role::Author)
}

/// Why others could have applied what is published, one sentence each.
pub(super) fn others(git: &GitEvidence) -> Vec<String> {
    let people = people(git);
    let mut reasons = Vec::new();
    if people.len() > 1 {
        reasons.push(format!("{} people work in the repository", people.len()));
    }
    if git.published.iter().any(|one| one.kind == RefKind::Tag) {
        reasons.push("a tag holds them".to_owned());
    }
    if git.published.iter().any(is_release) {
        reasons.push("a release branch holds them".to_owned());
    }
    if !git.deployments.is_empty() {
        reasons.push("a deployment runs them".to_owned());
    }
    reasons
}

/// What was seen of all that, a line each.
pub(super) fn seen(git: &GitEvidence) -> Vec<String> {
    const MOST: usize = 12;
    let mut lines: Vec<String> = git.published.iter().take(MOST).map(line).collect();
    if git.published.len() > MOST {
        lines.push(format!("and {} more refs", git.published.len() - MOST));
    }
    let people = people(git);
    lines.extend(
        people
            .iter()
            .take(MOST)
            .map(|person| format!("author {person}")),
    );
    if people.len() > MOST {
        lines.push(format!("and {} more people", people.len() - MOST));
    }
    lines.extend(git.deployments.iter().take(MOST).map(|one| {
        let Deployment { path, line, why } = one;
        let path = path.strip_prefix(&git.top).unwrap_or(path);
        format!("{}:{line} runs the migrations: {why}", path.display())
    }));
    lines.push(match &git.contact {
        Some(contact) if contact.days_ago == 0 => "the remote was last heard of today".to_owned(),
        Some(contact) => format!("the remote was last heard of {} days ago", contact.days_ago),
        None => "when the remote was last heard of is not known".to_owned(),
    });
    lines
}

fn line(one: &Published) -> String {
    use crate::evidence::How;
    let how = match one.how {
        How::Path => "",
        How::Blob => ", the same contents",
        How::Id => ", the same revision",
    };
    let commit: String = one.commit.chars().take(10).collect();
    format!("published on {}: {}{how} ({commit})", one.name, one.path)
}

/// Whether a remote branch is one that releases or deploys: `release/1.2`, `v2.x`, `production`, any
/// branch of a remote `heroku`.
pub(super) fn is_release(one: &Published) -> bool {
    const PLACES: &[&str] = &[
        "production",
        "prod",
        "live",
        "staging",
        "stage",
        "preprod",
        "uat",
    ];
    const RELEASES: &[&str] = &["release", "releases", "rel", "stable"];
    if one.kind != RefKind::Branch {
        return false;
    }
    let name = one.name.to_lowercase();
    let name = name.strip_suffix(" (earlier)").unwrap_or(&name);
    let (remote, branch) = name.split_once('/').unwrap_or(("", name));
    if PLACES.contains(&remote) || ["heroku", "dokku", "deploy", "gigalixir"].contains(&remote) {
        return true;
    }
    let parts: Vec<&str> = branch.split('/').collect();
    let first = parts[0];
    let words: Vec<&str> = first.split(['-', '_']).collect();
    let is_word = |word: &str| RELEASES.contains(&word) || PLACES.contains(&word);
    let ends = [words.first(), words.last()].into_iter().flatten();
    let is_numbered = words.len() > 1
        && ends.clone().any(|word| RELEASES.contains(word))
        && words.iter().any(|word| is_version(word));
    is_word(first)
        || is_version(first)
        || is_numbered
        || ["production", "prod"].contains(&words[0])
        || ["deploy", "deployed"].contains(&first)
        || (["env", "environment", "environments"].contains(&first) && parts.len() > 1)
}

/// `1.2`, `v3`, `2.x`, `2026`.
fn is_version(word: &str) -> bool {
    let numbers = word.strip_prefix('v').unwrap_or(word);
    let is_part = |part: &str| {
        part == "x" || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    numbers.starts_with(|c: char| c.is_ascii_digit()) && numbers.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::stage::{person, published};

    fn count(people: &[(&str, &str, Role)]) -> usize {
        let git = GitEvidence {
            people: people
                .iter()
                .map(|(name, mail, role)| person(name, mail, *role))
                .collect(),
            ..GitEvidence::default()
        };
        super::people(&git).len()
    }

    #[test]
    fn names_and_addresses_make_persons() {
        use Role::{Author, CoAuthor, Committer};
        assert_eq!(count(&[("Ada", "a@x", Author), ("ada", "b@x", Author)]), 1);
        assert_eq!(
            count(&[("Ada", "a@x", Author), ("A. L.", "A@X", Committer)]),
            1
        );
        assert_eq!(
            count(&[("Ada", "a@x", Author), ("Grace", "g@x", CoAuthor)]),
            2
        );
        let joined = [
            ("Ada", "a@x", Author),
            ("A. L.", "b@x", Author),
            ("A. L.", "a@x", Author),
        ];
        assert_eq!(count(&joined), 1);
        assert_eq!(
            count(&[("root", "root@a", Author), ("root", "root@b", Author)]),
            2
        );
        let bots = [
            ("Ada", "a@x", Author),
            (
                "dependabot[bot]",
                "49699333+dependabot[bot]@users.noreply.github.com",
                Author,
            ),
            ("GitHub", "noreply@github.com", Committer),
            ("Helper", "noreply@helper.example", CoAuthor),
        ];
        assert_eq!(count(&bots), 1);
        assert_eq!(
            count(&[("Ada", "a@x", Author), ("Grace", "noreply@x", Author)]),
            2
        );
    }

    #[test]
    fn release_branches() {
        let is = |name: &str| is_release(&published(name, RefKind::Branch));
        for name in [
            "origin/release/1.2",
            "origin/releases/x",
            "origin/rel-1.2",
            "origin/stable",
            "origin/production",
            "origin/prod",
            "origin/live",
            "origin/v1.2",
            "origin/2.x",
            "origin/1.2-stable",
            "heroku/main",
            "origin/staging",
            "origin/env/eu",
        ] {
            assert!(is(name), "{name}");
        }
        for name in [
            "origin/main",
            "origin/feature/live-search",
            "origin/fix/release",
            "origin/release-notes",
            "origin/develop",
            "origin/gh-pages",
            "origin/live-search",
            "origin/vue",
        ] {
            assert!(!is(name), "{name}");
        }
    }
}
