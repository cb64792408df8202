//! The whole way with one hand: a reset and its undo by mouse alone.

use super::pty::Pty;
use super::{lab, traced};

/// The name of what is changed still has to be given in full: by the middle button, as terminals
/// paste what was selected. There is no other way on.
#[test]
fn a_whole_reset_and_its_undo_by_mouse_alone() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    let before = (lab.tree(), lab.dump("app", &[]));
    let mut pty = Pty::open(&lab, (140, 40), &[]);
    pty.click("enter run it");
    // In the footer; the page says "p rehearses", too.
    pty.click("p rehearse  ");
    // The form of all choices: nothing but the reason is asked for.
    pty.click("enter rehearse");
    pty.wait_for("the plan is made");
    // A row of the checklist, then a key of the footer.
    pty.click("6 Confirm");
    pty.wait_for("This will, in this order");
    pty.click("ctrl+x confirm");
    pty.wait_for("Type its name to go on");
    pty.click("enter answer");
    pty.wait_for("that is another word");
    assert_eq!(lab.tree(), before.0);
    pty.paste("app");
    pty.click("enter answer");
    pty.wait_for("The reset is done.");
    assert!(
        lab.tree()
            .keys()
            .any(|name| name.ends_with("_initial_schema.py"))
    );

    // The palette is clicked, too.
    let id = lab.redistill(&["log", "--format", "json"]).expect(0).json()["runs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    pty.wait_for("p rehearse");
    pty.click("? help");
    pty.click("past resets, and taking one back");
    pty.wait_for("Past resets 1");
    let row = format!("{id}   done");
    pty.click(&row);
    pty.click(&row);
    pty.wait_for("Taking it back would");
    pty.click("ctrl+x confirm");
    pty.wait_for("Type the run's name to go on");
    pty.paste(&id);
    pty.click("enter answer");
    pty.wait_for("The run was taken back.");
    assert_eq!(lab.dump("app", &[]), before.1);
    assert_eq!(lab.tree(), before.0);
    pty.click("q quit");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
}
