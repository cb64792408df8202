//! Seed rows under foreign keys that wait for the end of the transaction: they are checked once all
//! rows are there.
//!
//! Called by the rehearsal when it writes the rows. PostgreSQL refuses to change a table, or to make
//! an index on it, while something of its rows still waits (55006).

use super::carry::sql;
use super::source::execute;
use super::{Catalog, Home, Piece, Stage};

/// Lets such keys of the tables look at the rows behind the last of them, and wait again afterwards:
/// later revisions may run in the same transaction. Keys that `drafted` makes after the rows look by
/// themselves.
pub fn settle(mut seed: Vec<Piece>, a: &Catalog, drafted: &[Piece], home: &Home) -> Vec<Piece> {
    let has_rows = |schema: &str, table: &str| {
        seed.iter()
            .any(|piece| piece.kind == "rows" && piece.schema == schema && piece.name == table)
    };
    let waiting = a.objects.iter().filter(|(key, object)| {
        let text = object.get("definition").unwrap_or_default();
        key.kind == "constraint"
            && object.get("type") == Some("foreign key")
            && text.contains(" INITIALLY DEFERRED")
            && has_rows(&key.schema, &key.table)
            && !drafted
                .iter()
                .any(|piece| piece.stage == Stage::ForeignKeys && piece.key() == **key)
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
    let last = seed.iter_mut().rfind(|piece| piece.kind == "rows");
    if let Some(last) = last.filter(|_| !names.is_empty()) {
        let names = names.join(", ");
        let set = |when: &str| execute(&format!("SET CONSTRAINTS {names} {when}"));
        last.up = format!(
            "{}\n# what waits for the end of the transaction would hold up what follows\n{}\n{}",
            last.up,
            set("IMMEDIATE"),
            set("DEFERRED")
        );
    }
    seed
}
