//! Carry-over on real PostgreSQL by real Alembic; `pg_dump` is the oracle.

use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::model::{Host, QualifiedName, Target};
use crate::sandbox::Server;
use crate::survey::{catalog, rows};
use crate::system::process::Process;
use crate::system::{RealFiles, Session, WriteFiles as _, environment};

const EVERY_KIND: &str = include_str!("every_kind.sql");
const RUN: &str = include_str!("run.py");

/// An interpreter with Alembic, SQLAlchemy and the three drivers.
fn python() -> PathBuf {
    environment::variable("REDISTILL_TEST_PYTHON")
        .map(PathBuf::from)
        .expect("REDISTILL_TEST_PYTHON names a Python with Alembic and the drivers")
}

fn connect(target: &Target) -> Session {
    Session::connect(target, Duration::from_secs(10)).unwrap()
}

/// A new empty database on the server.
fn database(server: &Server, name: &str) -> Target {
    let maintenance = server.target();
    connect(&maintenance)
        .batch(&format!("CREATE DATABASE {name}"))
        .unwrap();
    maintenance.with_database(name)
}

fn dump(target: &Target) -> String {
    let Host::Socket(folder) = &target.host else {
        panic!("the test's server listens on a socket")
    };
    let output = Process::new(environment::find_program("pg_dump").unwrap())
        .args(["-U", "postgres", "-h"])
        .arg(folder)
        .arg("-p")
        .arg(target.port.to_string())
        .arg(&target.database)
        .output(Duration::from_secs(60))
        .unwrap();
    assert!(output.status.success(), "{}", output.text());
    // The random key of \restrict differs from dump to dump.
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Runs one direction of a body on a database.
fn migrate(body: &Body, target: &Target, driver: &str, direction: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (script, revision) = (
        folder.path().join("run.py"),
        folder.path().join("revision.py"),
    );
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n{}\n\n\ndef downgrade():\n{}\n",
        body.upgrade, body.downgrade
    );
    RealFiles.write_new(&script, RUN.as_bytes(), 0o600).unwrap();
    RealFiles
        .write_new(&revision, text.as_bytes(), 0o600)
        .unwrap();
    let Host::Socket(socket) = &target.host else {
        panic!("the test's server listens on a socket")
    };
    let url = format!(
        "postgresql+{driver}://postgres@/{}?host={}&port={}",
        target.database,
        socket.display(),
        target.port
    );
    let output = Process::new(python())
        .args([
            "-B",
            "-W",
            "error::SyntaxWarning",
            "-W",
            "error::DeprecationWarning:revision",
        ])
        .arg(script)
        .arg(url)
        .arg(revision)
        .arg(direction)
        .output(Duration::from_secs(120))
        .unwrap();
    assert!(
        output.status.success(),
        "{direction} by {driver}:\n{}\n{text}",
        output.text()
    );
}

fn snapshot(target: &Target) -> Catalog {
    catalog::snapshot(&connect(target), &[]).unwrap()
}

fn assert_equal_text(left: &str, right: &str) {
    if left != right {
        let diff = similar::TextDiff::from_lines(left, right);
        panic!("{}", diff.unified_diff().context_radius(2));
    }
}

#[test]
fn every_kind_is_carried_onto_an_empty_database_and_goes_again() {
    let server = Server::start().unwrap();
    let source = database(&server, "a");
    connect(&source).batch(EVERY_KIND).unwrap();
    let a = snapshot(&source);
    let expected = dump(&source);
    for driver in ["psycopg2", "psycopg", "asyncpg"] {
        let target = database(&server, &format!("b_{driver}"));
        let empty = snapshot(&target);
        let empty_dump = dump(&target);
        let carried = carry(&a, &empty, &[]);
        assert_eq!(carried.cannot, []);
        let body = compose(carried.pieces);
        for round in 0..2 {
            migrate(&body, &target, driver, "upgrade");
            let b = snapshot(&target);
            assert_eq!(compare(&a, &b), [], "round {round} by {driver}");
            assert_eq!(remarks(&a, &b), Vec::<String>::new());
            assert_eq!(a.digest(), b.digest());
            assert_equal_text(&expected, &dump(&target));
            migrate(&body, &target, driver, "downgrade");
            assert_eq!(
                compare(&empty, &snapshot(&target)),
                [],
                "round {round} by {driver}"
            );
            assert_equal_text(&empty_dump, &dump(&target));
        }
    }
}
