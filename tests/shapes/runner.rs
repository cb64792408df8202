//! A project whose Python is started by another program.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Lab, Module};

fn script(lab: &Lab, name: &str, text: &str) {
    lab.write(name, text);
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(lab.root().join(name), permissions).unwrap();
}

#[test]
fn a_project_whose_python_is_started_by_another_program() {
    let lab = Lab::with_module(&Module::default());
    let log = lab.beside("calls");
    let fake = format!(
        "#!/bin/sh\n[ \"$1 $2\" = \"exec api\" ] || exit 7\nshift 2\npwd >> '{}'\nexec \"$@\"\n",
        log.display()
    );
    script(&lab, "compose", &fake);
    let python = lab.python.display();
    let settings =
        format!("[modules.api]\nrunner = [\"./compose\", \"exec\", \"api\", \"{python}\"]\n");
    lab.write("redistill.toml", &settings);
    // Nothing else names an interpreter.
    let nowhere = [("REDISTILL_PYTHON", "/nowhere/python")];
    let before = (lab.tree(), lab.dump("app", &[]));
    let plan = lab
        .redistill_with(&["plan", "--format", "json"], &nowhere)
        .expect(0)
        .json();
    let digest = plan["digest"].as_str().unwrap();
    let done = lab.redistill_with(&["reset", "--plan", digest, "--format", "json"], &nowhere);
    let last = done.expect(0).stdout.lines().last().unwrap().to_owned();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    lab.alembic("api", &["check"]);
    let calls = std::fs::read_to_string(&log).unwrap();
    let folder = lab.root().join("api");
    assert!(calls.lines().count() >= 2);
    assert!(
        calls.lines().all(|line| line == folder.to_str().unwrap()),
        "{calls}"
    );
    lab.redistill(&["undo", last["id"].as_str().unwrap()])
        .expect(0);
    assert!((lab.tree(), lab.dump("app", &[])) == before);

    let other = settings.replace("\"exec\"", "\"run\"");
    lab.write("redistill.toml", &other);
    lab.redistill(&["plan"]).says(&["compose did not start"]);
    lab.write(
        "redistill.toml",
        "[modules.api]\nrunner = \"no-such-runner python\"\n",
    );
    lab.redistill(&["plan"])
        .says(&["the configured runner no-such-runner does not exist"]);
}
