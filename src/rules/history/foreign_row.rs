//! RD211 foreign-version-row: somebody else keeps a row in this table.

use super::{Row, rows};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD211",
    name: "foreign-version-row",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the version table holds a row that belongs to no module of the project",
    explanation: Explanation {
        what: "Beside rows of this project the version table holds a revision that no file of the project defines.",
        why: "Somebody else uses this table. Dropping it would take their place in their history away.",
        example: "```sql\nSELECT version_num FROM alembic_version;  -- 4f2a, and 77aa of another project\n```",
        remedy: "Find out whose row it is. Give each project a version table of its own with `version_table=` in `context.configure`.",
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
        // A table of unknown rows alone is the case of RD210.
        if rows.iter().all(|(_, row)| *row == Row::Unknown) {
            continue;
        }
        for (id, _) in rows.iter().filter(|(_, row)| *row == Row::Unknown) {
            findings.push(
                RULE.finding(
                    *id,
                    format!(
                        "{} holds revision {id}, which belongs to no module of this project",
                        database.version_table.name
                    ),
                )
                .of(&module.module.name)
                .seen(format!(
                    "row of {} in {}: {id}",
                    database.version_table.name, database.label
                ))
                .remedy("find out whose row it is; give each project a version table of its own")
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
    fn a_row_beside_ours_is_refused() {
        let mut stage = Stage::one();
        stage.database().version_table.rows.push("77aa".to_owned());
        assert_eq!(stage.codes(), ["RD211"]);
    }

    #[test]
    fn rows_of_our_own_are_not() {
        let mut stage = Stage::one();
        stage
            .database()
            .version_table
            .rows
            .push("shop_1".to_owned());
        assert!(stage.codes().is_empty());
    }
}
