//! `--with-model-changes`: what the models are ahead by, as a second revision in the same reset.

use super::{everything, schema};
use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};

const AHEAD: &[&str] = &["--with-model-changes"];

/// A column, an index, a column of a new ENUM type, a new table.
fn ahead() -> Lab {
    let lab = Lab::with_module(&Module {
        models: &format!(
            "{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True, index=True)\n    \
             mood: Mapped[str] = mapped_column(sa.Enum('good', \"it's 5:00\", name='mood'), nullable=True)\n\n\n\
             class Tag(Base):\n    __tablename__ = \"tags\"\n    \
             id: Mapped[int] = mapped_column(primary_key=True)\n    \
             kind: Mapped[str] = mapped_column(sa.Enum('a', 'b', name='kind'))\n"
        ),
        ..Module::default()
    });
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'), ('two', 'done')",
    );
    lab
}

fn word(text: &str) -> String {
    text.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn they_become_a_second_revision_and_run_with_the_stamp() {
    let lab = ahead();
    let before = everything(&lab);
    let json = lab.redistill(&["plan", "--with-model-changes", "--format", "json"]);
    let json = json.expect(0).json();
    let changes = &json["modules"][0]["model_changes"];
    let text = changes["text"].as_str().unwrap();
    assert!(text.contains("op.add_column"), "{text}");
    assert!(json["destructive"].as_array().unwrap().is_empty(), "{json}");
    let shown = lab.redistill(&["plan", "--with-model-changes"]).expect(0);
    for fragment in [
        "ALTER TABLE notes ADD COLUMN later INTEGER;",
        "CREATE TABLE tags",
        "model changes api/alembic/versions/",
        "-- the models are ahead",
    ] {
        assert!(shown.stdout.contains(fragment), "{}", shown.stdout);
    }
    assert!(everything(&lab) == before);

    let id = lab.reset(AHEAD);
    lab.alembic("api", &["check"]);
    let head = word(&lab.alembic("api", &["heads"]));
    assert!(lab.alembic("api", &["current"]).starts_with(&head));
    assert_eq!(lab.alembic("api", &["history"]).lines().count(), 2);
    assert_eq!(
        lab.column("app", "select title from notes order by id"),
        ["one", "two"]
    );
    // Alembic itself comes to the same on an empty database.
    let live = schema(&lab);
    assert_eq!(super::fresh(&lab, ""), live);
    lab.redistill(&["undo", &id]).expect(0);
    assert!(everything(&lab) == before);
}

#[test]
fn numbers_go_on_behind_the_rows_that_are_there() {
    let class = |id: &str| {
        format!(
            "\n\nclass Page(Base):\n    __tablename__ = \"pages\"\n    \
             id: Mapped[int] = mapped_column({id}, primary_key=True)\n"
        )
    };
    let pages = super::revision(
        "p001",
        "\"n002\"",
        "op.create_table(\"pages\", sa.Column(\"id\", sa.Integer(), autoincrement=False, primary_key=True))",
        "op.drop_table(\"pages\")",
    );
    let mut revisions = NOTES_CHAIN.to_vec();
    revisions.push(("p001_pages.py", &pages));
    // A column that comes with its numbers, and one that begins to number; and one whose sequence is
    // gone.
    let number = "    number: Mapped[int] = mapped_column(sa.Integer(), sa.Identity())\n";
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}{number}{}", class("sa.Identity()")),
        revisions: &revisions,
        configure: "compare_server_default=True,",
        ..Module::default()
    });
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'), ('two', 'done');
         insert into pages values (7), (8);
         alter table notes alter column id drop default; drop sequence notes_id_seq",
    );
    let before = everything(&lab);
    let choices = ["--with-model-changes", "--accept-destructive", "app"];
    let id = lab.reset(&choices);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert!(everything(&lab) == before);
    lab.reset(&choices);
    lab.sql(
        "app",
        "insert into notes (title, state) values ('three', 'open'); insert into pages default values",
    );
    let numbers = lab.column(
        "app",
        "select format('%s %s', id, number) from notes order by id",
    );
    assert_eq!(numbers, ["1 1", "2 2", "3 3"]);
    let pages = lab.column("app", "select id from pages order by id");
    assert_eq!(pages, ["7", "8", "9"]);
}

#[test]
fn a_rename_is_told_as_the_loss_that_it_would_be() {
    let lab = Lab::with_module(&Module {
        models: &NOTES_MODEL.replace("    title:", "    heading:"),
        ..Module::default()
    });
    lab.sql("app", "alter table notes alter column title drop not null");
    lab.sql("app", "alter table notes alter column title set not null");
    let before = everything(&lab);
    lab.redistill(&["plan", "--with-model-changes"])
        .expect(1)
        .says(&["DROP COLUMN title", "--accept-destructive app"]);
    let choice = ["--with-model-changes", "--accept-destructive", "app"];
    let shown = lab.redistill(&[&["plan"], &choice[..]].concat()).expect(0);
    assert!(
        shown
            .stdout
            .contains("if that is a rename, its values are lost"),
        "{}",
        shown.stdout
    );
    let id = lab.reset(&choice);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert!(everything(&lab) == before);
}

#[test]
fn a_database_that_is_built_again_gets_them_too() {
    let lab = ahead();
    let before = everything(&lab);
    let id = lab.reset(&["--with-model-changes", "--strategy", "recreate"]);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert!(everything(&lab) == before);
}

#[test]
fn models_that_are_not_ahead_give_no_second_revision() {
    let lab = Lab::with_module(&Module::default());
    let json = lab.redistill(&["plan", "--with-model-changes", "--format", "json"]);
    assert!(json.expect(0).json()["modules"][0]["model_changes"].is_null());
}
