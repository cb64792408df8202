//! Connections to PostgreSQL, blocking, protected as far as was asked.
//!
//! The engine is plain threads; one shared runtime in the background drives the sockets. Never call
//! from inside an asynchronous context.

mod error;
mod session;
mod tls;

pub use error::{ConnectError, SqlError};
pub use session::{APPLICATION_NAME, Canceller, Session};
