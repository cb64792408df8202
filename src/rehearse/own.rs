//! A plan's own objects in a database: what they are, and where they stand in the catalogs.
//!
//! Called by the dumps of the rehearsal, and by `engine` for the steps. Never writes.

use std::collections::BTreeSet;

use crate::model::QualifiedName;
use crate::plan::{Address, Fingerprint, OwnObject};
use crate::schema::{Catalog, ObjectKey};
use crate::survey::{catalog, rows};
use crate::system::{Session, SqlError};

/// What these objects are, in the transaction that is open; its settings stay as they are.
pub fn fingerprint(
    session: &Session,
    objects: &[OwnObject],
    version_tables: &[QualifiedName],
) -> Result<Fingerprint, SqlError> {
    settled(session, || {
        let mut catalog = catalog::snapshot_within(session, version_tables)?;
        restrict(&mut catalog, objects);
        let rows = rows::rows_within(session, &catalog.tables())?;
        Ok(Fingerprint {
            catalog: catalog.digest(),
            rows: rows
                .into_iter()
                .map(|(table, digest)| (table, digest.count, digest.sha256))
                .collect(),
        })
    })
}

/// SHA-256 over the catalog of these objects, in the transaction that is open.
pub fn catalog_of(
    session: &Session,
    objects: &[OwnObject],
    version_tables: &[QualifiedName],
) -> Result<String, SqlError> {
    settled(session, || {
        let mut catalog = catalog::snapshot_within(session, version_tables)?;
        restrict(&mut catalog, objects);
        Ok(catalog.digest())
    })
}

/// Reads under the settings of a snapshot; those of the transaction stay as they are.
fn settled<T>(
    session: &Session,
    read: impl FnOnce() -> Result<T, SqlError>,
) -> Result<T, SqlError> {
    session.batch(
        "SAVEPOINT redistill_fingerprint; SET LOCAL search_path = pg_catalog; \
         SET LOCAL row_security = off; SET LOCAL timezone = 'UTC'; \
         SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; \
         SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1",
    )?;
    let found = read()?;
    session.batch(
        "ROLLBACK TO SAVEPOINT redistill_fingerprint; RELEASE SAVEPOINT redistill_fingerprint",
    )?;
    Ok(found)
}

/// Where these objects and all that belongs to them stand in the catalogs, in the transaction that
/// is open.
pub(super) fn addresses(
    session: &Session,
    objects: &[OwnObject],
    version_tables: &[QualifiedName],
) -> Result<Vec<Address>, SqlError> {
    let own = Own::of(objects);
    let all = settled(session, || {
        catalog::addresses_within(session, version_tables)
    })?;
    let mut found: Vec<Address> = all
        .into_iter()
        .filter(|(key, _)| own.has(key))
        .map(|(_, address)| address)
        .collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Keeps these objects, and what belongs to them.
pub(super) fn restrict(catalog: &mut Catalog, objects: &[OwnObject]) {
    let own = Own::of(objects);
    catalog.objects.retain(|key, _| own.has(key));
}

/// Objects of a plan, to be looked up.
struct Own<'a> {
    wholes: BTreeSet<(&'a str, &'a str, &'a str)>,
    /// Those that have parts: no two of a schema have the same name.
    relations: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Own<'a> {
    fn of(objects: &'a [OwnObject]) -> Self {
        let has_parts = |object: &&OwnObject| {
            matches!(
                object.kind.as_str(),
                "table"
                    | "view"
                    | "materialized view"
                    | "foreign table"
                    | "composite type"
                    | "domain"
            )
        };
        Self {
            wholes: objects
                .iter()
                .map(|own| (&*own.kind, &*own.schema, &*own.name))
                .collect(),
            relations: objects
                .iter()
                .filter(has_parts)
                .map(|own| (&*own.schema, &*own.name))
                .collect(),
        }
    }

    fn has(&self, key: &ObjectKey) -> bool {
        if key.table.is_empty() {
            self.wholes
                .contains(&(&*key.kind, &*key.schema, &*key.name))
        } else {
            self.relations.contains(&(&*key.schema, &*key.table))
        }
    }
}
