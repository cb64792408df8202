//! RD603 missing-parent: a revision that hangs in the air.

use super::parent_replaced;
use crate::model::ChainProblem;
use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD603",
    name: "missing-parent",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "a revision names a parent that no file defines",
    explanation: Explanation {
        what: "`down_revision` or `depends_on` names an identifier that no file of the module defines.",
        why: "Alembic refuses to load the chain: `KeyError`, or `Can't locate revision identified by …`.",
        example: "```python\ndown_revision = \"9d1c\"  # deleted with its branch\n```",
        remedy: "Bring the missing file back, or correct the name.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for problem in module.chain.problems() {
            if let ChainProblem::MissingParent {
                parent, path, line, ..
            } = &problem
                && !parent_replaced::knows(sources, parent)
            {
                findings.push(
                    RULE.finding(parent, problem.to_string())
                        .of(&module.module.name)
                        .at(&Location {
                            line: *line,
                            ..Location::of_file(path)
                        })
                        .remedy("bring the missing file back, or correct the name")
                        .next(format!("git log --all --oneline -S{parent}")),
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
    fn a_parent_without_file_is_named() {
        let mut stage = Stage::one();
        let mut revisions = stage.first().chain.revisions.clone();
        revisions[0].down = vec![RevisionId::from("gone")];
        stage.first().chain = Chain::new(revisions, Vec::new());
        assert_eq!(stage.only("RD603").subject, "gone");
    }

    #[test]
    fn a_whole_chain_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
