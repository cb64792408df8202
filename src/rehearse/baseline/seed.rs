//! Seed rows: what the old chain itself leaves in its tables, written into the revision or into a
//! file beside it. Called by the drafter.

use std::collections::BTreeMap;

use super::Drafter;
use crate::model::QualifiedName;
use crate::model::text::{bytes, count};
use crate::plan::{DataFile, Source};
use crate::rehearse::RehearseError;
use crate::rehearse::Scratch;
use crate::rehearse::tenants;
use crate::schema::{
    Catalog, Difference, ObjectKey, Piece, SeedRows, by_reference, carry_data, carry_rows,
    compare_values, data_file_name, data_lines, is_left_out, rows_key, value_key,
};
use crate::survey::clock::Window;
use crate::survey::rows::{self, Masked, RowsDigest};

/// The most rows of one table that are written into a revision, and the most bytes of them.
const IN_REVISION: (usize, usize) = (1000, 64 * 1024);

/// A longer value than this is nothing to read in a revision.
const LONGEST_VALUE: usize = 8 * 1024;

/// The most rows of one table that are carried at all.
const MOST_ROWS: u32 = 100_000;

/// The most bytes of all data files of a module.
const MOST_BYTES: usize = 8 << 20;

/// What became of the seed rows.
#[derive(Default)]
pub struct Seeded {
    /// The rows and where the sequences stand.
    pub pieces: Vec<Piece>,
    /// Rows that stand beside the revision; paths are bare names.
    pub files: Vec<DataFile>,
    /// Columns in which rows have the time of the upgrade.
    pub masked: Masked,
    /// For the plan and the note.
    pub remarks: Vec<String>,
    /// In a few words, by table.
    pub details: BTreeMap<QualifiedName, String>,
}

impl Drafter<'_> {
    /// The rows that the old chain itself leaves on an empty database.
    pub(super) fn seed(&self, reference: &Catalog) -> Result<Seeded, RehearseError> {
        let mut seeded = Seeded::default();
        let Some(replayed) = &self.replayed else {
            return Ok(seeded);
        };
        let session = replayed.connect()?;
        let leave_out = &self.leave_out;
        let tables: Vec<QualifiedName> = reference.tables();
        for table in by_reference(reference, &rows::non_empty(&session, &tables)?) {
            if is_left_out(&rows_key(&table), leave_out) {
                continue;
            }
            let seed = rows::seed_rows(&session, &table, MOST_ROWS, self.window.as_ref())?;
            self.seed_table(&seed, &mut seeded)?;
        }
        // The models may have no such sequence; without rows its value is theirs to say.
        if !seeded.pieces.is_empty() || self.subject.choices.source == Source::Chain {
            let values = rows::sequence_values(&session)?;
            let home = &self.home;
            let pieces = values
                .iter()
                .map(|value| tenants::sequence_at_home(home, value));
            seeded.pieces.extend(pieces);
        }
        seeded.pieces.retain(|piece| {
            !is_left_out(&piece.key(), leave_out) && !is_gone_with(reference, piece, leave_out)
        });
        Ok(seeded)
    }

    fn seed_table(&self, seed: &SeedRows, seeded: &mut Seeded) -> Result<(), RehearseError> {
        let table = &seed.table;
        let written = tenants::rows_at_home(&self.home, seed);
        let (size, longest) = seed.sizes();
        let is_small =
            seed.rows.len() <= IN_REVISION.0 && size <= IN_REVISION.1 && longest <= LONGEST_VALUE;
        let mut detail = count(seed.rows.len(), "row");
        let too_many = || RehearseError::TooManyRows {
            table: table.clone(),
            rows: seed.total,
            limit: MOST_ROWS,
        };
        if is_small {
            let piece = carry_rows(&written).ok_or_else(too_many)?;
            seeded.pieces.push(tenants::of_schema(&table.schema, piece));
        } else {
            let contents = data_lines(seed);
            let stored: usize = seeded.files.iter().map(|file| file.contents.len()).sum();
            if seed.total != seed.rows.len() as u64 || stored + contents.len() > MOST_BYTES {
                return Err(too_many());
            }
            let name = self.free_name(&written.table, seeded);
            detail = format!("{detail} in {name}");
            seeded.remarks.push(format!(
                "{} of {table} ({}) stand in {name} beside the baseline, which reads them: they \
                 belong together",
                count(seed.rows.len(), "row"),
                bytes(contents.len() as u64)
            ));
            let piece = carry_data(&written, &name);
            seeded.pieces.push(tenants::of_schema(&table.schema, piece));
            seeded.files.push(DataFile {
                path: name,
                contents,
            });
        }
        remark_on_values(seed, seeded);
        seeded.details.insert(table.clone(), detail);
        Ok(())
    }

    /// Two tables may have one name once it is plain.
    fn free_name(&self, table: &QualifiedName, seeded: &Seeded) -> String {
        let name = data_file_name(&self.subject.baseline_id.0, table);
        let is_taken = |name: &str| seeded.files.iter().any(|file| file.path == name);
        let numbered = (2..).map(|n| name.replacen(".jsonl", &format!("_{n}.jsonl"), 1));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !is_taken(name))
            .unwrap_or_default()
    }

    /// Whether the baseline leaves the rows that the old chain leaves. The tables are those that
    /// both have with the same columns; others differ anyway.
    pub(super) fn row_differences(
        &self,
        reference: &Catalog,
        built: &Catalog,
        masked: &Masked,
    ) -> Result<Vec<Difference>, RehearseError> {
        let (Some(replayed), Some(scratch)) = (&self.replayed, &self.built) else {
            return Ok(Vec::new());
        };
        let tables: Vec<QualifiedName> = reference
            .tables()
            .into_iter()
            .filter(|table| columns(reference, table) == columns(built, table))
            .collect();
        let [old, new] = [&self.window, &self.built_in].map(Option::as_ref);
        let left = rows::rows_masked(&replayed.connect()?, &tables, masked, old)?;
        let right = rows::rows_masked(&scratch.connect()?, &tables, masked, new)?;
        let shown = |digest: Option<&RowsDigest>| {
            digest.map_or_else(String::new, |digest| {
                let rows = usize::try_from(digest.count).unwrap_or(usize::MAX);
                format!("{}, hash {}", count(rows, "row"), &digest.sha256[..12])
            })
        };
        Ok(left
            .iter()
            .filter(|(table, digest)| right.get(*table) != Some(digest))
            .map(|(table, digest)| Difference::Changed {
                object: rows_key(table),
                attribute: "contents".to_owned(),
                left: shown(Some(digest)),
                right: shown(right.get(table)),
            })
            .collect())
    }

    /// The names of the values of the old chain's sequences, and those that the baseline's have not.
    pub(super) fn sequence_values(
        &self,
    ) -> Result<(Vec<ObjectKey>, Vec<Difference>), RehearseError> {
        let (Some(replayed), Some(scratch)) = (&self.replayed, &self.built) else {
            return Ok((Vec::new(), Vec::new()));
        };
        let left = rows::all_sequence_values(&replayed.connect()?)?;
        let right = rows::all_sequence_values(&scratch.connect()?)?;
        let keys = left
            .iter()
            .map(|value| value_key(&value.sequence))
            .collect();
        Ok((keys, compare_values(&left, &right)))
    }

    /// Whether a sequence counted rows that are left out: without them it need not stand there.
    pub(super) fn is_of_rows_left_out(&self, reference: &Catalog, value: &ObjectKey) -> bool {
        let sequence = ObjectKey {
            kind: "sequence".to_owned(),
            ..value.clone()
        };
        reference.owner_of(&sequence).is_some_and(|(table, _)| {
            let table = QualifiedName {
                schema: table.schema,
                name: table.name,
            };
            is_left_out(&rows_key(&table), &self.leave_out)
        })
    }
}

/// Whether a sequence's value has no sequence: it, or the table that owns it, is left out.
fn is_gone_with(reference: &Catalog, value: &Piece, leave_out: &[String]) -> bool {
    let mut sequence = value.key();
    "sequence".clone_into(&mut sequence.kind);
    value.kind == "value of sequence"
        && (is_left_out(&sequence, leave_out)
            || reference
                .owner_of(&sequence)
                .is_some_and(|(table, _)| is_left_out(&table, leave_out)))
}

/// The names of a table's columns; generated ones and their order are no matter.
fn columns<'a>(catalog: &'a Catalog, table: &QualifiedName) -> Vec<&'a str> {
    catalog
        .objects
        .keys()
        .filter(|key| key.kind == "column" && key.schema == table.schema && key.table == table.name)
        .map(|key| key.name.as_str())
        .collect()
}

/// What the values are that no two databases have alike.
fn remark_on_values(seed: &SeedRows, seeded: &mut Seeded) {
    let table = &seed.table;
    let clocked = seed.clocked();
    if !clocked.is_empty() {
        seeded.remarks.push(format!(
            "rows of {table}: {} is the time of the upgrade, as it was in the old chain; where it \
             is, the comparison leaves it out",
            clocked.join(", ")
        ));
        let names = clocked.iter().map(|&name| name.to_owned()).collect();
        seeded.masked.insert(table.clone(), names);
    }
    for column in seed
        .columns
        .iter()
        .filter(|column| column.defaults_to_chance())
    {
        seeded.remarks.push(format!(
            "rows of {table}: {} has the default {}; what it gave in the rehearsal is written down, \
             so that databases built from the baseline agree with each other",
            column.name,
            column.default.as_deref().unwrap_or_default()
        ));
    }
}

/// How many rows every table has, and their hashes.
pub(super) fn seed_digest(
    scratch: &Scratch,
    catalog: &Catalog,
    masked: &Masked,
    window: Option<&Window>,
) -> Result<BTreeMap<QualifiedName, RowsDigest>, RehearseError> {
    Ok(rows::rows_masked(
        &scratch.connect()?,
        &catalog.tables(),
        masked,
        window,
    )?)
}

/// Whether the rows' table is among the pieces; the models may have none for it.
pub(super) fn has_table_of(rows: &Piece, pieces: &[Piece]) -> bool {
    rows.kind != "rows"
        || pieces.iter().any(|piece| {
            piece.kind == "table" && piece.schema == rows.schema && piece.name == rows.name
        })
}
