//! An ephemeral PostgreSQL server and a virtual environment.
//!
//! Serves the demo, scratch databases where the user's server gives no CREATEDB, and our tests.

mod server;

pub use server::{SandboxError, Server};
