//! Reads the classes and `Table` calls of one file, before inheritance is resolved.

use std::collections::{BTreeMap, HashSet};

use ruff_python_ast::{Expr, Operator, Stmt, StmtClassDef};

use super::Class;
use crate::python::columns::{
    ColumnFact, KeyTarget, ReferenceFact, TableFact, apply_constraint, column, is_column,
    keyword_is, table_arguments,
};
use crate::python::names::Names;
use crate::python::sql_type::SqlType;
use crate::python::syntax::Syntax;

/// Reads one file.
pub(super) struct Reader<'a> {
    syntax: &'a Syntax,
    overridden: &'a HashSet<String>,
    /// `uuid_pk = Annotated[uuid.UUID, mapped_column(primary_key=True)]`.
    annotated: BTreeMap<String, Expr>,
}

impl<'a> Reader<'a> {
    /// `overridden`: the Python types with a database type of the application's own.
    pub(super) fn new(syntax: &'a Syntax, overridden: &'a HashSet<String>) -> Self {
        Self {
            syntax,
            overridden,
            annotated: BTreeMap::new(),
        }
    }

    /// Reads a statement of the module: its classes and tables are added to the lists.
    pub(super) fn statement(
        &mut self,
        statement: &Stmt,
        names: &mut Names,
        classes: &mut Vec<Class>,
        tables: &mut Vec<TableFact>,
    ) {
        match statement {
            Stmt::ClassDef(class) => classes.push(self.class(class, names)),
            Stmt::Assign(assign) => {
                if let Some(Expr::Name(name)) = assign.targets.first() {
                    self.assigned(name.id.as_str(), &assign.value, names, tables);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (assign.target.as_ref(), &assign.value) {
                    self.assigned(name.id.as_str(), value, names, tables);
                }
            }
            Stmt::Expr(expression) => tables.extend(self.table(&expression.value, names)),
            Stmt::If(branch) => {
                for inner in &branch.body {
                    self.statement(inner, names, classes, tables);
                }
            }
            _ => {}
        }
    }

    fn assigned(
        &mut self,
        name: &str,
        value: &Expr,
        names: &mut Names,
        tables: &mut Vec<TableFact>,
    ) {
        if let Some(table) = self.table(value, names) {
            tables.push(table);
        } else if let Expr::Subscript(subscript) = value
            && names.last(&subscript.value) == Some("Annotated")
        {
            self.annotated.insert(name.to_owned(), value.clone());
        } else {
            names.bind(name, value);
        }
    }

    /// `Table("name", metadata, Column(…), …)`.
    fn table(&self, value: &Expr, names: &Names) -> Option<TableFact> {
        let Expr::Call(call) = value else { return None };
        if names.last(&call.func) != Some("Table") {
            return None;
        }
        let (name, rest) = call.arguments.args.split_first()?;
        Some(TableFact {
            schema: call
                .arguments
                .find_keyword("schema")
                .and_then(|keyword| names.string(&keyword.value)),
            name: names.string(name)?,
            columns: table_arguments(rest, self.syntax, names),
            location: self.syntax.at(call),
        })
    }

    fn class(&self, class: &StmtClassDef, names: &Names) -> Class {
        let bases: Vec<&Expr> = class
            .arguments
            .iter()
            .flat_map(|arguments| &arguments.args)
            .collect();
        let mut names = names.clone();
        let mut found = Class {
            name: class.name.to_string(),
            bases: bases
                .iter()
                .filter_map(|base| names.last(base).map(str::to_owned))
                .collect(),
            table: implied_table(class, &bases, &names),
            schema: None,
            columns: Vec::new(),
            location: self.syntax.at(&class.name),
        };
        let mut constraints = Vec::new();
        for statement in &class.body {
            let (target, annotation, value) = match statement {
                Stmt::Assign(assign) => (assign.targets.first(), None, Some(assign.value.as_ref())),
                Stmt::AnnAssign(assign) => (
                    Some(assign.target.as_ref()),
                    Some(assign.annotation.as_ref()),
                    assign.value.as_deref(),
                ),
                _ => continue,
            };
            let Some(Expr::Name(name)) = target else {
                continue;
            };
            match (name.id.as_str(), value) {
                ("__tablename__", Some(value)) => found.table = names.string(value),
                ("__table_args__", Some(value)) => {
                    found.schema = schema_of(value, &names);
                    if let Expr::Tuple(tuple) = value {
                        constraints.extend(&tuple.elts);
                    }
                }
                // `__table__ = Table("x", …)`: the class is that table.
                ("__table__", Some(value)) => {
                    if let Some(table) = self.table(value, &names) {
                        found.table = Some(table.name);
                        found.schema = table.schema;
                        found.columns.extend(table.columns);
                    }
                }
                (attribute, value) => {
                    if let Some(column) = self.attribute(attribute, annotation, value, &names) {
                        found.columns.push(column);
                    } else if let Some(value) = value {
                        names.bind(attribute, value);
                    }
                }
            }
        }
        for constraint in constraints {
            apply_constraint(constraint, &mut found.columns, self.syntax, &names);
        }
        found
    }

    /// One attribute of a class, where it is a column.
    fn attribute(
        &self,
        name: &str,
        annotation: Option<&Expr>,
        value: Option<&Expr>,
        names: &Names,
    ) -> Option<ColumnFact> {
        let call = match value {
            Some(Expr::Call(call)) => Some(call),
            _ => None,
        };
        if let Some(call) = call
            && names.last(&call.func) == Some("Field")
        {
            return self.sqlmodel_field(name, annotation?, call, names);
        }
        let explicit = match call {
            Some(call) if is_column(call, names) => column(call, Some(name), self.syntax, names),
            // `relationship()`, `association_proxy()`: no column.
            Some(_) => return None,
            None => None,
        };
        let Some(inner) = annotation.and_then(|annotation| mapped(annotation, names)) else {
            return explicit;
        };
        let mut fact = match explicit {
            Some(fact) => fact,
            // `name: Mapped[str]` alone is a column; `Mapped["User"]` of a class is not one.
            None => self.bare(name, inner, names)?,
        };
        self.refine(&mut fact, inner, names);
        Some(fact)
    }

    /// A column that has an annotation only.
    fn bare(&self, name: &str, inner: &Expr, names: &Names) -> Option<ColumnFact> {
        let known = match optional(inner, names) {
            Expr::Name(alias) if self.annotated.contains_key(alias.id.as_str()) => true,
            other => names
                .last(other)
                .is_some_and(|python| SqlType::from_annotation(python).is_some()),
        };
        known.then(|| ColumnFact {
            name: name.to_owned(),
            sql_type: None,
            written_type: None,
            type_location: None,
            enumeration: None,
            primary_key: false,
            not_null: false,
            filled: false,
            references: Vec::new(),
            location: self.syntax.at(inner),
        })
    }

    /// Adds what the annotation says where the column itself says nothing.
    fn refine(&self, fact: &mut ColumnFact, inner: &Expr, names: &Names) {
        let mut inner = optional(inner, names);
        if let Expr::Name(alias) = inner
            && let Some(Expr::Subscript(annotated)) = self.annotated.get(alias.id.as_str())
            && let Expr::Tuple(parts) = annotated.slice.as_ref()
        {
            for part in parts.iter().skip(1) {
                if let Expr::Call(call) = part
                    && is_column(call, names)
                    && let Some(shared) = column(call, Some(&fact.name), self.syntax, names)
                {
                    fact.primary_key |= shared.primary_key;
                    fact.references.extend(shared.references);
                    fact.sql_type = fact.sql_type.take().or(shared.sql_type);
                }
            }
            if let Some(first) = parts.elts.first() {
                inner = first;
            }
        }
        // With a foreign key and no type of its own a column takes the key's type, whatever the
        // annotation says (sqlalchemy.orm.properties, `_init_column_for_annotation`).
        if fact.written_type.is_some() || fact.sql_type.is_some() || !fact.references.is_empty() {
            return;
        }
        self.type_from(fact, inner, names);
    }

    fn type_from(&self, fact: &mut ColumnFact, annotation: &Expr, names: &Names) {
        use ruff_text_size::Ranged as _;
        let Some(python) = names.last(annotation) else {
            return;
        };
        if self.overridden.contains(python) {
            return;
        }
        fact.sql_type = SqlType::from_annotation(python);
        fact.written_type = Some(self.syntax.source(annotation.range()).to_owned());
        fact.type_location = Some(self.syntax.at(annotation));
    }

    /// `id: uuid.UUID = Field(primary_key=True, foreign_key="t.c")`.
    fn sqlmodel_field(
        &self,
        name: &str,
        annotation: &Expr,
        call: &ruff_python_ast::ExprCall,
        names: &Names,
    ) -> Option<ColumnFact> {
        if let Some(keyword) = call.arguments.find_keyword("sa_column") {
            let Expr::Call(inner) = &keyword.value else {
                return None;
            };
            return column(inner, Some(name), self.syntax, names);
        }
        let inner = optional(annotation, names);
        names.last(inner)?;
        let mut fact = self.bare(name, inner, names)?;
        fact.primary_key = keyword_is(call, "primary_key", true);
        if call.arguments.find_keyword("sa_type").is_none() {
            self.type_from(&mut fact, inner, names);
        }
        if let Some(keyword) = call.arguments.find_keyword("foreign_key")
            && let Some(target) = names
                .string(&keyword.value)
                .and_then(|text| KeyTarget::parse(&text))
        {
            fact.references.push(ReferenceFact {
                target,
                location: self.syntax.at(keyword),
            });
        }
        Some(fact)
    }
}

/// The table name that a framework derives from the class: `SQLModel` and Flask-SQLAlchemy.
fn implied_table(class: &StmtClassDef, bases: &[&Expr], names: &Names) -> Option<String> {
    let is_table = class.arguments.as_ref().is_some_and(|arguments| {
        arguments.find_keyword("table").is_some_and(
            |keyword| matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value),
        )
    });
    if is_table {
        return Some(class.name.to_lowercase());
    }
    let is_flask = bases.iter().any(|base| {
        matches!(base, Expr::Attribute(attribute) if attribute.attr.as_str() == "Model"
            && names.last(&attribute.value) == Some("db"))
    });
    let is_abstract = class.body.iter().any(|statement| {
        matches!(statement, Stmt::Assign(assign)
            if matches!(assign.targets.first(), Some(Expr::Name(name)) if name.id.as_str() == "__abstract__"))
    });
    (is_flask && !is_abstract).then(|| snake_case(&class.name))
}

/// As Flask-SQLAlchemy's `camel_to_snake_case`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let after_lower = index > 0 && !letters[index - 1].is_uppercase();
        let before_lower = index > 0
            && letters[index - 1].is_uppercase()
            && letters
                .get(index + 1)
                .is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || before_lower) && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn schema_of(table_arguments: &Expr, names: &Names) -> Option<String> {
    let map = match table_arguments {
        Expr::Dict(map) => map,
        Expr::Tuple(tuple) => match tuple.elts.last()? {
            Expr::Dict(map) => map,
            _ => return None,
        },
        _ => return None,
    };
    map.iter()
        .find(|item| {
            item.key
                .as_ref()
                .is_some_and(|key| names.string(key).as_deref() == Some("schema"))
        })
        .and_then(|item| names.string(&item.value))
}

/// The inside of `Mapped[…]`.
fn mapped<'a>(annotation: &'a Expr, names: &Names) -> Option<&'a Expr> {
    let Expr::Subscript(subscript) = annotation else {
        return None;
    };
    matches!(
        names.last(&subscript.value),
        Some("Mapped" | "MappedColumn")
    )
    .then_some(subscript.slice.as_ref())
}

/// `Optional[X]`, `X | None`, `Union[X, None]` → `X`.
fn optional<'a>(annotation: &'a Expr, names: &Names) -> &'a Expr {
    match annotation {
        Expr::Subscript(subscript) if names.last(&subscript.value) == Some("Optional") => {
            &subscript.slice
        }
        Expr::Subscript(subscript) if names.last(&subscript.value) == Some("Union") => {
            match subscript.slice.as_ref() {
                Expr::Tuple(parts) => parts
                    .iter()
                    .find(|part| !part.is_none_literal_expr())
                    .unwrap_or(annotation),
                other => other,
            }
        }
        Expr::BinOp(union) if union.op == Operator::BitOr => {
            if union.left.is_none_literal_expr() {
                &union.right
            } else {
                &union.left
            }
        }
        other => other,
    }
}
