//! The tables of a module's models: declarative classes, SQLModel, Flask-SQLAlchemy, Core `Table`.
//!
//! Called by `survey::sources` with all Python files of a module, since a class may inherit its key
//! from a mixin in another file. A class whose table name is computed is left out.

use std::collections::{BTreeMap, HashSet};

use ruff_python_ast::{Expr, Operator, Stmt, StmtClassDef};

use super::columns::{
    ColumnFact, KeyTarget, ReferenceFact, TableFact, apply_constraint, column, is_column,
    keyword_is, table_arguments,
};
use super::names::Names;
use super::sql_type::SqlType;
use super::syntax::Syntax;
use crate::model::Location;

/// A class as written, before inheritance.
struct Class {
    name: String,
    bases: Vec<String>,
    table: Option<String>,
    schema: Option<String>,
    columns: Vec<ColumnFact>,
    location: Location,
}

/// Reads all tables that the files describe, in the order of the files.
pub fn read(files: &[Syntax]) -> Vec<TableFact> {
    let mut classes = Vec::new();
    let mut tables = Vec::new();
    let overridden: HashSet<String> = files.iter().flat_map(annotation_overrides).collect();
    for syntax in files {
        let mut names = Names::of(syntax.body());
        let mut reader = Reader {
            syntax,
            overridden: &overridden,
            annotated: BTreeMap::new(),
        };
        for statement in syntax.body() {
            reader.statement(statement, &mut names, &mut classes, &mut tables);
        }
    }
    let inherited: Vec<TableFact> = classes
        .iter()
        .filter_map(|class| {
            Some(TableFact {
                schema: class.schema.clone(),
                name: class.table.clone()?,
                columns: inherited_columns(class, &classes, &mut HashSet::new()),
                location: class.location.clone(),
            })
        })
        .collect();
    tables.extend(inherited);
    resolve_attributes(&mut tables, &classes);
    tables
}

/// The Python types that a `type_annotation_map` gives a database type of its own: what an
/// annotation says about them is not the default.
fn annotation_overrides(syntax: &Syntax) -> Vec<String> {
    fn keys(body: &[Stmt], names: &Names, found: &mut Vec<String>) {
        for statement in body {
            let (target, value) = match statement {
                Stmt::ClassDef(class) => {
                    keys(&class.body, names, found);
                    continue;
                }
                Stmt::Assign(assign) => (assign.targets.first(), Some(assign.value.as_ref())),
                Stmt::AnnAssign(assign) => (Some(assign.target.as_ref()), assign.value.as_deref()),
                _ => continue,
            };
            if let (Some(Expr::Name(name)), Some(Expr::Dict(map))) = (target, value)
                && name.id.as_str() == "type_annotation_map"
            {
                for item in map.iter() {
                    if let Some(key) = item.key.as_ref().and_then(|key| names.last(key)) {
                        found.push(key.to_owned());
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    keys(syntax.body(), &Names::of(syntax.body()), &mut found);
    found
}

/// Own columns first in the order of the bases, an own one replacing an inherited one.
fn inherited_columns(
    class: &Class,
    classes: &[Class],
    seen: &mut HashSet<String>,
) -> Vec<ColumnFact> {
    let mut columns: Vec<ColumnFact> = Vec::new();
    if !seen.insert(class.name.clone()) {
        return columns;
    }
    for base in &class.bases {
        // Two classes of one name: whose columns these are cannot be told.
        let mut named = classes.iter().filter(|other| other.name == *base);
        if let (Some(parent), None) = (named.next(), named.next())
            && parent.table.is_none()
        {
            columns.extend(inherited_columns(parent, classes, seen));
        }
    }
    columns.retain(|column| !class.columns.iter().any(|own| own.name == column.name));
    columns.extend(class.columns.iter().cloned());
    columns
}

/// Turns `ForeignKey(User.id)` into the table's name.
fn resolve_attributes(tables: &mut [TableFact], classes: &[Class]) {
    for table in tables {
        for reference in table
            .columns
            .iter_mut()
            .flat_map(|column| &mut column.references)
        {
            if let KeyTarget::Attribute { class, attribute } = &reference.target
                && let Some(owner) = classes.iter().find(|other| other.name == *class)
                && let Some(name) = &owner.table
            {
                reference.target = KeyTarget::Column {
                    table: super::columns::qualified(owner.schema.as_deref(), name),
                    column: attribute.clone(),
                };
            }
        }
    }
}

struct Reader<'a> {
    syntax: &'a Syntax,
    overridden: &'a HashSet<String>,
    /// `uuid_pk = Annotated[uuid.UUID, mapped_column(primary_key=True)]`.
    annotated: BTreeMap<String, Expr>,
}

impl Reader<'_> {
    fn statement(
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

/// The table name that a framework derives from the class: SQLModel and Flask-SQLAlchemy.
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn tables(source: &str) -> Vec<TableFact> {
        read(&[Syntax::parse(Path::new("/p/models.py"), source.as_bytes())])
    }

    fn described(source: &str) -> Vec<String> {
        tables(source)
            .iter()
            .flat_map(|table| {
                table.columns.iter().map(|column| {
                    let kind = column
                        .sql_type
                        .as_ref()
                        .map_or("?".to_owned(), ToString::to_string);
                    let key = if column.primary_key { " key" } else { "" };
                    let to: String = column
                        .references
                        .iter()
                        .map(|reference| match &reference.target {
                            KeyTarget::Column { table, column } => format!(" -> {table}.{column}"),
                            KeyTarget::Attribute { class, attribute } => {
                                format!(" -> {class}#{attribute}")
                            }
                        })
                        .collect();
                    format!("{}.{} {kind}{key}{to}", table.qualified(), column.name)
                })
            })
            .collect()
    }

    #[test]
    fn classic_columns_with_aliased_types() {
        let source = r#"
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

class Account(Base):
    __tablename__ = "accounts"
    id = Column(PG_UUID(as_uuid=True), primary_key=True)
    name = Column("full_name", String(50), nullable=False)

class Log(Base):
    __tablename__ = "logs"
    __table_args__ = (Index("ix", "id"), {"schema": "audit"})
    id = Column(Integer, primary_key=True)
    account_id = Column(Integer, ForeignKey("accounts.id"))
    other = Column(ForeignKey(Account.id))
"#;
        assert_eq!(
            described(source),
            [
                "accounts.id uuid key",
                "accounts.full_name character varying(50)",
                "audit.logs.id integer key",
                "audit.logs.account_id integer -> accounts.id",
                "audit.logs.other ? -> accounts.id",
            ]
        );
        let table = &tables(source)[1];
        assert_eq!(table.columns[1].location.line, 14);
        assert_eq!(table.columns[1].written_type.as_deref(), Some("Integer"));
    }

    #[test]
    fn annotated_columns_mixins_and_types_that_follow_the_key() {
        let source = r#"
uuid_pk = Annotated[uuid.UUID, mapped_column(primary_key=True)]

class Keyed:
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)

class User(Keyed, Base):
    __tablename__ = "users"
    name: Mapped[Optional[str]]
    age: Mapped[int | None] = mapped_column(BigInteger)
    posts: Mapped[list["Post"]] = relationship()

class Post(Base):
    __tablename__ = "posts"
    id: Mapped[uuid_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    writer_id: Mapped[int] = mapped_column(Integer, ForeignKey("users.id"))
"#;
        assert_eq!(
            described(source),
            [
                "users.id uuid key",
                "users.name character varying",
                "users.age bigint",
                "posts.id uuid key",
                "posts.user_id ? -> users.id",
                "posts.writer_id integer -> users.id",
            ]
        );
    }

    #[test]
    fn core_tables_sqlmodel_and_flask() {
        let source = r#"
t = Table("members", metadata, Column("a", Integer, primary_key=True),
    Column("b", sa.Text), ForeignKeyConstraint(["b"], ["x.id"]), schema="s")

class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")

class UserRole(db.Model):
    id = db.Column(db.Integer, primary_key=True)
"#;
        assert_eq!(
            described(source),
            [
                "s.members.a integer key",
                "s.members.b text -> x.id",
                "hero.id integer key",
                "hero.team_id integer -> team.id",
                "user_role.id integer key",
            ]
        );
    }

    #[test]
    fn an_own_map_of_annotations_is_not_guessed() {
        let source = "
class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger}

class A(Base):
    __tablename__ = 'a'
    id: Mapped[int] = mapped_column(primary_key=True)
";
        assert_eq!(described(source), ["a.id ? key"]);
    }
}
