//! The tables of a module's models: declarative classes, `SQLModel`, Flask-SQLAlchemy, Core `Table`.
//!
//! Called by `survey::sources` with all Python files of a module, since a class may inherit its key
//! from a mixin in another file. A class whose table name is computed is left out.

mod reader;

use std::collections::HashSet;

use ruff_python_ast::{Expr, Stmt};

use super::columns::{ColumnFact, KeyTarget, TableFact};
use super::members::Enumerations;
use super::names::Names;
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
        let mut reader = reader::Reader::new(syntax, &overridden);
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
    let enumerations = Enumerations::of(files);
    let columns = tables.iter_mut().flat_map(|table| &mut table.columns);
    for fact in columns.filter_map(|column| column.enumeration.as_mut()) {
        enumerations.resolve(fact);
    }
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
                for item in map {
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
