//! Databases: how to reach one, and how to know that it is the same one.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// The way to a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A host name or address.
    Tcp(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// libpq's `sslmode`, in rising strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Never.
    Disable,
    /// Plain first, TLS if the server insists.
    Allow,
    /// TLS first, plain if the server has none.
    Prefer,
    /// TLS or nothing; the certificate is not checked unless a root certificate is given.
    Require,
    /// TLS, and the certificate comes from a trusted authority.
    VerifyCa,
    /// As before, and the certificate names the host.
    VerifyFull,
}

/// Everything needed to open one connection. Resolved; nothing is looked up afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Where the server listens.
    pub host: Host,
    /// The port (also part of a socket's name).
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// The password, where one is known.
    #[serde(skip)]
    pub password: Option<Secret>,
    /// The database.
    pub database: String,
    /// How far the connection must be protected.
    pub tls: TlsMode,
    /// The root certificate file for the verifying modes.
    pub root_certificate: Option<PathBuf>,
}

impl Target {
    /// The same server and role, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    /// `localhost:5433`, or the socket's folder and port.
    pub fn server(&self) -> String {
        match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Socket(folder) => format!("{}:{}", folder.display(), self.port),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.server(), self.database)
    }
}

/// What makes a database this one and no other.
///
/// `system_identifier` is equal on a standby and on a clone, hence the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// From `pg_control_system()`; decimal.
    pub system_identifier: String,
    /// `pg_database.oid`.
    pub database_oid: u32,
    /// `current_database()`.
    pub database: String,
    /// `inet_server_addr()`; empty over a Unix socket.
    pub server_address: String,
    /// `inet_server_port()`; 0 over a Unix socket.
    pub server_port: i32,
    /// `pg_postmaster_start_time()`, UTC, ISO 8601.
    pub postmaster_start: String,
    /// `server_version_num`, for example 150018.
    pub server_version: u32,
}

impl Identity {
    /// `15.18`.
    pub fn version_text(&self) -> String {
        format!(
            "{}.{}",
            self.server_version / 10_000,
            self.server_version % 10_000
        )
    }

    /// The major version, 15.
    pub fn major(&self) -> u32 {
        self.server_version / 10_000
    }

    /// Whether both name one database, whatever way they were reached by.
    pub fn same_database(&self, other: &Self) -> bool {
        self.system_identifier == other.system_identifier
            && self.database_oid == other.database_oid
            && self.postmaster_start == other.postmaster_start
    }
}

/// A relation's schema and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QualifiedName {
    /// The schema.
    pub schema: String,
    /// The name in it.
    pub name: String,
}

impl QualifiedName {
    /// Quoted for SQL: `"schema"."name"`.
    pub fn quoted(&self) -> String {
        format!(
            "{}.{}",
            quote_identifier(&self.schema),
            quote_identifier(&self.name)
        )
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// Quotes an identifier: always in double quotes, inner ones doubled.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// An SQL string constant that reads the same whatever `standard_conforming_strings` is:
/// `E'…'` where a backslash is in it.
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}
