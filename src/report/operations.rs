//! What a revision does, in words: one line an operation. Pure; called by the app's chain view.
//!
//! It is read from the source, as the rules read it: what cannot be read is said, too.

use std::path::Path;

use crate::model::text::count;
use crate::python::Syntax;
use crate::python::operations::{Operation, OperationKind, read};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doing {
    /// Its line in the file.
    pub line: usize,
    /// What it does.
    pub words: String,
    /// Whether something is gone afterwards.
    pub is_loss: bool,
}

/// Both directions of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Does {
    /// In `upgrade`, in order.
    pub upgrade: Vec<Doing>,
    /// In `downgrade`, in order.
    pub downgrade: Vec<Doing>,
}

/// Reads a revision's text.
pub fn does(path: &Path, text: &str) -> Does {
    let operations = read(&Syntax::parse(path, text.as_bytes()));
    let told = |all: &[Operation]| all.iter().map(tell).collect();
    Does {
        upgrade: told(&operations.upgrade),
        downgrade: told(&operations.downgrade),
    }
}

fn tell(operation: &Operation) -> Doing {
    let (words, is_loss) = words(&operation.kind);
    Doing {
        line: operation.location.line,
        words,
        is_loss,
    }
}

fn words(kind: &OperationKind) -> (String, bool) {
    let words = match kind {
        OperationKind::CreateTable(table) => format!(
            "create table {}: {}",
            table.qualified(),
            count(table.columns.len(), "column")
        ),
        OperationKind::CreateTableInSql { table } => format!("create table {table}, in SQL"),
        OperationKind::DropTable { table } => return (format!("drop table {table}"), true),
        OperationKind::RenameTable { from, to } => format!("rename table {from} to {to}"),
        OperationKind::AddColumn { table, column } => {
            let written = column.sql_type.as_ref().map(ToString::to_string);
            let of_type = written.or_else(|| column.written_type.clone());
            let of_type = of_type.map(|text| format!(" {text}")).unwrap_or_default();
            format!("add column {table}.{}{of_type}", column.name)
        }
        OperationKind::DropColumn { table, column } => {
            return (format!("drop column {table}.{column}"), true);
        }
        OperationKind::AlterColumn { .. } => altered(kind),
        OperationKind::CreateForeignKey {
            table,
            columns,
            referred,
            referred_columns,
        } => format!(
            "foreign key {table} ({}) to {referred} ({})",
            columns.join(", "),
            referred_columns.join(", ")
        ),
        OperationKind::CreateEnum(fact) => {
            format!("create type {} ({})", fact.name, fact.labels.join(", "))
        }
        OperationKind::DropEnum { name } => {
            let name = name.as_deref().unwrap_or("of a name that cannot be read");
            return (format!("drop type {name}"), true);
        }
        OperationKind::Sql { text } => return statement(text),
        OperationKind::Rows { written } => written.clone(),
        OperationKind::Unread => "something that cannot be read from here".to_owned(),
        OperationKind::Other { method } => {
            return (method.replace('_', " "), method.starts_with("drop_"));
        }
    };
    (words, false)
}

fn altered(kind: &OperationKind) -> String {
    let OperationKind::AlterColumn {
        table,
        column,
        sql_type,
        retyped,
        renamed,
        existing,
        nullable,
    } = kind
    else {
        return String::new();
    };
    let mut words = format!("alter column {table}.{column}");
    if let Some(name) = renamed {
        words += ", rename to ";
        words += name;
    }
    if *retyped {
        let new = sql_type
            .as_ref()
            .map_or("another type".to_owned(), ToString::to_string);
        let old = existing.as_ref().map(|old| format!(" from {old}"));
        words += ", type";
        words += &old.unwrap_or_default();
        words += " to ";
        words += &new;
    }
    match nullable {
        Some(true) => words += ", nullable",
        Some(false) => words += ", not null",
        None => {}
    }
    words
}

/// SQL in one line.
fn statement(text: &str) -> (String, bool) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let upper = line.to_uppercase();
    let is_loss = ["DROP ", "DELETE ", "TRUNCATE "]
        .iter()
        .any(|word| upper.contains(word));
    (line, is_loss)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_told_in_their_order() {
        let text = "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    \
                    op.create_table(\"a\", sa.Column(\"id\", sa.Integer(), primary_key=True))\n    \
                    op.add_column(\"a\", sa.Column(\"t\", sa.String(80)))\n    \
                    op.create_index(\"ix\", \"a\", [\"t\"])\n    \
                    op.execute(\"\"\"UPDATE a\n      SET t = 'x'\"\"\")\n\n\ndef downgrade():\n    \
                    op.drop_table(\"a\")\n";
        let does = does(Path::new("/p/r.py"), text);
        let told: Vec<_> = does
            .upgrade
            .iter()
            .map(|doing| (doing.line, &*doing.words, doing.is_loss))
            .collect();
        assert_eq!(
            told,
            [
                (6, "create table a: 1 column", false),
                (7, "add column a.t character varying(80)", false),
                (8, "create index", false),
                (9, "UPDATE a SET t = 'x'", false),
            ]
        );
        assert_eq!(does.downgrade.len(), 1);
        assert!(does.downgrade[0].is_loss);
    }
}
