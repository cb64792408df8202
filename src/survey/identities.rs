//! What the catalogs know by number, under the keys of the snapshot. Called by the rehearsal, which
//! learns by number which revision made what; never writes.

use std::collections::HashMap;

use crate::model::QualifiedName;
use crate::schema::ObjectKey;
use crate::system::{Session, SqlError};

use super::catalog::read_only;

const QUERY: &str = concat!(
    include_str!("../../assets/sql/scope.sql"),
    include_str!("../../assets/sql/names.sql"),
    include_str!("../../assets/sql/identities.sql")
);

/// A catalog's own identifier, an object's in it, and the column or 0.
pub type Identity = (i64, i64, i32);

/// The keys of all objects. `exclude` are version tables, as in a snapshot.
pub fn identities(
    session: &Session,
    exclude: &[QualifiedName],
) -> Result<HashMap<Identity, ObjectKey>, SqlError> {
    let schemas: Vec<&str> = exclude.iter().map(|name| name.schema.as_str()).collect();
    let names: Vec<&str> = exclude.iter().map(|name| name.name.as_str()).collect();
    read_only(session, || {
        let rows = session.query(QUERY, &[&schemas, &names])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let key = ObjectKey {
                    kind: row.get(3),
                    schema: row.get(4),
                    table: row.get(5),
                    name: row.get(6),
                };
                ((row.get(0), row.get(1), row.get(2)), key)
            })
            .collect())
    })
}
