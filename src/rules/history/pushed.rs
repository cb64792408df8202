//! RD202 history-pushed: published, by one author alone.

use super::people::{others, seen};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD202",
    name: "history-pushed",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "the revisions are published, by a sole author",
    explanation: Explanation {
        what: "A remote branch leads to revision files of a repository in which one person alone works; no tag or release branch holds them, and no deployment runs them.",
        why: "Nobody else seems to depend on them, but a server or a teammate who only reads may have applied them.",
        example: "```text\npublished on origin/main: alembic/versions/4f2a_add_users.py (0b1c2d3e4f)\nauthor Ada <ada@example.com>\n```",
        remedy: "Make sure that no other database stands at an old revision: upgrade it to the old head first, and stamp it with the baseline afterwards (the note says how).",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.repositories()
        .filter(|git| !git.published.is_empty() && others(git).is_empty())
        .map(|git| {
            let finding = RULE
                .finding("history", "the revisions are published, by a sole author")
                .remedy(
                    "make sure that no other database stands at an old revision; adopt brings one \
                     over",
                )
                .next("redistill explain RD202");
            seen(git).into_iter().fold(finding, Finding::seen)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::{RefKind, Role};
    use crate::rules::stage::{Stage, person, published};

    #[test]
    fn a_sole_author_who_pushed_is_warned() {
        let mut stage = Stage::one();
        stage.git().published = vec![published("origin/main", RefKind::Branch)];
        stage.git().people = vec![
            person("Ada", "ada@example.com", Role::Author),
            person("ada", "ada@example.com", Role::Committer),
            person("Ada", "ada@home.example", Role::Author),
        ];
        assert_eq!(stage.codes(), ["RD202"]);
    }

    #[test]
    fn one_who_did_not_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
