//! Connections to PostgreSQL, blocking.
//!
//! The engine is plain threads; one shared runtime in the background drives the sockets. Never call
//! from inside an asynchronous context.

use std::sync::OnceLock;
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row};

use crate::model::{Host, Target};

/// Why a statement failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct SqlError {
    /// SQLSTATE, for example `42P01`; none for a broken connection.
    pub sqlstate: Option<String>,
    /// The server's message, or the driver's.
    pub message: String,
    /// The server's DETAIL.
    pub detail: Option<String>,
    /// The server's HINT.
    pub hint: Option<String>,
}

/// Why a connection could not be opened.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ConnectError {
    /// Nobody answers.
    #[error("no server answers at {server}: {why}")]
    Unreachable {
        /// `localhost:5432`
        server: String,
        /// The driver's reason.
        why: String,
    },
    /// The server said no.
    #[error("{server} refuses: {error}")]
    Refused {
        /// `localhost:5432`
        server: String,
        /// What it said; `28P01` is a wrong password, `3D000` a missing database.
        error: SqlError,
    },
}

/// An open connection.
pub struct Session {
    client: Client,
}

impl Session {
    /// Opens a connection, giving up after `limit`.
    pub fn connect(target: &Target, limit: Duration) -> Result<Self, ConnectError> {
        let mut config = Config::new();
        match &target.host {
            Host::Tcp(host) => config.host(host),
            Host::Socket(folder) => config.host_path(folder),
        };
        config
            .port(target.port)
            .user(&target.user)
            .dbname(&target.database)
            .application_name("redistill")
            .connect_timeout(limit);
        if let Some(password) = &target.password {
            config.password(password.expose());
        }
        let opened =
            runtime().block_on(async { tokio::time::timeout(limit, config.connect(NoTls)).await });
        match opened {
            Ok(Ok((client, connection))) => {
                runtime().spawn(async move {
                    // The client's next call reports whatever ended the connection.
                    let _ = connection.await;
                });
                Ok(Self { client })
            }
            Ok(Err(error)) => Err(connect_error(target, &error)),
            Err(_) => Err(ConnectError::Unreachable {
                server: target.server(),
                why: "no answer in time".to_owned(),
            }),
        }
    }

    /// Runs one statement and gives its rows.
    pub fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, SqlError> {
        runtime()
            .block_on(self.client.query(sql, parameters))
            .map_err(|e| sql_error(&e))
    }

    /// Runs one statement and gives the number of rows it touched.
    pub fn execute(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, SqlError> {
        runtime()
            .block_on(self.client.execute(sql, parameters))
            .map_err(|e| sql_error(&e))
    }

    /// Runs statements separated by semicolons; without an explicit `BEGIN` they are one
    /// transaction.
    pub fn batch(&self, sql: &str) -> Result<(), SqlError> {
        runtime()
            .block_on(self.client.batch_execute(sql))
            .map_err(|e| sql_error(&e))
    }
}

fn connect_error(target: &Target, error: &tokio_postgres::Error) -> ConnectError {
    let server = target.server();
    if error.as_db_error().is_some() {
        ConnectError::Refused {
            server,
            error: sql_error(error),
        }
    } else {
        ConnectError::Unreachable {
            server,
            why: chain_text(error),
        }
    }
}

fn sql_error(error: &tokio_postgres::Error) -> SqlError {
    match error.as_db_error() {
        Some(said) => SqlError {
            sqlstate: Some(said.code().code().to_owned()),
            message: said.message().to_owned(),
            detail: said.detail().map(str::to_owned),
            hint: said.hint().map(str::to_owned),
        },
        None => SqlError {
            sqlstate: None,
            message: chain_text(error),
            detail: None,
            hint: None,
        },
    }
}

/// An error with all its causes in one line.
fn chain_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("the operating system gives one thread")
    })
}
