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
use crate::schema::{Catalog, Piece};

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
pub(super) fn for_all(described: &Described, mut piece: Piece) -> Piece {
    if !described.tenants().is_empty() {
        piece.up = without_schema(&piece.up, &described.default_schema);
        piece.down = without_schema(&piece.down, &described.default_schema);
    }
    piece
}

/// Takes `schema.`, `"schema".` and the argument `schema='schema'` out of a text.
fn without_schema(text: &str, schema: &str) -> String {
    let quoted = format!("\"{}\".", schema.replace('"', "\"\""));
    let mut shorter = text
        .replace(&format!(", schema='{schema}'"), "")
        .replace(&format!(", schema=\"{schema}\""), "")
        .replace(&format!("        schema='{schema}',\n"), "")
        .replace(&quoted.replace('"', "\\\""), "")
        .replace(&quoted, "");
    let plain = format!("{schema}.");
    let mut from = 0;
    while let Some(found) = shorter[from..].find(&plain).map(|at| at + from) {
        let is_inside = shorter[..found]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || "_.$\"".contains(before));
        if is_inside {
            from = found + plain.len();
        } else {
            shorter.replace_range(found..found + plain.len(), "");
            from = found;
        }
    }
    shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_schema_itself_goes() {
        for (text, expected) in [
            (
                "SELECT one.f(a.one.b) FROM one.notes",
                "SELECT f(a.one.b) FROM notes",
            ),
            ("\"one\".notes, someone.notes", "notes, someone.notes"),
            ("op.drop_table('t', schema='one')", "op.drop_table('t')"),
            ("op.execute(\"x \\\"one\\\".y\")", "op.execute(\"x y\")"),
        ] {
            assert_eq!(without_schema(text, "one"), expected, "{text}");
        }
    }
}
