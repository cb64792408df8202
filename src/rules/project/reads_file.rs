//! RD628 reads-sql-file: part of a revision lies in another file.

use super::grouped::listing;
use crate::model::Location;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD628",
    name: "reads-sql-file",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "revisions read SQL files",
    explanation: Explanation {
        what: "A revision opens a file whose name ends in `.sql`. One finding a module.",
        why: "The file is part of the history: what it says now is what an old revision runs, and the archive of a reset \
              holds it only if it lies beside the revisions. After a reset nothing needs it any more.",
        example: "```python\nop.execute(Path(__file__).with_name(\"triggers.sql\").read_text())\n```",
        remedy: "Keep the files as long as the archive may be needed; they are left where they are.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let files: Vec<&Location> = sources
            .contents
            .iter()
            .flat_map(|file| &file.sql_files)
            .collect();
        if files.is_empty() {
            continue;
        }
        let places: Vec<_> = files
            .into_iter()
            .map(|place| (place, String::new()))
            .collect();
        let finding = RULE
            .finding(
                ".sql",
                format!(
                    "revisions read SQL files in {}",
                    count(places.len(), "place")
                ),
            )
            .of(&module.module.name)
            .remedy("keep the files as long as the archive may be needed");
        findings.push(listing(finding, &case.evidence.root, &places));
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn all_of_a_module_are_one_finding() {
        let mut stage = Stage::one();
        for _ in 0..7 {
            stage.file(
                "shop",
                "def helper():\n    open('a.sql')\n    open('b.sql')\n",
            );
        }
        let finding = stage.only("RD628");
        assert_eq!(finding.message, "revisions read SQL files in 14 places");
        assert_eq!(finding.evidence.last().unwrap(), "and 9 more");
    }

    #[test]
    fn other_files_are_another_matter() {
        let mut stage = Stage::one();
        stage.file("shop", "x = open(__file__)\n");
        assert!(stage.codes().is_empty());
    }
}
