//! A history with every kind of object, reset in every way: what `pg_dump` says stays the same.

mod history;
mod uncovered;
mod versions;

use crate::support::{Lab, Module};
use history::lab;

const HIDE: [&str; 2] = ["-T", "alembic_version"];

/// Schema and rows as `pg_dump` writes them, without Alembic's own table. Since 18 the name that the
/// server gave a NOT NULL stays when the table is renamed; it does not count.
fn dump(lab: &Lab) -> String {
    let text = lab.dump("app", &HIDE);
    text.lines().fold(String::new(), |all, line| {
        let plain = match line.split_once(" CONSTRAINT ") {
            Some((before, rest)) if rest.contains("_not_null NOT NULL") => {
                let after = rest.split_once(' ').map_or("", |(_, after)| after);
                format!("{before} {after}")
            }
            _ => line.to_owned(),
        };
        all + &plain + "\n"
    })
}

#[track_caller]
fn assert_same(before: &str, after: &str, what: &str) {
    if before != after {
        let diff = similar::TextDiff::from_lines(before, after);
        panic!("{what}:\n{}", diff.unified_diff().context_radius(3));
    }
}

/// Statements that make something, in a database that should be empty.
fn made(lab: &Lab) -> Vec<String> {
    let text = lab.dump("app", &["-s", HIDE[0], HIDE[1]]);
    let lines = text.lines().filter(|line| line.starts_with("CREATE "));
    lines.map(str::to_owned).collect()
}

fn rename(lab: &Lab, from: &str, to: &str) {
    lab.sql("postgres", &format!("alter database {from} rename to {to}"));
}

#[test]
fn a_history_of_every_kind_is_kept_and_built_on_a_fresh_database() {
    let lab = lab(&[]);
    let (tree, before, all) = (lab.tree(), lab.dump("app", &[]), dump(&lab));
    let id = lab.reset(&[]);
    assert_same(&all, &dump(&lab), "the live database after keep");

    rename(&lab, "app", "app_live");
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    assert_same(&all, &dump(&lab), "a fresh database");
    lab.alembic("api", &["downgrade", "base"]);
    assert_eq!(made(&lab), Vec::<String>::new());
    lab.alembic("api", &["upgrade", "head"]);
    assert_same(&all, &dump(&lab), "after the second upgrade");
    lab.sql("postgres", "drop database app");
    rename(&lab, "app_live", "app");

    lab.redistill(&["undo", &id]).expect(0);
    assert_same(&before, &lab.dump("app", &[]), "after undo");
    assert_eq!(lab.tree(), tree);
}

#[test]
fn a_history_of_every_kind_is_dropped_and_built_again() {
    let lab = lab(&[]);
    let (tree, before, all) = (lab.tree(), lab.dump("app", &[]), dump(&lab));
    let id = lab.reset(&["--strategy", "recreate"]);
    assert_same(&all, &dump(&lab), "the live database after recreate");
    lab.redistill(&["undo", &id]).expect(0);
    assert_same(&before, &lab.dump("app", &[]), "after undo");
    assert_eq!(lab.tree(), tree);
}

#[test]
fn default_privileges_go_and_come_back_unless_somebody_added_to_them() {
    let lab = Lab::with_module(&Module {
        models: "",
        revisions: &[("d001_defaults.py", DEFAULTS)],
        configure: "include_name=lambda *_: False,",
        ..Module::default()
    });
    let (before, all) = (lab.dump("app", &[]), dump(&lab));
    let id = lab.reset(&["--strategy", "recreate"]);
    assert_same(&all, &dump(&lab), "the live database after recreate");
    lab.redistill(&["undo", &id]).expect(0);
    assert_same(&before, &lab.dump("app", &[]), "after undo");

    lab.sql(
        "app",
        "alter default privileges in schema public grant insert on tables to public",
    );
    lab.redistill(&["plan", "--strategy", "recreate"])
        .expect(1)
        .says(&["default privileges", "on tables", "--strategy keep"]);
}

const DEFAULTS: &str = r#""""defaults

Revision ID: d001
"""
from alembic import op

revision = "d001"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE notes (id integer)")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC")
    op.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
"#;
