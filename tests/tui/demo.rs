//! `redistill demo` on a terminal: two acts in the app, and nothing left of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use redistill::system::environment;

use super::pty::Pty;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The demo's parts that are kept between demos are the user's own; all else goes here.
fn open(temporary: &Path, arguments: &[&str]) -> Pty {
    let variables = [("TMPDIR", temporary.to_str().unwrap())];
    let state = environment::state_folder().unwrap();
    let arguments = [&["demo"], arguments].concat();
    Pty::start(temporary, &arguments, (120, 40), &variables, state)
}

/// Whether the state folder still names something below a folder.
fn is_remembered(temporary: &Path) -> bool {
    let state = environment::state_folder().unwrap();
    let name = temporary.to_str().unwrap();
    ["agreed", "plans"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(state.join(folder)).into_iter().flatten())
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
        .any(|text| text.contains(name))
}

/// The database whose name is wanted, as somebody reads it in the dialog.
fn asked_for(pty: &Pty) -> String {
    let text = pty.text();
    let line = text.lines().find(|line| line.contains("┃ › ")).unwrap();
    let (_, rest) = line.split_once(" / ").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_demo_is_looked_at_repaired_reset_and_gone() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().canonicalize().unwrap();
    let mut pty = open(&folder, &[]);
    pty.wait_for("enter run it");
    // The bugs are seen without running any of its code.
    pty.keys("\x1b");
    pty.wait_for("q quit");
    pty.keys("jjj");
    pty.wait_for("RD301");
    pty.keys("q");
    pty.wait_for("Repair the 4 seeded bugs and open it again?");
    pty.keys("\r");
    pty.wait_for("act two");
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    pty.keys("p\r");
    pty.wait_for("the plan is made");
    pty.keys("\x18");
    pty.wait_for("This will, in this order");
    pty.keys("\x18");
    // In the order of the server's own numbers, which is another one with every demo.
    let mut typed = BTreeSet::new();
    for number in 1..=3 {
        pty.wait_for(&format!("{number} of 3"));
        let name = asked_for(&pty);
        pty.keys(&format!("{name}\r"));
        typed.insert(name);
    }
    let all = ["artstore", "artstore_admin", "artstore_storage_01"];
    assert_eq!(typed, all.map(str::to_owned).into());
    pty.wait_for("The reset is done.");
    let figures = "4 bugs fixed, 7 revisions archived, 3 baselines created,";
    pty.wait_for(figures);
    pty.keys("\x1b");
    pty.wait_for("q quit");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
    assert!(pty.text().contains("The demo is gone"), "{}", pty.text());
    assert!(pty.text().contains(figures), "{}", pty.text());
    assert_eq!(entries(&folder), [] as [PathBuf; 0]);
    assert!(!is_remembered(&folder));
}

#[test]
fn a_demo_that_is_left_at_once_or_hung_up_on_leaves_nothing_and_a_kept_one_stays() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().canonicalize().unwrap();
    let mut pty = open(&folder, &["--theme", "light", "--no-mouse", "--ascii"]);
    pty.wait_for("enter run it");
    assert!(
        pty.text().contains("+ May env.py") || pty.text().is_ascii(),
        "{}",
        pty.text()
    );
    pty.signal("HUP");
    assert_eq!(pty.end(), 5);
    pty.is_as_found();
    assert_eq!(entries(&folder), [] as [PathBuf; 0]);

    let kept = folder.join("kept");
    let mut pty = open(&folder, &["--keep", kept.to_str().unwrap()]);
    pty.wait_for("enter run it");
    pty.keys("\x1bq");
    pty.wait_for("Repair the 4 seeded bugs");
    pty.keys("n\r");
    assert_eq!(pty.end(), 0);
    assert!(
        pty.text().contains("redistill demo --serve"),
        "{}",
        pty.text()
    );
    assert!(kept.join("artstore/.git").exists());
    assert_eq!(entries(&folder), [kept]);
}
