//! An ephemeral PostgreSQL server and a virtual environment.
//!
//! Serves the demo, scratch databases where the user's server gives no CREATEDB, and our tests.

mod error;
pub mod python;
mod server;
mod state;
mod venv;

pub use error::SandboxError;
pub use server::Server;
