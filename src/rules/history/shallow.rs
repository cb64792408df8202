//! RD203 shallow-clone: the repository does not know its own history.

use crate::evidence::GitEvidence;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD203",
    name: "shallow-clone",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "the repository is a shallow clone",
    explanation: Explanation {
        what: "The repository is a shallow clone: its history is cut off.",
        why: "Who wrote the revisions and where they are published cannot be told from a part of the history, and what cannot be told is not taken for harmless.",
        example: "```text\n$ git rev-parse --is-shallow-repository\ntrue\n```",
        remedy: "Fetch the rest: `git fetch --unshallow`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.evidence
        .git
        .seen()
        .map(GitEvidence::all)
        .into_iter()
        .flatten()
        .filter(|git| git.shallow)
        .map(|git| {
            RULE.finding(
                "repository",
                "the repository is a shallow clone, so it cannot be told who shares this history",
            )
            .seen(format!("shallow repository at {}", git.top.display()))
            .remedy("fetch the rest of the history")
            .next("git fetch --unshallow")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_shallow_clone_is_refused() {
        let mut stage = Stage::one();
        stage.git().shallow = true;
        assert_eq!(stage.codes(), ["RD203"]);
    }

    #[test]
    fn a_whole_one_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
