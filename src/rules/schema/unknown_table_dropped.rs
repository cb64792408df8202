//! RD322 unknown-table-dropped: a revision drops a table that its chain never had.

use super::made::{Made, is_read};
use super::ownership::canonical;
use crate::model::Location;
use crate::python::operations::{Operation, OperationKind};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD322",
    name: "unknown-table-dropped",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision drops a table that no revision before it creates",
    explanation: Explanation {
        what: "`op.drop_table` names a table that no revision before it creates and that is in no \
               module's models.",
        why: "It is what autogenerate writes against a database with tables that its models do not \
              know: another application's, partitions, another module's version table. There it drops \
              their rows; on a new database the upgrade stops with `table \"…\" does not exist`.",
        example: "```python\ndef upgrade():\n    op.drop_table(\"stock_alembic_version\")\n```",
        remedy: "Take the operation out of `upgrade` and its counterpart out of `downgrade`, and keep \
                 autogenerate away from tables of others with an `include_name` filter.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        if !is_read(module, sources) {
            continue;
        }
        let mut made = Made::default();
        for revision in &sources.revisions {
            let mut unknown: Vec<(&str, &Location)> = Vec::new();
            // One destructive revision is one finding: with the neighbour's tables in it, it is told so.
            let is_told = revision
                .upgrade
                .iter()
                .filter_map(dropped)
                .any(|table| is_told_otherwise(case, sources, table));
            for operation in &revision.upgrade {
                if let Some(table) = dropped(operation)
                    && !made.is_unread
                    && !made.has_table(canonical(module, table))
                    && !is_told
                {
                    unknown.push((table, &operation.location));
                }
                made.add(module, operation);
            }
            if let Some((_, first)) = unknown.first() {
                let names: Vec<&str> = unknown.iter().map(|(table, _)| *table).collect();
                let file = revision
                    .path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy();
                findings.push(
                    RULE.finding(
                        file.clone(),
                        format!(
                            "{file} drops tables that no revision before it creates: {}",
                            names.join(", ")
                        ),
                    )
                    .of(&module.module.name)
                    .at(first)
                    .remedy(
                        "take the operation out of upgrade, and its counterpart out of downgrade; pass \
                         include_name= to context.configure",
                    ),
                );
            }
        }
    }
    findings
}

/// The table of an `op.drop_table` that minds whether it is there.
fn dropped(operation: &Operation) -> Option<&str> {
    let line = &operation.location.source_line;
    match &operation.kind {
        OperationKind::DropTable { table }
            if line.contains("drop_table") && !line.contains("if_exists") =>
        {
            Some(table)
        }
        _ => None,
    }
}

/// A table of another module's models is told as the neighbour's.
fn is_told_otherwise(case: &Case<'_>, sources: &ModuleSources, table: &str) -> bool {
    !sources.tables.is_empty() && case.modules().any(|(_, theirs)| theirs.owns(table))
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    fn codes(body: &str) -> Vec<String> {
        let mut stage = Stage::one();
        stage
            .revision("shop", "def upgrade():\n    op.create_table('orders')\n")
            .revision("shop", &format!("def upgrade():\n    {body}\n"));
        stage.codes()
    }

    #[test]
    fn a_table_that_the_chain_never_had_is_found() {
        assert_eq!(codes("op.drop_table('stock_alembic_version')"), ["RD322"]);
    }

    #[test]
    fn own_guarded_and_unreadable_ones_are_not() {
        for body in [
            "op.drop_table('orders')",
            "op.drop_table('legacy', if_exists=True)",
            "op.execute('DROP TABLE IF EXISTS legacy')",
            "op.execute(text); op.drop_table('legacy')",
            "op.execute('CREATE TABLE legacy ()'); op.drop_table('legacy')",
            "op.rename_table('orders', 'legacy'); op.drop_table('legacy')",
        ] {
            assert!(codes(body).is_empty(), "{body}");
        }
    }

    #[test]
    fn a_revision_that_is_told_as_the_neighbours_is_not_told_again() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.models("shop", "class A(Base):\n    __tablename__ = 'orders'\n");
        stage.models("stock", "class A(Base):\n    __tablename__ = 'volumes'\n");
        stage.revision(
            "shop",
            "def upgrade():\n    op.drop_table('volumes')\n    op.drop_table('stock_version')\n",
        );
        assert_eq!(stage.codes(), ["RD305"]);
    }
}
