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
        "public" | "" => String::new(),
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

/// The file's text: a line a row. A value that the clock made is `true`, in UTC `false`, every other
/// a text.
pub fn data_lines(seed: &SeedRows) -> String {
    let seed = seed.without_defaults();
    let mut text = String::new();
    for row in &seed.rows {
        let values: Vec<serde_json::Value> = row
            .iter()
            .map(|value| match value {
                SeedValue::Null => serde_json::Value::Null,
                SeedValue::Text(text) => serde_json::Value::String(text.clone()),
                SeedValue::Now => serde_json::Value::Bool(true),
                SeedValue::NowInUtc => serde_json::Value::Bool(false),
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
    let table = sql::relation(&seed.table);
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
    let has = |clock: &SeedValue| seed.rows.iter().any(|row| row[at] == *clock);
    // Each of the column's own type: beside a time with a zone the others would take its zone, too.
    let zoned = column.data_type.ends_with("with time zone");
    let typed = |clock: &str| {
        if zoned {
            clock.to_owned()
        } else {
            format!("CAST({clock} AS {})", column.data_type)
        }
    };
    let now = typed("pg_catalog.now()");
    let in_utc = typed("pg_catalog.timezone('utc', pg_catalog.now())");
    let clock = match (has(&SeedValue::Now), has(&SeedValue::NowInUtc)) {
        (false, false) => return text,
        (true, false) => now,
        (false, true) => in_utc,
        (true, true) => format!("CASE r ->> {at} WHEN 'true' THEN {now} ELSE {in_utc} END"),
    };
    format!("CASE pg_catalog.json_typeof(r -> {at}) WHEN 'boolean' THEN {clock} ELSE {text} END")
}

/// Names of columns and types may hold what a triple-quoted string or `text()` reads otherwise.
fn escaped(statement: &str) -> String {
    super::source::escape_binds(statement)
        .replace("\\:rows", ":rows")
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"")
}

#[cfg(test)]
mod tests {
    use super::SeedValue::{Now, NowInUtc};
    use super::*;

    #[test]
    fn each_value_of_the_clock_is_the_one_that_it_was() {
        let stamp = "timestamp without time zone";
        let seed = |data_type: &str, values: &[SeedValue]| SeedRows {
            table: QualifiedName {
                schema: "public".to_owned(),
                name: "t".to_owned(),
            },
            columns: vec![SeedColumn {
                name: "at".to_owned(),
                data_type: data_type.to_owned(),
                is_identity_always: false,
                default: None,
            }],
            rows: values.iter().map(|value| vec![value.clone()]).collect(),
            total: values.len() as u64,
        };
        let text = SeedValue::Text("2020-01-01 12:00:00".to_owned());
        let mixed = seed(stamp, &[NowInUtc, Now, text, SeedValue::Null]);
        assert_eq!(
            data_lines(&mixed),
            "[false]\n[true]\n[\"2020-01-01 12:00:00\"]\n[null]\n"
        );
        let now = format!("CAST(pg_catalog.now() AS {stamp})");
        let in_utc = format!("CAST(pg_catalog.timezone('utc', pg_catalog.now()) AS {stamp})");
        let is_clock = "CASE pg_catalog.json_typeof(r -> 0) WHEN 'boolean' THEN";
        let other = format!("ELSE CAST(r ->> 0 AS {stamp}) END");
        for (seed, expected) in [
            (
                mixed,
                format!("{is_clock} CASE r ->> 0 WHEN 'true' THEN {now} ELSE {in_utc} END {other}"),
            ),
            (
                seed(stamp, &[NowInUtc]),
                format!("{is_clock} {in_utc} {other}"),
            ),
            (
                seed("timestamp with time zone", &[Now]),
                format!(
                    "{is_clock} pg_catalog.now() ELSE CAST(r ->> 0 AS timestamp with time zone) END"
                ),
            ),
        ] {
            let up = carry_data(&seed, "f.jsonl").up;
            assert!(up.contains(&expected), "{up}");
        }
    }
}
