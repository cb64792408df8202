//! What a revision's `upgrade` and `downgrade` do, as far as their calls are literal.
//!
//! Called by `survey::sources` for every revision file; judged by the schema rules. Functions of the
//! same file that are called from there are read in their place; loops over literal lists are
//! unrolled; nothing is executed.

mod walker;

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

use super::columns::{ColumnFact, EnumFact, KeyTarget, TableFact};
use super::names::Names;
use super::sql_type::SqlType;
use super::syntax::Syntax;
use crate::model::Location;

/// One thing that a revision does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What.
    pub kind: OperationKind,
    /// Where.
    pub location: Location,
}

/// The operations that the rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// `op.create_table`.
    CreateTable(TableFact),
    /// `op.drop_table`, or `DROP TABLE` in SQL.
    DropTable {
        /// `schema.table` or `table`.
        table: String,
    },
    /// `op.rename_table`.
    RenameTable {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// `op.add_column`.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: Box<ColumnFact>,
    },
    /// `op.drop_column`.
    DropColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// `op.alter_column` with a new type or name.
    AlterColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The new type; none where it stays or cannot be read.
        sql_type: Option<SqlType>,
        /// Whether a type is given at all.
        retyped: bool,
        /// The new name.
        renamed: Option<String>,
        /// The type that it had, where `existing_type` says so.
        existing: Option<SqlType>,
        /// The new `nullable`, where it is given.
        nullable: Option<bool>,
    },
    /// `op.create_foreign_key`.
    CreateForeignKey {
        /// The table.
        table: String,
        /// Its columns.
        columns: Vec<String>,
        /// The table referred to.
        referred: String,
        /// Its columns.
        referred_columns: Vec<String>,
    },
    /// An ENUM type is created: by `create()`, by SQL, or with the table that uses it first.
    CreateEnum(EnumFact),
    /// An ENUM type is dropped; none where its name cannot be read.
    DropEnum {
        /// The name.
        name: Option<String>,
    },
    /// `CREATE TABLE` in SQL, or a table that takes this name by `RENAME TO`.
    CreateTableInSql {
        /// The table, without its schema.
        table: String,
    },
    /// SQL whose text can be read; what the other kinds know of it stands after it.
    Sql {
        /// The text.
        text: String,
    },
    /// An expression that moves rows: `table.update().where(…)`.
    Rows {
        /// As it is written, in one line, without secrets.
        written: String,
    },
    /// Something that may do anything and cannot be read: SQL that is put together or read from a
    /// file, a function of another file, `create_all`.
    Unread,
    /// Anything else that changes the database through `op`.
    Other {
        /// The method.
        method: String,
    },
}

/// Where a statement can be added at the end of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsertionPoint {
    /// The line, from 1, before which the new line goes.
    pub line: usize,
    /// The indentation.
    pub indent: String,
}

/// What a revision file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionOperations {
    /// The file.
    pub path: std::path::PathBuf,
    /// In `upgrade`, in order.
    pub upgrade: Vec<Operation>,
    /// In `downgrade`, in order.
    pub downgrade: Vec<Operation>,
    /// The end of `downgrade`; none where there is no such function.
    pub downgrade_end: Option<InsertionPoint>,
    /// How the file names Alembic's SQLAlchemy import: `sa`, where it has one.
    pub sqlalchemy: Option<String>,
}

/// Reads one revision file.
pub fn read(syntax: &Syntax) -> RevisionOperations {
    let mut names = Names::of(syntax.body());
    let mut functions = HashMap::new();
    let mut sqlalchemy = None;
    for statement in syntax.body() {
        match statement {
            Stmt::FunctionDef(function) => {
                functions.insert(function.name.as_str(), function);
            }
            Stmt::Assign(assign) => {
                if let Some(Expr::Name(name)) = assign.targets.first() {
                    names.bind(name.id.as_str(), &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (assign.target.as_ref(), &assign.value) {
                    names.bind(name.id.as_str(), value);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    if alias.name.as_str() == "sqlalchemy" {
                        let local = alias.asname.as_ref().unwrap_or(&alias.name);
                        sqlalchemy = Some(local.to_string());
                    }
                }
            }
            _ => {}
        }
    }
    let walk = |name: &str| walker::operations(name, syntax, &functions, names.clone());
    RevisionOperations {
        path: syntax.path().to_owned(),
        upgrade: walk("upgrade"),
        downgrade: walk("downgrade"),
        downgrade_end: functions
            .get("downgrade")
            .and_then(|function| insertion_point(function, syntax)),
        sqlalchemy,
    }
}

fn insertion_point(function: &StmtFunctionDef, syntax: &Syntax) -> Option<InsertionPoint> {
    let first = syntax.at(function.body.first()?);
    let last = function.body.last()?;
    Some(InsertionPoint {
        line: syntax.last_line(last) + 1,
        indent: first.source_line.chars().take(first.column - 1).collect(),
    })
}

/// The single-column foreign keys that an operation creates: `(table, column, target table, target
/// column)`.
pub fn foreign_keys(operation: &Operation) -> Vec<(String, String, String, String)> {
    let of_column = |table: &str, column: &ColumnFact| {
        column
            .references
            .iter()
            .filter_map(|reference| match &reference.target {
                KeyTarget::Column {
                    table: to,
                    column: key,
                } => Some((
                    table.to_owned(),
                    column.name.clone(),
                    to.clone(),
                    key.clone(),
                )),
                KeyTarget::Attribute { .. } => None,
            })
            .collect::<Vec<_>>()
    };
    match &operation.kind {
        OperationKind::CreateTable(table) => table
            .columns
            .iter()
            .flat_map(|column| of_column(&table.qualified(), column))
            .collect(),
        OperationKind::AddColumn { table, column } => of_column(table, column),
        OperationKind::CreateForeignKey {
            table,
            columns,
            referred,
            referred_columns,
        } => columns
            .iter()
            .zip(referred_columns)
            .map(|(column, key)| (table.clone(), column.clone(), referred.clone(), key.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn operations(source: &str) -> RevisionOperations {
        read(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()))
    }

    fn enums(list: &[Operation]) -> Vec<String> {
        list.iter()
            .filter_map(|operation| match &operation.kind {
                OperationKind::CreateEnum(found) => Some(format!("+{}", found.name)),
                OperationKind::DropEnum { name } => {
                    Some(format!("-{}", name.as_deref().unwrap_or("?")))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn enums_are_found_in_every_usual_form() {
        let read = operations(
            r#"
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
KINDS = ("f", "g")
shared = postgresql.ENUM("A", "B", name="d", create_type=False)

def types():
    op.execute("CREATE TYPE c AS ENUM ('X')")

def upgrade():
    types()
    shared.create(op.get_bind(), checkfirst=True)
    op.create_table("t",
        sa.Column("a", sa.Enum("A", name="a")),
        sa.Column("b", postgresql.ENUM("B", name="b", create_type=False)),
        sa.Column("d", shared))

def downgrade():
    op.drop_table("t")
    sa.Enum(name="a").drop(op.get_bind(), checkfirst=True)
    op.execute(sa.text("DROP TYPE IF EXISTS c, \"d\" CASCADE"))
    for kind in KINDS:
        op.execute(f"DROP TYPE {kind}_enum")
    unknown.drop(op.get_bind())
"#,
        );
        assert_eq!(enums(&read.upgrade), ["+c", "+d", "+a"]);
        assert_eq!(
            enums(&read.downgrade),
            ["-a", "-c", "-d", "-f_enum", "-g_enum", "-?"]
        );
        assert_eq!(
            read.downgrade_end,
            Some(InsertionPoint {
                line: 26,
                indent: "    ".to_owned()
            })
        );
    }

    #[test]
    fn tables_columns_and_keys_also_in_batches() {
        let read = operations(
            r#"
def upgrade():
    op.create_table("a", sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["b.id"]), sa.PrimaryKeyConstraint("id"), schema="s")
    op.create_foreign_key("fk", "a", "b", ["x"], ["y"], referent_schema="r")
    with op.batch_alter_table("t") as batch_op:
        batch_op.add_column(sa.Column("c", sa.Uuid(), sa.ForeignKey("u.id")))
        batch_op.create_foreign_key("fk2", "v", ["c"], ["id"])
        batch_op.alter_column("c", type_=sa.BigInteger())
    op.drop_table("old")

def downgrade():
    pass
"#,
        );
        let keys: Vec<_> = read.upgrade.iter().flat_map(foreign_keys).collect();
        let keys: Vec<_> = keys
            .iter()
            .map(|(table, column, to, key)| format!("{table}.{column} -> {to}.{key}"))
            .collect();
        assert_eq!(
            keys,
            [
                "s.a.id -> b.id",
                "a.x -> r.b.y",
                "t.c -> u.id",
                "t.c -> v.id"
            ]
        );
        assert!(matches!(
            &read.upgrade[4].kind,
            OperationKind::AlterColumn { sql_type: Some(kind), .. } if kind.name == "bigint"
        ));
        assert!(
            matches!(&read.upgrade[5].kind, OperationKind::DropTable { table } if table == "old")
        );
    }
}
