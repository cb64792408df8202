//! RD607 several-heads: the chain ends more than once.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD607",
    name: "several-heads",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "the chain has several heads",
    explanation: Explanation {
        what: "More than one revision is nobody's parent.",
        why: "`alembic upgrade head` refuses (`Multiple head revisions are present`), and `reuse-head` is not possible. Two branches that were merged in git and not in Alembic look like this.",
        example: "```text\n4f2a (head)\n77aa (head)\n```",
        remedy: "Merge them: `alembic merge heads`. A reset replaces all of them by one baseline.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let heads = module.chain.heads();
        if heads.len() < 2 {
            continue;
        }
        let names: Vec<&str> = heads.iter().map(|id| id.0.as_str()).collect();
        findings.push(
            RULE.finding(
                "heads",
                format!("the chain has {} heads: {}", names.len(), names.join(", ")),
            )
            .of(&module.module.name)
            .remedy("merge them, or let the reset replace them by one baseline")
            .next("alembic merge heads -m merge"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::Chain;
    use crate::rules::stage::Stage;

    #[test]
    fn two_heads_are_named() {
        let mut stage = Stage::one();
        let mut revisions = stage.first().chain.revisions.clone();
        revisions[1].down.clear();
        stage.first().chain = Chain::new(revisions, Vec::new());
        let finding = stage.only("RD607");
        assert_eq!(finding.message, "the chain has 2 heads: shop_1, shop_2");
    }

    #[test]
    fn one_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
