//! RD602 duplicate-revision-id: two files, one identifier.

use crate::model::ChainProblem;
use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD602",
    name: "duplicate-revision-id",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "two revision files carry one identifier",
    explanation: Explanation {
        what: "Several files define the same `revision`.",
        why: "Alembic takes one of them and drops the other without a word but a warning.",
        example: "```text\n4f2a_add_users.py    revision = \"4f2a\"\n4f2a_add_teams.py    revision = \"4f2a\"\n```",
        remedy: "Give one of them a new identifier, and correct the `down_revision` of its children.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        for problem in module.chain.problems() {
            if let ChainProblem::DuplicateId { id, paths } = &problem {
                let mut finding = RULE
                    .finding(&id.0, problem.to_string())
                    .of(&module.module.name)
                    .remedy("give one of the files a new identifier")
                    .next("redistill chain");
                if let Some(last) = paths.last() {
                    finding = finding.at(&Location::of_file(last));
                }
                for path in paths {
                    let shown = path.strip_prefix(&case.evidence.root).unwrap_or(path);
                    finding = finding.seen(shown.display().to_string());
                }
                findings.push(finding);
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
    fn both_files_are_named() {
        let mut stage = Stage::one();
        let mut revisions = stage.first().chain.revisions.clone();
        let mut twin = revisions[1].clone();
        twin.path = "/p/shop/alembic/versions/twin.py".into();
        revisions.push(twin);
        stage.first().chain = Chain::new(revisions, Vec::new());
        assert_eq!(stage.only("RD602").evidence.len(), 2);
    }

    #[test]
    fn different_ones_are_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
