//! Columns, keys and ENUM types as models and revisions write them.

use ruff_python_ast::{Expr, ExprCall};

use super::names::Names;
use super::sql_type::SqlType;
use super::syntax::Syntax;
use crate::model::Location;

/// A table that the source describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFact {
    /// The schema, where one is written.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// Its columns, inherited ones included.
    pub columns: Vec<ColumnFact>,
    /// Where it is described.
    pub location: Location,
}

impl TableFact {
    /// `schema.name`, or the name alone.
    pub fn qualified(&self) -> String {
        qualified(self.schema.as_deref(), &self.name)
    }
}

/// `schema.name`; `public` and no schema are the same.
pub(crate) fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) if schema != "public" => format!("{schema}.{name}"),
        _ => name.to_owned(),
    }
}

/// A column that the source describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFact {
    /// The name.
    pub name: String,
    /// Its type; none where the source does not tell, or where it follows the key it refers to.
    pub sql_type: Option<SqlType>,
    /// The type as written.
    pub written_type: Option<String>,
    /// Where the type is written.
    pub type_location: Option<Location>,
    /// The ENUM type, where it is one.
    pub enumeration: Option<EnumFact>,
    /// Whether it is the primary key or part of it.
    pub primary_key: bool,
    /// Whether `nullable=False` is written.
    pub not_null: bool,
    /// Whether the database fills it by itself: `server_default`, `Identity`, `Computed`.
    pub filled: bool,
    /// The foreign keys on this column alone.
    pub references: Vec<ReferenceFact>,
    /// Where it is described.
    pub location: Location,
}

/// A foreign key of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceFact {
    /// What it refers to.
    pub target: KeyTarget,
    /// Where.
    pub location: Location,
}

/// What a foreign key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyTarget {
    /// `table.column`, schema before it where one is written.
    Column {
        /// `table` or `schema.table`.
        table: String,
        /// The column.
        column: String,
    },
    /// An attribute of a mapped class: `User.id`.
    Attribute {
        /// The class.
        class: String,
        /// The attribute.
        attribute: String,
    },
}

impl KeyTarget {
    /// From the text of a `ForeignKey`.
    pub fn parse(text: &str) -> Option<Self> {
        let (table, column) = text.rsplit_once('.')?;
        Some(Self::Column {
            table: table.strip_prefix("public.").unwrap_or(table).to_owned(),
            column: column.to_owned(),
        })
    }
}

/// An ENUM type that the source builds or names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumFact {
    /// Its name in the database.
    pub name: String,
    /// The labels, where they are written here.
    pub labels: Vec<String>,
    /// Whether `CREATE TABLE` with it creates the type (`create_type=False` prevents it).
    pub creates: bool,
    /// The Python class whose members are the labels: `Enum(UserStatus)`.
    pub members_of: Option<MembersOf>,
}

/// A Python class that an ENUM type takes its labels from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembersOf {
    /// The class's name.
    pub class: String,
    /// What the labels are; none where `values_callable` says something that cannot be read.
    pub labels: Option<MemberLabels>,
}

/// What of a Python enumeration becomes a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberLabels {
    /// The members' names, as SQLAlchemy does.
    Names,
    /// Their values: `values_callable=lambda e: [m.value for m in e]`.
    Values,
}

impl EnumFact {
    /// The ENUM type of a constructor call with one possible name.
    pub fn read(expression: &Expr, names: &Names) -> Option<Self> {
        match Self::read_all(expression, names).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The ENUM types of a constructor call; several where its name comes from a loop.
    pub fn read_all(expression: &Expr, names: &Names) -> Vec<Self> {
        let Expr::Call(call) = expression else {
            return Vec::new();
        };
        // `sa.ARRAY(sa.Enum(…))` and `Enum(…).with_variant(…)` still build the type.
        if matches!(names.last(&call.func), Some("ARRAY")) {
            return call
                .arguments
                .args
                .first()
                .map(|inner| names.enums(inner))
                .unwrap_or_default();
        }
        if !matches!(names.last(&call.func), Some("Enum" | "ENUM"))
            || keyword_is(call, "native_enum", false)
        {
            return Vec::new();
        }
        let labels = call
            .arguments
            .args
            .iter()
            .flat_map(|argument| names.strings(argument))
            .collect::<Vec<_>>();
        let members_of = if labels.is_empty() {
            members_of(call)
        } else {
            None
        };
        let found = match call.arguments.find_keyword("name") {
            Some(keyword) => names.strings(&keyword.value),
            // `Enum(UserStatus)`: SQLAlchemy takes the class's name in lower case.
            None => match call.arguments.args.first() {
                Some(Expr::Name(class)) => vec![class.id.to_lowercase()],
                Some(Expr::Attribute(class)) => vec![class.attr.to_lowercase()],
                _ => Vec::new(),
            },
        };
        found
            .into_iter()
            .map(|name| Self {
                name,
                labels: labels.clone(),
                creates: !keyword_is(call, "create_type", false),
                members_of: members_of.clone(),
            })
            .collect()
    }
}

/// The class of `Enum(UserStatus)`, and what `values_callable` makes of it.
fn members_of(call: &ExprCall) -> Option<MembersOf> {
    let class = match call.arguments.args.first()? {
        Expr::Name(class) => class.id.to_string(),
        Expr::Attribute(class) => class.attr.to_string(),
        _ => return None,
    };
    let labels = match call.arguments.find_keyword("values_callable") {
        None => Some(MemberLabels::Names),
        Some(keyword) => takes_values(&keyword.value).then_some(MemberLabels::Values),
    };
    Some(MembersOf { class, labels })
}

/// `lambda e: [m.value for m in e]`: the one form that everybody writes.
fn takes_values(callable: &Expr) -> bool {
    let Expr::Lambda(lambda) = callable else {
        return false;
    };
    let element = match lambda.body.as_ref() {
        Expr::ListComp(list) if list.generators.iter().all(|each| each.ifs.is_empty()) => &list.elt,
        _ => return false,
    };
    matches!(element.as_ref(), Expr::Attribute(attribute) if attribute.attr.as_str() == "value")
}

/// Whether a keyword is this boolean literal.
pub(super) fn keyword_is(call: &ExprCall, keyword: &str, value: bool) -> bool {
    call.arguments.find_keyword(keyword).is_some_and(
        |found| matches!(&found.value, Expr::BooleanLiteral(literal) if literal.value == value),
    )
}

/// Whether a call builds a column.
pub(super) fn is_column(call: &ExprCall, names: &Names) -> bool {
    matches!(names.last(&call.func), Some("Column" | "mapped_column"))
}

/// Reads `Column("name", Type, ForeignKey("t.c"), primary_key=True)`; the name may come from the
/// attribute that it is assigned to.
pub(super) fn column(
    call: &ExprCall,
    attribute: Option<&str>,
    syntax: &Syntax,
    names: &Names,
) -> Option<ColumnFact> {
    let mut positional = call.arguments.args.iter().peekable();
    let written_name = positional.peek().and_then(|first| names.string(first));
    if written_name.is_some() {
        positional.next();
    }
    let name = call
        .arguments
        .find_keyword("name")
        .and_then(|keyword| names.string(&keyword.value))
        .or(written_name)
        .or_else(|| attribute.map(str::to_owned))?;
    let mut fact = ColumnFact {
        name,
        sql_type: None,
        written_type: None,
        type_location: None,
        enumeration: None,
        primary_key: keyword_is(call, "primary_key", true),
        not_null: keyword_is(call, "nullable", false),
        filled: is_filled(call, names),
        references: Vec::new(),
        location: syntax.at(call),
    };
    let keyword_type = call
        .arguments
        .find_keyword("type_")
        .map(|found| &found.value);
    for (index, argument) in positional.chain(keyword_type).enumerate() {
        if let Some(reference) = reference(argument, syntax, names) {
            fact.references.push(reference);
        } else if index == 0 || fact.written_type.is_none() {
            take_type(&mut fact, argument, syntax, names);
        }
    }
    Some(fact)
}

/// Whether rows that are already there get a value when the column is added.
fn is_filled(call: &ExprCall, names: &Names) -> bool {
    let has_default = call
        .arguments
        .find_keyword("server_default")
        .is_some_and(|keyword| !keyword.value.is_none_literal_expr());
    has_default
        || call.arguments.args.iter().any(|argument| {
            matches!(argument, Expr::Call(inner)
                if matches!(names.last(&inner.func), Some("Identity" | "Computed")))
        })
}

fn take_type(fact: &mut ColumnFact, argument: &Expr, syntax: &Syntax, names: &Names) {
    use ruff_text_size::Ranged as _;
    let called = match argument {
        Expr::Call(call) => names.last(&call.func),
        other => names.last(other),
    };
    if matches!(
        called,
        None | Some("Identity" | "Computed" | "Sequence" | "CheckConstraint" | "FetchedValue")
    ) {
        return;
    }
    fact.sql_type = SqlType::read(argument, names);
    fact.enumeration = names.enums(argument).into_iter().next();
    if fact.sql_type.is_none()
        && let Some(found) = &fact.enumeration
        && matches!(argument, Expr::Name(_))
    {
        fact.sql_type = Some(SqlType::enumeration(&found.name));
    }
    fact.written_type = Some(syntax.source(argument.range()).to_owned());
    fact.type_location = Some(syntax.at(argument));
}

/// Reads `ForeignKey("t.c")` or `ForeignKey(User.id)`.
pub(super) fn reference(
    expression: &Expr,
    syntax: &Syntax,
    names: &Names,
) -> Option<ReferenceFact> {
    let Expr::Call(call) = expression else {
        return None;
    };
    if names.last(&call.func) != Some("ForeignKey") {
        return None;
    }
    let target = match call.arguments.find_argument_value("column", 0)? {
        Expr::Attribute(attribute) => KeyTarget::Attribute {
            class: match attribute.value.as_ref() {
                Expr::Name(class) => class.id.to_string(),
                Expr::Attribute(outer) => outer.attr.to_string(),
                _ => return None,
            },
            attribute: attribute.attr.to_string(),
        },
        text => KeyTarget::parse(&names.string(text)?)?,
    };
    Some(ReferenceFact {
        target,
        location: syntax.at(call),
    })
}

/// Reads the columns and constraints among the arguments of `Table(…)` or `op.create_table(…)`.
pub(super) fn table_arguments(
    arguments: &[Expr],
    syntax: &Syntax,
    names: &Names,
) -> Vec<ColumnFact> {
    let mut columns = Vec::new();
    for argument in arguments {
        if let Expr::Call(call) = argument
            && is_column(call, names)
        {
            columns.extend(column(call, None, syntax, names));
        }
    }
    for argument in arguments {
        apply_constraint(argument, &mut columns, syntax, names);
    }
    columns
}

/// Adds what a `ForeignKeyConstraint` or `PrimaryKeyConstraint` says to its columns.
pub(super) fn apply_constraint(
    expression: &Expr,
    columns: &mut [ColumnFact],
    syntax: &Syntax,
    names: &Names,
) {
    let Expr::Call(call) = expression else { return };
    match names.last(&call.func) {
        Some("ForeignKeyConstraint") => {
            let local = listed(call.arguments.find_argument_value("columns", 0), names);
            let far = listed(call.arguments.find_argument_value("refcolumns", 1), names);
            for (name, target) in local.iter().zip(&far) {
                if let Some(column) = columns.iter_mut().find(|column| column.name == *name)
                    && let Some(target) = KeyTarget::parse(target)
                {
                    column.references.push(ReferenceFact {
                        target,
                        location: syntax.at(call),
                    });
                }
            }
        }
        Some("PrimaryKeyConstraint") => {
            for name in call
                .arguments
                .args
                .iter()
                .filter_map(|argument| names.string(argument))
            {
                if let Some(column) = columns.iter_mut().find(|column| column.name == name) {
                    column.primary_key = true;
                }
            }
        }
        _ => {}
    }
}

/// The texts of a literal list.
pub(super) fn listed(expression: Option<&Expr>, names: &Names) -> Vec<String> {
    let elements: &[Expr] = match expression {
        Some(Expr::List(list)) => &list.elts,
        Some(Expr::Tuple(tuple)) => &tuple.elts,
        _ => return Vec::new(),
    };
    elements
        .iter()
        .filter_map(|element| names.string(element))
        .collect()
}
