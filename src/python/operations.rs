//! What a revision's `upgrade` and `downgrade` do, as far as their calls are literal.
//!
//! Called by `survey::sources` for every revision file; judged by the schema rules. Functions of the
//! same file that are called from there are read in their place; loops over literal lists are
//! unrolled; nothing is executed.

use std::collections::HashMap;

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

use super::columns::{
    ColumnFact, EnumFact, KeyTarget, TableFact, column, is_column, listed, qualified,
    table_arguments,
};
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
        column: ColumnFact,
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
    let walk = |name: &str| {
        let mut walker = Walker {
            syntax,
            functions: &functions,
            names: names.clone(),
            batches: HashMap::new(),
            found: Vec::new(),
            depth: 0,
        };
        if let Some(function) = functions.get(name) {
            walker.statements(&function.body);
        }
        walker.found
    };
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

struct Walker<'a> {
    syntax: &'a Syntax,
    functions: &'a HashMap<&'a str, &'a StmtFunctionDef>,
    names: Names,
    /// `with op.batch_alter_table("t") as batch_op`: variable → table.
    batches: HashMap<String, String>,
    found: Vec<Operation>,
    depth: usize,
}

impl Walker<'_> {
    fn statements(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Expr(expression) => self.expression(&expression.value),
            Stmt::Return(back) => {
                if let Some(value) = &back.value {
                    self.expression(value);
                }
            }
            Stmt::Assign(assign) => {
                self.expression(&assign.value);
                if let Some(Expr::Name(name)) = assign.targets.first() {
                    self.names.bind(name.id.as_str(), &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.expression(value);
                    if let Expr::Name(name) = assign.target.as_ref() {
                        self.names.bind(name.id.as_str(), value);
                    }
                }
            }
            Stmt::For(each) => {
                self.names.bind_each(&each.target, &each.iter);
                self.statements(&each.body);
            }
            Stmt::While(each) => self.statements(&each.body),
            Stmt::If(branch) => {
                self.statements(&branch.body);
                for clause in &branch.elif_else_clauses {
                    self.statements(&clause.body);
                }
            }
            Stmt::Try(guarded) => {
                self.statements(&guarded.body);
                self.statements(&guarded.orelse);
                self.statements(&guarded.finalbody);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.enter(&item.context_expr, item.optional_vars.as_deref());
                }
                self.statements(&with.body);
            }
            _ => {}
        }
    }

    fn enter(&mut self, context: &Expr, variable: Option<&Expr>) {
        if let (Expr::Call(call), Some(Expr::Name(name))) = (context, variable)
            && self.names.last(&call.func) == Some("batch_alter_table")
            && let Some(table) = self.table_argument(call, "table_name", 0)
        {
            self.batches.insert(name.id.to_string(), table);
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::ListComp(each) => {
                for generator in &each.generators {
                    self.names.bind_each(&generator.target, &generator.iter);
                }
                self.expression(&each.elt);
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &ExprCall) {
        match call.func.as_ref() {
            Expr::Name(name) => self.inline(name.id.as_str()),
            Expr::Attribute(attribute) => {
                let method = attribute.attr.as_str();
                if let Expr::Name(owner) = attribute.value.as_ref() {
                    if let Some(table) = self.batches.get(owner.id.as_str()).cloned() {
                        self.operation(method, call, Some(&table));
                        return;
                    }
                    if owner.id.as_str() == "op" {
                        self.operation(method, call, None);
                        return;
                    }
                }
                match method {
                    "create" | "drop" => self.type_call(method, &attribute.value, call),
                    "execute" | "exec_driver_sql" => self.sql(call),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Reads a function of the same file where it is called.
    fn inline(&mut self, name: &str) {
        const DEEPEST: usize = 4;
        if self.depth < DEEPEST
            && let Some(function) = self.functions.get(name)
        {
            self.depth += 1;
            self.statements(&function.body);
            self.depth -= 1;
        }
    }

    fn push(&mut self, kind: OperationKind, location: &Location) {
        self.found.push(Operation {
            kind,
            location: location.clone(),
        });
    }

    /// `sa.Enum(…).create(bind)`, `status_enum.drop(bind)`.
    fn type_call(&mut self, method: &str, receiver: &Expr, call: &ExprCall) {
        let location = self.syntax.at(call);
        let enums = self.names.enums(receiver);
        if method == "drop" && enums.is_empty() {
            self.push(OperationKind::DropEnum { name: None }, &location);
        }
        for found in enums {
            let kind = if method == "drop" {
                OperationKind::DropEnum {
                    name: Some(found.name),
                }
            } else {
                OperationKind::CreateEnum(found)
            };
            self.push(kind, &location);
        }
    }

    fn operation(&mut self, method: &str, call: &ExprCall, batch: Option<&str>) {
        let location = self.syntax.at(call);
        if matches!(method, "execute") {
            self.sql(call);
            return;
        }
        // In a batch the table is known and the arguments move up by one.
        let shift = usize::from(batch.is_none());
        let table = match batch {
            Some(table) => Some(table.to_owned()),
            None => self.table_argument(call, "table_name", 0),
        };
        let text = |keyword: &str, position: usize| {
            call.arguments
                .find_argument_value(keyword, position)
                .and_then(|value| self.names.string(value))
        };
        let kind = match method {
            "create_table" => self.create_table(call, &location),
            "drop_table" => table.map(|table| OperationKind::DropTable { table }),
            "rename_table" => text("old_table_name", 0)
                .zip(text("new_table_name", 1))
                .map(|(from, to)| OperationKind::RenameTable { from, to }),
            "add_column" => table
                .zip(call.arguments.find_argument_value("column", shift))
                .and_then(|(table, value)| match value {
                    Expr::Call(inner) if is_column(inner, &self.names) => {
                        Some(OperationKind::AddColumn {
                            table,
                            column: column(inner, None, self.syntax, &self.names)?,
                        })
                    }
                    _ => None,
                }),
            "drop_column" => table
                .zip(text("column_name", shift))
                .map(|(table, column)| OperationKind::DropColumn { table, column }),
            "alter_column" => table
                .zip(text("column_name", shift))
                .map(|(table, column)| {
                    let given = call.arguments.find_keyword("type_");
                    OperationKind::AlterColumn {
                        table,
                        column,
                        sql_type: given.and_then(|given| SqlType::read(&given.value, &self.names)),
                        retyped: given.is_some(),
                        renamed: text("new_column_name", usize::MAX),
                    }
                }),
            "create_foreign_key" => self.foreign_key(call, batch),
            _ => None,
        };
        self.push(
            kind.unwrap_or_else(|| OperationKind::Other {
                method: method.to_owned(),
            }),
            &location,
        );
    }

    fn create_table(&mut self, call: &ExprCall, location: &Location) -> Option<OperationKind> {
        let (name, rest) = call.arguments.args.split_first()?;
        let table = TableFact {
            schema: call
                .arguments
                .find_keyword("schema")
                .and_then(|keyword| self.names.string(&keyword.value)),
            name: self.names.string(name)?,
            columns: table_arguments(rest, self.syntax, &self.names),
            location: location.clone(),
        };
        let created: Vec<_> = table
            .columns
            .iter()
            .filter_map(|column| {
                let found = column.enumeration.clone().filter(|found| found.creates)?;
                Some((found, column.location.clone()))
            })
            .collect();
        for (found, place) in created {
            self.push(OperationKind::CreateEnum(found), &place);
        }
        Some(OperationKind::CreateTable(table))
    }

    fn foreign_key(&self, call: &ExprCall, batch: Option<&str>) -> Option<OperationKind> {
        let shift = usize::from(batch.is_none());
        let argument =
            |keyword: &str, position: usize| call.arguments.find_argument_value(keyword, position);
        let schema = |keyword: &str| {
            call.arguments
                .find_keyword(keyword)
                .and_then(|found| self.names.string(&found.value))
        };
        let table = match batch {
            Some(table) => table.to_owned(),
            None => qualified(
                schema("source_schema").as_deref(),
                &self.names.string(argument("source_table", 1)?)?,
            ),
        };
        let referred = self.names.string(argument("referent_table", 1 + shift)?)?;
        Some(OperationKind::CreateForeignKey {
            table,
            columns: listed(argument("local_cols", 2 + shift), &self.names),
            referred: qualified(schema("referent_schema").as_deref(), &referred),
            referred_columns: listed(argument("remote_cols", 3 + shift), &self.names),
        })
    }

    fn table_argument(&self, call: &ExprCall, keyword: &str, position: usize) -> Option<String> {
        let name = self
            .names
            .string(call.arguments.find_argument_value(keyword, position)?)?;
        let schema = call
            .arguments
            .find_keyword("schema")
            .and_then(|found| self.names.string(&found.value));
        Some(qualified(schema.as_deref(), &name))
    }

    fn sql(&mut self, call: &ExprCall) {
        let location = self.syntax.at(call);
        let Some(argument) = call.arguments.args.first() else {
            return;
        };
        let texts = self.names.strings(argument);
        if texts.is_empty() {
            // What cannot be read may drop a type; the name-less drop keeps the rules silent.
            let written = self.syntax.source(ruff_text_size::Ranged::range(argument));
            if written.to_ascii_uppercase().contains("DROP") {
                self.push(OperationKind::DropEnum { name: None }, &location);
            }
        }
        for text in texts {
            for kind in super::sql::statements(&text) {
                self.push(kind, &location);
            }
        }
    }
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
