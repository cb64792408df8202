//! Seed rows as the baseline's text. Pure.

use super::{SeedColumn, SeedRows, SeedValue};
use crate::model::quote_literal;
use crate::schema::carry::sql;
use crate::schema::source::{execute, string};

/// How a value is written in Python.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Literal {
    Integer,
    Boolean,
    Text,
    /// Everything else: the server reads its own text, with the type named.
    Typed,
}

fn literal_of(data_type: &str) -> (Literal, &'static str) {
    match data_type {
        "smallint" => (Literal::Integer, "sa.SmallInteger()"),
        "integer" => (Literal::Integer, "sa.Integer()"),
        "bigint" => (Literal::Integer, "sa.BigInteger()"),
        "boolean" => (Literal::Boolean, "sa.Boolean()"),
        "text" => (Literal::Text, "sa.Text()"),
        // `sa.CHAR()` would be cast to one letter by drivers that name the type of a parameter.
        kind if is_of(kind, "character varying") || is_of(kind, "character") => {
            (Literal::Text, "sa.String()")
        }
        _ => (Literal::Typed, ""),
    }
}

/// Whether a type is this one, with or without a length or scale. An array of them ends otherwise.
fn is_of(data_type: &str, name: &str) -> bool {
    match data_type.strip_prefix(name) {
        Some(length) => length.is_empty() || length.starts_with('(') && length.ends_with(')'),
        None => false,
    }
}

/// `op.bulk_insert`, a row a line where it is short enough.
pub(super) fn bulk_insert(seed: &SeedRows) -> String {
    let any_typed = seed
        .columns
        .iter()
        .any(|column| literal_of(&column.data_type).0 == Literal::Typed)
        || seed.rows.iter().flatten().any(SeedValue::is_clock);
    let mut lines = vec!["op.bulk_insert(".to_owned(), "    sa.table(".to_owned()];
    lines.push(format!("        {},", string(&seed.table.name)));
    for column in &seed.columns {
        let name = string(&column.name);
        lines.push(match literal_of(&column.data_type) {
            (Literal::Typed, _) => format!("        sa.column({name}),"),
            (_, kind) => format!("        sa.column({name}, {kind}),"),
        });
    }
    if !matches!(seed.table.schema.as_str(), "public" | "") {
        lines.push(format!("        schema={},", string(&seed.table.schema)));
    }
    lines.push("    ),".to_owned());
    lines.push("    [".to_owned());
    for row in &seed.rows {
        lines.extend(row_lines(&seed.columns, row));
    }
    lines.push("    ],".to_owned());
    if any_typed {
        // A row with expressions is a statement of its own.
        lines.push("    multiinsert=False,".to_owned());
    }
    lines.push(")".to_owned());
    lines.join("\n")
}

fn row_lines(columns: &[SeedColumn], row: &[SeedValue]) -> Vec<String> {
    let items: Vec<String> = columns
        .iter()
        .zip(row)
        .map(|(column, value)| format!("{}: {}", string(&column.name), value_of(column, value)))
        .collect();
    let line = format!("        {{{}}},", items.join(", "));
    if line.chars().count() <= 84 {
        return vec![line];
    }
    let mut lines = vec!["        {".to_owned()];
    lines.extend(items.into_iter().map(|item| format!("            {item},")));
    lines.push("        },".to_owned());
    lines
}

fn value_of(column: &SeedColumn, value: &SeedValue) -> String {
    let value = match value {
        SeedValue::Text(value) => value,
        // A bare None in a row of expressions would be bound without a type; NULL fits any column.
        SeedValue::Null => {
            return match literal_of(&column.data_type).0 {
                Literal::Typed => "sa.null()".to_owned(),
                _ => "None".to_owned(),
            };
        }
        SeedValue::Now => return "sa.func.now()".to_owned(),
        SeedValue::NowInUtc => return "sa.func.timezone('utc', sa.func.now())".to_owned(),
    };
    match literal_of(&column.data_type).0 {
        Literal::Integer => value.to_owned(),
        Literal::Boolean => if value == "t" || value == "true" {
            "True"
        } else {
            "False"
        }
        .to_owned(),
        Literal::Text => string(value),
        // Digits are a number of exactly this scale to the server, without a word more.
        Literal::Typed if is_plain_number(&column.data_type, value) => {
            format!("sa.literal_column({})", string(value))
        }
        Literal::Typed => {
            let typed = format!("{}::{}", quote_literal(value), column.data_type);
            format!("sa.literal_column({})", string(&typed))
        }
    }
}

fn is_plain_number(data_type: &str, value: &str) -> bool {
    let is_numeric = is_of(data_type, "numeric");
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    is_numeric
        && match digits.split_once('.') {
            Some((whole, fraction)) => is_plain(whole) && is_plain(fraction),
            None => is_plain(digits),
        }
}

/// Identity columns that are always generated take a value only on request.
pub(super) fn insert_overriding(seed: &SeedRows) -> String {
    let names: Vec<String> = seed
        .columns
        .iter()
        .map(|column| sql::name(&column.name))
        .collect();
    let rows: Vec<String> = seed
        .rows
        .iter()
        .map(|row| {
            let values: Vec<String> = seed
                .columns
                .iter()
                .zip(row)
                .map(|(column, value)| match value {
                    SeedValue::Null => "NULL".to_owned(),
                    SeedValue::Now => "now()".to_owned(),
                    SeedValue::NowInUtc => "timezone('utc', now())".to_owned(),
                    SeedValue::Text(value) => match literal_of(&column.data_type).0 {
                        Literal::Integer => value.clone(),
                        _ => quote_literal(value),
                    },
                })
                .collect();
            format!("    ({})", values.join(", "))
        })
        .collect();
    execute(&format!(
        "INSERT INTO {} ({})\nOVERRIDING SYSTEM VALUE VALUES\n{}",
        sql::relation(&seed.table),
        names.join(", "),
        rows.join(",\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_texts_is_no_text() {
        for (data_type, is_text) in [
            ("character varying", true),
            ("character varying(9)", true),
            ("character varying(9)[]", false),
            ("character varying[]", false),
            ("character(2)", true),
            ("character(2)[]", false),
            ("character", true),
            ("text[]", false),
        ] {
            let is_found = literal_of(data_type).0 == Literal::Text;
            assert_eq!(is_found, is_text, "{data_type}");
        }
    }

    #[test]
    fn only_plain_digits_are_written_as_a_number() {
        for (data_type, value, is_plain) in [
            ("numeric(4,2)", "19.00", true),
            ("numeric", "-7", true),
            ("numeric", "NaN", false),
            ("numeric", "1e5", false),
            ("numeric", "-", false),
            ("numeric(4,2)[]", "{1.00}", false),
            ("double precision", "0.1", false),
        ] {
            assert_eq!(
                is_plain_number(data_type, value),
                is_plain,
                "{data_type} {value}"
            );
        }
    }
}
