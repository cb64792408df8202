//! Choices of the command line, made in the app.

use std::path::Path;

use crate::support::terminal::Terminal;
use crate::support::{Lab, Module, NOTES_MODEL, interpreter};

/// The key that goes on.
const ON: &str = "\x18";

/// The app on the project, as small as its screens allow.
fn app(lab: &Lab) -> Terminal {
    let state = lab.beside("state");
    let variables = [
        ("REDISTILL_PYTHON", interpreter().to_str().unwrap()),
        ("REDISTILL_STATE", state.to_str().unwrap()),
        ("XDG_CONFIG_HOME", state.to_str().unwrap()),
    ];
    let program = Path::new(env!("CARGO_BIN_EXE_redistill"));
    Terminal::start(program, &[], lab.root(), &variables, (24, 80))
}

/// `--with-model-changes` by the form, `--accept-destructive` by the name: the model lacks a column
/// that the live database has, and has one that the chain has not.
#[test]
fn model_changes_and_what_may_be_lost_are_chosen_in_the_app() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'); \
         alter table notes add column extra text not null default 'kept'",
    );
    let before = (lab.tree(), lab.dump("app", &[]));
    let mut app = app(&lab);
    app.wait_for("enter run it");
    app.send("\r");
    app.wait_for("p rehearse");
    app.send("p");
    app.wait_for("why the history is reset");
    // Up to the line of the models, and its other answer.
    app.send("\x1b[A\x1b[A\x1b[A\x1b[A\x1b[C");
    app.wait_for("written as a second revision, and applied");
    app.send("\r");
    app.wait_for("something may be lost");
    app.send(ON);
    app.wait_for("DROP COLUMN extra");
    app.wait_for("may lose the values of notes.extra");
    app.send(ON);
    app.wait_for("Type its name to agree");
    app.send("\r");
    app.wait_for("that is another word");
    assert!((lab.tree(), lab.dump("app", &[])) == before);
    app.send("app\r");
    app.wait_for("the plan is made");
    app.send(ON);
    app.wait_for("This will, in this order");
    app.send(ON);
    app.wait_for("Type its name to go on");
    app.send("app\r");
    app.wait_for("The reset is done.");
    app.send("q");
    assert_eq!(app.end(), 0);
    let columns = "select column_name::text from information_schema.columns \
                   where table_name = 'notes' order by 1";
    assert_eq!(
        lab.column("app", columns),
        ["id", "later", "state", "title"]
    );
    lab.alembic("api", &["check"]);
    assert_eq!(lab.alembic("api", &["history"]).lines().count(), 2);
    let runs = lab.redistill(&["log", "--format", "json"]).expect(0).json();
    let id = runs["runs"][0]["id"].as_str().unwrap();
    lab.redistill(&["undo", id]).expect(0);
    assert!((lab.tree(), lab.dump("app", &[])) == before);
}
