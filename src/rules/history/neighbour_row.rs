//! RD212 neighbour-version-row: another module of the project lives in the same table.

use super::{Row, rows};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD212",
    name: "neighbour-version-row",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "the version table also holds rows of another module",
    explanation: Explanation {
        what: "The version table holds a revision of another module of the same project.",
        why: "The table is not dropped then: only this module's rows go. Two modules in one version table disturb each other's `alembic upgrade` (\"Can't locate revision\").",
        example: "```sql\nSELECT version_num FROM alembic_version;  -- a004 of admin, q001 of query\n```",
        remedy: "Give each module a version table of its own: `version_table=\"query_alembic_version\"` in `context.configure`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        for (id, row) in rows(case.evidence, module, database) {
            let Row::Neighbour(owner) = row else { continue };
            findings.push(
                RULE.finding(
                    id,
                    format!(
                        "{} also holds revision {id} of module {owner}: only this module's rows will go",
                        database.version_table.name
                    ),
                )
                .of(&module.module.name)
                .seen(format!("row of {}: {id}", database.version_table.name))
                .remedy("give each module a version table of its own with version_table="),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_row_of_a_neighbour_is_noted() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage
            .database()
            .version_table
            .rows
            .push("stock_2".to_owned());
        assert_eq!(stage.codes(), ["RD212"]);
        assert!(stage.only("RD212").message.contains("of module stock"));
    }

    #[test]
    fn rows_of_our_own_are_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
