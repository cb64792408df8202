//! Virtual environments of our own: built once from a pinned list, kept in the state folder.
//!
//! Called by `python` and `wheel`. A virtual environment cannot be moved, so it is built where it
//! stays, under an exclusive lock; a marker written last tells a finished one from a torn one.
//!
//! ```text
//! venv-<hash>.lock   held while building
//! venv-<hash>.tmp/   pip's temporary files, which it leaves behind when it is interrupted
//! venv-<hash>/       bin/python …
//! venv-<hash>/.complete   the interpreter that it was built from
//! ```

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::error::{SandboxError, tail};
use super::state;
use crate::system::lock::Lock;
use crate::system::process::{Output, Process};
use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _, environment};

/// How long building may take; also how long another process is waited for.
const LIMIT: Duration = Duration::from_mins(10);

/// Variables that would make Python or pip work on another environment than the one named.
const MISLEADING: [&str; 12] = [
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_REQUIREMENT",
    "PIP_CONSTRAINT",
];

/// Gives the folder of a virtual environment with exactly these packages; builds it if missing.
pub(super) fn ensure(packages: &[&str]) -> Result<PathBuf, SandboxError> {
    ensure_unless(&AtomicBool::new(false), packages)
}

/// Like [`ensure`]; `stop` ends it ([`SandboxError::Cancelled`]).
pub(super) fn ensure_unless(stop: &AtomicBool, packages: &[&str]) -> Result<PathBuf, SandboxError> {
    ensure_in(&state::folder()?, stop, packages)
}

/// Whether it is there already.
pub(super) fn is_ready(packages: &[&str]) -> bool {
    state::folder().is_ok_and(|state| is_complete(&folder_of(&state, packages)))
}

fn folder_of(state: &Path, packages: &[&str]) -> PathBuf {
    state.join(format!("venv-{}", state::hash(packages)))
}

fn ensure_in(state: &Path, stop: &AtomicBool, packages: &[&str]) -> Result<PathBuf, SandboxError> {
    let folder = folder_of(state, packages);
    if is_complete(&folder) {
        return Ok(folder);
    }
    let _lock = lock(&folder.with_extension("lock"), stop)?;
    if is_complete(&folder) {
        return Ok(folder);
    }
    if RealFiles.stat(&folder)?.is_some() {
        RealFiles.remove_tree(&folder)?;
    }
    let temporary = folder.with_extension("tmp");
    if RealFiles.stat(&temporary)?.is_some() {
        RealFiles.remove_tree(&temporary)?;
    }
    RealFiles.create_folder(&temporary, 0o700)?;
    let built = build(&folder, &temporary, stop, packages);
    RealFiles.remove_tree(&temporary)?;
    if matches!(built, Err(SandboxError::Cancelled)) && RealFiles.stat(&folder)?.is_some() {
        RealFiles.remove_tree(&folder)?;
    }
    built.map(|()| folder)
}

/// Waits for another process that builds the same.
fn lock(path: &Path, stop: &AtomicBool) -> Result<Lock, SandboxError> {
    let deadline = Instant::now() + LIMIT;
    loop {
        match Lock::take(path, Duration::from_millis(100)) {
            Err(error) if error.kind() == ErrorKind::TimedOut && Instant::now() < deadline => {
                if stop.load(Ordering::Relaxed) {
                    return Err(SandboxError::Cancelled);
                }
            }
            taken => return Ok(taken?),
        }
    }
}

/// The interpreter of a virtual environment.
pub(super) fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// Finished, and still leading to the interpreter that it was built from.
fn is_complete(folder: &Path) -> bool {
    let Ok(built_from) = RealFiles.read(&folder.join(".complete")) else {
        return false;
    };
    RealFiles
        .canonical(&interpreter(folder))
        .is_ok_and(|now| now.as_os_str().as_encoded_bytes() == built_from)
}

fn build(
    folder: &Path,
    temporary: &Path,
    stop: &AtomicBool,
    packages: &[&str],
) -> Result<(), SandboxError> {
    let run = |process: Process| run(stop, process.env("TMPDIR", temporary));
    let python = environment::find_program("python3").ok_or(SandboxError::NoPython)?;
    let made = run(Process::new(python).args(["-m", "venv"]).arg(folder))?;
    if !made.status.success() {
        return Err(SandboxError::NoVenv {
            why: tail(&made.text()),
        });
    }
    let installed = run(Process::new(interpreter(folder))
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--only-binary=:all:"])
        .args(packages))?;
    if !installed.status.success() {
        return Err(SandboxError::NoPackages {
            packages: packages.join(" "),
            why: tail(&installed.text()),
        });
    }
    let built_from = RealFiles.canonical(&interpreter(folder))?;
    RealFiles.write_new(
        &folder.join(".complete"),
        built_from.as_os_str().as_encoded_bytes(),
        0o600,
    )?;
    Ok(())
}

fn run(stop: &AtomicBool, process: Process) -> Result<Output, SandboxError> {
    let process = MISLEADING.iter().fold(process, Process::env_remove);
    process.output_unless(stop, LIMIT).map_err(|error| {
        if error.kind() == ErrorKind::Interrupted {
            SandboxError::Cancelled
        } else {
            error.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_environment_is_built_again() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join(format!("venv-{}", state::hash(&[])));
        RealFiles.create_folder(&folder, 0o700).unwrap();
        RealFiles
            .write_new(&folder.join("half"), b"torn", 0o600)
            .unwrap();
        // pip refuses an empty list, so the torn folder is seen to be replaced by a fresh one.
        assert!(matches!(
            ensure_in(state.path(), &AtomicBool::new(false), &[]),
            Err(SandboxError::NoPackages { .. })
        ));
        assert!(RealFiles.stat(&folder.join("half")).unwrap().is_none());
        assert!(RealFiles.stat(&interpreter(&folder)).unwrap().is_some());
        assert!(!is_complete(&folder));
    }

    #[test]
    fn a_cancelled_one_leaves_only_its_lock() {
        let state = tempfile::tempdir().unwrap();
        let stop = AtomicBool::new(true);
        assert!(matches!(
            ensure_in(state.path(), &stop, &[]),
            Err(SandboxError::Cancelled)
        ));
        let left = RealFiles.list(state.path()).unwrap();
        assert_eq!(left, [folder_of(state.path(), &[]).with_extension("lock")]);
    }

    #[test]
    fn an_environment_whose_interpreter_changed_is_not_complete() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("venv");
        RealFiles.create_folder(&folder.join("bin"), 0o700).unwrap();
        RealFiles
            .write_new(&interpreter(&folder), b"", 0o700)
            .unwrap();
        let path = RealFiles.canonical(&interpreter(&folder)).unwrap();
        let marker = folder.join(".complete");
        RealFiles
            .write_new(&marker, path.as_os_str().as_encoded_bytes(), 0o600)
            .unwrap();
        assert!(is_complete(&folder));
        RealFiles
            .replace(&marker, b"/usr/bin/python2", 0o600)
            .unwrap();
        assert!(!is_complete(&folder));
    }
}
