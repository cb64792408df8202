//! Running Alembic and the two helper scripts with the given interpreter, as a developer would in
//! the module's folder.
//!
//! The environment is reduced to what an interpreter needs, so that a `SQLALCHEMY_URL`, `PGHOST` or
//! `PYTHONPATH` of the user can never lead the demo to another database or another package.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::system::environment;
use crate::system::process::{Output, Process};

/// Runs an Alembic command with a URL set by hand.
pub(super) const BY_HAND: &str = include_str!("../../assets/demo/work/alembic_by_hand.py");

/// Makes query-module's tables from its models and stamps them.
const CREATE_QUERY_TABLES: &str = include_str!("../../assets/demo/work/create_query_tables.py");

/// How long one command may take.
const LIMIT: Duration = Duration::from_mins(2);

/// `python -m alembic ARGUMENTS` in a module's folder.
pub(super) fn alembic(python: &Path, module: &Path, arguments: &[&str]) -> io::Result<Output> {
    run(python, module, &[&["-m", "alembic"], arguments].concat())
}

/// The same with one variable of the module's settings set.
pub(super) fn alembic_on(
    python: &Path,
    module: &Path,
    (variable, value): (&str, &str),
    arguments: &[&str],
) -> io::Result<Output> {
    prepared(python, module, &[&["-m", "alembic"], arguments].concat())
        .env(variable, value)
        .output(LIMIT)
}

/// `python -m unittest discover -s tests` in a module's folder.
pub(super) fn unittest(python: &Path, module: &Path) -> io::Result<Output> {
    run(
        python,
        module,
        &["-m", "unittest", "discover", "-s", "tests"],
    )
}

/// An Alembic command (its function's name and its arguments) on the database of the module's
/// settings, whether env.py sets the URL or not.
pub(super) fn by_hand(python: &Path, module: &Path, arguments: &[&str]) -> io::Result<Output> {
    run(python, module, &[&["-c", BY_HAND], arguments].concat())
}

/// Makes query-module's tables from its models and stamps them as q001.
pub(super) fn create_query_tables(python: &Path, module: &Path) -> io::Result<Output> {
    run(python, module, &["-c", CREATE_QUERY_TABLES])
}

fn run(python: &Path, module: &Path, arguments: &[&str]) -> io::Result<Output> {
    prepared(python, module, arguments).output(LIMIT)
}

fn prepared(python: &Path, module: &Path, arguments: &[&str]) -> Process {
    let mut process = Process::new(python)
        .args(arguments)
        .directory(module)
        .env_clear();
    for (name, value) in environment::variables() {
        if is_needed(&name) {
            process = process.env(name, value);
        }
    }
    process
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
}

fn is_needed(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.starts_with("LC_")
            || matches!(
                name,
                "PATH"
                    | "HOME"
                    | "LANG"
                    | "TMPDIR"
                    | "TZ"
                    | "LD_LIBRARY_PATH"
                    | "DYLD_LIBRARY_PATH"
            )
    })
}
