//! What a module's env.py says when it is run by the worker.

use serde::{Deserialize, Serialize};

use crate::model::Secret;

/// Where a connection of the project's code wanted to go, before it was redirected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// SQLAlchemy's driver name: `psycopg2`, `psycopg`, `asyncpg`, `pg8000` …
    pub driver: String,
    /// Whether the engine is an asynchronous one.
    pub is_async: bool,
    /// Host, address list or socket folder; empty means libpq's default.
    pub host: Option<String>,
    /// Port.
    pub port: Option<String>,
    /// Database.
    pub database: Option<String>,
    /// Role.
    pub user: Option<String>,
    /// Password; crosses the worker's private pipe only.
    #[serde(default, skip_serializing)]
    pub password: Option<Secret>,
    /// The other connection arguments as text (`sslmode`, `options`, `connect_timeout` …).
    #[serde(default)]
    pub other: Vec<(String, String)>,
}

/// Versions of what the interpreter brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// `3.11.7`
    pub python: String,
    /// `1.20.1`
    pub alembic: String,
    /// `2.1.9`
    pub sqlalchemy: String,
}

/// A table of the models' metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataTable {
    /// The schema, where the model names one.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// Column names with their compiled PostgreSQL types, in order.
    pub columns: Vec<(String, String)>,
    /// Foreign keys as `column -> table.column`, `schema.`-qualified where the model says so.
    pub foreign_keys: Vec<(String, String)>,
    /// ENUM types of the columns.
    #[serde(default)]
    pub enums: Vec<MetadataEnum>,
    /// Constraints that neither the model nor a naming convention names: `foreign key (owner_id)`.
    #[serde(default)]
    pub unnamed: Vec<String>,
    /// Names of its indexes and constraints that the model itself gives; those of a naming convention
    /// are shortened by SQLAlchemy.
    #[serde(default)]
    pub named: Vec<String>,
}

/// A native ENUM type of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataEnum {
    /// The column.
    pub column: String,
    /// The schema, where the model names one.
    pub schema: Option<String>,
    /// The type's name.
    pub name: String,
    /// Its labels in order.
    pub labels: Vec<String>,
}

/// The configuration that env.py passes to Alembic, captured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// Where env.py connected; none if it never did.
    pub asked_for: Vec<AskedFor>,
    /// `version_table`, `alembic_version` unless set.
    pub version_table: String,
    /// `version_table_schema`; none means the connection's default schema.
    pub version_table_schema: Option<String>,
    /// The schema that unqualified names resolve to (`dialect.default_schema_name`).
    pub default_schema: String,
    /// `include_schemas`.
    pub include_schemas: bool,
    /// Which of `include_name`, `include_object` are set.
    pub filters: Vec<String>,
    /// How often `configure` was called: more than one means a loop over tenants.
    pub configured: usize,
    /// Whether `target_metadata` was given.
    pub has_metadata: bool,
    /// The tables of `target_metadata`.
    pub tables: Vec<MetadataTable>,
    /// Revision identifiers with their parents, as Alembic's own `ScriptDirectory` reads them.
    pub script_revisions: Vec<(String, Vec<String>)>,
    /// Heads, as Alembic reads them.
    pub script_heads: Vec<String>,
    /// The version locations, as Alembic resolves them.
    pub version_locations: Vec<String>,
    /// Versions.
    pub versions: Versions,
}
