//! A repository of 1,000 revisions: the static check against `alembic heads` on the same files.
//!
//! `docs/benchmarks.md` holds figures of a release build and the command that makes them.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::project::{ENV, INI, Project};
use super::seeded::{commit, git};
use crate::support::interpreter;

/// How many.
const REVISIONS: usize = 1_000;
/// How many tables they make between them.
const TABLES: usize = 100;

/// A chain as years of work leave it: tables with keys, then columns, indexes, types and statements,
/// each with its way back; the models of it beside.
fn grown() -> Project {
    let project = Project::with(&[("alembic.ini", INI), ("alembic/env.py", ENV)]);
    for number in 0..REVISIONS {
        let name = format!("alembic/versions/r{number:04}_change.py");
        project.write(&name, revision(number));
    }
    project.write("app/__init__.py", "");
    project.write("app/models.py", models());
    git(project.root(), &["init", "-q", "-b", "main", "--template="]);
    commit(project.root());
    project
}

/// One revision of the chain.
pub fn revision(number: usize) -> String {
    let down = number
        .checked_sub(1)
        .map_or("None".to_owned(), |down| format!("\"r{down:04}\""));
    let table = format!("table_{}", number % TABLES);
    let (up, back) = if number < TABLES {
        (
            format!(
                "    op.create_table(\n        \"{table}\",\n        sa.Column(\"id\", sa.Uuid(), nullable=False),\n        sa.Column(\"parent_id\", sa.Uuid(), sa.ForeignKey(\"table_{}.id\"), nullable=True),\n        sa.Column(\"title\", sa.String(length=200), nullable=False),\n        sa.Column(\"created_at\", sa.DateTime(timezone=True), server_default=sa.text(\"now()\"), nullable=False),\n        sa.Column(\"state\", sa.Enum(\"new\", \"open\", \"done\", name=\"state_{number}\"), nullable=False),\n        sa.PrimaryKeyConstraint(\"id\", name=\"pk_{table}\"),\n    )",
                number.saturating_sub(1)
            ),
            format!(
                "    op.drop_table(\"{table}\")\n    sa.Enum(name=\"state_{number}\").drop(op.get_bind(), checkfirst=True)"
            ),
        )
    } else {
        (
            format!(
                "    op.add_column(\"{table}\", sa.Column(\"extra_{number}\", sa.String(length=80), nullable=True))\n    op.create_index(\"ix_{table}_{number}\", \"{table}\", [\"extra_{number}\"], unique=False)\n    op.execute(\"UPDATE {table} SET extra_{number} = title WHERE extra_{number} IS NULL\")"
            ),
            format!(
                "    op.drop_index(\"ix_{table}_{number}\", table_name=\"{table}\")\n    op.drop_column(\"{table}\", \"extra_{number}\")"
            ),
        )
    };
    format!(
        "\"\"\"change {number}\n\nRevision ID: r{number:04}\nCreate Date: 2026-01-01 00:00:00\n\n\"\"\"\nfrom typing import Sequence, Union\n\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision: str = \"r{number:04}\"\ndown_revision: Union[str, Sequence[str], None] = {down}\nbranch_labels: Union[str, Sequence[str], None] = None\ndepends_on: Union[str, Sequence[str], None] = None\n\n\ndef upgrade() -> None:\n{up}\n\n\ndef downgrade() -> None:\n{back}\n"
    )
}

fn models() -> String {
    let mut text = "import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    metadata = sa.MetaData(naming_convention={\"fk\": \"fk_%(table_name)s_%(column_0_name)s\"})\n".to_owned();
    for table in 0..TABLES {
        write!(
            text,
            "\n\nclass Table{table}(Base):\n    __tablename__ = \"table_{table}\"\n    id = sa.Column(sa.Uuid, primary_key=True)\n    parent_id = sa.Column(sa.Uuid, sa.ForeignKey(\"table_{}.id\"))\n    title = sa.Column(sa.String(200), nullable=False)\n",
            table.saturating_sub(1)
        )
        .unwrap();
    }
    text
}

/// The shortest of three runs; all must succeed.
fn shortest(make: impl Fn() -> Command) -> Duration {
    let run = || {
        let start = Instant::now();
        let output = make().stdin(Stdio::null()).output().unwrap();
        let took = start.elapsed();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        took
    };
    (0..3).map(|_| run()).min().unwrap()
}

fn alembic(project: &Project, arguments: &[&str]) -> Command {
    let mut command = Command::new(interpreter());
    command
        .args(["-m", "alembic"])
        .args(arguments)
        .current_dir(project.root());
    command
}

#[test]
fn the_static_check_takes_less_time_than_alembic_heads() {
    let project = grown();
    // The figure means nothing if something was not read.
    let document = project.check(&["--format", "json"]).expect(0).json();
    assert_eq!(document["modules"][0]["revisions"], REVISIONS);
    assert_eq!(document["findings"], serde_json::json!([]));
    let heads = alembic(&project, &["heads"]).output().unwrap();
    assert_eq!(heads.stdout, b"r0999 (head)\n");

    let theirs = shortest(|| alembic(&project, &["heads"]));
    let ours = shortest(|| project.command(&["check", "--static"]));
    assert!(ours < theirs, "{ours:?} against {theirs:?}");
}

/// Prints the table of `docs/benchmarks.md`.
#[test]
#[ignore = "a measurement; docs/benchmarks.md says how to run it"]
fn benchmark() {
    let program = std::env::var_os("REDISTILL_BENCHMARK").expect("the program to measure");
    let project = grown();
    let ours = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(project.root());
        command
    };
    let mut lines = Vec::new();
    let mut row = |command: &str, time: Duration| lines.push((command.to_owned(), time));
    row(
        "`alembic heads`, no bytecode",
        shortest(|| {
            let mut command = alembic(&project, &["heads"]);
            command.env("PYTHONDONTWRITEBYTECODE", "1");
            command
        }),
    );
    row(
        "`alembic heads`",
        shortest(|| alembic(&project, &["heads"])),
    );
    row("`redistill chain`", shortest(|| ours(&["chain"])));
    row(
        "`redistill check --static`",
        shortest(|| ours(&["check", "--static"])),
    );
    let base = lines[1].1.as_secs_f64();
    println!("| command | time | of `alembic heads` |\n|---|---|---|");
    for (command, time) in lines {
        let time = time.as_secs_f64();
        println!(
            "| {command} | {:.0} ms | {:.0} % |",
            time * 1e3,
            time / base * 100.0
        );
    }
}
