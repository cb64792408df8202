//! The ENUM types of a database, with the columns that are of them: what `\dT+` shows and more.
//!
//! Called for `redistill enums`; one query in a read-only transaction of its own.

use super::catalog::read_only;
use crate::evidence::{ColumnPlace, EnumType};
use crate::model::QualifiedName;
use crate::system::{Session, SqlError};

const QUERY: &str = include_str!("../../assets/sql/enum_types.sql");

/// Looks at the database that `session` is connected to.
pub fn observe(session: &Session) -> Result<Vec<EnumType>, SqlError> {
    read_only(session, || {
        let rows = session.query(QUERY, &[])?;
        Ok(rows
            .iter()
            .map(|row| {
                let texts = |column: usize| row.get::<_, Vec<String>>(column);
                let (schemas, tables, columns) = (texts(4), texts(5), texts(6));
                EnumType {
                    name: QualifiedName {
                        schema: row.get(0),
                        name: row.get(1),
                    },
                    owner: row.get(2),
                    labels: texts(3),
                    columns: schemas
                        .into_iter()
                        .zip(tables)
                        .zip(columns)
                        .map(|((schema, name), column)| ColumnPlace {
                            table: QualifiedName { schema, name },
                            column,
                        })
                        .collect(),
                }
            })
            .collect())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::{Server, ServerOptions};

    #[test]
    fn labels_stand_in_their_order_and_every_use_is_found() {
        let server = Server::start_with(&ServerOptions::default()).unwrap();
        let session = Session::connect(&server.target(), Duration::from_secs(30)).unwrap();
        session
            .batch(
                "CREATE SCHEMA audit;
                 CREATE TYPE mood AS ENUM ('sad', 'happy');
                 ALTER TYPE mood ADD VALUE 'ok' BEFORE 'happy';
                 CREATE TYPE audit.mood AS ENUM ();
                 CREATE DOMAIN feeling AS mood NOT NULL;
                 CREATE TABLE t (a mood, gone mood, b mood[], c feeling) PARTITION BY LIST (a);
                 ALTER TABLE t DROP COLUMN gone;
                 CREATE TABLE t_sad PARTITION OF t FOR VALUES IN ('sad');
                 CREATE VIEW v AS SELECT a FROM t;",
            )
            .unwrap();
        let seen = observe(&session).unwrap();
        let words: Vec<String> = seen
            .iter()
            .map(|found| {
                let columns: Vec<String> = found
                    .columns
                    .iter()
                    .map(|place| format!("{}.{}", place.table, place.column))
                    .collect();
                format!("{} {:?} {columns:?}", found.name, found.labels)
            })
            .collect();
        assert_eq!(
            words,
            [
                "audit.mood [] []",
                r#"public.mood ["sad", "ok", "happy"] ["public.t.a", "public.t.b", "public.t.c"]"#,
            ]
        );
    }
}
