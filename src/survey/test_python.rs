//! The Python that this room's tests compare themselves with.

use std::path::PathBuf;
use std::time::Duration;

use crate::sandbox::python;
use crate::system::process::Process;

/// An interpreter with Alembic.
pub(super) fn interpreter() -> PathBuf {
    python::provided().expect("the sandbox gives an interpreter")
}

/// Runs a script and gives its standard output.
pub(super) fn run(script: &str, arguments: &[&str]) -> String {
    let output = Process::new(interpreter())
        .args(["-c", script])
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output(Duration::from_mins(2))
        .expect("the interpreter starts");
    assert!(output.status.success(), "{}", output.text());
    String::from_utf8(output.stdout).expect("the script prints UTF-8")
}
