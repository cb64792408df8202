//! Why it is not known where a connection goes. Never holds a part of a password.

use std::path::PathBuf;

use thiserror::Error;

/// Why there is no target.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ResolveError {
    /// No `dialect://…`.
    #[error("the text is no database URL of the form postgresql://user@host:port/database")]
    NotAUrl,
    /// Another database system, or the placeholder of Alembic's template (`driver://…`).
    #[error("`{dialect}` is not PostgreSQL")]
    NotPostgres {
        /// What stands before `://` or `+`.
        dialect: String,
    },
    /// Which one answers is not known beforehand.
    #[error("several hosts are named ({hosts}); name the one to be used")]
    SeveralHosts {
        /// As they were given.
        hosts: String,
    },
    /// Not a host name; usually an unescaped password.
    #[error("the host holds `{character}`; in a password it is written {written}")]
    BadHost {
        /// The character.
        character: char,
        /// Its escape.
        written: &'static str,
    },
    /// Not 1 to 65535. The text is not shown: it may be a piece of a password.
    #[error("the port is not a number from 1 to 65535")]
    BadPort,
    /// An unknown `sslmode` or `ssl`.
    #[error("`{value}` is no sslmode")]
    BadTlsMode {
        /// As it was given.
        value: String,
    },
    /// A service that no service file defines.
    #[error("the service `{name}` is not defined in {looked}")]
    UnknownService {
        /// The service.
        name: String,
        /// The files that were looked at.
        looked: String,
    },
    /// A file that was named cannot be read or is malformed.
    #[error("{}: {why}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// Something that would make the connection other or weaker than asked if it were left out.
    #[error("{what} is not supported")]
    Unsupported {
        /// The parameter.
        what: String,
    },
}
