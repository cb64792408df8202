//! Statements whose effect leaves the scratch: recognised as the Rust twin does, sent by no driver.

use std::process::Command;

use super::project::{ASYNC_ENV, SYNC_ENV, interpreter, query, revision};
use super::{Lab, call};
use crate::worker::{Ground, WalkRequest};

const SOURCE: &str = include_str!("../../../assets/worker/outside.py");
const CASES: &str = include_str!("../../python/outside/cases.txt");

#[test]
fn statements_are_told_apart_as_in_rust() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outside.py"), SOURCE).unwrap();
    std::fs::write(folder.path().join("cases.txt"), CASES).unwrap();
    let script = r#"
from outside import statements
for line in open("cases.txt", encoding="utf-8"):
    kind, sql = line.rstrip("\n").split(" | ", 1)
    found = statements(sql.replace("\\n", "\n"))
    assert found == ([] if kind == "-" else [kind]), (sql, found)
"#;
    let output = Command::new(interpreter())
        .args(["-B", "-c", script])
        .env("PYTHONPATH", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn no_driver_sends_them_on_the_users_server() {
    let lab = Lab::new();
    for (driver, send) in [
        ("psycopg", "op.execute(sql)"),
        ("asyncpg", "op.execute(sql)"),
        (
            "asyncpg",
            "from sqlalchemy.util import await_only; \
             await_only(op.get_bind().connection.driver_connection.execute(sql))",
        ),
        ("psycopg2", "op.execute(sql)"),
        (
            "psycopg",
            "op.get_bind().connection.cursor().execute(sql.encode())",
        ),
        ("psycopg2", "op.get_bind().connection.cursor().execute(sql)"),
        (
            "psycopg",
            "op.get_bind().connection.driver_connection.execute(sql)",
        ),
    ] {
        let url = format!("postgresql+{driver}://h/d");
        let env = if driver == "asyncpg" {
            ASYNC_ENV
        } else {
            SYNC_ENV
        };
        let (mut module, folder) = lab.with_chain("m", &url, env);
        let up = format!("sql = ' '.join(['CREATE', 'ROLE', 'stray'])\n    {send}");
        revision(
            &folder.join("migrations/versions"),
            "d4",
            Some("c3"),
            &up,
            "pass",
        );
        module.ground = Some(Ground::Theirs);
        let scratch = lab.database();
        let walk = WalkRequest {
            scratch: &scratch,
            to: "heads",
            version_locations: Vec::new(),
        };
        let error = lab.worker.upgrade(&module, &walk, &call()).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("CREATE ROLE was not sent"), "{send}: {told}");
        let there = query(&scratch, "select 1 from pg_roles where rolname = 'stray'");
        assert!(there.is_empty(), "{send}");
    }
}
