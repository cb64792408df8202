//! RD201 history-shared: others may have applied these revisions.

use super::{is_tag, people};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD201",
    name: "history-shared",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "the revisions are published and others may have applied them",
    explanation: Explanation {
        what: "A remote branch or a tag contains revision files, and somebody besides their author could have applied them: more than one person has written revisions, or a tag holds them.",
        why: "After a reset, `alembic upgrade head` fails in every database that stands at an old revision: `Can't locate revision identified by …`. Teammates and servers would have to be brought over one by one.",
        example: "```text\nrefs/remotes/origin/main contains alembic/versions/4f2a_add_users.py\n2 authors: Ada, Grace\n```",
        remedy: "Do not reset a shared history; squash it with everybody concerned, or wait.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(git) = case.evidence.git.seen() else {
        return Vec::new();
    };
    let people = people(&git.authors);
    let has_tag = git.published_on.iter().any(|name| is_tag(name));
    if git.published_on.is_empty() || (people.len() < 2 && !has_tag) {
        return Vec::new();
    }
    let who = if people.len() > 1 {
        format!("{} people have written them", people.len())
    } else {
        "a tag holds them".to_owned()
    };
    let mut finding = RULE
        .finding("history", format!("the revisions are published, and {who}"))
        .remedy(
            "a shared history is not reset alone: agree on it with the others, then waive this \
             finding in the committed configuration",
        )
        .next("redistill explain RD201");
    for name in &git.published_on {
        finding = finding.seen(format!("published on {name}"));
    }
    for author in &people {
        finding = finding.seen(format!("author {author}"));
    }
    vec![finding]
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn two_authors_and_a_remote_branch_refuse() {
        let mut stage = Stage::one();
        stage.git().published_on = vec!["refs/remotes/origin/main".to_owned()];
        stage
            .git()
            .authors
            .push("Grace <grace@example.com>".to_owned());
        let finding = stage.only("RD201");
        assert_eq!(finding.evidence[0], "published on refs/remotes/origin/main");
        assert_eq!(stage.codes(), ["RD201"]);
    }

    #[test]
    fn a_tag_refuses_whoever_wrote_it() {
        let mut stage = Stage::one();
        stage.git().published_on = vec!["refs/tags/v1.0".to_owned()];
        assert_eq!(stage.codes(), ["RD201"]);
    }

    #[test]
    fn two_authors_without_publication_do_not() {
        let mut stage = Stage::one();
        stage
            .git()
            .authors
            .push("Grace <grace@example.com>".to_owned());
        assert!(stage.codes().is_empty());
    }
}
