//! RD606 chain-disagreement: Alembic reads another chain.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD606",
    name: "chain-disagreement",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "Alembic's own reading of the chain differs from the static one",
    explanation: Explanation {
        what: "`ScriptDirectory` of the project's Alembic finds other revisions or other parents than the static reading of the files.",
        why: "Version locations are set at run time, or identifiers are computed. A plan made from the wrong chain would archive and remove the wrong files.",
        example: "```text\nonly Alembic has 77aa\nonly the files have 4f2a\n```",
        remedy: "Write identifiers and version locations as literals in the files and the settings.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(described) = module.described.seen() else {
            continue;
        };
        let theirs: BTreeMap<&str, BTreeSet<&str>> = described
            .script_revisions
            .iter()
            .map(|(id, down)| (id.as_str(), down.iter().map(String::as_str).collect()))
            .collect();
        let ours: BTreeMap<&str, BTreeSet<&str>> = module
            .chain
            .revisions
            .iter()
            .map(|known| {
                let down = known.down.iter().map(|id| id.0.as_str()).collect();
                (known.id.0.as_str(), down)
            })
            .collect();
        let differences = differences(&ours, &theirs);
        if differences.is_empty() {
            continue;
        }
        let mut finding = RULE
            .finding(
                "chain",
                "Alembic reads another chain than the files have, read without running them",
            )
            .of(&module.module.name)
            .remedy("write identifiers and version locations as literals")
            .next("redistill chain");
        finding.evidence = differences;
        findings.push(finding);
    }
    findings
}

type Parents<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn differences(ours: &Parents<'_>, theirs: &Parents<'_>) -> Vec<String> {
    let list = |ids: &BTreeSet<&str>| {
        let ids: Vec<&str> = ids.iter().copied().collect();
        if ids.is_empty() {
            "no parent".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let mut found = Vec::new();
    for (id, down) in ours {
        match theirs.get(id) {
            None => found.push(format!("only the files have {id}")),
            Some(other) if other != down => found.push(format!(
                "{id}: the files say {}, Alembic says {}",
                list(down),
                list(other)
            )),
            Some(_) => {}
        }
    }
    for id in theirs.keys().filter(|id| !ours.contains_key(*id)) {
        found.push(format!("only Alembic has {id}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;
    use crate::rules::stage::seen;

    #[test]
    fn other_revisions_and_other_parents_are_named() {
        let mut stage = Stage::one();
        seen(&mut stage.first().described).script_revisions = vec![
            ("shop_2".to_owned(), Vec::new()),
            ("77aa".to_owned(), Vec::new()),
        ];
        assert_eq!(
            stage.only("RD606").evidence,
            [
                "only the files have shop_1",
                "shop_2: the files say shop_1, Alembic says no parent",
                "only Alembic has 77aa",
            ]
        );
    }

    #[test]
    fn the_same_chain_in_another_order_is_fine() {
        let mut stage = Stage::one();
        seen(&mut stage.first().described)
            .script_revisions
            .reverse();
        assert!(stage.codes().is_empty());
    }
}
