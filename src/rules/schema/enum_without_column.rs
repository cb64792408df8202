//! RD312 enum-without-column: a type of the live database that nothing uses.

use super::ownership::{has_schema, of_live};
use super::sharing::is_first_of_database;
use crate::evidence::LiveEnum;
use crate::model::Location;
use crate::python::operations::OperationKind;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD312",
    name: "enum-without-column",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "an ENUM type of the live database is used by no column",
    explanation: Explanation {
        what: "The database has an ENUM type, in a schema of the project's tables, that no column, \
               view, function or other type uses.",
        why: "ENUM types survive `DROP TABLE` and `DROP COLUMN`. The revision that creates a type of \
              this name again stops with `type \"…\" already exists`.",
        example: "```text\n\\dT+ order_status_enum   NEW PAID SHIPPED   (used by no column)\n```",
        remedy: "Drop it, in the revision that dropped its last column or in a new one:\n\n```python\n\
                 sa.Enum(name='order_status_enum').drop(op.get_bind(), checkfirst=True)\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let Some(database) = module.database.seen() else {
            continue;
        };
        if !is_first_of_database(case, module) {
            continue;
        }
        for found in &database.live.enums {
            let is_ours = case
                .modules()
                .any(|(other, theirs)| has_schema(other, theirs, &found.name.schema));
            if is_ours && found.columns.is_empty() && !found.is_used_elsewhere {
                let name = of_live(module, &found.name);
                let finding = finding(case, found, &name, &database.label);
                findings.push(finding.of(&module.module.name));
            }
        }
    }
    findings
}

fn finding(case: &Case<'_>, found: &LiveEnum, name: &str, label: &str) -> Finding {
    let finding = RULE
        .finding(
            name,
            format!("ENUM {name} is in the database and no column uses it"),
        )
        .seen(format!("{label}: {name} {}", found.labels.join(" ")))
        .remedy(format!(
            "drop it in a revision: op.execute('DROP TYPE {}')",
            found.name.quoted()
        ));
    match made_in(case, &found.name.name) {
        Some(location) => finding.at(&location),
        None => finding,
    }
}

/// Where a chain creates the type.
fn made_in(case: &Case<'_>, name: &str) -> Option<Location> {
    case.modules()
        .flat_map(|(_, sources)| &sources.revisions)
        .flat_map(|file| &file.upgrade)
        .find(|operation| {
            matches!(&operation.kind, OperationKind::CreateEnum(made) if made.name == name)
        })
        .map(|operation| operation.location.clone())
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::{live_enum, live_table};
    use crate::rules::stage::{Stage, seen};

    #[test]
    fn a_type_that_nothing_uses_is_found_once_a_database() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.database().live.enums = vec![live_enum("old_enum", &["A", "B"], &[])];
        let shared = stage.first().database.clone();
        stage.module("stock").database = shared;
        let finding = stage.only("RD312");
        assert_eq!(
            finding.remedy.text,
            "drop it in a revision: op.execute('DROP TYPE \"public\".\"old_enum\"')"
        );
    }

    #[test]
    fn a_used_one_and_one_of_another_schema_are_not() {
        let mut stage = Stage::one();
        let mut apart = live_enum("apart_enum", &["A"], &[]);
        apart.name.schema = "reporting".to_owned();
        let mut spoken = live_enum("spoken_enum", &["A"], &[]);
        spoken.is_used_elsewhere = true;
        let live = &mut seen(&mut stage.first().database).live;
        live.tables = vec![live_table("shop_1", &[("s", "status_enum")])];
        live.enums = vec![
            live_enum("status_enum", &["A"], &[("shop_1", "s")]),
            apart,
            spoken,
        ];
        assert!(!stage.codes().contains(&"RD312".to_owned()));
    }
}
