//! Walks a function of a revision in the order of its statements and collects its operations.

use std::collections::HashMap;

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged as _;

use super::{Operation, OperationKind};
use crate::model::Location;
use crate::python::columns::{TableFact, column, is_column, listed, qualified, table_arguments};
use crate::python::contents::hide_secrets;
use crate::python::names::Names;
use crate::python::sql;
use crate::python::sql_type::SqlType;
use crate::python::syntax::Syntax;

/// The functions of a file, by name.
pub(super) type Functions<'a> = HashMap<&'a str, &'a StmtFunctionDef>;

/// What the function of this name does; nothing if there is none.
pub(super) fn operations(
    name: &str,
    syntax: &Syntax,
    functions: &Functions<'_>,
    names: Names,
) -> Vec<Operation> {
    let mut walker = Walker {
        syntax,
        functions,
        names,
        batches: HashMap::new(),
        found: Vec::new(),
        depth: 0,
    };
    if let Some(function) = functions.get(name) {
        walker.statements(&function.body);
    }
    walker.found
}

struct Walker<'a> {
    syntax: &'a Syntax,
    functions: &'a Functions<'a>,
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
            Stmt::Expr(expression) => {
                self.unread(&expression.value);
                self.expression(&expression.value);
            }
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

    /// Marks a call whose effects stand somewhere else.
    fn unread(&mut self, expression: &Expr) {
        /// Calls that make nothing in a database.
        const HARMLESS: [&str; 16] = [
            "print", "log", "debug", "info", "warning", "warn", "error", "commit", "rollback",
            "close", "append", "extend", "add", "update", "sleep", "flush",
        ];
        let Expr::Call(call) = expression else {
            return;
        };
        let is_unread = match call.func.as_ref() {
            Expr::Name(name) => {
                let name = name.id.as_str();
                !self.functions.contains_key(name) && !HARMLESS.contains(&name)
            }
            Expr::Attribute(attribute) => {
                let method = attribute.attr.as_str();
                let is_known = matches!(attribute.value.as_ref(), Expr::Name(owner)
                    if owner.id.as_str() == "op" || self.batches.contains_key(owner.id.as_str()));
                match method {
                    "create" => self.names.enums(&attribute.value).is_empty(),
                    "drop" | "execute" | "exec_driver_sql" => false,
                    _ => !is_known && !HARMLESS.contains(&method),
                }
            }
            _ => true,
        };
        if is_unread {
            let location = self.syntax.at(call);
            self.push(OperationKind::Unread, &location);
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
                            column: Box::new(column(inner, None, self.syntax, &self.names)?),
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
                        existing: call
                            .arguments
                            .find_keyword("existing_type")
                            .and_then(|given| SqlType::read(&given.value, &self.names)),
                        nullable: call
                            .arguments
                            .find_keyword("nullable")
                            .and_then(|given| Some(given.value.as_boolean_literal_expr()?.value)),
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
        // `*columns`, `shared_column`: what they bring stands somewhere else.
        if rest
            .iter()
            .any(|argument| !matches!(argument, Expr::Call(_)))
        {
            self.push(OperationKind::Unread, location);
        }
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
                let place = column.type_location.as_ref().unwrap_or(&column.location);
                Some((found, place.clone()))
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

    /// `table.insert()…`, `sa.select(…)`: an expression that moves rows and makes nothing.
    fn is_statement(&self, mut expression: &Expr) -> bool {
        const ROWS: [&str; 4] = ["insert", "update", "delete", "select"];
        while let Expr::Call(call) = expression {
            if self
                .names
                .last(&call.func)
                .is_some_and(|name| ROWS.contains(&name))
            {
                return true;
            }
            let Expr::Attribute(attribute) = call.func.as_ref() else {
                return false;
            };
            expression = &attribute.value;
        }
        false
    }

    fn sql(&mut self, call: &ExprCall) {
        let location = self.syntax.at(call);
        let Some(argument) = call.arguments.args.first() else {
            return;
        };
        let texts = self.names.strings(argument);
        if texts.is_empty() {
            let kind = if self.is_statement(argument) {
                let written = self.syntax.source(argument.range());
                let line: Vec<&str> = written.split_whitespace().collect();
                let written = hide_secrets(&line.join(" ")).into_owned();
                OperationKind::Rows { written }
            } else {
                OperationKind::Unread
            };
            self.push(kind, &location);
        }
        if texts.is_empty() {
            // What cannot be read may drop a type; the name-less drop keeps the rules silent.
            let written = self.syntax.source(argument.range());
            if written.to_ascii_uppercase().contains("DROP") {
                self.push(OperationKind::DropEnum { name: None }, &location);
            }
        }
        for text in texts {
            let known = sql::statements(&text);
            self.push(OperationKind::Sql { text }, &location);
            for kind in known {
                self.push(kind, &location);
            }
        }
    }
}
