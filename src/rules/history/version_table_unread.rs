//! RD236 version-table-unreadable: a version table beside the module's own hides its rows.

use crate::evidence::NOT_READABLE;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD236",
    name: "version-table-unreadable",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "another version table of the database may not be read",
    explanation: Explanation {
        what: "The module's database has a second table with a `version_num` column, and the role may not read it, or row security hides its rows.",
        why: "It may hold revisions of this chain, for a tenant or for another program that migrates the same database. Not known is not empty.",
        example: "```text\ntenant_b.alembic_version: permission denied\n```",
        remedy: "Let the role read it: `GRANT USAGE ON SCHEMA tenant_b TO dev; GRANT SELECT ON tenant_b.alembic_version TO dev`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        for (table, rows) in &database.other_version_tables {
            if rows.iter().any(|row| row == NOT_READABLE) {
                findings.push(
                    RULE.finding(
                        table.to_string(),
                        format!(
                            "{table} in {} may hold revisions of this module, and {} may not \
                             read it",
                            database.label, database.role
                        ),
                    )
                    .of(&module.module.name)
                    .remedy("let the role read the table, then look again")
                    .next(format!(
                        "psql -c 'GRANT SELECT ON {} TO \"{}\"'",
                        table.quoted(),
                        database.role
                    )),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::evidence::NOT_READABLE;
    use crate::rules::stage::{Stage, table};

    #[test]
    fn a_table_that_hides_its_rows_is_refused() {
        let mut stage = Stage::one();
        let rows = vec![NOT_READABLE.to_owned()];
        stage.database().other_version_tables = vec![(table("v"), rows)];
        assert_eq!(stage.codes(), ["RD236"]);
    }

    #[test]
    fn a_readable_one_is_not() {
        let mut stage = Stage::one();
        stage.database().other_version_tables = vec![(table("v"), vec!["77aa".to_owned()])];
        assert!(stage.codes().is_empty());
    }
}
