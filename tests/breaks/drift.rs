//! Projects whose models, chain and database have grown apart so far that only a short answer helps.

use super::{Check, Project};
use crate::support::{Lab, Module, NOTES_MODEL};
use std::fmt::Write as _;

/// Sixty tables: in each the models want six columns that the chain has not, and lack three things
/// that it has.
fn estranged() -> (String, Vec<String>) {
    let mut models = String::new();
    let mut chain = vec![String::new(); 3];
    for number in 0..60 {
        let table = format!("t{number:02}");
        writeln!(
            models,
            "sa.Table(\n    \"{table}\", Base.metadata,\n    sa.Column(\"id\", sa.Integer, primary_key=True),\n    \
             sa.Column(\"kept\", sa.Text, nullable=False),\n    sa.Column(\"wide\", sa.BigInteger),"
        )
        .unwrap();
        for column in ["a", "b", "c", "d", "e"] {
            writeln!(models, "    sa.Column(\"{column}\", sa.Integer),").unwrap();
        }
        writeln!(models, "    sa.Index(\"ix_{table}_a\", \"a\"),\n)").unwrap();
        write!(
            chain[number % 3],
            "op.create_table(\n    \"{table}\",\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
             sa.Column(\"kept\", sa.Text()),\n    sa.Column(\"wide\", sa.Integer(), server_default=\"1\"),\n    \
             sa.Column(\"old\", sa.String(9)),\n)\nop.create_index(\"ix_{table}_old\", \"{table}\", [\"old\"])\n"
        )
        .unwrap();
    }
    (models, chain)
}

#[test]
fn hundreds_of_differences_are_a_number_and_a_beginning() {
    let (models, chain) = estranged();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    let site = Project {
        models: &models,
        chain: &chain,
        ..Project::default()
    }
    .build();
    let check = site.lab.alembic_output("api", &["check"]);
    assert!(!check.status.success());
    let answer = site.lab.redistill(&["plan"]).expect(0);
    let (before, shown) = answer
        .stdout
        .split_once("models ahead of the chain: ")
        .unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    let counted: usize = lines[0].parse().unwrap();
    assert!(counted >= 534, "{counted}");
    assert_eq!(
        lines[21].trim(),
        format!(
            "and {} more; all of them: redistill plan --format json",
            counted - 20
        )
    );
    assert!(!before.contains("lost") && !shown.contains("lost"));
    // All of them in the JSON and in the note; the baseline has none of them.
    let plan = site.plan(&[]);
    let drift = plan["modules"][0]["model_drift"].as_array().unwrap();
    assert_eq!(drift.len(), counted);
    let note = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|step| step["content"].as_str().or_else(|| step["text"].as_str()));
    if let Some(note) = note {
        assert!(note.contains(drift[counted - 1].as_str().unwrap()));
    }
    site.follows_the_chain("insert into t00 (old) values ('mine')", Check::Drift);
}

#[test]
fn a_chain_that_builds_nothing_is_called_so() {
    let lab = Lab::new();
    let empty = "\"\"\"begin\"\"\"\nrevision = \"n001\"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n\n\n\
                 def downgrade():\n    pass\n";
    lab.add(&Module {
        models: NOTES_MODEL,
        revisions: &[("n001.py", empty)],
        ..Module::default()
    });
    lab.create_database("app");
    lab.sql(
        "app",
        "create type note_state as enum ('open', 'done');
         create table notes (id serial primary key, title varchar(80) not null, state note_state not null);
         create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
         create trigger touched before update on notes for each row execute function touch();
         create table lookup (code text primary key);
         insert into notes (title, state) values ('mine', 'open')",
    );
    lab.alembic("api", &["stamp", "head"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    // From the chain: nothing can come of nothing.
    let answer = lab.redistill(&["plan"]).expect(3);
    answer.says(&["builds nothing", "--source models"]);
    // From the models: what they have no words for comes from the live database, and what is in no
    // model is not dropped in silence.
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["table lookup: missing", "--leave-out"]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    let schema = lab.dump("app", &["-s", "-T", "alembic_version", "-T", "lookup"]);
    lab.reset(&["--source", "models", "--leave-out", "table lookup"]);
    lab.sql("postgres", "alter database app rename to app_live");
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(lab.dump("app", &["-s", "-T", "alembic_version"]), schema);
    lab.alembic("api", &["downgrade", "base"]);
    assert!(
        !lab.dump("app", &["-s", "-T", "alembic_version"])
            .contains("CREATE")
    );
}

#[test]
fn an_environment_that_only_the_applications_command_can_run_is_explained() {
    for (needs, says) in [
        (
            "app = config.attributes[\"application\"]",
            &[
                "only the application's own command",
                "env.py:7",
                "alembic current",
            ][..],
        ),
        (
            "from flask import current_app\nurl = current_app.config[\"URL\"]",
            &["flask", "env.py"][..],
        ),
        (
            "if not config.attributes.get(\"from_manage\"):\n    raise SystemExit(\"use: manage.py migrate\")",
            &["use: manage.py migrate", "env.py"][..],
        ),
    ] {
        let lab = Lab::with_module(&Module::default());
        let environment = lab.read("api/alembic/env.py");
        lab.write(
            "api/alembic/env.py",
            &environment.replace(
                "\ntarget_metadata",
                &format!("\n{needs}\n\ntarget_metadata"),
            ),
        );
        let before = (lab.tree(), lab.dump("app", &[]));
        let answer = lab.redistill(&["plan"]);
        assert!(matches!(answer.code, 1..=3), "{}", answer.code);
        assert!(answer.stderr.len() < 4000, "{}", answer.stderr);
        answer.says(says);
        assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    }
}
