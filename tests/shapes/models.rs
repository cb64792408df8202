//! Where the models and the chain disagree.

use super::{Way, revision};
use crate::support::{Lab, Module, NOTES_MODEL};

#[test]
fn drift_of_the_models_that_was_known_stays_allowed() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    assert!(plan["modules"][0].to_string().contains("later"), "{plan}");
    Way {
        is_in_step: false,
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn models_are_the_source_where_the_chain_does_not_replay() {
    let lab = Lab::new();
    lab.create_database("app");
    // A project that began with `create_all` and a stamp.
    let base = revision(
        "n001",
        "None",
        "op.add_column(\"notes\", sa.Column(\"state\", sa.Text()))",
        None,
    );
    lab.add(&Module {
        revisions: &[("n001.py", &base)],
        ..Module::default()
    });
    lab.sql(
        "app",
        "create type note_state as enum ('open', 'done');
         create table notes (id serial primary key, title varchar(80) not null, state note_state not null);
         create view open_notes as select id from notes where state = 'open';
         create table lookup (code text primary key);
         create view codes as select code from lookup",
    );
    lab.alembic("api", &["stamp", "head"]);
    let live = lab.dump("app", &["-T", "alembic_version"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan"])
        .expect(3)
        .says(&["n001", "notes", "--source models"]);
    let answer = lab.redistill(&["plan", "--source", "models"]).expect(1);
    let answer = answer.says(&[
        "table lookup: missing",
        "view codes: missing",
        "--leave-out",
    ]);
    assert!(!answer.stderr.contains("open_notes"), "{}", answer.stderr);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    let choices = [
        "--source",
        "models",
        "--leave-out",
        "table lookup",
        "--leave-out",
        "view codes",
    ];
    let id = lab.reset(&choices);
    assert_eq!(lab.dump("app", &["-T", "alembic_version"]), live);
    Way::default().swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
    let fresh = lab.dump("app", &["-s"]);
    assert!(
        fresh.contains("open_notes") && !fresh.contains("lookup"),
        "{fresh}"
    );
    lab.alembic("api", &["downgrade", "base"]);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn models_that_are_ahead_of_the_chain() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    let before = (lab.tree(), lab.dump("app", &[]));
    // The live database has no such column: the statement that adds it is part of the plan.
    let shown = lab.redistill(&["plan", "--source", "models"]).expect(0);
    assert!(
        shown.stdout.contains("ADD COLUMN later integer"),
        "{}",
        shown.stdout
    );
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    lab.redistill(&[
        "plan",
        "--source",
        "models",
        "--revision-id",
        "reuse-head",
        "--strategy",
        "unversioned",
    ])
    .expect(1)
    .says(&["reuse-head"]);
    let id = lab.reset(&["--source", "models", "--strategy", "unversioned"]);
    let way = Way::default();
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
    assert!(lab.dump("app", &["-s"]).contains("later integer"));
    way.swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn an_empty_baseline_is_refused() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "api/app/models.py",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    );
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["the baseline is empty", "target_metadata"]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}
