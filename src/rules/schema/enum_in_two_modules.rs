//! RD313 enum-in-two-modules: one ENUM type, two modules in one database.

use super::made::by_chain;
use super::ownership::{default_schema, of_live, owns};
use super::sharing::in_database;
use crate::evidence::ModuleEvidence;
use crate::model::Location;
use crate::python::operations::OperationKind;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD313",
    name: "enum-in-two-modules",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "two modules that share a database use one ENUM type",
    explanation: Explanation {
        what: "The chains of two modules in one database create an ENUM type of the same name, or \
               columns of both modules' tables have the same type.",
        why: "The upgrade that comes second stops with `type \"…\" already exists`. With `checkfirst` \
              it goes on with labels that are not its own, and the downgrade of the one drops the type \
              of the other, or stops since the other's column depends on it.",
        example: "```python\n# storage-element and query-module, both\nsa.Enum(\"NEW\", \"DONE\", \
                  name=\"status_enum\")\n```",
        remedy: "Put the module's name before the type's, or give each module its own database:\n\n\
                 ```python\nsa.Enum(\"NEW\", \"DONE\", name=\"query_status_enum\")\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let here: Vec<_> = in_database(case, module)
            .into_iter()
            .filter(|(other, _)| {
                other.module.name != module.module.name
                    && !other.module.is_sibling(&module.module)
                    && default_schema(other) == default_schema(module)
            })
            .collect();
        let created = created(sources);
        for (name, location) in &created {
            let others: Vec<&str> = here
                .iter()
                .filter(|(other, theirs)| by_chain(other, theirs).enums.contains(*name))
                .map(|(other, _)| other.module.name.0.as_str())
                .collect();
            if !others.is_empty() {
                findings.push(finding(module, name, &others, "create").at(location));
            }
        }
        findings.extend(in_columns(&here, module, sources, &created));
    }
    findings
}

/// The ENUM types that the chain creates, each where it does so first.
fn created(sources: &ModuleSources) -> Vec<(&str, &Location)> {
    let mut found: Vec<(&str, &Location)> = Vec::new();
    for operation in sources.revisions.iter().flat_map(|file| &file.upgrade) {
        if let OperationKind::CreateEnum(made) = &operation.kind
            && !found.iter().any(|(name, _)| *name == made.name)
        {
            found.push((&made.name, &operation.location));
        }
    }
    found
}

/// Live types that columns of this module's tables and of another's have.
fn in_columns(
    here: &[(&ModuleEvidence, &ModuleSources)],
    module: &ModuleEvidence,
    sources: &ModuleSources,
    told: &[(&str, &Location)],
) -> Vec<Finding> {
    let Some(database) = module.database.seen() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for found in &database.live.enums {
        let tables = || {
            found
                .columns
                .iter()
                .map(|(table, _)| of_live(module, table))
        };
        let others: Vec<&str> = here
            .iter()
            .filter(|(other, theirs)| tables().any(|table| owns(other, theirs, &table)))
            .filter(|(other, theirs)| {
                !told.iter().any(|(name, _)| *name == found.name.name)
                    || !by_chain(other, theirs).enums.contains(&found.name.name)
            })
            .map(|(other, _)| other.module.name.0.as_str())
            .collect();
        if !others.is_empty() && tables().any(|table| owns(module, sources, &table)) {
            let mut finding = finding(module, &found.name.name, &others, "have columns of");
            for (table, column) in &found.columns {
                finding = finding.seen(format!("{}.{column}", of_live(module, table)));
            }
            findings.push(finding);
        }
    }
    findings
}

fn finding(module: &ModuleEvidence, name: &str, others: &[&str], verb: &str) -> Finding {
    let own = super::sharing::prefix(&module.module.name.0);
    RULE.finding(
        name,
        format!(
            "{} and {} {verb} ENUM {name} in one database",
            module.module.name,
            others.join(", ")
        ),
    )
    .of(&module.module.name)
    .remedy(format!(
        "call the type {own}_{name} in this module, or give the module its own database"
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::{live_enum, table};
    use crate::rules::stage::{Stage, seen};

    const CREATES: &str =
        "def upgrade():\n    op.create_table('t', sa.Column('s', sa.Enum('A', name='s_enum')))\n";

    fn sharing() -> Stage {
        let mut stage = Stage::with(&["shop", "stock"]);
        let identity = stage.database().identity.clone();
        seen(&mut stage.module("stock").database).identity = identity;
        stage
    }

    fn found(stage: &Stage) -> Vec<String> {
        let findings = stage.findings();
        let ours = findings.iter().filter(|it| it.code == "RD313");
        ours.map(|it| it.message.clone()).collect()
    }

    #[test]
    fn one_name_in_two_chains_of_one_database_is_found_in_both() {
        let mut stage = sharing();
        stage.revision("shop", CREATES).revision("stock", CREATES);
        assert_eq!(
            found(&stage),
            [
                "shop and stock create ENUM s_enum in one database",
                "stock and shop create ENUM s_enum in one database"
            ]
        );
        let mut apart = Stage::with(&["shop", "stock"]);
        apart.revision("shop", CREATES).revision("stock", CREATES);
        assert!(found(&apart).is_empty());
    }

    #[test]
    fn a_live_type_with_columns_of_both_is_found() {
        let mut stage = sharing();
        seen(&mut stage.module("shop").described).tables = vec![table("orders", &[])];
        seen(&mut stage.module("stock").described).tables = vec![table("volumes", &[])];
        stage.database().live.enums = vec![
            live_enum("s_enum", &["A"], &[("orders", "s"), ("volumes", "s")]),
            live_enum("own_enum", &["A"], &[("orders", "o")]),
        ];
        assert_eq!(
            found(&stage),
            ["shop and stock have columns of ENUM s_enum in one database"]
        );
    }
}
