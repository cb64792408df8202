//! Seed rows: what the old chain itself leaves in its tables. Called by the drafter.

use std::collections::BTreeMap;

use super::Drafter;
use crate::model::QualifiedName;
use crate::plan::Source;
use crate::rehearse::Scratch;
use crate::rehearse::module::RehearseError;
use crate::schema::{
    Catalog, ObjectKey, Piece, by_reference, carry_rows, carry_sequence, is_left_out,
};
use crate::survey::rows::{self, RowsDigest};

/// The most seed rows of one table that are written into a revision.
const SEED_ROWS: u32 = 1000;

impl Drafter<'_> {
    /// The rows that the old chain itself leaves on an empty database.
    pub(super) fn seed(&self, reference: &Catalog) -> Result<Vec<Piece>, RehearseError> {
        let Some(replayed) = &self.replayed else {
            return Ok(Vec::new());
        };
        let session = replayed.connect()?;
        let leave_out = &self.subject.choices.leave_out;
        let tables: Vec<QualifiedName> = reference.tables();
        let mut pieces = Vec::new();
        for table in by_reference(reference, &rows::non_empty(&session, &tables)?) {
            let seed = rows::seed_rows(&session, &table, SEED_ROWS)?;
            let piece = carry_rows(&seed).ok_or_else(|| RehearseError::TooManyRows {
                table: table.clone(),
                rows: seed.total,
                limit: SEED_ROWS,
            });
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(_) if is_left_out(&rows_key(&table), leave_out) => {}
                Err(error) => return Err(error),
            }
        }
        // The models may have no such sequence; the chain's own are in the draft.
        if !pieces.is_empty() || self.subject.choices.source == Source::Chain {
            pieces.extend(rows::sequence_values(&session)?.iter().map(carry_sequence));
        }
        pieces.retain(|piece| !is_left_out(&piece.key(), leave_out));
        Ok(pieces)
    }
}

/// How many rows every table has, and their hashes.
pub(super) fn seed_digest(
    scratch: &Scratch,
    catalog: &Catalog,
) -> Result<BTreeMap<QualifiedName, RowsDigest>, RehearseError> {
    Ok(rows::rows(&scratch.connect()?, &catalog.tables())?)
}

/// Whether the rows' table is among the pieces; the models may have none for it.
pub(super) fn has_table_of(rows: &Piece, pieces: &[Piece]) -> bool {
    rows.kind != "rows"
        || pieces.iter().any(|piece| {
            piece.kind == "table" && piece.schema == rows.schema && piece.name == rows.name
        })
}

/// The key of a table's seed rows, as `--leave-out "rows TABLE"` names them.
fn rows_key(table: &QualifiedName) -> ObjectKey {
    ObjectKey {
        kind: "rows".to_owned(),
        schema: table.schema.clone(),
        table: String::new(),
        name: table.name.clone(),
    }
}
