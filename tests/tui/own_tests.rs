//! The project's own tests in the app: a part of item 12, told where they do not pass.

use super::pty::Pty;
use super::{lab, traced};

#[test]
fn tests_that_fail_are_told_beside_a_reset_that_is_done() {
    let (_folder, trace) = traced();
    let lab = lab(&trace);
    lab.write("redistill.toml", "[modules.api]\ntests = \"false\"\n");
    let mut pty = Pty::open(&lab, (140, 40), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    pty.keys("p\r");
    pty.wait_for("the plan is made");
    pty.click("6 Confirm");
    pty.wait_for("Run the tests of api: false");
    pty.keys("\x18");
    pty.wait_for("Type its name to go on");
    pty.keys("app\r");
    pty.wait_for("The reset is done.");
    pty.wait_for("the reset is done, but the tests of api did not pass");
    pty.wait_for("failed: exit code 1");
    let runs = lab.redistill(&["log", "--format", "json"]).expect(0).json();
    assert_eq!(runs["runs"][0]["standing"], "done");
    assert_eq!(runs["runs"][0]["own_tests"][0]["end"], "failed");
    pty.wait_for("q quit");
    pty.keys("q");
    assert_eq!(pty.end(), 1);
    pty.is_as_found();
}
