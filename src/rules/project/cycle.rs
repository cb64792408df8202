//! RD604 revision-cycle: revisions that descend from each other.

use crate::model::ChainProblem;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD604",
    name: "revision-cycle",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "revisions descend from each other",
    explanation: Explanation {
        what: "Following `down_revision` and `depends_on` leads back to where it began.",
        why: "There is no order to apply them in; Alembic raises `CycleDetected`.",
        example: "```text\na -> b -> c -> a\n```",
        remedy: "Correct the `down_revision` of one of them.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        for problem in module.chain.problems() {
            if let ChainProblem::Cycle { ids } = &problem {
                let subject = ids.first().map_or("", |id| id.0.as_str());
                findings.push(
                    RULE.finding(subject, problem.to_string())
                        .of(&module.module.name)
                        .remedy("correct the down_revision of one of them")
                        .next("redistill chain"),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::{Chain, RevisionId};
    use crate::rules::stage::Stage;

    #[test]
    fn a_circle_is_found() {
        let mut stage = Stage::one();
        let mut revisions = stage.first().chain.revisions.clone();
        revisions[0].down = vec![RevisionId::from("shop_2")];
        stage.first().chain = Chain::new(revisions, Vec::new());
        assert!(stage.codes().contains(&"RD604".to_owned()));
    }

    #[test]
    fn a_line_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
