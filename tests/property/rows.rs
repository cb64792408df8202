//! What revisions do with rows, and the quirks of hand-written revisions.

use super::author::{Author, quoted_list, schema_argument};
use super::state::Column;
use super::words::{literal, python, quoted};

pub const ALL: &[(usize, fn(&mut Author) -> Option<()>)] = &[
    (30, insert),
    (6, bulk_insert),
    (8, update),
    (4, delete),
    (4, set_value),
    (2, temporary),
    (2, anonymous),
    (1, nothing),
];

fn insert(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let columns: Vec<Column> = table
        .columns
        .iter()
        .filter(|column| !column.is_filled)
        .filter(|column| !column.has_default || author.dice.chance(70))
        .cloned()
        .collect();
    author.state.table(&table.place)?.has_rows = true;
    if columns.is_empty() {
        return author.sql(&format!("INSERT INTO {} DEFAULT VALUES", table.sql()));
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut rows = Vec::new();
    for _ in 0..=author.dice.below(4) {
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                let is_key = table.key.contains(&column.name)
                    || table
                        .uniques
                        .iter()
                        .flatten()
                        .any(|name| *name == column.name);
                if is_key {
                    distinct(author, column)
                } else if column.nullable && author.dice.chance(25) {
                    "NULL".to_owned()
                } else {
                    author.value(column)
                }
            })
            .collect();
        rows.push(format!("({})", values.join(", ")));
    }
    author.sql(&format!(
        "INSERT INTO {} ({}) VALUES\n  {}",
        table.sql(),
        quoted_list(&names),
        rows.join(",\n  ")
    ))
}

/// A value that no row has yet, where the type has so many.
fn distinct(author: &mut Author, column: &Column) -> String {
    author.words.count += 1;
    let number = author.words.count;
    match column.kind.sql.as_str() {
        "uuid" => format!("'00000000-0000-0000-0000-{number:012}'"),
        "date" => format!("DATE '2000-01-01' + {number}"),
        "bytea" => format!("'\\x{number:08x}'"),
        _ if column.kind.is('n') => number.to_string(),
        _ if column.kind.is('t') => literal(&format!("k{number} :x %")),
        _ => author.value(column),
    }
}

fn bulk_insert(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let columns: Vec<Column> = table
        .columns
        .iter()
        .filter(|column| !column.is_filled)
        .cloned()
        .collect();
    if columns.is_empty()
        || columns
            .iter()
            .any(|c| !c.kind.is('t') && !c.kind.is('i') && c.kind.sql != "boolean")
    {
        return None;
    }
    author.state.table(&table.place)?.has_rows = true;
    let heads: Vec<String> = columns
        .iter()
        .map(|column| format!("sa.column({})", python(&column.name)))
        .collect();
    let mut rows = Vec::new();
    for _ in 0..2 {
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                author.words.count += 1;
                let value = match column.kind.sql.as_str() {
                    "boolean" => "False".to_owned(),
                    _ if column.kind.is('i') => author.words.count.to_string(),
                    _ => python(author.text()),
                };
                format!("{}: {value}", python(&column.name))
            })
            .collect();
        rows.push(format!("{{{}}}", values.join(", ")));
    }
    author.say(format!(
        "op.bulk_insert(sa.table({}, {}{}), [{}])",
        python(&table.place.name),
        heads.join(", "),
        schema_argument(&table.place.schema, "schema"),
        rows.join(", ")
    ))
}

fn update(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let columns: Vec<Column> = table
        .columns
        .iter()
        .filter(|column| !column.is_filled)
        .cloned()
        .collect();
    let column = author.dice.any(&columns)?;
    let value = author.value(&column);
    let condition = super::shapes::condition(author, &table)?;
    author.sql(&format!(
        "UPDATE {} SET {} = {value} WHERE {condition}",
        table.sql(),
        quoted(&column.name)
    ))
}

fn delete(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let condition = super::shapes::condition(author, &table)?;
    let statement = match author.dice.below(3) {
        0 => format!("DELETE FROM {}", table.sql()),
        1 => format!("TRUNCATE {} RESTART IDENTITY", table.sql()),
        _ => format!("DELETE FROM {} WHERE NOT ({condition})", table.sql()),
    };
    author.sql(&statement)
}

fn set_value(author: &mut Author) -> Option<()> {
    if let Some(sequence) = author.dice.any(&author.state.sequences) {
        let name = literal(&sequence.sql());
        let calls = [
            format!("SELECT setval({name}, 17)"),
            format!("SELECT setval({name}, 5, false)"),
            format!("SELECT nextval({name})"),
        ];
        let statement = author.dice.pick(&calls).clone();
        return author.sql(&statement);
    }
    let table = author.any_table()?;
    let column = table.columns.iter().find(|column| column.is_filled)?;
    let statement = format!(
        "SELECT setval(pg_get_serial_sequence({}, {}), 42)",
        literal(&table.sql()),
        literal(&column.name)
    );
    author.sql(&statement)
}

fn temporary(author: &mut Author) -> Option<()> {
    let name = author.name("temp");
    let q = quoted(&name);
    author.sql(&format!(
        "CREATE TEMPORARY TABLE {q} ON COMMIT DROP AS SELECT 1 AS a"
    ))?;
    author.sql(&format!("UPDATE {q} SET a = 2"))
}

fn anonymous(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let note = literal(author.text());
    author.sql(&format!(
        "DO $do$\nBEGIN\n  -- what was there before\n  IF NOT EXISTS (SELECT FROM {}) THEN\n    PERFORM {note}, '100%';\n  END IF;\nEND\n$do$",
        table.sql()
    ))
}

fn nothing(author: &mut Author) -> Option<()> {
    author.say("pass")
}
