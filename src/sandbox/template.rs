//! Data directories: made by `initdb` once, copied afterwards.
//!
//! Called by `server`. The copy is kept in the state folder under the programs' folder and version;
//! it is complete if it is there (built beside, written to disk, renamed). All servers from one copy
//! have one system identifier: they are told apart by their start time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{SandboxError, tail};
use super::programs::Programs;
use super::{identity, state};
use crate::system::lock::Lock;
use crate::system::process::{Process, RunAs};
use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _, tree};

/// Passwords over TCP, none over the socket, whose folder is closed to others. Small WAL segments
/// make copying fast.
const ARGUMENTS: [&str; 9] = [
    "--no-sync",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--locale=C",
    "--encoding=UTF8",
    "--username=postgres",
    "--wal-segsize=1",
    "--no-instructions",
    "-D",
];

/// Fills a free data directory from the kept copy; makes the copy if there is none.
pub(super) fn fill(programs: &Programs, run_as: RunAs, data: &Path) -> Result<(), SandboxError> {
    // Without a state folder there is nothing to keep a copy in; that is no reason to fail.
    let Ok(state) = state::folder() else {
        return initialise(programs, run_as, data);
    };
    let kept = state.join(name(programs));
    if RealFiles.stat(&kept)?.is_some() {
        match tree::copy(&kept, data, identity::owner(run_as)) {
            Ok(()) => return Ok(()),
            // Unreadable, or removed meanwhile: start afresh.
            Err(_) => RealFiles.remove_tree(data)?,
        }
    }
    initialise(programs, run_as, data)?;
    let _ = keep(data, &kept);
    Ok(())
}

/// Runs `initdb`.
pub(super) fn initialise(
    programs: &Programs,
    run_as: RunAs,
    data: &Path,
) -> Result<(), SandboxError> {
    let output = Process::new(programs.folder.join("initdb"))
        .args(
            ARGUMENTS
                .iter()
                .filter(|argument| programs.major >= 14 || **argument != "--no-instructions"),
        )
        .arg(data)
        // Otherwise initdb compares every known zone with the system's.
        .env("TZ", "UTC")
        .env_remove("PGDATA")
        .directory("/")
        .run_as(run_as)
        .output(Duration::from_mins(2))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(SandboxError::Failed {
            program: "initdb",
            why: tail(&output.text()),
        })
    }
}

/// Keeps a copy for the next time, unless another process does so now or has done so.
fn keep(data: &Path, kept: &Path) -> std::io::Result<()> {
    let Some(_lock) = Lock::try_take(&kept.with_extension("lock"))? else {
        return Ok(());
    };
    if RealFiles.stat(kept)?.is_some() {
        return Ok(());
    }
    let beside: PathBuf = kept.with_extension("torn");
    if RealFiles.stat(&beside)?.is_some() {
        RealFiles.remove_tree(&beside)?;
    }
    let ourselves = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    tree::copy(data, &beside, Some(ourselves))?;
    tree::sync(&beside)?;
    RealFiles.rename(&beside, kept)
}

fn name(programs: &Programs) -> String {
    let folder = programs.folder.to_string_lossy();
    let hex = state::hash(&[&folder, &programs.version, &ARGUMENTS.join(" ")]);
    format!("data-{}-{hex}", programs.major)
}
