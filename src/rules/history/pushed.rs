//! RD202 history-pushed: published, by one author alone.

use super::{is_tag, people};
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
        what: "A remote branch contains revision files that one person alone has written, and no tag holds them.",
        why: "Nobody else seems to depend on them, but a server or a teammate who only reads may have applied them.",
        example: "```text\nrefs/remotes/origin/main contains alembic/versions/4f2a_add_users.py\n1 author: Ada\n```",
        remedy: "Make sure that no other database stands at an old revision: upgrade it to the old head first, and stamp it with the baseline afterwards (the note says how).",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(git) = case.evidence.git.seen() else {
        return Vec::new();
    };
    if git.published_on.is_empty()
        || people(&git.authors).len() > 1
        || git.published_on.iter().any(|name| is_tag(name))
    {
        return Vec::new();
    }
    let mut finding = RULE
        .finding("history", "the revisions are published, by a sole author")
        .remedy("make sure that no other database stands at an old revision; adopt brings one over")
        .next("redistill explain RD202");
    for name in &git.published_on {
        finding = finding.seen(format!("published on {name}"));
    }
    vec![finding]
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_sole_author_who_pushed_is_warned() {
        let mut stage = Stage::one();
        stage.git().published_on = vec!["refs/remotes/origin/main".to_owned()];
        stage.git().authors = vec![
            "Ada <ada@example.com>".to_owned(),
            "ada <ada@example.com>".to_owned(),
            "Ada <ada@home.example>".to_owned(),
        ];
        assert_eq!(stage.codes(), ["RD202"]);
    }

    #[test]
    fn one_who_did_not_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
