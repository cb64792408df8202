//! The guided run in a real terminal.

use std::path::Path;

use crate::support::terminal::Terminal;
use crate::support::{Lab, Module, NOTES_MODEL, interpreter};

fn guided(lab: &Lab) -> Terminal {
    guided_with(lab, &[])
}

fn guided_with(lab: &Lab, options: &[&str]) -> Terminal {
    let state = lab.beside("state");
    Terminal::start(
        Path::new(env!("CARGO_BIN_EXE_redistill")),
        &[&["reset", "--guided"], options].concat(),
        lab.root(),
        &[
            ("REDISTILL_PYTHON", interpreter().to_str().unwrap()),
            ("REDISTILL_STATE", state.to_str().unwrap()),
            ("NO_COLOR", "1"),
        ],
        (400, 100),
    )
}

/// A whole reset, agreeing to what may be lost on the way; then the same run is taken back.
#[test]
fn a_whole_reset_and_its_undo_by_answers_alone() {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open')",
    );
    let schema = lab.dump("app", &["-s", "-T", "alembic_version"]);
    lab.sql(
        "app",
        "alter table notes add column extra text not null default 'kept'",
    );
    // The project's own tests, which do not pass: the reset is done all the same.
    lab.write("redistill.toml", "[modules.api]\ntests = \"false\"\n");
    let before = (lab.tree(), lab.dump("app", &[]));
    let mut terminal = guided(&lab);
    terminal.answer("Run them?", "?");
    terminal.wait_for("led to an empty scratch database");
    terminal.send("y\r");
    terminal.answer("What now?", "chain");
    terminal.wait_for("* n002");
    terminal.wait_for("is at n002");
    terminal.send("go on\r");
    terminal.answer("Why is the history reset?", "forty fixes");
    terminal.answer("Where does the baseline come from?", "<");
    terminal.wait_until("the question before", |screen| {
        screen.matches("Why is the history reset?").count() == 2
    });
    terminal.send("forty fixes of fixes\r");
    terminal.wait_until("the next one again", |screen| {
        screen.matches("Where does the baseline").count() == 2
    });
    terminal.send("1\r");
    terminal.answer("Write what the models are ahead by", "");
    terminal.answer("What becomes of the live database?", "keep");
    terminal.answer("Which identifier", "");
    terminal.answer("Which message", "first schema");
    terminal.wait_for("MAY LOSE the values of notes.extra");
    terminal.answer("Type app to agree", "yes");
    terminal.wait_for("that is not app");
    assert!((lab.tree(), lab.dump("app", &[])) == before);
    terminal.send("app\r");
    terminal.wait_for("Go on to the confirmation?");
    terminal.wait_for("as was agreed");
    terminal.send("go on\r");
    terminal.answer("Type app to go on", "yes");
    terminal.wait_until("it is another word", |screen| {
        screen.matches("that is not app").count() == 2
    });
    terminal.send("app\r");
    terminal.wait_for("undo: redistill undo");
    terminal.wait_for("tests of api: failed: exit code 1");
    terminal.wait_for("by hand: the reset is done, but the tests of api did not pass");
    assert_eq!(terminal.end(), 1, "{}", terminal.screen());
    assert_eq!(lab.dump("app", &["-s", "-T", "alembic_version"]), schema);
    lab.alembic("api", &["check"]);
    let note = lab
        .tree()
        .into_iter()
        .find(|(path, _)| path.contains("BACKUP"));
    let note = String::from_utf8(note.unwrap().1).unwrap();
    assert!(note.contains("forty fixes of fixes"), "{note}");
    taken_back(&lab);
    assert!((lab.tree(), lab.dump("app", &[])) == before);
}

/// Reads what the only past reset did, and takes it back by its name.
fn taken_back(lab: &Lab) {
    let runs = lab.redistill(&["log", "--format", "json"]).expect(0).json();
    let id = runs["runs"][0]["id"].as_str().unwrap();
    let mut terminal = guided(lab);
    terminal.answer("There are past resets", "show");
    terminal.answer("Which one is shown?", "");
    terminal.wait_for("reason: forty fixes of fixes");
    terminal.send("undo\r");
    terminal.answer("Which one is taken back?", id);
    terminal.wait_for("This takes back");
    terminal.answer(&format!("Type {id} to go on"), "y");
    terminal.wait_for(&format!("that is not {id}"));
    terminal.send(&format!("{id}\r"));
    terminal.wait_for(&format!("{id}: undone"));
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
}

/// A name that was typed before its question confirms nothing.
#[test]
fn what_is_typed_ahead_is_no_confirmation() {
    let lab = Lab::with_module(&Module {
        before: "        print('a line of env.py')\n",
        ..Module::default()
    });
    let before = lab.tree();
    let mut terminal = guided_with(&lab, &["--verbose"]);
    terminal.answer("Run them?", "");
    terminal.wait_for("What now?");
    // All answers at once, and with them the name.
    terminal.send("\r\r\r\r\r\r\r\rapp\r");
    terminal.wait_for("Type app to go on");
    assert_eq!(lab.tree(), before);
    // The rehearsal is told while it goes on, and on demand what the project's code says.
    let screen = terminal.screen();
    for told in [
        "api: replay 1 of 2, n001",
        "api: replay 2 of 2, n002",
        "api | a line of env.py",
    ] {
        assert!(screen.contains(told), "{told}:\n{screen}");
    }
    terminal.send("\r");
    assert_eq!(terminal.end(), 5, "{}", terminal.screen());
    terminal.wait_for("left; nothing has changed");
    assert_eq!(lab.tree(), before);
}

/// Shown as a diff, written after a yes and not after an empty line, then looked at again.
#[test]
fn corrections_are_shown_and_written() {
    let models = format!(
        "{NOTES_MODEL}\n\nclass Key(Base):\n    __tablename__ = \"keys\"\n    \
         id = sa.Column(sa.Uuid, primary_key=True)\n\n\nclass Lock(Base):\n    \
         __tablename__ = \"locks\"\n    id = sa.Column(sa.Integer, primary_key=True)\n    \
         key = sa.Column(sa.Integer, sa.ForeignKey(\"keys.id\"))\n"
    );
    let lab = Lab::with_module(&Module {
        models: &models,
        ..Module::default()
    });
    let path = "api/app/models.py";
    let before = lab.read(path);
    let mut terminal = guided(&lab);
    terminal.answer("Run them?", "");
    terminal.answer("What now?", "correct");
    terminal.wait_for("+    key = sa.Column(sa.Uuid");
    terminal.answer("Write these corrections?", "");
    terminal.wait_until("the question before", |screen| {
        screen.matches("What now?").count() == 2
    });
    assert_eq!(lab.read(path), before);
    terminal.send("correct\r");
    terminal.wait_until("they are shown again", |screen| {
        screen.matches("Write these corrections?").count() == 2
    });
    terminal.send("yes\r");
    terminal.wait_for("written: 1 correction in 1 file");
    terminal.wait_until("another look", |screen| {
        screen.matches("What now?").count() >= 3
    });
    assert_ne!(lab.read(path), before);
    terminal.send("quit\r");
    terminal.end();
}

#[test]
fn the_output_is_linear() {
    let lab = Lab::with_module(&Module::default());
    let mut terminal = guided(&lab);
    terminal.answer("Run them?", "");
    terminal.answer("What now?", "");
    terminal.answer("Why is the history reset?", "quit");
    assert_eq!(terminal.end(), 5);
    // Cursor addressing, upward movement, alternate screen, erased display: none of it.
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    for (at, _) in raw.match_indices("\u{1b}[") {
        let rest = &raw[at + 2..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let sequence = &rest[..=end];
        assert!(
            ["0m", "m", "2K", "K", "1m", "?25h", "?25l"].contains(&sequence)
                || sequence.ends_with('m')
                || sequence.ends_with(['C', 'D', 'G']),
            "{sequence:?}"
        );
    }
}

#[test]
fn ctrl_c_leaves_project_and_cursor_as_they_were() {
    let lab = Lab::with_module(&Module::default());
    let before = lab.tree();
    for question in ["Run them?", "What now?"] {
        let mut terminal = guided(&lab);
        if question != "Run them?" {
            terminal.answer("Run them?", "");
        }
        terminal.wait_for(question);
        terminal.send("\u{3}");
        assert_eq!(terminal.end(), 5, "{}", terminal.screen());
        terminal.wait_for("nothing has changed");
        assert!(!terminal.hides_the_cursor());
    }
    assert_eq!(lab.tree(), before);
}

#[test]
fn a_refusal_is_explained_and_left() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "comment on database app is 'redistill: production'");
    let mut terminal = guided(&lab);
    terminal.answer("Run them?", "");
    terminal.wait_for("RD101");
    terminal.answer("The reset is refused", "findings");
    terminal.wait_for("Why it matters");
    terminal.send("leave\r");
    assert_eq!(terminal.end(), 1, "{}", terminal.screen());
}

#[test]
fn without_a_terminal_the_headless_way_is_named() {
    let lab = Lab::with_module(&Module::default());
    lab.redistill(&["reset", "--guided"])
        .expect(2)
        .says(&["redistill plan"]);
    lab.redistill(&["reset"]).expect(2).says(&["--plan"]);
}
