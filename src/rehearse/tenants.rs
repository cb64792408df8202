//! The baseline of a module whose env.py walks over tenants' schemas: drafted from the first one,
//! built and compared in all of them.
//!
//! ```text
//! scratch A   one │ two │ three      the old chain, run once a tenant by env.py
//!              │ draft, carry, without the name of the schema
//! scratch B   one │ two │ three      the baseline, run once a tenant; A = B proves all of them
//! ```
//!
//! Used by `baseline`; pure.

use crate::evidence::Described;
use crate::model::QualifiedName;
use crate::schema::{Catalog, Home, Piece, SeedRows, SequenceValue, Stage, carry_sequence};

/// The catalog without the tenants beside the first: what the baseline is written from.
pub(super) fn of_first(described: &Described, catalog: &Catalog) -> Catalog {
    let mut first = catalog.clone();
    first
        .objects
        .retain(|key, _| !described.is_another_tenants(&key.schema));
    first
}

/// The tables of the tenants beside the first.
pub(super) fn of_others(described: &Described, catalog: &Catalog) -> Vec<QualifiedName> {
    let mut tables = catalog.tables();
    tables.retain(|table| described.is_another_tenants(&table.schema));
    tables
}

/// The piece for every tenant: what it says of the first one's schema is left to the search path.
/// Rows are values and no text to look through: [`rows_at_home`], [`sequence_at_home`].
pub(super) fn for_all(described: &Described, mut piece: Piece) -> Piece {
    if !described.tenants().is_empty() && piece.stage != Stage::Rows {
        piece.up = without_schema(&piece.up, &described.default_schema);
        piece.down = without_schema(&piece.down, &described.default_schema);
    }
    piece
}

/// The rows as they are to be written: without the schema that the search path finds, which may be
/// a tenant's. Their piece still is that schema's: [`of_schema`].
pub(super) fn rows_at_home(home: &Home, seed: &SeedRows) -> SeedRows {
    let mut seed = seed.clone();
    let table = &mut seed.table;
    if table.schema == home.schema && !home.kept.contains(&table.name) {
        table.schema.clear();
    }
    for column in &mut seed.columns {
        column.data_type = home.sql(&column.data_type);
    }
    seed
}

/// The same for where a sequence stands.
pub(super) fn sequence_at_home(home: &Home, value: &SequenceValue) -> Piece {
    let mut shorter = value.clone();
    let sequence = &mut shorter.sequence;
    if sequence.schema == home.schema && !home.kept.contains(&sequence.name) {
        sequence.schema.clear();
    }
    of_schema(&value.sequence.schema, carry_sequence(&shorter))
}

/// The piece of an object of this schema, whatever of it the text says.
pub(super) fn of_schema(schema: &str, mut piece: Piece) -> Piece {
    schema.clone_into(&mut piece.schema);
    piece
}

/// Takes `schema.`, `"schema".` and the argument `schema='schema'` out of Python code: the former out
/// of its strings, which are SQL unless they are a comment.
fn without_schema(code: &str, schema: &str) -> String {
    let code = code
        .replace(&format!(", schema='{schema}'"), "")
        .replace(&format!(", schema=\"{schema}\""), "")
        .replace(&format!("        schema='{schema}',\n"), "");
    let mut shorter = String::with_capacity(code.len());
    let mut rest = code.as_str();
    while let Some(at) = rest.find(['\'', '"', '#']) {
        let (before, opened) = rest.split_at(at);
        shorter.push_str(before);
        if opened.starts_with('#') {
            let end = opened.find('\n').unwrap_or(opened.len());
            shorter.push_str(&opened[..end]);
            rest = &opened[end..];
            continue;
        }
        let quote = match &opened[..1] {
            "'" if opened.starts_with("'''") => "'''",
            "'" => "'",
            _ if opened.starts_with("\"\"\"") => "\"\"\"",
            _ => "\"",
        };
        let content = &opened[quote.len()..];
        let content = &content[..end_of_string(content, quote)];
        shorter.push_str(quote);
        if before.ends_with("comment=") {
            shorter.push_str(content);
        } else {
            shorter.push_str(&sql_without_schema(content, schema));
        }
        rest = &opened[quote.len() + content.len()..];
        let closing = quote.len().min(rest.len());
        shorter.push_str(&rest[..closing]);
        rest = &rest[closing..];
    }
    shorter + rest
}

/// Where a Python string ends, before its closing quote.
fn end_of_string(content: &str, quote: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in content.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' {
            is_escaped = true;
        } else if content[at..].starts_with(quote) {
            return at;
        }
    }
    content.len()
}

/// Takes `schema.` and `"schema".` out of SQL, also where Python has a backslash before its quotes.
/// What stands in a literal is a value, unless it is cast to a name: `'schema.s'::regclass`. So is
/// what stands in a quoted name.
fn sql_without_schema(sql: &str, schema: &str) -> String {
    let plain = format!("{schema}.");
    let quoted = format!("\"{}\".", schema.replace('"', "\"\""));
    let names = [&quoted.replace('"', "\\\""), &quoted, &plain];
    let name_at = |at: usize| {
        names
            .iter()
            .find(|name| sql[at..].starts_with(name.as_str()))
    };
    let mut shorter = String::with_capacity(sql.len());
    let (mut at, mut comment_end) = (0, 0);
    while let Some(letter) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let is_inside = shorter
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || "_.$@\"".contains(before));
        if let Some(name) = name_at(at).filter(|_| !is_inside) {
            at += name.len();
            continue;
        }
        let is_comment = at < comment_end;
        let mut length = letter.len_utf8();
        match letter {
            // An apostrophe in a comment opens nothing.
            '-' if !is_comment && rest.starts_with("--") => {
                comment_end = at + rest.find('\n').unwrap_or(rest.len());
            }
            '/' if !is_comment && rest.starts_with("/*") => {
                comment_end = at + rest.find("*/").unwrap_or(rest.len());
            }
            '\'' | '"' if !is_comment => {
                length = rest[1..].find(letter).map_or(1, |end| end + 2);
                if let Some(name) = name_at(at + 1).filter(|_| rest[length..].starts_with("::reg"))
                {
                    shorter.push(letter);
                    at += 1 + name.len();
                    length -= 1 + name.len();
                }
            }
            _ => {}
        }
        shorter.push_str(&sql[at..at + length]);
        at += length;
    }
    shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_schema_itself_goes() {
        for (sql, expected) in [
            (
                "SELECT one.f(a.one.b) FROM one.notes",
                "SELECT f(a.one.b) FROM notes",
            ),
            ("\"one\".notes, someone.notes", "notes, someone.notes"),
            (
                "x one.mood DEFAULT 'one.b'::one.mood, y DEFAULT nextval('one.s'::regclass)",
                "x mood DEFAULT 'one.b'::mood, y DEFAULT nextval('s'::regclass)",
            ),
            ("nextval('\"one\".s'::regclass)", "nextval('s'::regclass)"),
            (
                "'admin@one.com it''s one.x' || one.f()",
                "'admin@one.com it''s one.x' || f()",
            ),
            ("'see one.com', \"one.x\"", "'see one.com', \"one.x\""),
            (
                "-- it's\nSELECT one.f('one.x')",
                "-- it's\nSELECT f('one.x')",
            ),
        ] {
            assert_eq!(sql_without_schema(sql, "one"), expected, "{sql}");
        }
        for (text, expected) in [
            ("op.drop_table('t', schema='one')", "op.drop_table('t')"),
            ("op.execute(\"x \\\"one\\\".y\")", "op.execute(\"x y\")"),
            (
                "op.execute('SELECT one.f(\\'one.x\\', \"one.y\", \"one\".z)')",
                "op.execute('SELECT f(\\'one.x\\', \"one.y\", z)')",
            ),
            (
                "op.execute(\n    r\"\"\"\n    DROP VIEW one.v -- it's\n    \"\"\"\n)",
                "op.execute(\n    r\"\"\"\n    DROP VIEW v -- it's\n    \"\"\"\n)",
            ),
            (
                "f(['one.users.id'], comment='of one.com', server_default=sa.text(\"'one.x'::text\"))",
                "f(['users.id'], comment='of one.com', server_default=sa.text(\"'one.x'::text\"))",
            ),
        ] {
            assert_eq!(without_schema(text, "one"), expected, "{text}");
        }
        assert_eq!(
            without_schema("op.execute('DROP VIEW op.v')", "op"),
            "op.execute('DROP VIEW v')"
        );
    }
}
