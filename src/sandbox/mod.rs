//! An ephemeral PostgreSQL server and a virtual environment.
//!
//! Serves the demo, scratch databases where the user's server gives no CREATEDB, and our tests.

#[cfg(test)]
mod crash;
mod error;
mod home;
mod identity;
mod keeper;
mod launch;
mod options;
mod programs;
pub mod provisions;
pub mod python;
mod remains;
mod server;
#[cfg(test)]
mod sessions;
mod state;
mod template;
#[cfg(test)]
mod urls;
mod venv;
mod wheel;

pub use error::SandboxError;
pub use options::{Kept, ServerOptions};
pub use programs::client_program;
pub use server::Server;
