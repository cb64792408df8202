//! What was seen of a module's live database, in one read-only transaction.

use serde::{Deserialize, Serialize};

use super::{LiveSchema, Observed, Pooling, Signals, TableRows};
use crate::model::{Identity, QualifiedName};

/// Stands for the rows of a version table that the role may not read.
pub const NOT_READABLE: &str = "(not readable)";

/// A column of a version table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// `format_type` text.
    pub data_type: String,
    /// NOT NULL.
    pub not_null: bool,
}

/// Something that hangs on a version table and would go with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependant {
    /// `pg_describe_object` text.
    pub description: String,
}

/// A version table as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionTable {
    /// Its name.
    pub name: QualifiedName,
    /// Whether it exists.
    pub exists: bool,
    /// The values of `version_num`, sorted.
    pub rows: Vec<String>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// The primary key's constraint name, where there is one.
    pub primary_key: Option<String>,
    /// The owner role.
    pub owner: String,
    /// The statements that build it again as it is (create, owner, grants, comment), in order,
    /// without rows. Empty if it does not exist.
    pub definition: Vec<String>,
    /// Views, policies, triggers, publications and the like that hang on it.
    pub dependants: Vec<Dependant>,
}

/// What was seen of a live database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseEvidence {
    /// The target in words, without secrets: `localhost:5433 / artstore_admin`.
    pub label: String,
    /// Which database it is.
    pub identity: Identity,
    /// The role logged in as.
    pub role: String,
    /// Whether the role may create databases.
    pub may_create_databases: bool,
    /// The module's version table.
    pub version_table: VersionTable,
    /// The version tables of the tenants beside the first, where env.py walks over schemas.
    #[serde(default)]
    pub tenants: Vec<VersionTable>,
    /// Other tables with a `version_num` column, with their rows.
    pub other_version_tables: Vec<(QualifiedName, Vec<String>)>,
    /// The comment on the database.
    pub comment: Option<String>,
    /// `pg_is_in_recovery()`.
    pub in_recovery: bool,
    /// What the server says about its purpose.
    pub signals: Signals,
    /// What stands between us and the server.
    pub pooling: Observed<Pooling>,
    /// Other clients of this database: `application, user, address, state`.
    pub other_sessions: Observed<Vec<String>>,
    /// User tables with what is known of their rows. Sorted by name.
    pub tables: Observed<Vec<TableRows>>,
    /// Tables, ENUM types and foreign keys, as the schema rules look at them.
    pub live: LiveSchema,
    /// SHA-256 over the schema catalog snapshot; changes with any DDL.
    pub catalog_digest: String,
}

impl DatabaseEvidence {
    /// The module's version tables: its own, or one a tenant.
    pub fn version_tables(&self) -> impl Iterator<Item = &VersionTable> {
        std::iter::once(&self.version_table).chain(&self.tenants)
    }

    /// The tables that were listed; none where the list could not be had.
    pub fn table_rows(&self) -> &[TableRows] {
        self.tables.seen().map_or(&[], Vec::as_slice)
    }
}
