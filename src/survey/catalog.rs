//! Takes the snapshot of a database's catalog. Called by the rehearsal and the survey; never writes.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::QualifiedName;
use crate::plan::Address;
use crate::schema::{Catalog, Object, ObjectKey};
use crate::system::{Session, SqlError};

/// Opens every transaction of a survey: one moment, nothing written, names qualified, and no
/// policy that could hide rows. Queries of a moment are not compiled.
pub const READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog;
SET LOCAL row_security = off;
SET LOCAL jit = off;
SET LOCAL statement_timeout = '60s';
SET LOCAL lock_timeout = '2s';
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;";

/// The role's own search path, behind `pg_catalog`.
pub(super) const ROLES_PATH: &str =
    "SELECT pg_catalog.set_config('search_path', 'pg_catalog, ' || reset_val, true)
FROM pg_catalog.pg_settings WHERE name = 'search_path'";

const SCOPE: &str = include_str!("../../assets/sql/scope.sql");
const NAMES: &str = include_str!("../../assets/sql/names.sql");
const ADDRESSES: &str = include_str!("../../assets/sql/addresses.sql");

const OWN_NAMES: &str = include_str!("../../assets/sql/own_names.sql");

/// Options of servers and user mappings whose values are not read, as a regular expression in SQL.
const SECRET: &str = "'pass|secret|token|credential|key$'";

/// A query of one kind of object.
struct Question {
    /// Whether it starts from object identifiers (and so needs their names).
    names: bool,
    /// The major versions that it is written for.
    versions: std::ops::RangeInclusive<u32>,
    text: &'static str,
}

macro_rules! queries {
    ($($names:literal $file:literal $versions:expr),* $(,)?) => {
        &[$(Question {
            names: $names,
            versions: $versions,
            text: include_str!(concat!("../../assets/sql/", $file, ".sql")),
        }),*]
    };
}

const ALL: std::ops::RangeInclusive<u32> = 0..=u32::MAX;

/// One query a kind of object.
const QUERIES: &[Question] = queries![
    false "schemas" ALL,
    false "extensions" ALL,
    false "types" ALL,
    false "sequences" ALL,
    false "tables" ALL,
    false "columns" ALL,
    false "constraints" ALL,
    false "indexes" ALL,
    false "views" ALL,
    false "rules" ALL,
    false "functions" ALL,
    false "triggers" ALL,
    false "event_triggers" ALL,
    false "policies" ALL,
    false "statistics" ALL,
    false "collations" ALL,
    false "text_search" ALL,
    false "operators" ALL,
    false "languages" ALL,
    false "foreign" ALL,
    false "publications" 0..=14,
    false "publications_15" 15..=u32::MAX,
    false "default_privileges" ALL,
    false "privileges" ALL,
    true "comments" ALL,
    true "labels" ALL,
    true "owners" ALL,
    true "dependencies" ALL,
];

/// Takes the snapshot in a read-only transaction of its own. `exclude` are version tables: they,
/// their columns, constraints and indexes are not part of a schema.
pub fn snapshot(session: &Session, exclude: &[QualifiedName]) -> Result<Catalog, SqlError> {
    read_only(session, || snapshot_within(session, exclude))
}

/// Takes the snapshot in the read-only transaction that is already open.
pub fn snapshot_within(session: &Session, exclude: &[QualifiedName]) -> Result<Catalog, SqlError> {
    let schemas: Vec<&str> = exclude.iter().map(|name| name.schema.as_str()).collect();
    let names: Vec<&str> = exclude.iter().map(|name| name.name.as_str()).collect();
    let mut objects = BTreeMap::<ObjectKey, Object>::new();
    let mut later = Vec::new();
    let major = session.major()?;
    for sql in statements(major) {
        for row in session.query(&sql, &[&schemas, &names])? {
            let text = |column: usize| row.get::<_, Option<String>>(column).unwrap_or_default();
            let key = ObjectKey {
                kind: text(0),
                schema: text(1),
                table: text(2),
                name: text(3),
            };
            let (attribute, value) = (text(4), text(5));
            match attribute.as_str() {
                // Facts about an object that another query must have found: a view's column has
                // a comment without being an object of its own.
                "~needs"
                | "~role"
                | "~grantees"
                | "privileges"
                | "comment"
                | "index comment"
                | "comment on not null"
                | "security label" => later.push((key, attribute, value)),
                "@create" => objects.entry(key).or_default().definition = Some(value),
                _ => {
                    let object = objects.entry(key).or_default();
                    object.attributes.insert(attribute, value);
                }
            }
        }
    }
    for (key, attribute, value) in later {
        if attribute.starts_with('~') && !objects.contains_key(&key) {
            continue;
        }
        let object = objects.entry(key).or_default();
        object.attributes.insert(attribute, value);
    }
    Ok(Catalog { objects })
}

/// The statements of a snapshot. What starts from object identifiers is one of them: to plan and to
/// find the names is most of its work, and is done once.
fn statements(major: u32) -> Vec<String> {
    let questions = QUERIES
        .iter()
        .filter(|question| question.versions.contains(&major));
    let (named, plain): (Vec<&Question>, Vec<&Question>) =
        questions.partition(|question| question.names);
    let named: Vec<String> = named
        .iter()
        .map(|question| {
            format!(
                "SELECT a::text, b::text, c::text, d::text, e::text, f::text FROM (\n{}\n) \
                 AS q (a, b, c, d, e, f)",
                question.text
            )
        })
        .collect();
    let named = format!("{SCOPE}{NAMES}{}", named.join("\nUNION ALL\n"));
    let plain = plain
        .iter()
        .map(|question| format!("{SCOPE}{}", question.text));
    plain
        .chain([named])
        .map(|sql| sql.replace("@SECRET@", SECRET))
        .collect()
}

/// Where the objects stand that the snapshot knows, each with the parts that `pg_dump` tells apart.
/// In the read-only transaction that is already open.
pub fn addresses_within(
    session: &Session,
    exclude: &[QualifiedName],
) -> Result<Vec<(ObjectKey, Address)>, SqlError> {
    let schemas: Vec<&str> = exclude.iter().map(|name| name.schema.as_str()).collect();
    let names: Vec<&str> = exclude.iter().map(|name| name.name.as_str()).collect();
    let sql = format!("{SCOPE}{NAMES}{ADDRESSES}");
    let rows = session.query(&sql, &[&schemas, &names])?;
    let found = rows.iter().map(|row| {
        let key = ObjectKey {
            kind: row.get(0),
            schema: row.get(1),
            table: row.get(2),
            name: row.get(3),
        };
        (key, (row.get(4), row.get(5)))
    });
    Ok(found.collect())
}

/// The names that the server itself has for a relation, a type, a function or the like.
pub fn own_names(session: &Session) -> Result<BTreeSet<String>, SqlError> {
    let rows = session.query(OWN_NAMES, &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Runs `read` in a read-only transaction that ends in any case.
pub(super) fn read_only<T, E: From<SqlError>>(
    session: &Session,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    if let Err(error) = session.batch(READ_ONLY) {
        // Half of the batch may stand; the first error is the one worth telling.
        let _ = session.batch("ROLLBACK");
        return Err(error.into());
    }
    let result = read();
    let ended = session.batch("ROLLBACK");
    let value = result?;
    ended?;
    Ok(value)
}

/// As [`read_only`], for queries on the user's tables. The planner takes the bodies of SQL functions
/// apart that their indexes call, and those may count on the search path that the role has.
pub(super) fn read_rows<T>(
    session: &Session,
    read: impl Fn() -> Result<T, SqlError>,
) -> Result<T, SqlError> {
    match read_only(session, &read) {
        Err(error) if is_unresolved(&error) => read_only(session, || {
            session.batch(ROLES_PATH)?;
            read()
        }),
        answer => answer,
    }
}

/// Whether a name was not found: a function, relation, type or schema.
pub(super) fn is_unresolved(error: &SqlError) -> bool {
    matches!(
        error.sqlstate.as_deref(),
        Some("42883" | "42P01" | "42704" | "3F000")
    )
}
