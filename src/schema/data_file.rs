//! Seed rows that are too many for a revision: a file beside it, and the lines that read it.
//!
//! JSON lines, one array of texts a row: the server itself takes a line apart, so that every driver
//! sends one text and no value passes through Python. Pure.

use crate::model::QualifiedName;

use super::carry::sql;
use super::rows::rows_key;
use super::source::string;
use super::{Piece, SeedColumn, SeedRows, SeedValue, Stage};

/// The end of such a file's name.
pub const EXTENSION: &str = ".jsonl";

/// So many rows go to the server at once.
const AT_ONCE: usize = 1000;

/// The beginning of the names of all data files of a revision.
pub fn prefix(revision: &str) -> String {
    format!("{}_", slug(revision))
}

/// `1f2e_countries.jsonl`; without a word of a schema that goes without saying.
pub fn file_name(revision: &str, table: &QualifiedName) -> String {
    let schema = match table.schema.as_str() {
        "public" => String::new(),
        schema => format!("{}_", slug(schema)),
    };
    format!(
        "{}{schema}{}{EXTENSION}",
        prefix(revision),
        slug(&table.name)
    )
}

/// Letters, digits and `_` that no file system and no terminal stumbles over.
fn slug(name: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    name.chars().map(plain).collect()
}

/// The file's text: a line a row. A value that the clock made is `true`, every other a text.
pub fn data_lines(seed: &SeedRows) -> String {
    let seed = seed.without_defaults();
    let mut text = String::new();
    for row in &seed.rows {
        let values: Vec<serde_json::Value> = row
            .iter()
            .map(|value| match value {
                SeedValue::Null => serde_json::Value::Null,
                SeedValue::Text(text) => serde_json::Value::String(text.clone()),
                SeedValue::Now | SeedValue::NowInUtc => serde_json::Value::Bool(true),
            })
            .collect();
        text.push_str(&serde_json::Value::Array(values).to_string());
        text.push('\n');
    }
    text
}

/// The piece that reads the file of this name beside the revision.
pub fn carry_data(seed: &SeedRows, file: &str) -> Piece {
    let seed = seed.without_defaults();
    let names: Vec<String> = seed.columns.iter().map(|c| sql::name(&c.name)).collect();
    let values: Vec<String> = seed
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| taken(&seed, at, column))
        .collect();
    let overriding = if seed.columns.iter().any(|column| column.is_identity_always) {
        "\n            OVERRIDING SYSTEM VALUE"
    } else {
        ""
    };
    let table = format!(
        "{}.{}",
        sql::name(&seed.table.schema),
        sql::name(&seed.table.name)
    );
    let statement = format!(
        "INSERT INTO {table} (\n                {}\n            ){overriding}\n            \
         SELECT\n                {}\n            \
         FROM pg_catalog.json_array_elements(CAST(:rows AS json)) AS r",
        names.join(",\n                "),
        values.join(",\n                ")
    );
    let up = format!(
        "rows = Path(__file__).with_name({}).read_text('utf-8').rstrip('\\n').split('\\n')\n\
         for at in range(0, len(rows), {AT_ONCE}):\n    op.execute(\n        sa.text(\n            \
         \"\"\"\n            {}\n            \"\"\"\n        \
         ).bindparams(rows='[%s]' % ','.join(rows[at : at + {AT_ONCE}]))\n    )",
        string(file),
        escaped(&statement)
    );
    Piece::carried(Stage::Rows, &rows_key(&seed.table), up, String::new())
}

/// How a column is taken out of a row `r`.
fn taken(seed: &SeedRows, at: usize, column: &SeedColumn) -> String {
    let text = format!("CAST(r ->> {at} AS {})", column.data_type);
    let clock = seed.rows.iter().map(|row| &row[at]).find(|v| v.is_clock());
    match clock {
        None => text,
        Some(clock) => {
            let now = if *clock == SeedValue::NowInUtc {
                "pg_catalog.timezone('utc', pg_catalog.now())"
            } else {
                "pg_catalog.now()"
            };
            format!(
                "CASE pg_catalog.json_typeof(r -> {at}) WHEN 'boolean' THEN {now} ELSE {text} END"
            )
        }
    }
}

/// Names of columns and types may hold what a triple-quoted string or `text()` reads otherwise.
fn escaped(statement: &str) -> String {
    super::source::escape_binds(statement)
        .replace("\\:rows", ":rows")
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"")
}
