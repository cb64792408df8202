//! RD310 enum-labels-differ and RD311 enum-label-order-differs: a live type that is not the models'.
//! Two rules, since the one fails at the first row and the other only sorts otherwise.

use super::ownership::live_at_head;
use crate::evidence::{Described, LiveEnum, MetadataEnum, ModuleEvidence};
use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule about labels that only one side has.
pub static LABELS: Rule = Rule {
    code: "RD310",
    name: "enum-labels-differ",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "an ENUM type of the live database has other labels than the models",
    explanation: Explanation {
        what: "The database is at the chain's head, and an ENUM type has labels that the models' type \
               has not, or lacks some.",
        why: "Autogenerate and `alembic check` compare no labels. A value that the type lacks fails \
              at INSERT with `invalid input value for enum`; a value that the models lack fails when \
              it is read.",
        example: "```text\nmodels:   status_enum  ACTIVE INACTIVE LOCKED\n\
                  database: status_enum  ACTIVE INACTIVE\n```",
        remedy: "Write the revision that autogenerate does not write:\n\n```python\n\
                 with op.get_context().autocommit_block():\n    \
                 op.execute(\"ALTER TYPE status_enum ADD VALUE IF NOT EXISTS 'LOCKED'\")\n```",
    },
    check: |case| check(case, &LABELS, Verdict::Labels),
};

/// The rule about the order alone.
pub static ORDER: Rule = Rule {
    code: "RD311",
    name: "enum-label-order-differs",
    family: Family::Schema,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "an ENUM type of the live database has the models' labels in another order",
    explanation: Explanation {
        what: "The database is at the chain's head, and an ENUM type has the labels of the models in \
               another order.",
        why: "ENUM values sort and compare by the order of their labels. A database that is built from \
              the models sorts otherwise than this one.",
        example: "```text\nmodels:   level_enum  LOW MEDIUM HIGH\n\
                  database: level_enum  LOW HIGH MEDIUM\n```",
        remedy: "Put the labels of the model into the database's order; PostgreSQL cannot reorder \
                 them.",
    },
    check: |case| check(case, &ORDER, Verdict::Order),
};

/// How a live type differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Labels,
    Order,
}

fn check(case: &Case<'_>, rule: &Rule, wanted: Verdict) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let (Some(live), Some(described)) = (live_at_head(module), module.described.seen()) else {
            continue;
        };
        let mut told: Vec<&LiveEnum> = Vec::new();
        for (table, model) in models(described) {
            let found = live.enums.iter().find(|it| {
                it.name.name == model.name
                    && it.name.schema == *model.schema.as_ref().unwrap_or(&described.default_schema)
            });
            if let Some(found) = found
                && differs(&model.labels, &found.labels) == Some(wanted)
                && !told.contains(&found)
            {
                told.push(found);
                findings.push(finding(
                    rule,
                    wanted,
                    (module, sources),
                    table,
                    model,
                    found,
                ));
            }
        }
    }
    findings
}

fn models(described: &Described) -> impl Iterator<Item = (&str, &MetadataEnum)> {
    described.tables.iter().flat_map(|table| {
        let of_table = table.enums.iter();
        of_table.map(|found| (table.name.as_str(), found))
    })
}

fn differs(model: &[String], live: &[String]) -> Option<Verdict> {
    if model == live {
        return None;
    }
    let is_same_set = model.len() == live.len() && model.iter().all(|label| live.contains(label));
    Some(if is_same_set {
        Verdict::Order
    } else {
        Verdict::Labels
    })
}

fn finding(
    rule: &Rule,
    verdict: Verdict,
    (module, sources): (&ModuleEvidence, &ModuleSources),
    table: &str,
    model: &MetadataEnum,
    live: &LiveEnum,
) -> Finding {
    let only = |these: &[String], those: &[String]| {
        let only: Vec<_> = these
            .iter()
            .filter(|it| !those.contains(it))
            .cloned()
            .collect();
        only.join(", ")
    };
    let missing = only(&model.labels, &live.labels);
    let extra = only(&live.labels, &model.labels);
    let (message, remedy) = match verdict {
        Verdict::Order => (
            format!(
                "ENUM {} has the models' labels in another order in the database",
                model.name
            ),
            format!(
                "put the labels of {table}.{} into the database's order: {}",
                model.column,
                live.labels.join(", ")
            ),
        ),
        Verdict::Labels if extra.is_empty() => (
            format!("ENUM {} lacks labels that the models have: {missing}", model.name),
            additions(model, live),
        ),
        Verdict::Labels if missing.is_empty() => (
            format!("ENUM {} has labels that the models lack: {extra}", model.name),
            format!("add {extra} to the type of {table}.{}, or build the type again without", model.column),
        ),
        Verdict::Labels => (
            format!(
                "ENUM {} has labels that the models lack ({extra}) and lacks some that they have ({missing})",
                model.name
            ),
            "make the labels of the models and of the type equal, by a revision where the type is wrong"
                .to_owned(),
        ),
    };
    let finding = rule
        .finding(&model.name, message)
        .of(&module.module.name)
        .seen(format!(
            "models, {table}.{}: {}",
            model.column,
            model.labels.join(", ")
        ))
        .seen(format!(
            "database, {}: {}",
            live.name.name,
            live.labels.join(", ")
        ))
        .remedy(remedy);
    match place(sources, table, &model.column) {
        Some(location) => finding.at(location),
        None => finding,
    }
}

/// The statements that add what is missing, each where the models have it.
fn additions(model: &MetadataEnum, live: &LiveEnum) -> String {
    let quote = crate::model::quote_literal;
    let mut statements = Vec::new();
    let mut before: Option<&String> = None;
    for label in &model.labels {
        if !live.labels.contains(label) {
            let position = match before {
                Some(known) => format!(" AFTER {}", quote(known)),
                None => live
                    .labels
                    .first()
                    .map_or(String::new(), |first| format!(" BEFORE {}", quote(first))),
            };
            statements.push(format!(
                "ALTER TYPE {} ADD VALUE IF NOT EXISTS {}{position}",
                live.name.quoted(),
                quote(label)
            ));
        }
        before = Some(label);
    }
    format!(
        "write a revision with, in an autocommit block: {}",
        statements.join("; ")
    )
}

fn place<'a>(sources: &'a ModuleSources, table: &str, column: &str) -> Option<&'a Location> {
    let table = sources.tables.iter().find(|it| it.name == table)?;
    let column = table.columns.iter().find(|it| it.name == column)?;
    Some(column.type_location.as_ref().unwrap_or(&column.location))
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::{enumeration, live_enum, table};
    use crate::rules::stage::{Stage, seen};

    fn stage(model: &[&str], live: &[&str]) -> Stage {
        let mut stage = Stage::one();
        let mut users = table("users", &[("status", "status_enum")]);
        users.enums = vec![enumeration("status", "status_enum", model)];
        seen(&mut stage.first().described).tables = vec![users];
        stage.database().live = live_of(live);
        stage
    }

    fn live_of(labels: &[&str]) -> crate::evidence::LiveSchema {
        crate::evidence::LiveSchema {
            tables: vec![crate::rules::schema::on_stage::live_table(
                "users",
                &[("status", "status_enum")],
            )],
            enums: vec![live_enum("status_enum", labels, &[("users", "status")])],
            foreign_keys: Vec::new(),
        }
    }

    #[test]
    fn a_label_that_the_database_lacks_is_found_with_the_statement_that_adds_it() {
        let stage = stage(&["A", "L", "B"], &["A", "B"]);
        let finding = stage.only("RD310");
        assert_eq!(
            finding.message,
            "ENUM status_enum lacks labels that the models have: L"
        );
        assert!(
            finding.remedy.text.ends_with(
                "ALTER TYPE \"public\".\"status_enum\" ADD VALUE IF NOT EXISTS 'L' AFTER 'A'"
            ),
            "{}",
            finding.remedy.text
        );
    }

    #[test]
    fn extra_labels_and_both_ways_are_found_and_the_order_is_noted() {
        assert_eq!(stage(&["A"], &["A", "B"]).codes(), ["RD310"]);
        assert_eq!(stage(&["A", "C"], &["A", "B"]).codes(), ["RD310"]);
        assert_eq!(stage(&["A", "B"], &["B", "A"]).codes(), ["RD311"]);
        assert!(stage(&["A", "B"], &["A", "B"]).codes().is_empty());
    }

    #[test]
    fn a_database_that_is_behind_is_not_compared() {
        let mut stage = stage(&["A", "L"], &["A"]);
        stage.database().version_table.rows = vec!["shop_1".to_owned()];
        assert!(!stage.codes().contains(&"RD310".to_owned()));
    }
}
