//! RD318 identifier-too-long: a name that PostgreSQL cuts off.

use std::collections::HashSet;

use super::ownership::canonical;
use crate::evidence::ModuleEvidence;
use crate::model::Location;
use crate::python::TableFact;
use crate::python::operations::OperationKind;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// `NAMEDATALEN` less its closing zero (PostgreSQL manual, "Identifiers and Key Words").
const LONGEST: usize = 63;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD318",
    name: "identifier-too-long",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a name is longer than the 63 bytes that PostgreSQL keeps",
    explanation: Explanation {
        what: "A table, column, index, constraint or ENUM type of the models or revisions has a name of \
               more than 63 bytes. Bytes, not characters: letters beyond ASCII take two or more.",
        why: "PostgreSQL keeps the first 63 bytes and says so in a notice only. Autogenerate then finds \
              an object of another name in every comparison, a later `drop_constraint` with the whole \
              name may meet another object, and two names that differ at their end become one. \
              SQLAlchemy itself refuses index and constraint names of more than 63 characters.",
        example: "```python\nUniqueConstraint(\"tenant_id\", \"code\", \
                  name=\"uq_customer_subscription_entitlements_tenant_identifier_and_code\")\n```",
        remedy: "Shorten the name, in the model and in the revision that creates it.",
    },
    check,
};

/// A name, what it names, and where it is written.
type Named<'a> = (&'static str, &'a str, Option<&'a Location>);

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let mut told: HashSet<&str> = HashSet::new();
        for (kind, name, location) in names(module, sources) {
            let bare = canonical(module, name);
            if bare.len() > LONGEST && told.insert(bare) {
                let finding = finding(kind, bare).of(&module.module.name);
                findings.push(match location {
                    Some(location) => finding.at(location),
                    None => finding,
                });
            }
        }
    }
    findings
}

fn finding(kind: &str, name: &str) -> Finding {
    let mut end = LONGEST;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    RULE.finding(
        name,
        format!(
            "the {kind} name {name} has {} bytes, and PostgreSQL keeps {LONGEST}",
            name.len()
        ),
    )
    .seen(format!("PostgreSQL calls it {}", &name[..end]))
    .remedy(format!(
        "shorten it to {LONGEST} bytes, in the model and in its revision"
    ))
}

/// All names, those with a place first.
fn names<'a>(module: &'a ModuleEvidence, sources: &'a ModuleSources) -> Vec<Named<'a>> {
    let mut all: Vec<Named<'a>> = sources.tables.iter().flat_map(of_table).collect();
    for file in sources.model_names.iter().chain(&sources.revision_names) {
        all.extend(
            file.named
                .iter()
                .map(|it| (it.kind, it.name.as_str(), Some(&it.location))),
        );
    }
    for operation in sources.revisions.iter().flat_map(|file| &file.upgrade) {
        let place = Some(&operation.location);
        match &operation.kind {
            OperationKind::CreateTable(table) => all.extend(of_table(table)),
            OperationKind::AddColumn { column, .. } => all.push(("column", &column.name, place)),
            OperationKind::RenameTable { to, .. } => all.push(("table", to, place)),
            OperationKind::CreateEnum(made) => all.push(("type", &made.name, place)),
            _ => {}
        }
    }
    for table in module.described.seen().iter().flat_map(|it| &it.tables) {
        all.push(("table", &table.name, None));
        all.extend(
            table
                .columns
                .iter()
                .map(|(name, _)| ("column", name.as_str(), None)),
        );
        all.extend(
            table
                .enums
                .iter()
                .map(|it| ("type", it.name.as_str(), None)),
        );
        all.extend(
            table
                .named
                .iter()
                .map(|name| ("constraint or index", name.as_str(), None)),
        );
    }
    all
}

fn of_table(table: &TableFact) -> Vec<Named<'_>> {
    let mut names: Vec<Named<'_>> = vec![("table", &table.name, Some(&table.location))];
    for column in &table.columns {
        names.push(("column", &column.name, Some(&column.location)));
        if let Some(found) = &column.enumeration {
            names.push(("type", &found.name, Some(&column.location)));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::table;
    use crate::rules::stage::{Stage, seen};

    #[test]
    fn bytes_count_and_each_name_is_told_once() {
        let mut stage = Stage::one();
        let long = "ü".repeat(32);
        stage.models(
            "shop",
            &format!(
                "class A(Base):\n    __tablename__ = 'a'\n    x = Column('{long}', Integer)\n"
            ),
        );
        seen(&mut stage.first().described).tables = vec![table("a", &[(&long, "INTEGER")])];
        let finding = stage.only("RD318");
        assert_eq!(finding.location.unwrap().line, 3);
        assert!(finding.message.contains("has 64 bytes"));
        assert_eq!(
            finding.evidence,
            [format!("PostgreSQL calls it {}", "ü".repeat(31))]
        );
    }

    #[test]
    fn constraints_of_revisions_are_looked_at_and_63_bytes_are_fine() {
        let revision = |length: usize| {
            let mut stage = Stage::one();
            let name = "u".repeat(length);
            stage.revision(
                "shop",
                &format!("def upgrade():\n    op.create_unique_constraint('{name}', 'a', ['x'])\n"),
            );
            stage.codes()
        };
        assert_eq!(revision(64), ["RD318"]);
        assert!(revision(63).is_empty());
    }
}
