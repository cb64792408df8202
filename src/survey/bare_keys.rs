//! Foreign keys without an index. Called for `redistill checklist`; one read-only query.

use super::catalog::read_only;
use crate::system::{Session, SqlError};

const QUERY: &str = include_str!("../../assets/sql/bare_keys.sql");

/// Looks at the database that `session` is connected to: `table (columns)`, the schema before the
/// table where it is not `public`.
pub fn observe(session: &Session) -> Result<Vec<String>, SqlError> {
    read_only(session, || {
        let rows = session.query(QUERY, &[])?;
        Ok(rows
            .iter()
            .map(|row| {
                let (schema, table): (String, String) = (row.get(0), row.get(1));
                let columns: Vec<String> = row.get(2);
                let table = if schema == "public" {
                    table
                } else {
                    format!("{schema}.{table}")
                };
                format!("{table} ({})", columns.join(", "))
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
    fn only_a_whole_index_that_begins_with_the_columns_serves_a_key() {
        let server = Server::start_with(&ServerOptions::default()).unwrap();
        let session = Session::connect(&server.target(), Duration::from_secs(30)).unwrap();
        session
            .batch(
                "CREATE TABLE far (a int, b int, PRIMARY KEY (a, b), UNIQUE (a));
                 CREATE TABLE served (a int REFERENCES far (a), b int, c int,
                     FOREIGN KEY (a, b) REFERENCES far);
                 CREATE INDEX ON served (b, a, c);
                 CREATE INDEX ON served (a);
                 CREATE TABLE partial (a int REFERENCES far (a));
                 CREATE INDEX ON partial (a) WHERE a > 1;
                 CREATE TABLE second (x int, a int REFERENCES far (a));
                 CREATE INDEX ON second (x, a);
                 CREATE TABLE included (x int, a int REFERENCES far (a));
                 CREATE INDEX ON included (x) INCLUDE (a);
                 CREATE SCHEMA audit;
                 CREATE TABLE audit.bare (b int, a int, FOREIGN KEY (a, b) REFERENCES far);",
            )
            .unwrap();
        assert_eq!(
            observe(&session).unwrap(),
            [
                "audit.bare (a, b)",
                "included (a)",
                "partial (a)",
                "second (a)"
            ]
        );
    }
}
