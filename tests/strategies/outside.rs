//! Chains that change more than their database: nothing of it reaches the user's server.

use super::revision;
use crate::support::{Lab, Module};

/// What the whole server shares, as far as these chains change it.
const SERVER: &str = "select rolname || ' ' || rolcanlogin || ' ' || coalesce(rolpassword, '') \
                      from pg_authid where rolname like 'app%' \
                      union all select setdatabase || ' ' || setconfig::text from pg_db_role_setting \
                      union all select m.member::regrole::text || ' in ' || m.roleid::regrole::text \
                      from pg_auth_members m where m.roleid >= 16384 \
                      union all select datname || ' ' || coalesce(datacl::text, '') \
                      from pg_database where datname = 'app'";

const TABLE: &str = "op.create_table(\"notes\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
                     sa.Column(\"title\", sa.String(80), nullable=False), sa.Column(\"state\", \
                     sa.Enum(\"open\", \"done\", name=\"note_state\"), nullable=False))";

/// A project whose second revision does this to the server, at its head; then the server is changed.
fn lab(up: &str, back: &str, since: &str) -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    lab.sql("app", "create role app_owner");
    let base = revision(
        "n001",
        "None",
        TABLE,
        "op.drop_table(\"notes\")\nop.execute(\"drop type note_state\")",
    );
    let next = revision("n002", "\"n001\"", up, back);
    lab.add(&Module {
        revisions: &[("n001.py", &base), ("n002.py", &next)],
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    lab.sql("app", since);
    lab
}

#[test]
fn literal_statements_run_on_a_server_that_stands_in() {
    let lab = lab(
        r#"
op.execute("CREATE ROLE app_reader")
op.execute("ALTER ROLE app_owner PASSWORD 'old' LOGIN")
op.execute("GRANT app_reader TO app_owner")
op.execute("ALTER DATABASE app SET statement_timeout = '1h'")
op.execute("GRANT CONNECT ON DATABASE app TO app_reader")
op.execute("GRANT SELECT ON notes TO app_reader")
op.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_late') THEN CREATE ROLE app_late; END IF; END $$")
"#,
        r#"
op.execute("REVOKE SELECT ON notes FROM app_reader")
op.execute("REVOKE ALL ON DATABASE app FROM app_reader")
op.execute("ALTER DATABASE app RESET statement_timeout")
op.execute("DROP ROLE app_reader")
"#,
        "alter role app_owner password 'new'; revoke app_reader from app_owner; \
         alter database app set statement_timeout = '2h'; drop role app_late",
    );
    let before = lab.column("app", SERVER);
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let remarks = plan["modules"][0]["remarks"].to_string();
    for fragment in [
        "rehearsed on an ephemeral server",
        "n002 (ALTER DATABASE, ALTER ROLE",
        "CREATE ROLE",
        "GRANT of a role",
    ] {
        assert!(remarks.contains(fragment), "{remarks}");
    }
    assert_eq!(plan["modules"][0]["reference"], "replay");
    assert_eq!(lab.column("app", SERVER), before);
    lab.redistill(&["verify"]).expect(0);
    assert_eq!(lab.column("app", SERVER), before);
}

#[test]
fn a_right_within_the_database_is_no_reason_to_leave_the_users_server() {
    let lab = lab(
        "op.execute(\"GRANT SELECT ON notes TO app_owner\")",
        "op.execute(\"REVOKE SELECT ON notes FROM app_owner\")",
        "",
    );
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let remarks = plan["modules"][0]["remarks"].to_string();
    assert!(!remarks.contains("ephemeral"), "{remarks}");
}

#[test]
fn a_statement_that_is_put_together_is_not_sent() {
    for send in [
        "op.execute(\" \".join(words))",
        "op.get_bind().connection.cursor().execute(\" \".join(words))",
    ] {
        let up = format!(
            "words = [\"ALTER\", \"ROLE\", \"app_owner\", \"PASSWORD\", \"'old'\"]\n{send}"
        );
        let lab = lab(&up, "pass", "alter role app_owner password 'new'");
        let before = lab.column("app", SERVER);
        lab.redistill(&["plan"]).expect(3).says(&[
            "revision n002 failed: ALTER ROLE was not sent",
            "outside the scratch database",
            "n002.py:",
        ]);
        assert_eq!(lab.column("app", SERVER), before);
    }
}
