//! An interpreter with Alembic and every usual PostgreSQL driver.
//!
//! For the demo's project and our tests. A user's project is always run by its own interpreter.

use std::path::PathBuf;

use super::error::SandboxError;
use super::venv;

/// What the interpreter has; pinned, so that everybody's demo shows the same.
pub(super) const PACKAGES: [&str; 7] = [
    "alembic==1.20.1",
    "sqlalchemy==2.1.9",
    "psycopg[binary]==3.3.9",
    "psycopg2-binary==2.9.13",
    "asyncpg==0.32.0",
    "greenlet==3.5.6",
    "pytest==9.2.0",
];

/// Gives the interpreter; the first call on a machine builds it (some seconds, needs pip's index).
pub fn provided() -> Result<PathBuf, SandboxError> {
    Ok(venv::interpreter(&venv::ensure(&PACKAGES)?))
}

/// Gives an interpreter with exactly these pinned packages (`name==1.2.3`) and what they need: for
/// tests that ask another tool. Built once and kept, like that of [`provided`].
pub fn with_packages(packages: &[&str]) -> Result<PathBuf, SandboxError> {
    Ok(venv::interpreter(&venv::ensure(packages)?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::system::process::Process;

    #[test]
    fn the_interpreter_has_alembic_and_the_drivers() {
        let (first, second) = std::thread::scope(|scope| {
            let other = scope.spawn(provided);
            (provided().unwrap(), other.join().unwrap().unwrap())
        });
        assert_eq!(first, second);
        let output = Process::new(first)
            .args(["-c", "import alembic, sqlalchemy, psycopg, psycopg2, asyncpg, greenlet, pytest; print(alembic.__version__)"])
            .output(Duration::from_mins(2))
            .unwrap();
        assert_eq!(output.text(), "1.20.1\n");
    }
}
