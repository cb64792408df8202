//! The identity that the server runs under: PostgreSQL refuses root.

use std::time::Duration;

use super::error::{SandboxError, tail};
use super::programs::Programs;
use crate::system::process::{Process, RunAs};
use crate::system::tree::Owner;

/// The user and group `nobody`.
pub(super) const NOBODY: Owner = (65534, 65534);

/// Chooses: ourselves; for root a user namespace, else nobody.
pub(super) fn choose(programs: &Programs) -> Result<RunAs, SandboxError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(RunAs::Ourselves);
    }
    let mut reasons = Vec::new();
    for (name, run_as) in [
        ("a user namespace", RunAs::Namespace),
        ("user nobody", RunAs::User(NOBODY.0, NOBODY.1)),
    ] {
        match runs(programs, run_as) {
            Ok(()) => return Ok(run_as),
            Err(why) => reasons.push(format!("as {name}: {why}")),
        }
    }
    Err(SandboxError::NoIdentity {
        why: reasons.join("; "),
    })
}

/// Who must own the server's files under an identity, where that is not us.
pub(super) fn owner(run_as: RunAs) -> Option<Owner> {
    match run_as {
        RunAs::User(user, group) => Some((user, group)),
        RunAs::Ourselves | RunAs::Namespace => None,
    }
}

/// Whether a program can be started under an identity at all.
fn runs(programs: &Programs, run_as: RunAs) -> Result<(), String> {
    let output = Process::new(programs.folder.join("postgres"))
        .arg("--version")
        .directory("/")
        .run_as(run_as)
        .output(Duration::from_secs(30))
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(tail(&output.text()))
    }
}
