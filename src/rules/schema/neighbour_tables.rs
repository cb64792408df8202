//! RD305 neighbour-tables-in-revision: a revision that makes or drops another module's tables.

use crate::model::Location;
use crate::python::operations::{OperationKind, RevisionOperations};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD305",
    name: "neighbour-tables-in-revision",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision creates or drops tables that another module's models own",
    explanation: Explanation {
        what: "A revision's `upgrade` creates or drops tables that the models of another module \
               have and its own have not.",
        why: "It is what autogenerate writes in a database that two modules share. The upgrade \
              drops the neighbour's rows, or fails since the table is there.",
        example: "```python\n# query-module/alembic/versions/q001_search.py\n\
                  op.drop_table(\"storage_volumes\")  # of storage-element\n```",
        remedy: "Take the neighbour's operations out of the revision, in `upgrade` and in \
                 `downgrade`, and give the module its own database or an `include_name` filter.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        // Without models of its own it cannot be told whose a table is.
        if sources.tables.is_empty() {
            continue;
        }
        let owner = |table: &str| {
            case.modules()
                .filter(|(other, _)| other.module.name != module.module.name)
                .find(|(_, theirs)| theirs.owns(table))
                .map(|(other, _)| other.module.name.0.as_str())
        };
        for revision in &sources.revisions {
            let foreign: Vec<_> = touched(revision, sources)
                .into_iter()
                .filter_map(|touch| Some((owner(touch.table)?, touch)))
                .collect();
            let Some((_, first)) = foreign.first() else {
                continue;
            };
            let file = revision
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let mut owners: Vec<&str> = foreign.iter().map(|(owner, _)| *owner).collect();
            owners.sort_unstable();
            owners.dedup();
            let mut finding = RULE
                .finding(
                    file.clone(),
                    format!(
                        "{file} {} tables that {} owns: {}",
                        first.verb,
                        owners.join(", "),
                        foreign
                            .iter()
                            .map(|(_, touch)| touch.table)
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                )
                .of(&module.module.name)
                .at(first.location)
                .remedy(
                    "take these operations out of upgrade and downgrade; give the module its own \
                     database, or an include_name filter and a version table of its own",
                );
            for (owner, touch) in &foreign {
                finding = finding.seen(format!(
                    "line {}: {} {}, which {owner} owns",
                    touch.location.line, touch.verb, touch.table
                ));
            }
            findings.push(finding);
        }
    }
    findings
}

struct Touch<'a> {
    verb: &'static str,
    table: &'a str,
    location: &'a Location,
}

/// Tables that are not the module's: created here and kept, or dropped here and never created by
/// the chain. A table that the chain created and dropped later moved to its new owner; no finding.
fn touched<'a>(revision: &'a RevisionOperations, sources: &'a ModuleSources) -> Vec<Touch<'a>> {
    let chain = || sources.revisions.iter().flat_map(|file| &file.upgrade);
    let is_created = |table: &str| {
        chain().any(|operation| match &operation.kind {
            OperationKind::CreateTable(made) => made.qualified() == table,
            OperationKind::CreateTableInSql { table: made } => made == table,
            _ => false,
        })
    };
    let is_dropped = |wanted: &str| {
        chain().any(|operation| {
            matches!(&operation.kind, OperationKind::DropTable { table } if table == wanted)
        })
    };
    let mut found = Vec::new();
    for operation in &revision.upgrade {
        let (verb, table) = match &operation.kind {
            OperationKind::CreateTable(made) if !is_dropped(&made.qualified()) => {
                ("creates", made.name.as_str())
            }
            OperationKind::DropTable { table } if !is_created(table) => ("drops", table.as_str()),
            _ => continue,
        };
        if !sources.owns(table) {
            found.push(Touch {
                verb,
                table,
                location: &operation.location,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const STOCK: &str = "class A(Base):\n    __tablename__ = 'volumes'\n";
    const SHOP: &str = "class A(Base):\n    __tablename__ = 'orders'\n";

    #[test]
    fn dropping_and_creating_the_neighbours_tables_is_one_finding_a_file() {
        for line in ["op.drop_table('volumes')", "op.create_table('volumes')"] {
            let mut stage = Stage::with(&["shop", "stock"]);
            stage.models("shop", SHOP).models("stock", STOCK);
            let source = format!("def upgrade():\n    op.create_table('orders')\n    {line}\n");
            stage.revision("shop", &source);
            let finding = stage.only("RD305");
            assert_eq!(finding.location.unwrap().line, 3, "{line}");
            assert!(finding.evidence[0].ends_with("which stock owns"));
        }
    }

    #[test]
    fn own_tables_equal_names_and_tables_that_moved_are_not() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.models("shop", SHOP).models("stock", STOCK);
        stage.revision("shop", "def upgrade():\n    op.create_table('orders')\n");
        assert!(stage.codes().is_empty());
        stage
            .revision("shop", "def upgrade():\n    op.create_table('volumes')\n")
            .revision("shop", "def upgrade():\n    op.drop_table('volumes')\n");
        assert!(stage.codes().is_empty());
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.models("shop", STOCK).models("stock", STOCK);
        stage.revision("shop", "def upgrade():\n    op.create_table('volumes')\n");
        assert!(stage.codes().is_empty());
    }
}
