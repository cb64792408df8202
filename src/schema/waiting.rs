//! Seed rows under foreign keys that wait for the end of the transaction: they are checked at once.
//!
//! Called by the rehearsal when it writes the rows. PostgreSQL refuses to change a table, or to make
//! an index on it, while something of its rows still waits (55006).

use super::carry::sql;
use super::source::execute;
use super::{Catalog, Home, Piece, Stage};

/// Lets the keys of the piece's table look at the rows now, and wait again afterwards: later
/// revisions may run in the same transaction. Keys that `drafted` makes after the rows look by
/// themselves.
pub fn settle(mut rows: Piece, a: &Catalog, drafted: &[Piece], home: &Home) -> Piece {
    let is_later = |name: &str| {
        drafted.iter().any(|piece| {
            piece.stage == Stage::ForeignKeys
                && (
                    piece.schema.as_str(),
                    piece.table.as_str(),
                    piece.name.as_str(),
                ) == (rows.schema.as_str(), rows.name.as_str(), name)
        })
    };
    let waiting = a.objects.iter().filter(|(key, object)| {
        key.kind == "constraint"
            && key.schema == rows.schema
            && key.table == rows.name
            && object.get("type") == Some("foreign key")
            && object
                .get("definition")
                .is_some_and(|text| text.contains(" INITIALLY DEFERRED"))
            && !is_later(&key.name)
    });
    let names: Vec<String> = waiting
        .map(|(key, _)| {
            if home.schema == key.schema {
                sql::name(&key.name)
            } else {
                sql::qualified(key)
            }
        })
        .collect();
    if rows.kind != "rows" || names.is_empty() {
        return rows;
    }
    let names = names.join(", ");
    rows.up
        .push_str("\n# what waits for the end of the transaction would hold up what follows\n");
    for when in ["IMMEDIATE", "DEFERRED"] {
        rows.up
            .push_str(&execute(&format!("SET CONSTRAINTS {names} {when}")));
        rows.up.push('\n');
    }
    rows.up.truncate(rows.up.trim_end().len());
    rows
}
