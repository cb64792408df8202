//! `docs/reference/json.md`: the fields of every `--format json`, read against real answers.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Lab, Module, repository};

/// The fields that the page's section of this title lists in its table: `findings[].code`.
fn documented(title: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(repository("docs/reference/json.md")).unwrap();
    let section = page
        .split("\n## ")
        .find(|section| section.lines().next() == Some(title))
        .unwrap_or_else(|| panic!("no section {title:?}"));
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split('`').next().unwrap().to_owned())
        .collect()
}

/// Every field of a value, as a path. Stops where the page does: a field without documented parts
/// is described in words.
fn fields(value: &Value, path: &str, page: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    let inner = |path: &str| {
        let (dotted, listed) = (format!("{path}."), format!("{path}[]"));
        path.is_empty()
            || page
                .iter()
                .any(|p| p.starts_with(&dotted) || p.starts_with(&listed))
    };
    if !inner(path) {
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                found.insert(path.clone());
                fields(value, &path, page, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                fields(item, &format!("{path}[]"), page, found);
            }
        }
        _ => {}
    }
}

#[track_caller]
fn agrees(title: &str, answer: &Value) {
    let page = documented(title);
    let mut found = BTreeSet::new();
    fields(answer, "", &page, &mut found);
    let unknown: Vec<_> = found.difference(&page).collect();
    assert!(unknown.is_empty(), "{title}: not in json.md: {unknown:?}");
    let missing: Vec<_> = page
        .iter()
        .filter(|path| !path.contains(['.', '[']) && !found.contains(*path))
        .collect();
    assert!(missing.is_empty(), "{title}: only in json.md: {missing:?}");
    // `run (reset, resume, undo)` is one shape, `message check` and `message bump` are two.
    let name = title.split(" (").next().unwrap().replace(' ', "-");
    let schema = format!("redistill.{name}/1");
    assert_eq!(answer["schema"], schema.as_str());
}

/// A document that has some of the fields.
#[track_caller]
fn is_within(title: &str, answer: &Value) {
    let page = documented(title);
    let fields = answer.as_object().unwrap().keys();
    let unknown: Vec<_> = fields.filter(|field| !page.contains(*field)).collect();
    assert!(unknown.is_empty(), "{title}: not in json.md: {unknown:?}");
}

#[test]
fn the_page_names_every_field() {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open')",
    );
    let ask = |arguments: &[&str]| lab.redistill(&[arguments, &["--format", "json"]].concat());
    agrees("check", &ask(&["check"]).expect(0).json());
    agrees("chain", &ask(&["chain"]).expect(0).json());
    agrees(
        "message check",
        &ask(&["message", "check", "x"]).expect(1).json(),
    );
    agrees(
        "message build",
        &ask(&["message", "build", "--type", "fix", "--subject", "x"])
            .expect(0)
            .json(),
    );
    agrees("message bump", &ask(&["message", "bump"]).expect(0).json());
    agrees("verify", &ask(&["verify"]).json());
    agrees("checklist", &ask(&["checklist"]).expect(1).json());
    agrees(
        "scaffold (verify --scaffold)",
        &ask(&["verify", "--scaffold"]).expect(0).json(),
    );
    agrees("enums", &ask(&["enums"]).expect(0).json());
    let plan = ask(&["plan"]).expect(0).json();
    agrees("plan", &plan);
    let digest = plan["digest"].as_str().unwrap();
    let lines = ask(&["reset", "--plan", digest]).expect(0).lines();
    let (reset, events) = lines.split_last().unwrap();
    agrees("run (reset, resume, undo)", reset);
    for event in events {
        is_within("event (reset, resume, undo)", event);
    }
    agrees("log", &ask(&["log"]).expect(0).json());
    let id = reset["id"].as_str().unwrap();
    agrees("show", &ask(&["show", id]).expect(0).json());
    agrees(
        "run (reset, resume, undo)",
        ask(&["undo", id]).expect(0).lines().last().unwrap(),
    );
    let again = ask(&["undo", id]).expect(1).lines();
    is_within("run, failed", &again[0]);
    let recreate = ask(&["plan", "--strategy", "recreate"]).expect(0).json();
    agrees("plan", &recreate);
}

#[test]
fn a_refused_plan_says_so_in_the_same_document() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "comment on database app is 'redistill: production'");
    let refused = lab
        .redistill(&["plan", "--format", "json"])
        .expect(1)
        .json();
    let page = documented("plan, refused");
    let mut found = BTreeSet::new();
    fields(&refused, "", &page, &mut found);
    assert_eq!(found, page);
    assert_eq!(refused["digest"], Value::Null);
}
