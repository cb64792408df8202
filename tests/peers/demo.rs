//! The nets on the demo: what they catch of its seeded bugs, and what they say of its baselines.

use redistill::demo::{self, Demo, MODULES};

use super::nets::{Nets, nets};
use crate::support::{Lab, packages};
use serde_json::Value;
use std::process::Command;

/// Both nets on every module, by the module's folder.
fn all(lab: &Lab, project: &Demo) -> Vec<(&'static str, Nets)> {
    MODULES
        .into_iter()
        .map(|module| {
            let found = nets(lab, &project.module_folder(module), "");
            (module.name, found)
        })
        .collect()
}

/// `module: test` of all that failed.
fn failed(found: &[(&'static str, Nets)]) -> Vec<String> {
    found
        .iter()
        .flat_map(|(module, nets)| {
            nets.iter()
                .filter(|(_, passed)| !**passed)
                .map(move |(name, _)| format!("{module}: {name}"))
        })
        .collect()
}

/// Runs the program in the demo's project; it must succeed.
#[track_caller]
fn answer(lab: &Lab, project: &Demo, arguments: &[&str]) -> String {
    let mut command: Command = lab.command(arguments);
    let output = command.current_dir(project.folder()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_seeded_bugs_are_caught_before_and_nothing_after() {
    let lab = Lab::new().run_by(packages::interpreter());
    let project = demo::create(
        &lab.root().join("artstore"),
        &lab.target("postgres"),
        &lab.python,
    )
    .unwrap();
    let seeded = failed(&all(&lab, &project));
    // A key of another type than what it refers to; ENUM types that stay.
    for bug in [
        "admin-module: pytest-alembic test_upgrade",
        "storage-element: gauntlet test_stairway_upgrade_downgrade",
    ] {
        assert!(seeded.iter().any(|one| one == bug), "{bug} in {seeded:?}");
    }
    for edit in project.edits() {
        project.apply(&edit).unwrap();
    }
    let plan: Value =
        serde_json::from_str(&answer(&lab, &project, &["plan", "--format", "json"])).unwrap();
    let digest = plan["digest"].as_str().unwrap();
    answer(&lab, &project, &["reset", "--plan", digest]);
    let after = all(&lab, &project);
    assert_eq!(failed(&after), [""; 0]);
    assert!(after.iter().all(|(_, nets)| nets.len() == 11));
}
