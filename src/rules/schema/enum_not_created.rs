//! RD314 enum-not-created: a column gets an ENUM type that nothing has created.

use super::made::{Made, by_chain, is_read};
use super::ownership::canonical;
use super::sharing::possible_neighbours;
use crate::evidence::ModuleEvidence;
use crate::python::operations::{Operation, OperationKind, RevisionOperations};
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD314",
    name: "enum-not-created",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a column is added with an ENUM type that no revision creates",
    explanation: Explanation {
        what: "`op.add_column` or `op.alter_column` gives a column an ENUM type that neither this \
               revision nor one before it creates.",
        why: "`op.create_table` creates the ENUM types of its columns, `op.add_column` and \
              `op.alter_column` do not: the upgrade stops with `type \"…\" does not exist`.",
        example: "```python\nop.add_column(\"users\", sa.Column(\"role\", sa.Enum(\"ADMIN\", \"USER\", \
                  name=\"role_enum\")))\n```",
        remedy: "Create the type first, and drop it in the downgrade:\n\n```python\n\
                 sa.Enum(\"ADMIN\", \"USER\", name=\"role_enum\").create(op.get_bind(), checkfirst=True)\n```",
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
            for operation in &revision.upgrade {
                if let Some((table, column, name)) = uses(operation)
                    && !made.is_unread
                    && !made.enums.contains(name)
                    // A table that the chain did not make came from elsewhere, as its types may have.
                    && made.has_table(canonical(module, table))
                    && !is_made_elsewhere(case, module, name)
                {
                    let found = finding(revision, operation, &format!("{table}.{column}"), name);
                    findings.push(found.of(&module.module.name));
                    made.enums.insert(name.to_owned());
                }
                made.add(module, operation);
            }
        }
    }
    findings
}

/// The table, the column and the ENUM type that an operation needs to be there.
fn uses(operation: &Operation) -> Option<(&str, &str, &str)> {
    match &operation.kind {
        OperationKind::AddColumn { table, column } => {
            let name = &column.enumeration.as_ref()?.name;
            Some((table, &column.name, name))
        }
        OperationKind::AlterColumn {
            table,
            column,
            sql_type: Some(kind),
            ..
        } if kind.is_enum => Some((table, column, &kind.name)),
        _ => None,
    }
}

fn is_made_elsewhere(case: &Case<'_>, module: &ModuleEvidence, name: &str) -> bool {
    possible_neighbours(case, module)
        .into_iter()
        .any(|(other, theirs)| by_chain(other, theirs).enums.contains(name))
}

fn finding(
    revision: &RevisionOperations,
    operation: &Operation,
    column: &str,
    name: &str,
) -> Finding {
    let file = revision
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let finding = RULE
        .finding(
            name,
            format!("{file} gives {column} the ENUM {name}, and nothing has created it"),
        )
        .at(&operation.location)
        .remedy(format!(
            "create {name} before the column gets it: .create(op.get_bind(), checkfirst=True); drop it \
             in the downgrade"
        ));
    match correction(operation) {
        Some(edit) => finding.edit(edit),
        None => finding,
    }
}

/// The line that creates the type, before the operation; only where the type is written on one line
/// with its labels.
fn correction(operation: &Operation) -> Option<LineEdit> {
    let OperationKind::AddColumn { column, .. } = &operation.kind else {
        return None;
    };
    let written = column.written_type.as_ref()?;
    let has_labels = !column.enumeration.as_ref()?.labels.is_empty();
    let location = &operation.location;
    let indent: String = location
        .source_line
        .chars()
        .take(location.column.saturating_sub(1))
        .collect();
    (has_labels && !written.contains('\n') && indent.trim().is_empty()).then(|| LineEdit {
        path: location.path.clone(),
        line: location.line,
        before: Vec::new(),
        after: vec![format!(
            "{indent}{written}.create(op.get_bind(), checkfirst=True)"
        )],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const TABLE: &str = "def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer()))\n";

    fn codes(first: &str, second: &str) -> Vec<String> {
        let mut stage = Stage::one();
        stage.revision("shop", first).revision("shop", second);
        stage.codes()
    }

    #[test]
    fn a_type_that_add_column_uses_first_is_found_with_the_line_that_creates_it() {
        let mut stage = Stage::one();
        stage.revision("shop", TABLE).revision(
            "shop",
            "def upgrade():\n    op.add_column('t', sa.Column('s', sa.Enum('A', name='s_enum')))\n",
        );
        let finding = stage.only("RD314");
        assert_eq!(finding.location.unwrap().line, 2);
        assert_eq!(
            finding.remedy.diff.unwrap().after,
            ["    sa.Enum('A', name='s_enum').create(op.get_bind(), checkfirst=True)"]
        );
        let altered =
            "def upgrade():\n    op.alter_column('t', 'id', type_=sa.Enum('A', name='s_enum'))\n";
        assert_eq!(codes(TABLE, altered), ["RD314"]);
    }

    #[test]
    fn a_type_that_is_there_or_may_be_is_not() {
        let add = "    op.add_column('t', sa.Column('s', sa.Enum('A', name='s_enum')))\n";
        for before in [
            "    sa.Enum('A', name='s_enum').create(op.get_bind(), checkfirst=True)\n",
            "    op.execute(\"CREATE TYPE s_enum AS ENUM ('A')\")\n",
            "    op.create_table('u', sa.Column('s', sa.Enum('A', name='s_enum')))\n",
            "    op.execute(open('types.sql').read())\n",
            "    create_types(op.get_bind())\n",
            "    shared.Status.create(op.get_bind())\n",
            "    Base.metadata.create_all(op.get_bind())\n",
            "    op.create_table('u', sa.Column('s', status_type))\n",
            "    op.create_table('u', *columns())\n",
            "    op.sync_enum_values('public', 's_enum', ['A'])\n",
        ] {
            let found = codes(TABLE, &format!("def upgrade():\n{before}{add}"));
            assert!(!found.contains(&"RD314".to_owned()), "{before}");
        }
        // The table came from elsewhere, and its types may have, too.
        assert!(
            codes(
                "def upgrade():\n    pass\n",
                &format!("def upgrade():\n{add}")
            )
            .is_empty()
        );
    }
}
