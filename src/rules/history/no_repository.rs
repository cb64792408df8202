//! RD204 no-repository: there is no second copy of anything.

use super::is_no_repository;
use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD204",
    name: "no-repository",
    family: Family::History,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "the project is in no git repository",
    explanation: Explanation {
        what: "The project's folder is not in a git work tree.",
        why: "Nothing can be shared by git, so the reset may happen; but the archive it writes is then the only copy of the old revisions.",
        example: "```text\nfatal: not a git repository\n```",
        remedy: "Put the project under version control first: `git init`, `git add`, `git commit`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    match &case.evidence.git {
        Observed::Unavailable { why } if is_no_repository(why) => vec![
            RULE.finding(
                "repository",
                "the project is in no git repository: the archive will be the only copy of the old \
                 revisions",
            )
            .seen(why.clone())
            .remedy("put the project under version control first")
            .next("git init"),
        ],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::{NO_REPOSITORY, Observed};
    use crate::rules::stage::Stage;

    #[test]
    fn a_project_without_repository_is_warned() {
        let mut stage = Stage::one();
        stage.evidence.git = Observed::Unavailable {
            why: NO_REPOSITORY.to_owned(),
        };
        assert_eq!(stage.codes(), ["RD204"]);
    }

    #[test]
    fn one_with_a_repository_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
