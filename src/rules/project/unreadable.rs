//! RD601 unreadable-revision: a file whose place in the chain cannot be read.

use std::path::Path;

use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::message::shell_quoted;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD601",
    name: "unreadable-revision",
    family: Family::Project,
    severity: Severity::Refuse,
    needs: Needs::Files,
    summary: "a revision file cannot be read statically",
    explanation: Explanation {
        what: "A file in a version location has a syntax error, merge-conflict markers, or identifiers that are computed.",
        why: "Its place in the chain is unknown, and a guessed graph is a wrong one.",
        example: "```python\n<<<<<<< HEAD\ndown_revision = \"4f2a\"\n=======\n```",
        remedy: "Repair the file, or write `revision` and `down_revision` as literals at module level.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        for file in &module.chain.unreadable {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            findings.push(
                RULE.finding(name.clone(), format!("{name} cannot be read: {}", file.why))
                    .of(&module.module.name)
                    .at(&Location {
                        path: file.path.clone(),
                        line: file.line.unwrap_or(1),
                        column: file.column.unwrap_or(1),
                        source_line: file.source.clone().unwrap_or_default(),
                    })
                    .remedy(if is_bytecode(&file.path) {
                        "remove the bytecode: its source is gone"
                    } else {
                        "repair the file, then look again"
                    })
                    .next(if is_bytecode(&file.path) {
                        format!("rm {}", shell_quoted(&file.path.to_string_lossy()))
                    } else {
                        "redistill chain".to_owned()
                    }),
            );
        }
    }
    findings
}

/// Bytecode is listed where `sourceless` makes a revision of it.
fn is_bytecode(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| kind == "pyc" || kind == "pyo")
}

#[cfg(test)]
mod tests {
    use crate::model::Unreadable;
    use crate::rules::stage::Stage;

    #[test]
    fn the_place_is_named() {
        let mut stage = Stage::one();
        stage.first().chain.unreadable = vec![Unreadable {
            path: "/p/shop/alembic/versions/x.py".into(),
            line: Some(7),
            column: Some(3),
            why: "a merge conflict is not resolved".to_owned(),
            source: Some("<<<<<<< HEAD".to_owned()),
        }];
        let finding = stage.only("RD601");
        let place = finding.location.unwrap();
        assert_eq!((place.line, place.column), (7, 3));
        assert_eq!(place.source_line, "<<<<<<< HEAD");
    }

    #[test]
    fn a_readable_chain_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
