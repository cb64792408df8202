//! RD201 history-shared: others may have applied these revisions.

use super::people::{others, seen};
use super::waivers::agreed;
use crate::evidence::GitEvidence;
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
        what: "A remote branch or a tag leads to revision files, by path, by contents or by revision identifier, anywhere in its history; and somebody besides you could have applied them: another person works in the repository (authors, committers, co-authors; programs do not count, and one person under two addresses is one), a tag or a release branch holds them, or a deployment runs them. A platform's settings, a cluster manifest or a pipeline job with an environment is a deployment; an image, a compose file or a test job alone is none.",
        why: "After a reset, `alembic upgrade head` fails in every database that stands at an old revision: `Can't locate revision identified by …`. Teammates and servers would have to be brought over one by one.",
        example: "```text\npublished on origin/main: alembic/versions/4f2a_add_users.py (0b1c2d3e4f)\nauthor Ada <ada@example.com>\nauthor Grace <grace@example.com>\n```",
        remedy: "Agree with everybody concerned, then waive the finding in the committed configuration. Where two names are one person, say so in `.mailmap`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.repositories()
        .filter(|git| !git.published.is_empty())
        .filter_map(|git| {
            let reasons = others(git);
            (!reasons.is_empty()).then(|| finding(git, &reasons))
        })
        .collect()
}

fn finding(git: &GitEvidence, reasons: &[String]) -> Finding {
    let message = format!("the revisions are published, and {}", reasons.join("; "));
    let finding = RULE
        .finding("history", message)
        .remedy(
            "a shared history is not reset alone: agree on it with the others, then waive this \
             finding in the committed configuration (`redistill check` ends with the entry); with \
             `plan --revision-id reuse-head` databases at the old head then need nothing",
        )
        .next(agreed(&RULE));
    seen(git).into_iter().fold(finding, Finding::seen)
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Deployment, GitEvidence, RefKind, Role};
    use crate::rules::stage::{Stage, person, published};

    fn pushed() -> Stage {
        let mut stage = Stage::one();
        stage.git().published = vec![published("origin/main", RefKind::Branch)];
        stage
    }

    fn grace() -> crate::evidence::Person {
        person("Grace", "grace@example.com", Role::Author)
    }

    #[test]
    fn two_authors_and_a_remote_branch_refuse() {
        let mut stage = pushed();
        stage.git().people.push(grace());
        let finding = stage.only("RD201");
        assert_eq!(
            finding.evidence[0],
            "published on origin/main: shop/alembic/versions/shop_1.py (0123456789)"
        );
        assert_eq!(stage.codes(), ["RD201"]);
    }

    #[test]
    fn a_tag_a_release_branch_and_a_deployment_refuse_whoever_wrote_it() {
        let mut stage = Stage::one();
        stage.git().published = vec![published("tags/v1.0", RefKind::Tag)];
        assert_eq!(stage.codes(), ["RD201"]);
        stage.git().published = vec![published("origin/release/1", RefKind::Branch)];
        assert_eq!(stage.codes(), ["RD201"]);
        let mut stage = pushed();
        stage.git().deployments = vec![Deployment {
            path: "/p/Procfile".into(),
            line: 1,
            why: "it deploys".to_owned(),
        }];
        assert_eq!(stage.codes(), ["RD201"]);
        let seen = &stage.only("RD201").evidence[2];
        assert_eq!(seen, "Procfile:1 runs the migrations: it deploys");
    }

    #[test]
    fn a_repository_inside_the_project_counts() {
        let mut stage = Stage::one();
        let mut inner = GitEvidence::clone(stage.git());
        inner.people.push(grace());
        inner.published = vec![published("origin/main", RefKind::Branch)];
        stage.git().others = vec![inner];
        assert_eq!(stage.codes(), ["RD201"]);
    }

    #[test]
    fn two_authors_without_publication_do_not() {
        let mut stage = Stage::one();
        stage.git().people.push(grace());
        assert!(stage.codes().is_empty());
    }
}
