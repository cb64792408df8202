//! The guided run in a real terminal.

use std::path::Path;

use crate::support::terminal::Terminal;
use crate::support::{Lab, Module, interpreter};

fn guided(lab: &Lab) -> Terminal {
    Terminal::start(
        Path::new(env!("CARGO_BIN_EXE_redistill")),
        &["reset", "--guided"],
        lab.root(),
        &[
            ("REDISTILL_PYTHON", interpreter().to_str().unwrap()),
            ("NO_COLOR", "1"),
        ],
        (60, 100),
    )
}

#[test]
fn a_whole_reset_by_answers_alone() {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open')",
    );
    let schema = lab.dump("app", &["-T", "alembic_version"]);
    let mut terminal = guided(&lab);
    terminal.answer("Run them?", "?");
    terminal.wait_for("led to an empty scratch database");
    terminal.send("y\r");
    terminal.answer("What now?", "go on");
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
    terminal.answer("Go on to the confirmation?", "go on");
    terminal.answer("Type app to go on", "yes");
    terminal.wait_for("that is not app");
    terminal.send("app\r");
    terminal.wait_for("undo: redistill undo");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert_eq!(lab.dump("app", &["-T", "alembic_version"]), schema);
    lab.alembic("api", &["check"]);
    let note = lab
        .tree()
        .into_iter()
        .find(|(path, _)| path.contains("BACKUP"));
    let note = String::from_utf8(note.unwrap().1).unwrap();
    assert!(note.contains("forty fixes of fixes"), "{note}");
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
    terminal.answer("The reset is refused", "leave");
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
