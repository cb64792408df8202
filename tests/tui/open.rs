//! A run that was interrupted: offered first, and both ways out of it, in the app.

use super::pty::Pty;
use crate::support::{Lab, Module};

/// Begins a reset that dies as if by `kill -9` when its database was changed; the run's name.
fn interrupted(lab: &Lab) -> String {
    let digest = lab.plan(&[]);
    let reset = ["reset", "--plan", &digest];
    let answer = lab.redistill_with(&reset, &[("REDISTILL_CRASH_AFTER_RECORD", "8")]);
    assert_ne!(answer.code, 0);
    let log = lab.redistill(&["log", "--format", "json"]).expect(0).json();
    log["runs"][0]["id"].as_str().unwrap().to_owned()
}

/// Both ways are offered before anything else, and neither begins by one key.
fn offered(pty: &mut Pty, id: &str) {
    pty.wait_for(&format!("The run {id}"));
    pty.wait_for("was interrupted and is still open");
    pty.wait_for("g go on");
    pty.wait_for("b take it back");
}

#[test]
fn an_interrupted_run_is_offered_first_and_ends_either_way() {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open')",
    );
    let before = (lab.tree(), lab.dump("app", &[]));
    let id = interrupted(&lab);
    assert_ne!(lab.dump("app", &[]), before.1, "nothing had changed yet");

    let mut pty = Pty::open(&lab, (100, 30), &[]);
    offered(&mut pty, &id);
    pty.keys("b");
    pty.wait_for("Type the run's name to go on");
    // Too small to be read: what is typed there is not taken, and nothing happens.
    pty.resize((50, 12));
    pty.wait_for("is too small");
    pty.keys(&format!("{id}\r\x1b"));
    pty.wait_for("? help");
    pty.resize((100, 30));
    // Drawn at its new size: what the small one showed still stands on the emulator's screen.
    pty.wait_for("1 Survey");
    pty.keys("\x18");
    offered(&mut pty, &id);
    pty.keys("b");
    pty.wait_for("Type the run's name to go on");
    pty.keys(&format!("{id}\r"));
    pty.wait_for("The run was taken back.");
    assert_eq!(lab.dump("app", &[]), before.1);
    // What is kept of an undone run is its archive and its note, if they were written.
    assert_eq!(lab.tree(), before.0);
    pty.wait_for("q quit");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();

    let id = interrupted(&lab);
    let mut pty = Pty::open_again(&lab, &pty);
    offered(&mut pty, &id);
    pty.keys("g");
    pty.wait_for("Type the run's name to go on");
    pty.keys(&format!("{id}\r"));
    pty.wait_for("The run went on to its end.");
    pty.wait_for("q quit");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
    lab.alembic("api", &["check"]);
    assert_eq!(lab.column("app", "select title from notes"), ["one"]);
}
