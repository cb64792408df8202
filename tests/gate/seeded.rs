//! The four seeded bugs of the demo's project: each is found at its file and line, and is gone when it
//! is removed; without them nothing is found but the note that nobody runs its tests unasked.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use redistill::demo::{Bug, Edit, create, edits, files};
use serde_json::Value;

use super::project::Project;
use crate::support::{Lab, interpreter};

/// What a bug's findings are: code, file and line; none where it has no line.
type Seen = BTreeSet<(String, String)>;

/// Where each bug is found without a server and without running the project's code.
fn in_source(bug: Bug) -> &'static [(&'static str, &'static str)] {
    match bug {
        Bug::ForeignKeyType => &[
            (
                "RD301",
                "admin-module/alembic/versions/a004_service_accounts.py:65",
            ),
            ("RD301", "admin-module/app/models/service_account.py:64"),
        ],
        Bug::EnumCleanup => &[
            (
                "RD302",
                "storage-element/alembic/versions/s001_storage_volumes.py:32",
            ),
            (
                "RD302",
                "storage-element/alembic/versions/s001_storage_volumes.py:35",
            ),
            (
                "RD302",
                "storage-element/alembic/versions/s002_stored_files.py:25",
            ),
        ],
        Bug::DatabaseIsolation => &[("RD305", "query-module/alembic/versions/q001_search.py:45")],
        Bug::DatabaseUrl => &[("RD401", "query-module/alembic/env.py:24")],
    }
}

fn seen(document: &Value) -> Seen {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let at = &finding["location"];
            let place = match at["path"].as_str() {
                Some(path) => format!("{path}:{}", at["line"]),
                None => finding["subject"].as_str().unwrap().to_owned(),
            };
            (finding["code"].as_str().unwrap().to_owned(), place)
        })
        .collect()
}

fn expected<'a>(bugs: impl IntoIterator<Item = &'a Edit>) -> Seen {
    let found = bugs.into_iter().flat_map(|edit| in_source(edit.bug));
    found
        .map(|(code, place)| ((*code).to_owned(), (*place).to_owned()))
        .collect()
}

/// The project has tests of its own, and names none that a reset should run.
fn untold() -> Seen {
    let place = "admin-module/tests/test_migrations.py:1";
    [("RD635".to_owned(), place.to_owned())].into()
}

/// The project's files in a repository of their own.
fn written() -> Project {
    let files: Vec<_> = files().into_iter().collect();
    let project = Project::with(&files);
    git(project.root(), &["init", "-q", "-b", "main", "--template="]);
    commit(project.root());
    project
}

pub fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "-q", "-m", "as it is"]);
}

pub fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn repair(project: &Project, edit: &Edit) {
    for file in &edit.files {
        project.write(file.path, file.after);
    }
    commit(project.root());
}

fn found(project: &Project) -> Seen {
    seen(&project.check(&["--format", "json"]).json())
}

#[test]
fn statically_each_is_found_at_its_line_and_gone_when_it_is_removed() {
    let project = written();
    let all = edits();
    let before = found(&project);
    assert!(expected(&all).is_subset(&before), "{before:?}");
    // One by one, in their order.
    for (done, edit) in all.iter().enumerate() {
        repair(&project, edit);
        let left = found(&project);
        assert!(expected([edit]).is_disjoint(&left), "{left:?}");
        assert!(expected(&all[done + 1..]).is_subset(&left), "{left:?}");
    }
    assert_eq!(found(&project), untold());
    let text = project.check(&["--fail-on", "warn"]).expect(0).stdout;
    assert!(text.contains("verdict: clear, 1 note;"), "{text}");
}

#[test]
fn statically_each_is_found_when_it_is_the_only_one() {
    for bug in edits() {
        let project = written();
        for other in edits().iter().filter(|other| other.bug != bug.bug) {
            repair(&project, other);
        }
        let seen = found(&project);
        assert!(expected([&bug]).is_subset(&seen), "{seen:?}");
        let others = edits();
        let others = others.iter().filter(|other| other.bug != bug.bug);
        assert!(expected(others).is_disjoint(&seen), "{seen:?}");
    }
}

#[test]
fn on_the_living_project_each_is_found_and_gone_when_it_is_removed() {
    let lab = Lab::in_folder("beside");
    let folder = lab.beside("artstore");
    let demo = create(&folder, &lab.target("postgres"), interpreter()).unwrap();
    let check = || {
        let folder = folder.to_str().unwrap();
        let answer = lab.redistill(&["check", "--format", "json", "--project", folder]);
        seen(&answer.json())
    };
    let mut before = check();
    assert!(expected(&edits()).is_subset(&before), "{before:?}");
    // Without its URL a module cannot say which database it shares.
    let mut order = edits();
    order.rotate_right(1);
    assert_eq!(order[0].bug, Bug::DatabaseUrl);
    for edit in order {
        if edit.bug == Bug::DatabaseIsolation {
            assert!(before.iter().any(|(code, _)| code == "RD304"), "{before:?}");
        }
        demo.apply(&edit).unwrap();
        let left = check();
        assert!(expected([&edit]).is_disjoint(&left), "{left:?}");
        before = left;
    }
    assert_eq!(before, untold());
}
