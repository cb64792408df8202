//! RD213 revisions-in-other-table: our revisions stand in a second table.

use super::waivers::agreed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD213",
    name: "revisions-in-other-table",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "another version table of the database holds revisions of this module",
    explanation: Explanation {
        what: "Another table with a `version_num` column in the same database holds identifiers of this module's chain, and it is no version table of the project.",
        why: "Somebody has applied this history under another name: a tenant's schema, a renamed table, an older configuration. That copy would be stranded.",
        example: "```sql\nSELECT version_num FROM tenant_7.alembic_version;  -- 4f2a, ours\n```",
        remedy: "Bring the other holders to the same head and adopt them afterwards, or drop the stale table by hand.",
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
            let is_of_project = case.modules().any(|(other, _)| {
                other.database.seen().is_some_and(|there| {
                    there.identity.same_database(&database.identity)
                        && there.version_table.name == *table
                })
            });
            let ours: Vec<&String> = rows
                .iter()
                .filter(|row| {
                    module
                        .chain
                        .revisions
                        .iter()
                        .any(|known| known.id.0 == **row)
                })
                .collect();
            if is_of_project || ours.is_empty() {
                continue;
            }
            let mut finding = RULE
                .finding(
                    table.to_string(),
                    format!(
                        "{table} in {} also holds revisions of this module",
                        database.label
                    ),
                )
                .of(&module.module.name)
                .remedy(
                    "find out who applied this history there, and bring it along or drop it; what \
                     stays as it is, is waived in the committed configuration (`redistill check` \
                     ends with the entry)",
                )
                .next(agreed(&RULE));
            for row in ours {
                finding = finding.seen(format!("row of {table}: {row}"));
            }
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::QualifiedName;
    use crate::rules::stage::Stage;

    fn table(schema: &str) -> QualifiedName {
        QualifiedName {
            schema: schema.to_owned(),
            name: "alembic_version".to_owned(),
        }
    }

    #[test]
    fn our_revisions_elsewhere_are_refused() {
        let mut stage = Stage::one();
        stage.database().other_version_tables = vec![(table("tenant"), vec!["shop_1".to_owned()])];
        assert_eq!(stage.codes(), ["RD213"]);
    }

    #[test]
    fn a_table_of_others_is_not() {
        let mut stage = Stage::one();
        stage.database().other_version_tables = vec![(table("other"), vec!["77aa".to_owned()])];
        assert!(stage.codes().is_empty());
    }
}
