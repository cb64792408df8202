//! RD609 duplicate-branch-label: a label that names two things.

use crate::model::ChainProblem;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD609",
    name: "duplicate-branch-label",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "a branch label is not unique",
    explanation: Explanation {
        what: "Two revisions declare one branch label, or a label equals an identifier.",
        why: "Alembic refuses to load the chain: `Branch name '…' already used by revision …`.",
        example: "```python\nbranch_labels = (\"billing\",)  # in two files\n```",
        remedy: "Take the label out of one of them.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        for problem in module.chain.problems() {
            if let ChainProblem::DuplicateLabel { label, .. } = &problem {
                findings.push(
                    RULE.finding(label, problem.to_string())
                        .of(&module.module.name)
                        .remedy("take the label out of one of them")
                        .next("redistill chain"),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::Chain;
    use crate::rules::stage::Stage;

    #[test]
    fn a_label_used_twice_is_found() {
        let mut stage = Stage::one();
        let mut revisions = stage.first().chain.revisions.clone();
        for revision in &mut revisions {
            revision.labels = vec!["billing".to_owned()];
        }
        stage.first().chain = Chain::new(revisions, Vec::new());
        assert_eq!(stage.codes(), ["RD609"]);
    }

    #[test]
    fn a_label_used_once_is_fine() {
        let mut stage = Stage::one();
        stage.first().chain.revisions[0].labels = vec!["billing".to_owned()];
        assert!(stage.codes().is_empty());
    }
}
