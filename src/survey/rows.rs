//! Rows as evidence: hashes that prove them untouched, seed rows to be carried, sequence values.
//! Called by the rehearsal and the steps; never writes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{QualifiedName, quote_identifier};
use crate::schema::{SeedColumn, SeedRows, SeedValue, SequenceValue};
use crate::system::{Session, SqlError};

use super::catalog::{read_only, read_rows};
use super::clock::{WINDOW, Window, mark, unclocked};

/// How many rows a table has, and their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsDigest {
    /// The number of rows.
    pub count: u64,
    /// SHA-256 over the SHA-256 of each row's text, rows sorted by their text, columns by name: two
    /// databases with the same rows agree, whatever the order of rows and columns. Generated
    /// columns are part of it.
    pub sha256: String,
}

/// The columns of the tables asked for, by table.
type Columns = BTreeMap<QualifiedName, Vec<(SeedColumn, bool)>>;

/// Columns in which the clock filled some values: of those only is compared that it did.
pub type Masked = BTreeMap<QualifiedName, BTreeSet<String>>;

/// Hashes the rows of each table in one read-only transaction: two round trips, whatever the
/// number of tables. A table that the role may not read (or not wholly: row security) is an error.
pub fn rows(
    session: &Session,
    tables: &[QualifiedName],
) -> Result<BTreeMap<QualifiedName, RowsDigest>, SqlError> {
    read_rows(session, || rows_within(session, tables))
}

/// The same; in masked columns, a value that was made within the window is a time of the clock,
/// whichever it is. Every other value of them is itself.
pub fn rows_masked(
    session: &Session,
    tables: &[QualifiedName],
    masked: &Masked,
    window: Option<&Window>,
) -> Result<BTreeMap<QualifiedName, RowsDigest>, SqlError> {
    read_rows(session, || digests(session, tables, masked, window))
}

/// As [`rows`], in the transaction that is open. Text forms follow that transaction's settings.
pub fn rows_within(
    session: &Session,
    tables: &[QualifiedName],
) -> Result<BTreeMap<QualifiedName, RowsDigest>, SqlError> {
    digests(session, tables, &Masked::new(), None)
}

fn digests(
    session: &Session,
    tables: &[QualifiedName],
    masked: &Masked,
    window: Option<&Window>,
) -> Result<BTreeMap<QualifiedName, RowsDigest>, SqlError> {
    let mut columns = columns(session, tables)?;
    if columns.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut parts = Vec::new();
    for (place, (table, columns)) in columns.iter_mut().enumerate() {
        columns.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        let fields: Vec<String> = columns
            .iter()
            .map(|(column, _)| {
                let name = quote_identifier(&column.name);
                match masked.get(table) {
                    Some(names) if names.contains(&column.name) => unclocked(column),
                    _ => format!("t.{name}"),
                }
            })
            .collect();
        parts.push(format!(
            "SELECT {place}::int4, count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(r.row_text, 'UTF8')), ''::bytea ORDER BY r.row_text COLLATE \"C\"), ''::bytea)), 'hex') \
             FROM (SELECT ROW({})::text AS row_text FROM {} t, {WINDOW}) r",
            fields.join(", "),
            only(table)
        ));
    }
    let names: Vec<QualifiedName> = columns.into_keys().collect();
    let window = window.cloned().unwrap_or_else(Window::none);
    let found = session.query(
        &parts.join("\nUNION ALL\n"),
        &[&window.from, &window.to, &window.zone],
    )?;
    Ok(found
        .into_iter()
        .filter_map(|row| {
            let table = names.get(usize::try_from(row.get::<_, i32>(0)).ok()?)?;
            let digest = RowsDigest {
                count: u64::try_from(row.get::<_, i64>(1)).ok()?,
                sha256: row.get(2),
            };
            Some((table.clone(), digest))
        })
        .collect())
}

/// The tables among `tables` that hold rows. One round trip.
pub fn non_empty(
    session: &Session,
    tables: &[QualifiedName],
) -> Result<Vec<QualifiedName>, SqlError> {
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    read_rows(session, || {
        let parts: Vec<String> = tables
            .iter()
            .enumerate()
            .map(|(place, table)| {
                format!(
                    "SELECT {place}::int4 WHERE EXISTS (SELECT FROM {})",
                    only(table)
                )
            })
            .collect();
        let found = session.query(&parts.join("\nUNION ALL\n"), &[])?;
        Ok(found
            .into_iter()
            .filter_map(|row| {
                tables
                    .get(usize::try_from(row.get::<_, i32>(0)).ok()?)
                    .cloned()
            })
            .collect())
    })
}

/// Up to `limit` rows of a table as text, in the order of its primary key. Of a replay's window it
/// is said which times fall into it.
pub fn seed_rows(
    session: &Session,
    table: &QualifiedName,
    limit: u32,
    window: Option<&Window>,
) -> Result<SeedRows, SqlError> {
    read_rows(session, || {
        let columns: Vec<SeedColumn> = columns(session, std::slice::from_ref(table))?
            .remove(table)
            .unwrap_or_default()
            .into_iter()
            .filter(|(_, is_generated)| !is_generated)
            .map(|(column, _)| column)
            .collect();
        let fields: Vec<String> = columns
            .iter()
            .map(|column| format!("t.{}::text", quote_identifier(&column.name)))
            .collect();
        let marks: Vec<String> = columns
            .iter()
            .map(|column| mark(column, window.is_some()))
            .collect();
        let order = primary_key(session, table)?;
        let total: i64 =
            session.query(&format!("SELECT count(*) FROM {}", only(table)), &[])?[0].get(0);
        let sql = format!(
            "SELECT ARRAY[{}]::text[], ARRAY[{}]::int4[] FROM {} t, {WINDOW} \
             ORDER BY {order} LIMIT {limit}",
            fields.join(", "),
            marks.join(", "),
            only(table)
        );
        let window = window.cloned().unwrap_or_else(Window::none);
        let rows = session
            .query(&sql, &[&window.from, &window.to, &window.zone])?
            .into_iter()
            .map(|row| {
                let texts: Vec<Option<String>> = row.get(0);
                let marks: Vec<i32> = row.get(1);
                texts.into_iter().zip(marks).map(value).collect()
            })
            .collect();
        Ok(SeedRows {
            table: table.clone(),
            columns,
            rows,
            total: u64::try_from(total).unwrap_or_default(),
        })
    })
}

fn value((text, mark): (Option<String>, i32)) -> SeedValue {
    match (text, mark) {
        (None, _) => SeedValue::Null,
        (Some(_), 1) => SeedValue::Now,
        (Some(_), 2) => SeedValue::NowInUtc,
        (Some(text), _) => SeedValue::Text(text),
    }
}

/// Where the sequences stand that were ever used or set, those of identity columns, too. One round
/// trip for the names, one for the values.
pub fn sequence_values(session: &Session) -> Result<Vec<SequenceValue>, SqlError> {
    values(session, false)
}

/// Where all sequences stand, also those that were never used.
pub fn all_sequence_values(session: &Session) -> Result<Vec<SequenceValue>, SqlError> {
    values(session, true)
}

fn values(session: &Session, is_all: bool) -> Result<Vec<SequenceValue>, SqlError> {
    read_only(session, || {
        let names: Vec<(QualifiedName, i64)> = session
            // The planner may ask about the privilege before it joins: then of a table, too.
            .query(
                "SELECT n.nspname::text, c.relname::text, s.seqstart FROM pg_class c \
                 JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid \
                 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
                 AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT') END \
                 ORDER BY 1, 2",
                &[],
            )?
            .into_iter()
            .map(|row| {
                let name = QualifiedName {
                    schema: row.get(0),
                    name: row.get(1),
                };
                (name, row.get(2))
            })
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let parts: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(place, (name, start))| {
                format!(
                    "SELECT {place}::int4, last_value, is_called FROM {} \
                     WHERE {is_all} OR is_called OR last_value <> {start}",
                    name.quoted()
                )
            })
            .collect();
        let found = session.query(&parts.join("\nUNION ALL\n"), &[])?;
        Ok(found
            .into_iter()
            .filter_map(|row| {
                let (name, _) = names.get(usize::try_from(row.get::<_, i32>(0)).ok()?)?;
                Some(SequenceValue {
                    sequence: name.clone(),
                    last_value: row.get(1),
                    is_called: row.get(2),
                })
            })
            .collect())
    })
}

/// A partitioned table is read through its leaves, which are tables of their own; an inheriting
/// child's rows are not its parent's.
fn only(table: &QualifiedName) -> String {
    format!("ONLY {}", table.quoted())
}

fn columns(session: &Session, tables: &[QualifiedName]) -> Result<Columns, SqlError> {
    let schemas: Vec<&str> = tables.iter().map(|table| table.schema.as_str()).collect();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, f.attname::text, \
            format_type(f.atttypid, f.atttypmod), f.attidentity = 'a', f.attgenerated <> '', \
            pg_get_expr(d.adbin, d.adrelid) \
         FROM unnest($1::text[], $2::text[]) AS w (schema, name) \
         JOIN pg_namespace n ON n.nspname = w.schema \
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name \
         JOIN pg_attribute f ON f.attrelid = c.oid AND f.attnum > 0 AND NOT f.attisdropped \
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = f.attnum \
         ORDER BY f.attnum",
        &[&schemas, &names],
    )?;
    let mut columns = Columns::new();
    for row in rows {
        let table = QualifiedName {
            schema: row.get(0),
            name: row.get(1),
        };
        let column = SeedColumn {
            name: row.get(2),
            data_type: row.get(3),
            is_identity_always: row.get(4),
            default: row.get(6),
        };
        columns.entry(table).or_default().push((column, row.get(5)));
    }
    Ok(columns)
}

/// The ORDER BY of a table: its primary key, or the whole row's text.
fn primary_key(session: &Session, table: &QualifiedName) -> Result<String, SqlError> {
    let rows = session.query(
        "SELECT string_agg(format('t.%I', f.attname), ', ' ORDER BY k.place) \
         FROM pg_namespace n \
         JOIN pg_class c ON c.relnamespace = n.oid \
         JOIN pg_constraint o ON o.conrelid = c.oid AND o.contype = 'p' \
         CROSS JOIN unnest(o.conkey) WITH ORDINALITY AS k (number, place) \
         JOIN pg_attribute f ON f.attrelid = c.oid AND f.attnum = k.number \
         WHERE n.nspname = $1 AND c.relname = $2",
        &[&table.schema, &table.name],
    )?;
    let key: Option<String> = rows.first().and_then(|row| row.get(0));
    Ok(key.unwrap_or_else(|| "t::text COLLATE \"C\"".to_owned()))
}
