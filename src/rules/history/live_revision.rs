//! RD210 live-revision-unknown: the database stands where no file leads.

use super::{Row, rows};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD210",
    name: "live-revision-unknown",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the live database is at a revision that no file defines",
    explanation: Explanation {
        what: "The version table holds a revision, and none of its rows is defined by a file of this project.",
        why: "The database was migrated by files that are not here: another branch, another person, an earlier reset. What it holds cannot be compared with this chain.",
        example: "```sql\nSELECT version_num FROM alembic_version;  -- 9d1c, and no file defines 9d1c\n```",
        remedy: "Check out the branch that has the revision, or point the module at the right database.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        let rows = rows(case.evidence, module, database);
        if rows.iter().any(|(_, row)| *row != Row::Unknown) {
            continue;
        }
        for (id, _) in rows {
            findings.push(
                RULE.finding(
                    id,
                    format!(
                        "{} is at revision {id}, which no file defines",
                        database.label
                    ),
                )
                .of(&module.module.name)
                .seen(format!("row of {}: {id}", database.version_table.name))
                .remedy("check out the branch that has this revision, or correct the URL")
                .next(format!("git log --all -S{id} --oneline")),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_revision_of_nobody_is_refused() {
        let mut stage = Stage::one();
        stage.database().version_table.rows = vec!["9d1c".to_owned()];
        assert_eq!(stage.codes(), ["RD210"]);
        assert_eq!(stage.only("RD210").subject, "9d1c");
    }

    #[test]
    fn a_known_one_and_an_empty_table_are_not() {
        let mut stage = Stage::one();
        stage.database().version_table.rows.clear();
        assert!(stage.codes().is_empty());
    }
}
