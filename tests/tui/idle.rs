//! What the app does while nobody does anything, and while much is printed.

use std::path::Path;
use std::time::Duration;

use super::bench::{processor_time, switches};
use super::pty::Pty;
use super::{lab, traced};
use crate::support::{Lab, Module};

/// So long nothing is done. Whoever looks around ten times a second is seen thirty times.
const STILL: Duration = Duration::from_secs(3);

/// Without input nothing is drawn, no thread wakes up, no processor time is used.
#[test]
fn nothing_to_do_costs_nothing() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    let mut pty = Pty::open(&lab, (100, 30), &[]);
    pty.wait_for("enter run it");
    pty.keys("\x1b");
    pty.wait_for("q quit");
    pty.keys("c");
    pty.wait_for("def upgrade");
    pty.drain();
    let used = |pty: &Pty| (processor_time(pty.id()), switches(pty.id()));
    let before = used(&pty);
    let drawn = pty.bytes_within(STILL);
    let after = used(&pty);
    assert_eq!(drawn, 0, "bytes were drawn");
    let time = after.0.checked_sub(before.0).unwrap();
    let switched = after.1 - before.1;
    // A tick or two of rounding; the kernel may put a thread elsewhere once.
    assert!(time <= Duration::from_millis(20), "{time:?} were used");
    assert!(switched <= 5, "woken {switched} times");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
}

/// The last revision prints 60 lines and waits for a file, prints 20 more and waits for another one.
fn make_talkative(lab: &Lab, gates: &Path) {
    let tree = lab.tree();
    let path = tree.keys().find(|path| path.ends_with("n002_state.py"));
    let path = lab.root().join(path.unwrap());
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("def upgrade()").unwrap();
    let (line, body) = after.split_once('\n').unwrap();
    let talk = talk(gates);
    std::fs::write(&path, format!("{before}def upgrade(){line}\n{talk}{body}")).unwrap();
}

fn talk(gates: &Path) -> String {
    let gate = |name: &str| format!("{:?}", gates.join(name).display().to_string());
    format!(
        "    import os, time
    for n in range(1, 61): print('early', n, flush=True)
    while not os.path.exists({}): time.sleep(0.02)
    for n in range(1, 21): print('late', n, flush=True)
    while not os.path.exists({}): time.sleep(0.02)
",
        gate("more"),
        gate("end")
    )
}

/// The newest lines are in sight until somebody scrolls up, and again from the last line on.
#[test]
fn output_is_followed_until_somebody_reads() {
    let gates = tempfile::tempdir().unwrap();
    let lab = Lab::with_module(&Module::default());
    make_talkative(&lab, gates.path());
    let open = |name: &str| std::fs::write(gates.path().join(name), "").unwrap();
    let mut pty = Pty::open(&lab, (100, 30), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    pty.keys("p\r");
    pty.wait_for("early 60");
    assert!(!pty.text().contains("early 1 "), "{}", pty.text());
    pty.keys("\x1b[5~");
    pty.wait_for("early 30");
    let read = |pty: &Pty| -> Vec<String> {
        let text = pty.text();
        let lines = text.lines().filter(|line| line.contains("early"));
        lines.map(str::to_owned).collect()
    };
    let before = read(&pty);
    open("more");
    // How much there is stands in the border; what is read stays where it is.
    pty.wait_for("of 80");
    assert_eq!(read(&pty), before);
    assert!(!pty.text().contains("late"), "{}", pty.text());
    pty.keys("G");
    pty.wait_for("late 20");
    open("end");
    pty.wait_for("the plan is made");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
}
