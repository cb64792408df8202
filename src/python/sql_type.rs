//! PostgreSQL's name for a SQLAlchemy type.
//!
//! Read from a constructor in the source, from an annotation, or from a compiled type as the worker
//! reports it. A type of the application's own is unknown, hence absent.

use std::fmt;

use ruff_python_ast::{Arguments, Expr, Number};

use super::names::Names;

/// The modifier of `String(ID_LENGTH)`: there is one, and the source does not say which.
pub const UNREADABLE: &str = "…";

/// A type as `format_type` of PostgreSQL names it, its modifier apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlType {
    /// `integer`, `uuid`, `character varying` …; an ENUM's own name.
    pub name: String,
    /// `50` of `character varying(50)`; [`UNREADABLE`] where the source computes it.
    pub modifier: Option<String>,
    /// Whether it is an ENUM.
    pub is_enum: bool,
}

impl SqlType {
    /// A type without modifier.
    pub fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            modifier: None,
            is_enum: false,
        }
    }

    /// An ENUM type.
    pub fn enumeration(name: &str) -> Self {
        Self {
            is_enum: true,
            ..Self::plain(name)
        }
    }

    /// From SQLAlchemy's compiled text: `VARCHAR(36)`, `UUID`, `TIMESTAMP WITH TIME ZONE`.
    pub fn from_compiled(text: &str) -> Self {
        let (name, modifier) = match text.split_once('(') {
            Some((name, rest)) => (name, rest.split_once(')').map(|(inside, _)| inside)),
            None => (text, None),
        };
        let rest = text.split_once(')').map_or("", |(_, rest)| rest);
        let upper = format!("{}{rest}", name.trim_end()).to_ascii_uppercase();
        let canonical = match upper.as_str() {
            "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => "timestamp without time zone",
            "TIMESTAMP WITH TIME ZONE" => "timestamp with time zone",
            "TIME" | "TIME WITHOUT TIME ZONE" => "time without time zone",
            "DOUBLE PRECISION" => "double precision",
            _ => match constructor(&upper) {
                Some(known) => known,
                None => return Self::plain(&text.to_lowercase()),
            },
        };
        Self {
            modifier: modifier.map(|inside| inside.replace(' ', "")),
            ..Self::plain(canonical)
        }
    }

    /// From PostgreSQL's `format_type`: `character varying(36)`, `timestamp(3) with time zone`.
    pub fn from_catalog(text: &str) -> Self {
        let (name, modifier) = match text.split_once('(') {
            Some((name, rest)) => (name, rest.split_once(')').map(|(inside, _)| inside)),
            None => (text, None),
        };
        let rest = text.split_once(')').map_or("", |(_, rest)| rest);
        Self {
            modifier: modifier.map(str::to_owned),
            ..Self::plain(&format!("{name}{rest}"))
        }
    }

    /// From an expression such as `sa.String(50)`, `Integer`, `PG_UUID(as_uuid=True)`.
    pub fn read(expression: &Expr, names: &Names) -> Option<Self> {
        let (function, arguments) = match expression {
            Expr::Call(call) => (call.func.as_ref(), Some(&call.arguments)),
            other => (other, None),
        };
        let name = names.last(function)?;
        let truth = |keyword: &str| {
            arguments
                .and_then(|list| list.find_keyword(keyword))
                .and_then(|found| match &found.value {
                    Expr::BooleanLiteral(literal) => Some(literal.value),
                    _ => None,
                })
        };
        if matches!(name, "Enum" | "ENUM") {
            let all = names.enums(expression);
            return all.first().map(|found| Self::enumeration(&found.name));
        }
        let timed = match (name, truth("timezone")) {
            ("DateTime" | "TIMESTAMP", Some(true)) => Some("timestamp with time zone"),
            ("Time" | "TIME", Some(true)) => Some("time with time zone"),
            // Stored as CHAR(32) where the native type is not wanted.
            ("Uuid", _) if truth("native_uuid") == Some(false) => {
                return Some(Self {
                    modifier: Some("32".to_owned()),
                    ..Self::plain("character")
                });
            }
            _ => None,
        };
        Some(Self {
            modifier: arguments.and_then(modifier),
            ..Self::plain(timed.or_else(|| constructor(name))?)
        })
    }

    /// From a `Mapped[…]` annotation's inner type, by SQLAlchemy's default map.
    pub fn from_annotation(name: &str) -> Option<Self> {
        Some(Self::plain(match name {
            "int" => "integer",
            "str" => "character varying",
            "bool" => "boolean",
            "float" => "double precision",
            "UUID" => "uuid",
            "Decimal" => "numeric",
            "datetime" => "timestamp without time zone",
            "date" => "date",
            "time" => "time without time zone",
            "timedelta" => "interval",
            "bytes" => "bytea",
            _ => return None,
        }))
    }

    /// How it is written in a model or revision: `sa.Uuid()` without its prefix.
    pub fn as_constructor(&self) -> Option<String> {
        if self.modifier.as_deref() == Some(UNREADABLE) {
            return None;
        }
        let name = match self.name.as_str() {
            "integer" => "Integer",
            "bigint" => "BigInteger",
            "smallint" => "SmallInteger",
            "character varying" => "String",
            "text" => "Text",
            "uuid" => "Uuid",
            "numeric" => "Numeric",
            "boolean" => "Boolean",
            "date" => "Date",
            _ => return None,
        };
        let modifier = self.modifier.as_deref().unwrap_or("");
        Some(format!("{name}({modifier})"))
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.modifier {
            Some(modifier) => write!(f, "({modifier})"),
            None => Ok(()),
        }
    }
}

/// The type that a SQLAlchemy class compiles to on PostgreSQL (`sqlalchemy.types`,
/// `sqlalchemy.dialects.postgresql`).
fn constructor(name: &str) -> Option<&'static str> {
    Some(match name {
        "Integer" | "INTEGER" | "INT" => "integer",
        "BigInteger" | "BIGINT" => "bigint",
        "SmallInteger" | "SMALLINT" => "smallint",
        "String" | "VARCHAR" | "Unicode" | "AutoString" | "NVARCHAR" => "character varying",
        "Text" | "TEXT" | "UnicodeText" => "text",
        "CHAR" | "NCHAR" => "character",
        "Uuid" | "UUID" => "uuid",
        "Boolean" | "BOOLEAN" => "boolean",
        "Numeric" | "NUMERIC" | "DECIMAL" => "numeric",
        "Float" | "FLOAT" | "Double" | "DOUBLE" | "DOUBLE_PRECISION" => "double precision",
        "REAL" => "real",
        "DateTime" | "TIMESTAMP" => "timestamp without time zone",
        "Date" | "DATE" => "date",
        "Time" | "TIME" => "time without time zone",
        "Interval" | "INTERVAL" => "interval",
        "LargeBinary" | "BYTEA" => "bytea",
        "JSON" => "json",
        "JSONB" => "jsonb",
        "INET" => "inet",
        "CIDR" => "cidr",
        "MACADDR" => "macaddr",
        _ => return None,
    })
}

/// `String(50)`, `String(length=50)`, `Numeric(10, scale=2)`: in the order of PostgreSQL.
fn modifier(arguments: &Arguments) -> Option<String> {
    let keywords = [&["length", "precision"][..], &["scale"]];
    let mut numbers = Vec::new();
    for (at, names) in keywords.iter().enumerate() {
        let by_name = || {
            names
                .iter()
                .find_map(|name| arguments.find_keyword(name).map(|keyword| &keyword.value))
        };
        let Some(given) = arguments.args.get(at).or_else(by_name) else {
            break;
        };
        match given {
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(value) => numbers.push(value.to_string()),
                _ => break,
            },
            // A name, an attribute, a sum: a length that only a run of the code knows.
            Expr::Name(_) | Expr::Attribute(_) | Expr::BinOp(_) | Expr::Call(_) => {
                return Some(UNREADABLE.to_owned());
            }
            _ => break,
        }
    }
    (!numbers.is_empty()).then(|| numbers.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catalog_types_keep_their_modifier_apart() {
        for text in [
            "uuid",
            "character varying(36)",
            "numeric(10,2)",
            "public.box",
        ] {
            assert_eq!(SqlType::from_catalog(text).to_string(), text);
        }
        let timed = SqlType::from_catalog("timestamp(3) with time zone");
        assert_eq!(timed.name, "timestamp with time zone");
        assert_eq!(timed.modifier.as_deref(), Some("3"));
    }

    #[test]
    fn compiled_types_have_the_names_of_postgresql() {
        for (compiled, name) in [
            ("VARCHAR(36)", "character varying(36)"),
            ("UUID", "uuid"),
            ("BIGINT", "bigint"),
            ("NUMERIC(10, 2)", "numeric(10,2)"),
            ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
            ("user_status_enum", "user_status_enum"),
        ] {
            assert_eq!(SqlType::from_compiled(compiled).to_string(), name);
        }
    }
}
