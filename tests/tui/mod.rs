//! The app in a real terminal: the real binary on a pseudo-terminal, read by a terminal emulator.

mod bench;
mod corrections;
mod demo;
mod endings;
mod hostile;
mod idle;
mod mouse;
mod open;
mod own;
mod own_tests;
mod pty;
mod stream;

use std::path::Path;

use pty::Pty;

use crate::support::{Lab, Module};

/// A project with one module at its head; its env.py leaves a trace when it is run.
fn lab(trace: &Path) -> Lab {
    let before = format!(
        "        open({:?}, 'a').close()\n",
        trace.display().to_string()
    );
    let lab = Lab::with_module(&Module {
        before: &before,
        ..Module::default()
    });
    // Alembic's own upgrade left it.
    std::fs::remove_file(trace).unwrap();
    lab
}

fn traced() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("ran");
    (folder, trace)
}

#[test]
fn it_opens_asks_before_it_runs_anything_and_leaves_the_terminal_as_it_was() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    let mut pty = Pty::open(&lab, (100, 30), &[]);
    pty.wait_for("enter run it");
    assert!(!trace.exists(), "env.py was run before the question");
    pty.keys("\r");
    pty.wait_for("verdict");
    assert!(trace.exists());
    assert!(
        pty.text().contains("/ app"),
        "the target stands at the top:\n{}",
        pty.text()
    );
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();

    // Asked once: the second time it goes on by itself.
    let mut again = Pty::open_again(&lab, &pty);
    again.wait_for("verdict");
    again.keys("\x03\x03");
    assert_eq!(again.end(), 0);
    again.is_as_found();
}

#[test]
fn a_whole_reset_and_its_undo_by_keys_alone() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    let before = (lab.tree(), lab.dump("app", &[]));
    let mut pty = Pty::open(&lab, (80, 24), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    pty.keys("p");
    pty.wait_for("why the history is reset");
    pty.keys("forty fixes\r");
    pty.wait_for("the plan is made");
    pty.keys("\x18");
    pty.wait_for("This will, in this order");
    pty.keys("\x18");
    pty.wait_for("Type its name to go on");
    pty.keys("ap\r");
    pty.wait_for("that is another word");
    assert_eq!(lab.tree(), before.0);
    pty.keys("app\r");
    pty.wait_for("The reset is done.");
    let names: Vec<String> = lab.tree().into_keys().collect();
    assert!(
        names
            .iter()
            .any(|name| name.ends_with("_initial_schema.py")),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.contains("n001")), "{names:?}");

    pty.keys("\x1b");
    pty.wait_for("u past resets");
    pty.keys("u");
    pty.wait_for("Past resets 1");
    pty.keys("\r");
    pty.wait_for("Taking it back would");
    pty.keys("\x18");
    pty.wait_for("Type the run's name to go on");
    let id = lab.redistill(&["log", "--format", "json"]).expect(0).json()["runs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    pty.keys(&format!("{id}\r"));
    pty.wait_for("The run was taken back.");
    assert_eq!(lab.dump("app", &[]), before.1);
    assert_eq!(lab.tree(), before.0);
    pty.wait_for("q quit");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
}

#[test]
fn sizes_signals_stops_and_the_editor() {
    let (folder, trace) = traced();
    let lab = lab(&trace);
    let editor = folder.path().join("ed.sh");
    let told = folder.path().join("told");
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {}\nstty -a > /dev/null\n",
        told.display()
    );
    std::fs::write(&editor, script).unwrap();
    let program = format!("sh {}", editor.display());
    let mut pty = Pty::open(&lab, (100, 30), &[("VISUAL", &program)]);
    pty.wait_for("enter run it");
    pty.keys("\x1b");
    pty.wait_for("Not looked at yet");

    for size in [(1, 1), (40, 10), (200, 60), (59, 16), (500, 200), (2, 90)] {
        pty.resize(size);
    }
    pty.resize((50, 12));
    pty.wait_for("is too small");
    pty.resize((120, 40));
    pty.wait_for("Not looked at yet");

    // The chain, a revision, its place in the editor.
    pty.keys("c");
    pty.wait_for("Chain of");
    pty.wait_for("def upgrade");
    pty.keys("e");
    pty.wait_for("back; r looks at everything again");
    let arguments = std::fs::read_to_string(&told).unwrap();
    assert!(
        arguments.starts_with('+') && arguments.contains("n002_state.py"),
        "{arguments}"
    );

    pty.keys("\x1a");
    pty.wait_until_stopped();
    pty.is_as_found();
    pty.go_on();
    pty.wait_for("Chain of");

    pty.signal("TERM");
    assert_eq!(pty.end(), 5);
    pty.is_as_found();
    assert!(!trace.exists(), "env.py was run");
}

#[test]
fn without_a_terminal_a_folder_is_checked_and_a_mistyped_command_is_told() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    let root = lab.root().display().to_string();
    let answer = lab.redistill(&[&root]);
    assert!(
        answer.stdout.contains("api  2 revisions"),
        "{}",
        answer.stdout
    );
    assert!(!answer.stdout.contains('\u{1b}'), "{}", answer.stdout);
    lab.redistill(&["chek"])
        .expect(2)
        .says(&["no command and no folder chek", "redistill --help"]);
}
