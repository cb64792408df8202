//! What the server or the way to it says when something fails. No secret is ever part of it.

use thiserror::Error;

use crate::model::Target;

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

impl SqlError {
    pub(super) fn new(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(said) => Self {
                sqlstate: Some(said.code().code().to_owned()),
                message: said.message().to_owned(),
                detail: said.detail().map(str::to_owned),
                hint: said.hint().map(str::to_owned),
            },
            None => Self {
                sqlstate: None,
                message: chain_text(error),
                detail: None,
                hint: None,
            },
        }
    }
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
        error: Box<SqlError>,
    },
    /// The connection cannot be protected as far as `sslmode` asks.
    #[error("no protected connection to {server}: {why}")]
    Unprotected {
        /// `localhost:5432`
        server: String,
        /// What is wrong with the certificate, or that the server has none.
        why: String,
    },
}

impl ConnectError {
    pub(super) fn new(target: &Target, error: &tokio_postgres::Error) -> Self {
        let server = target.server();
        if error.as_db_error().is_some() {
            let mut error = SqlError::new(error);
            if target.password.is_none() && error.sqlstate.as_deref() == Some(WRONG_PASSWORD) {
                error.detail = Some("no password was given".to_owned());
            }
            let error = Box::new(error);
            return Self::Refused { server, error };
        }
        let why = chain_text(error);
        if tls_cause(error) {
            Self::Unprotected { server, why }
        } else {
            Self::Unreachable { server, why }
        }
    }

    /// What the server said, as SQLSTATE; none if it was not reached.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => error.sqlstate.as_deref(),
            Self::Unreachable { .. } | Self::Unprotected { .. } => None,
        }
    }

    /// Whether the password is wrong or missing.
    pub fn is_wrong_password(&self) -> bool {
        self.sqlstate() == Some(WRONG_PASSWORD)
    }

    /// Whether the server has no such database.
    pub fn is_missing_database(&self) -> bool {
        self.sqlstate() == Some("3D000")
    }

    /// Whether the server's `pg_hba.conf` has no line for this way of connecting.
    pub(super) fn is_way_refused(&self) -> bool {
        self.sqlstate() == Some("28000")
    }
}

const WRONG_PASSWORD: &str = "28P01";

/// Whether the handshake failed, or the server offers none.
fn tls_cause(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if error.is::<rustls::Error>()
            || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
        {
            return true;
        }
        cause = error.source();
    }
    // The driver has no public kind for it; its own text is fixed.
    error
        .to_string()
        .starts_with("error performing TLS handshake")
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
