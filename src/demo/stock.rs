//! Databases and rows: creating them, filling them, moving query-module's out of its neighbour's.
//!
//! Only databases that this room creates are written to; one that exists already is refused.

use std::time::Duration;

use crate::model::{Target, quote_identifier};
use crate::system::{ConnectError, Session, SqlError};

use super::content::{QUERY, STORAGE};

/// Rows as of the beginning, in the module's own words.
pub(super) const ADMIN_ROWS: &str = include_str!("../../assets/demo/rows/artstore_admin.sql");
pub(super) const STORAGE_ROWS: &str =
    include_str!("../../assets/demo/rows/artstore_storage_01.sql");
pub(super) const QUERY_ROWS: &str = include_str!("../../assets/demo/rows/artstore.sql");

/// Rows for the tables that a004 brings.
pub(super) const SERVICE_ACCOUNT_ROWS: &str =
    include_str!("../../assets/demo/rows/service_accounts.sql");

/// query-module's tables; each has a sequence behind `id`.
const QUERY_TABLES: [&str; 2] = ["search_documents", "search_queries"];

/// How long a connection may take to open.
const LIMIT: Duration = Duration::from_secs(20);

/// Why the databases could not be brought there.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// No connection.
    #[error(transparent)]
    Connect(Box<ConnectError>),
    /// A statement failed.
    #[error("{database}: {source}")]
    Sql {
        /// In which database.
        database: String,
        /// What the server said.
        source: Box<SqlError>,
    },
    /// A database of that name is there and not ours to use.
    #[error("the server has a database {0} already")]
    Exists(String),
    /// The copy is not equal to its original; the original stays.
    #[error("the copy of {0} differs from its original")]
    CopyDiffers(&'static str),
}

/// One open database, its name at hand for messages.
struct Open {
    database: String,
    session: Session,
}

impl Open {
    fn new(server: &Target, database: &str) -> Result<Self, StockError> {
        Ok(Self {
            database: database.to_owned(),
            session: Session::connect(&server.with_database(database), LIMIT)
                .map_err(|error| StockError::Connect(Box::new(error)))?,
        })
    }

    fn failed(&self, source: SqlError) -> StockError {
        StockError::Sql {
            database: self.database.clone(),
            source: Box::new(source),
        }
    }

    fn batch(&self, sql: &str) -> Result<(), StockError> {
        self.session.batch(sql).map_err(|error| self.failed(error))
    }

    /// The first column of the only row.
    fn text(&self, sql: &str) -> Result<Option<String>, StockError> {
        let rows = self
            .session
            .query(sql, &[])
            .map_err(|error| self.failed(error))?;
        Ok(rows.first().and_then(|row| row.get(0)))
    }
}

/// Whether the server has a database of that name.
pub(super) fn exists(server: &Target, database: &str) -> Result<bool, StockError> {
    let open = Open::new(server, &server.database)?;
    let rows = open
        .session
        .query(
            "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1",
            &[&database],
        )
        .map_err(|error| open.failed(error))?;
    Ok(!rows.is_empty())
}

/// Creates an empty database; one of that name is refused.
pub(super) fn create_database(server: &Target, database: &str) -> Result<(), StockError> {
    if exists(server, database)? {
        return Err(StockError::Exists(database.to_owned()));
    }
    // template0: what someone put into template1 must not end up in the demo.
    Open::new(server, &server.database)?.batch(&format!(
        "CREATE DATABASE {} TEMPLATE template0",
        quote_identifier(database)
    ))
}

/// Drops a database that [`create_database`] created.
pub(super) fn drop_database(server: &Target, database: &str) -> Result<(), StockError> {
    Open::new(server, &server.database)?.batch(&format!(
        "DROP DATABASE IF EXISTS {}",
        quote_identifier(database)
    ))
}

/// Runs the statements of one of the `*_ROWS` in one transaction and lets the server count the
/// result.
pub(super) fn fill(server: &Target, database: &str, rows: &str) -> Result<(), StockError> {
    let open = Open::new(server, database)?;
    open.batch(rows)?;
    open.batch("ANALYZE")
}

/// Copies query-module's rows from the shared database into its own, which has the tables already,
/// and compares. The shared database is only read.
pub(super) fn copy_query_rows(server: &Target) -> Result<(), StockError> {
    let shared = Open::new(server, STORAGE.database)?;
    let own = Open::new(server, QUERY.database)?;
    for table in QUERY_TABLES {
        let rows = shared
            .text(&format!(
                "SELECT json_agg(t ORDER BY id)::text FROM {table} AS t"
            ))?
            .unwrap_or_else(|| "[]".to_owned());
        own.session
            .execute(
                &format!(
                    "INSERT INTO {table} \
                     SELECT * FROM json_populate_recordset(NULL::{table}, $1::text::json)"
                ),
                &[&rows],
            )
            .map_err(|error| own.failed(error))?;
        own.batch(&format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} \
             HAVING count(*) > 0"
        ))?;
        let fingerprint =
            format!("SELECT md5(string_agg(t::text, '\n' ORDER BY id)) FROM {table} AS t");
        if shared.text(&fingerprint)? != own.text(&fingerprint)? {
            return Err(StockError::CopyDiffers(table));
        }
    }
    own.batch("ANALYZE")
}

/// One table's rows: how many, and the MD5 of all of them in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// How many rows.
    pub count: i64,
    /// Their hash; of no rows, empty.
    pub hash: String,
}

/// The rows of every table in `public`, version tables apart.
pub(super) fn rows(server: &Target, database: &str) -> Result<Vec<TableRows>, StockError> {
    let open = Open::new(server, database)?;
    let tables = open
        .session
        .query(
            "SELECT relname::text FROM pg_catalog.pg_class WHERE relkind = 'r' \
             AND relnamespace = 'public'::regnamespace \
             AND relname NOT LIKE 'alembic\\_version%' ORDER BY relname",
            &[],
        )
        .map_err(|error| open.failed(error))?;
    tables
        .iter()
        .map(|row| {
            let table: String = row.get(0);
            let sql = format!(
                "SELECT count(*), coalesce(md5(string_agg(t::text, '\n' ORDER BY t::text)), '') \
                 FROM public.{} AS t",
                quote_identifier(&table)
            );
            let counted = open.session.query(&sql, &[]);
            let counted = counted.map_err(|error| open.failed(error))?;
            Ok(TableRows {
                table,
                count: counted[0].get(0),
                hash: counted[0].get(1),
            })
        })
        .collect()
}

/// Relations, ENUM types and functions in `public`, version tables apart.
pub(super) fn left_behind(server: &Target, database: &str) -> Result<Vec<String>, StockError> {
    let open = Open::new(server, database)?;
    let rows = open
        .session
        .query(
            "SELECT name FROM ( \
               SELECT relname::text AS name FROM pg_catalog.pg_class \
               WHERE relnamespace = 'public'::regnamespace \
               UNION ALL SELECT typname::text FROM pg_catalog.pg_type \
               WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r') \
               UNION ALL SELECT proname::text FROM pg_catalog.pg_proc \
               WHERE pronamespace = 'public'::regnamespace \
             ) AS objects WHERE name NOT LIKE 'alembic\\_version%' ORDER BY name",
            &[],
        )
        .map_err(|error| open.failed(error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Drops query-module's tables and version table from the shared database, in one transaction.
pub(super) fn drop_strays(server: &Target) -> Result<(), StockError> {
    Open::new(server, STORAGE.database)?.batch(&format!(
        "DROP TABLE {}, alembic_version_query",
        QUERY_TABLES.join(", ")
    ))
}
