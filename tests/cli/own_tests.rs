//! The project's own tests at the end of a reset: run where the configuration names them, told as
//! they were, and never a reason to leave a reset half-way.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Lab, Module};

/// How long a condition may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
const PYTEST: &str = "\"pytest\", \"-q\", \"-s\", \"-p\", \"no:cacheprovider\"";

/// What a test needs to reach the module's own database.
const REACH: &str = "import configparser, os, sys\nfrom sqlalchemy import create_engine, text\n\n\
    INI = configparser.RawConfigParser()\nINI.read('alembic.ini')\n\
    URL = INI['alembic']['sqlalchemy.url']\n\n\n\
    def ask(statement):\n    with create_engine(URL).begin() as connection:\n        \
    result = connection.execute(text(statement))\n        \
    return result.scalar() if result.returns_rows else None\n\n\n";

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn last_line(answer: &Answer) -> Value {
    serde_json::from_str(answer.stdout.lines().last().unwrap()).unwrap()
}

fn executed(lab: &Lab, digest: &str) -> Answer {
    lab.redistill(&["reset", "--plan", digest, "--format", "json"])
}

fn world(lab: &Lab) -> (std::collections::BTreeMap<String, Vec<u8>>, String) {
    (lab.tree(), lab.dump("app", &[]))
}

fn standing(lab: &Lab, id: &str) -> Value {
    lab.redistill(&["show", id, "--format", "json"])
        .expect(0)
        .json()
}

/// How the checklist answers the question for the tests.
fn reviewed(lab: &Lab) -> String {
    let list = lab.redistill(&["checklist", "--static", "--format", "json"]);
    let entries = list.json()["items"].as_array().unwrap().clone();
    let of_tests = |entry: &&Value| entry["key"] == "integration-tests";
    let entry = entries.iter().find(of_tests).unwrap();
    entry["answer"].as_str().unwrap().to_owned()
}

#[test]
fn tests_that_the_configuration_names_run_last_and_show_no_password() {
    let lab = Lab::with_module(&Module::default());
    let target = lab.target("app");
    let password = target.password.as_ref().unwrap().expose();
    lab.write(
        "api/tests/test_m.py",
        &format!(
            "{REACH}def test_the_baseline_is_there():\n    \
             assert os.path.samefile(os.path.dirname(sys.executable), {:?})\n    \
             assert os.environ['PATH'].startswith(os.path.dirname(sys.executable))\n    \
             assert sys.stdin.read() == ''\n    \
             print('connected to', URL)\n    print('PGPASSWORD=' + {password:?})\n    \
             assert ask('select version_num from alembic_version') not in ('n001', 'n002')\n",
            lab.python.parent().unwrap()
        ),
    );
    let settings = format!("[modules.api]\ntests = [{PYTEST}, \"tests/test_m.py\"]\n");
    lab.write("redistill.toml", &settings);
    let before = world(&lab);

    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let last = plan["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["step"], "own_tests");
    assert_eq!(last["tests"]["folder"], "api");
    assert_eq!(last["tests"]["limit"], 600);
    let shown = last["preview"].to_string();
    assert!(shown.contains("in api, at most 10 minutes"), "{shown}");
    let digest = plan["digest"].as_str().unwrap();

    // The command is what was agreed to: with another one the plan is no longer this project's.
    lab.write("redistill.toml", &settings.replace("\"-q\", ", ""));
    executed(&lab, digest)
        .expect(1)
        .says(&["the world changed", "own tests of api: changed"]);
    lab.write("redistill.toml", "");
    executed(&lab, digest)
        .expect(1)
        .says(&["own tests of api: gone"]);
    lab.write("redistill.toml", &settings);
    assert_eq!(world(&lab), before);

    let answer = lab
        .redistill(&["reset", "--plan", digest, "-v"])
        .expect(0)
        .says(&["api| connected to postgresql+psycopg://", "✓ 12 Test"]);
    assert!(answer.stdout.contains("tests of api: passed: 1 passed in "));
    assert!(answer.stderr.contains(":***@"), "{}", answer.stderr);
    assert!(
        answer.stderr.contains("PGPASSWORD=***"),
        "{}",
        answer.stderr
    );
    assert!(!answer.stderr.contains(password), "{}", answer.stderr);
    let runs = lab.root().join(".redistill/runs");
    let id = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap();
    let id = id.file_name().into_string().unwrap();
    let journal = std::fs::read(lab.root().join(".redistill/runs").join(&id).join("journal"));
    let journal = String::from_utf8_lossy(&journal.unwrap()).into_owned();
    assert!(!journal.contains(password));
    let ran = standing(&lab, &id)["own_tests"][0].clone();
    assert_eq!(
        (&ran["module"], &ran["end"]),
        (&json!("api"), &json!("passed"))
    );

    assert_eq!(reviewed(&lab), "yes");
    let note = plan["steps"].to_string();
    assert!(note.contains("ran last, after alembic current and check had agreed"));

    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(world(&lab), before);
}

/// Modules, each with what becomes of its tests.
const ENDS: [(&str, &str); 5] = [
    ("fail", "failed"),
    ("hang", "timed_out"),
    ("missing", "not_started"),
    ("nothing", "nothing_ran"),
    ("wreck", "in_doubt"),
];

fn test_of(name: &str) -> String {
    match name {
        "fail" => "def test_x():\n    print('why it fails')\n    assert 1 == 2\n".to_owned(),
        "hang" => "import time\n\n\ndef test_x():\n    time.sleep(600)\n".to_owned(),
        "nothing" => "import pytest\n\n\n@pytest.mark.skip\ndef test_x():\n    pass\n".to_owned(),
        "wreck" => format!("{REACH}def test_wreck():\n    ask('drop table notes')\n"),
        _ => String::new(),
    }
}

/// A project with those modules.
fn unlucky() -> Lab {
    let lab = Lab::new();
    let mut settings = String::new();
    for (name, _) in ENDS {
        lab.create_database(name);
        lab.add(&Module {
            folder: name,
            database: name,
            ..Module::default()
        });
        lab.alembic(name, &["upgrade", "heads"]);
        lab.write(&format!("{name}/tests/test_m.py"), &test_of(name));
        let tests = match name {
            "missing" => "tests = \"no-such-program-here\"\n".to_owned(),
            "hang" => format!("tests = [{PYTEST}, \"tests\"]\ntest-timeout = 2\n"),
            _ => format!("tests = [{PYTEST}, \"tests\"]\n"),
        };
        settings = format!("{settings}[modules.{name}]\n{tests}");
    }
    lab.write("redistill.toml", &settings);
    lab
}

#[test]
fn tests_that_do_not_pass_leave_a_finished_reset_and_both_ways() {
    let lab = unlucky();
    let dumps = || ENDS.map(|(name, _)| lab.dump(name, &[]));
    let before = (lab.tree(), dumps());

    let answer = executed(&lab, &lab.plan(&[]))
        .expect(1)
        .says(&["✗ 12 Test", "tests of fail: failed: exit code 1: 1 failed"]);
    let last = last_line(&answer);
    assert_eq!(last["outcome"], "done", "{last}");
    let id = last["id"].as_str().unwrap().to_owned();
    let ends: Vec<(&str, &str)> = last["own_tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["module"].as_str().unwrap(),
                one["end"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(ends, ENDS, "{last:#}");
    let said = last["own_tests"][0]["last"].to_string();
    assert!(said.contains("why it fails"), "{said}");
    let doubt = last["own_tests"][4]["detail"].as_str().unwrap();
    assert!(
        doubt.contains("notes") && doubt.contains("passed: 1 passed"),
        "{doubt}"
    );
    let by_hand = last["by_hand"].as_array().unwrap();
    assert_eq!(by_hand.len(), 5);
    let first = by_hand[0].as_str().unwrap();
    assert!(first.contains("the reset is done, but"), "{first}");
    assert!(first.contains("cd fail && pytest"), "{first}");
    assert!(first.contains(&format!("redistill undo {id}")), "{first}");

    // Nothing is open: a test that fails would fail again on every resume.
    lab.redistill(&["resume"])
        .expect(2)
        .says(&["no run is open"]);
    let log = lab.redistill(&["log"]).expect(0).stdout;
    assert!(
        log.contains("done") && log.contains("its own tests did not pass"),
        "{log}"
    );
    let shown = lab.redistill(&["show", &id]).expect(0).stdout;
    assert!(
        shown.contains("tests of hang: took too long: ended after 2 seconds"),
        "{shown}"
    );
    for (name, _) in ENDS {
        if name != "wreck" {
            lab.alembic(name, &["check"]);
        }
    }
    assert_eq!(reviewed(&lab), "open");

    // What tests did to a database is not redistill's to take back; all else is.
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(lab.tree(), before.0);
    assert_eq!(dumps()[..4], before.1[..4]);
}

/// A reset whose tests hang, once they do.
fn hanging(lab: &Lab) -> Child {
    let child = lab
        .command(&["reset", "--plan", &lab.plan(&[]), "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("the tests run", || lab.root().join("api/begun").exists());
    child
}

fn ended(child: Child) -> Answer {
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn signal(id: &str, name: &str) -> bool {
    std::process::Command::new("kill")
        .args([&format!("-{name}"), id])
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

#[test]
fn tests_that_are_stopped_or_killed_with_the_program() {
    let lab = Lab::with_module(&Module::default());
    let hangs = "import os, pathlib, time\n\n\ndef test_x():\n    \
                 pathlib.Path('pid').write_text(str(os.getpid()))\n    \
                 pathlib.Path('begun').touch()\n    try:\n        time.sleep(600)\n    \
                 finally:\n        pathlib.Path('cleaned').touch()\n";
    lab.write("api/tests/test_m.py", hangs);
    lab.write(
        "redistill.toml",
        &format!("[modules.api]\ntests = [{PYTEST}, \"tests\"]\n"),
    );
    let tidy = || {
        for name in ["begun", "pid", "cleaned"] {
            let _ = std::fs::remove_file(lab.root().join("api").join(name));
        }
    };
    let before = world(&lab);

    // Ctrl-C ends the tests, which may clean up, and nothing else.
    let child = hanging(&lab);
    assert!(signal(&child.id().to_string(), "INT"));
    let last = last_line(&ended(child).expect(1));
    assert_eq!(last["outcome"], "done", "{last}");
    assert_eq!(last["own_tests"][0]["end"], "stopped", "{last}");
    assert!(lab.root().join("api/cleaned").exists());
    tidy();
    let id = last["id"].as_str().unwrap().to_owned();
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(world(&lab), before);

    // A kill takes the tests along; the run goes on with them.
    let mut child = hanging(&lab);
    let pid = lab.read("api/pid");
    child.kill().unwrap();
    child.wait().unwrap();
    until("the tests are gone", || !signal(&pid, "0"));
    tidy();
    lab.write("api/tests/test_m.py", "def test_x():\n    pass\n");
    let answer = lab.redistill(&["resume", "--format", "json"]).expect(0);
    let last = last_line(&answer);
    assert_eq!(last["own_tests"][0]["end"], "passed", "{last}");
    lab.redistill(&["undo", last["id"].as_str().unwrap()])
        .expect(0);
    lab.write("api/tests/test_m.py", hangs);
    assert_eq!(world(&lab), before);
}

#[test]
fn tests_that_are_only_found_are_named_and_not_run() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "api/tests/test_chain.py",
        "from pytest_alembic.tests import test_upgrade\nopen('it-ran', 'w').close()\n",
    );
    let setting = "tests = [\"python\", \"-m\", \"pytest\", \"tests/test_chain.py\"]";
    let checked = lab.redistill(&["check", "--static", "--format", "json"]);
    let document = checked.json();
    let findings = document["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["code"] == "RD635").unwrap();
    assert_eq!(found["severity"], "note");
    assert_eq!(found["module"], "api");
    assert!(
        found.to_string().contains("[modules.api] tests = ["),
        "{found}"
    );

    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["step"] != "own_tests"));
    let note = steps.iter().find(|step| step["what"] == "note").unwrap();
    let note = note["contents"].as_str().unwrap();
    assert!(
        note.contains("api: found and not run (api/tests/test_chain.py)"),
        "{note}"
    );
    lab.redistill(&["reset", "--plan", plan["digest"].as_str().unwrap()])
        .expect(0)
        .says(&[
            "next, your own tests: cd api && python -m pytest tests/test_chain.py",
            setting,
        ]);
    assert!(!lab.root().join("api/it-ran").exists());

    lab.write("redistill.toml", "[modules.api]\ntests = []\n");
    lab.redistill(&["check", "--static"])
        .expect(2)
        .says(&["the tests of api name no command"]);
}
