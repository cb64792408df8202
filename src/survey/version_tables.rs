//! Observes version tables: the module's own as it stands, and the rows of all others. Called by
//! [`super::database`]; never writes.

use crate::evidence::{Column, Dependant, NOT_READABLE, VersionTable};
use crate::model::QualifiedName;
use crate::system::{Session, SqlError};

/// Reads a version table in the transaction that is open.
pub fn version_table(session: &Session, name: &QualifiedName) -> Result<VersionTable, SqlError> {
    let found = session.query(
        "SELECT c.oid, pg_get_userbyid(c.relowner)::text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        &[&name.schema, &name.name],
    )?;
    let Some(row) = found.first() else {
        return Ok(VersionTable {
            name: name.clone(),
            exists: false,
            rows: Vec::new(),
            columns: Vec::new(),
            primary_key: None,
            owner: String::new(),
            definition: Vec::new(),
            dependants: Vec::new(),
        });
    };
    let oid: u32 = row.get(0);
    let columns = columns(session, oid)?;
    let has_number = columns.iter().any(|column| column.name == "version_num");
    let rows = if has_number {
        version_rows(session, name)?
    } else {
        Vec::new()
    };
    let primary_key = session
        .query(
            "SELECT conname::text FROM pg_constraint WHERE conrelid = $1 AND contype = 'p'",
            &[&oid],
        )?
        .first()
        .map(|row| row.get(0));
    Ok(VersionTable {
        name: name.clone(),
        exists: true,
        rows,
        columns,
        primary_key,
        owner: row.get(1),
        definition: super::definition::of_table(session, oid)?,
        dependants: dependants(session, oid)?,
    })
}

fn columns(session: &Session, oid: u32) -> Result<Vec<Column>, SqlError> {
    let rows = session.query(
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute \
         WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        &[&oid],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Column {
            name: row.get(0),
            data_type: row.get(1),
            not_null: row.get(2),
        })
        .collect())
}

/// The values of `version_num`, sorted by bytes.
fn version_rows(session: &Session, name: &QualifiedName) -> Result<Vec<String>, SqlError> {
    let sql = format!(
        "SELECT coalesce(version_num::text, '') FROM {}",
        name.quoted()
    );
    let mut rows: Vec<String> = session
        .query(&sql, &[])?
        .into_iter()
        .map(|row| row.get(0))
        .collect();
    rows.sort();
    Ok(rows)
}

/// What `DROP TABLE … RESTRICT` would stumble over, and what would silently go along: objects that
/// depend on the table or a column of it, but for its own parts.
fn dependants(session: &Session, oid: u32) -> Result<Vec<Dependant>, SqlError> {
    let rows = session.query(
        "SELECT DISTINCT pg_describe_object(x.classid, x.objid, 0) FROM ( \
            SELECT d.classid, d.objid FROM pg_depend d \
            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 \
            UNION \
            SELECT d.classid, d.objid FROM pg_depend d \
            JOIN pg_type t ON t.oid = d.refobjid AND (t.typrelid = $1 \
                OR t.oid = (SELECT r.typarray FROM pg_type r WHERE r.typrelid = $1)) \
            WHERE d.refclassid = 'pg_type'::regclass \
         ) x \
         WHERE NOT (x.classid = 'pg_type'::regclass AND EXISTS ( \
                SELECT FROM pg_type t WHERE t.oid = x.objid AND (t.typrelid = $1 \
                    OR t.oid = (SELECT r.typarray FROM pg_type r WHERE r.typrelid = $1)))) \
            AND NOT (x.classid = 'pg_class'::regclass AND (x.objid = $1 OR EXISTS ( \
                SELECT FROM pg_class c WHERE c.oid = x.objid AND (c.relkind = 't' OR EXISTS ( \
                    SELECT FROM pg_index i WHERE i.indexrelid = c.oid AND i.indrelid = $1))))) \
            AND NOT (x.classid = 'pg_constraint'::regclass AND EXISTS ( \
                SELECT FROM pg_constraint o WHERE o.oid = x.objid AND o.conrelid = $1 AND o.contype <> 'f')) \
            AND NOT (x.classid = 'pg_trigger'::regclass AND EXISTS ( \
                SELECT FROM pg_trigger g WHERE g.oid = x.objid AND g.tgisinternal)) \
            AND x.classid <> 'pg_attrdef'::regclass \
         ORDER BY 1",
        &[&oid],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Dependant {
            description: row.get(0),
        })
        .collect())
}

/// Other tables with a `version_num` column: two round trips, however many there are. One that the
/// role may not read, or that somebody holds, is named with a row that says so: it is not empty, it
/// is unknown.
pub(super) fn others(
    session: &Session,
    own: &QualifiedName,
) -> Result<Vec<(QualifiedName, Vec<String>)>, SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, has_schema_privilege(n.oid, 'USAGE') \
            AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) \
            AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'relation' AND l.granted \
                AND l.relation = c.oid AND l.mode = 'AccessExclusiveLock' \
                AND l.database = (SELECT d.oid FROM pg_database d \
                                  WHERE d.datname = current_database())) \
         FROM pg_attribute f \
         JOIN pg_class c ON c.oid = f.attrelid AND c.relkind IN ('r', 'p') \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE f.attname = 'version_num' AND NOT f.attisdropped \
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
            AND NOT (n.nspname = $1 AND c.relname = $2) \
         ORDER BY 1, 2",
        &[&own.schema, &own.name],
    )?;
    let mut tables = Vec::new();
    let mut parts = Vec::new();
    for row in rows {
        let name = QualifiedName {
            schema: row.get(0),
            name: row.get(1),
        };
        if row.get(2) {
            parts.push(format!(
                "(SELECT coalesce(json_agg(coalesce(version_num::text, ''))::text, '[]') FROM {})",
                name.quoted()
            ));
            tables.push((name, Vec::new()));
        } else {
            tables.push((name, vec![NOT_READABLE.to_owned()]));
        }
    }
    if parts.is_empty() {
        return Ok(tables);
    }
    let read = session.query(&format!("SELECT ARRAY[{}]", parts.join(", ")), &[])?;
    let mut lists = read[0].get::<_, Vec<String>>(0).into_iter();
    for (_, values) in tables.iter_mut().filter(|(_, values)| values.is_empty()) {
        let list = lists.next().unwrap_or_default();
        *values = serde_json::from_str(&list).unwrap_or_else(|_| vec![NOT_READABLE.to_owned()]);
        values.sort();
    }
    Ok(tables)
}
