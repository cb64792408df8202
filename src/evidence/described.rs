//! What a module's env.py says when it is run by the worker.

use serde::{Deserialize, Serialize};

use crate::model::{QualifiedName, Secret};
use crate::schema::ObjectKey;

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

impl Described {
    /// The version tables of the tenants beside the first.
    pub fn tenants(&self) -> &[QualifiedName] {
        self.runs.get(1..).unwrap_or_default()
    }

    /// The schemas that must be there before the first revision runs: env.py or a person makes
    /// them, never the chain.
    pub fn needed_schemas(&self) -> Vec<&str> {
        let own = self.version_table_schema.iter();
        let tables = self.tenants().iter().map(|table| &table.schema);
        let schemas = self.schemas.iter().filter(|_| !self.tenants().is_empty());
        let mut needed: Vec<&str> = own
            .chain(tables)
            .chain(schemas)
            .map(String::as_str)
            .collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// Whether a schema is that of a tenant beside the first: it holds the same as the first's.
    pub fn is_another_tenants(&self, schema: &str) -> bool {
        !self.tenants().is_empty()
            && schema != self.default_schema
            && self.schemas.iter().any(|other| other == schema)
    }
}

/// A call of `run_migrations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkCall {
    /// Its line in env.py, where it can be told.
    pub line: Option<usize>,
    /// The names of what it hands to every revision's functions.
    pub arguments: Vec<String>,
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
    /// The version tables of its runs, each once: more than one is a loop over tenants' schemas. The
    /// first is the one above.
    #[serde(default)]
    pub runs: Vec<QualifiedName>,
    /// What unqualified names mean in its runs, each once.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// The databases that its runs migrate, each once.
    #[serde(default)]
    pub migrated: Vec<AskedFor>,
    /// The calls of `run_migrations`, each once.
    #[serde(default)]
    pub calls: Vec<WalkCall>,
    /// What env.py itself makes on an empty database before the first revision.
    #[serde(default)]
    pub made: Vec<ObjectKey>,
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
