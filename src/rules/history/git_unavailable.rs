//! RD206 git-unavailable: git could not answer.

use super::is_no_repository;
use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::Scope;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD206",
    name: "git-unavailable",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "git could not be asked who shares the history",
    explanation: Explanation {
        what: "Git is not installed, does not trust the folder, or failed.",
        why: "Whether the revisions are shared is then unknown, and a required unknown refuses.",
        example: "```text\nfatal: detected dubious ownership in repository at '/srv/shop'\n```",
        remedy: "Make `git status` work in the project's folder, then look again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let why = match &case.evidence.git {
        Observed::Seen(_) => return Vec::new(),
        Observed::Unavailable { why } if is_no_repository(why) => return Vec::new(),
        Observed::Unavailable { why } => why.clone(),
        Observed::NotAsked if case.scope == Scope::Static => return Vec::new(),
        Observed::NotAsked => "it was not asked".to_owned(),
    };
    vec![
        RULE.finding(
            "repository",
            format!("git could not say who shares this history: {why}"),
        )
        .remedy("make git work in the project's folder, then look again")
        .next("git status"),
    ]
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_failing_git_is_refused() {
        let mut stage = Stage::one();
        stage.evidence.git = Observed::Unavailable {
            why: "detected dubious ownership".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD206"]);
        stage.evidence.git = Observed::NotAsked;
        assert_eq!(stage.codes(), ["RD206"]);
    }

    #[test]
    fn an_answer_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
