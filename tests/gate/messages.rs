//! Messages of revisions: what `check` says of them, and `redistill message`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{Lab, Module, NOTES_CHAIN};

/// A revision with this message that does this.
fn revision(id: &str, down: &str, message: &str, upgrade: &str) -> String {
    format!(
        "\"\"\"{message}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n    {upgrade}\n\n\n\
         def downgrade():\n    op.get_bind().exec_driver_sql(\"select 1\")\n"
    )
}

/// A project whose files alone are looked at.
fn lab(revisions: &[(&str, &str, &str)]) -> Lab {
    let lab = Lab::new();
    let mut down = "None".to_owned();
    let texts: Vec<(String, String)> = revisions
        .iter()
        .map(|(id, message, upgrade)| {
            let text = revision(id, &down, message, upgrade);
            down = format!("\"{id}\"");
            (format!("{id}.py"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    lab.add(&Module {
        revisions: &files,
        ..Module::default()
    });
    lab
}

const TABLE: &str = "op.create_table(\"notes\", sa.Column(\"id\", sa.Integer(), primary_key=True))";
const ADD: &str = "op.add_column(\"notes\", sa.Column(\"age\", sa.Integer()))";
const DROP: &str = "op.drop_column(\"notes\", \"age\")";

fn messages_of(lab: &Lab) -> Vec<String> {
    let answer = lab.redistill(&["check", "--static", "--format", "json"]);
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    findings
        .iter()
        .filter(|finding| finding["code"].as_str().unwrap().starts_with("RD5"))
        .map(|finding| {
            format!(
                "{} {} {}:{}",
                finding["code"].as_str().unwrap(),
                finding["severity"].as_str().unwrap(),
                finding["subject"].as_str().unwrap(),
                finding["location"]["line"]
            )
        })
        .collect()
}

#[test]
fn a_habit_is_kept_up_a_rule_is_enforced_and_plain_words_are_left_alone() {
    let lab = lab(&[
        ("m001", "feat(notes): a table", TABLE),
        ("m002", "feat(notes): an age", ADD),
        ("m003", "fix(notes): no age", DROP),
        ("m004", "some words", "pass"),
    ]);
    assert_eq!(
        messages_of(&lab),
        ["RD503 warn m003:13", "RD501 note m004:1"]
    );
    lab.write(
        "redistill.toml",
        "[messages]\nconvention = \"conventional\"\n",
    );
    assert_eq!(
        messages_of(&lab),
        ["RD501 warn m004:1", "RD503 warn m003:13"]
    );
    lab.write("redistill.toml", "[messages]\nconvention = \"none\"\n");
    assert_eq!(messages_of(&lab), [""; 0]);
    lab.write("redistill.toml", "\n[messages]\nconvention = \"angular\"\n");
    lab.redistill(&["check", "--static"])
        .expect(2)
        .says(&["line 3", "conventional"]);
}

#[test]
fn projects_of_plain_words_are_clean() {
    let lab = Lab::new();
    lab.add(&Module::default());
    assert_eq!(NOTES_CHAIN.len(), 2);
    assert_eq!(messages_of(&lab), [""; 0]);
}

#[test]
fn the_next_version_follows_from_messages_and_operations() {
    let lab = lab(&[
        ("m001", "feat(notes): a table", TABLE),
        ("m002", "fix(notes): an age", ADD),
        ("m003", "chore: no age", DROP),
        ("m004", "some words", "pass"),
        ("m005", "feat!: nothing really", "pass"),
    ]);
    let bump = |range: &[&str]| {
        let all = [&["message", "bump", "--format", "json"], range].concat();
        lab.redistill(&all).expect(0).json()
    };
    let all = bump(&[]);
    assert_eq!(all["bump"], "major");
    let revisions = all["modules"][0]["revisions"].as_array().unwrap().clone();
    let told: Vec<String> = revisions
        .iter()
        .map(|revision| {
            format!(
                "{} {} {} {}",
                revision["id"].as_str().unwrap(),
                revision["by_message"],
                revision["by_operations"],
                revision["reasons"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "m001 \"minor\" \"minor\" [\"creates the table notes\"]",
            "m002 \"patch\" \"minor\" [\"adds the column notes.age\"]",
            "m003 \"none\" \"major\" [\"drops the column notes.age\"]",
            "m004 null \"none\" []",
            "m005 \"major\" \"none\" []",
        ]
    );
    assert_eq!(bump(&["..m002"])["bump"], "minor");
    assert_eq!(
        bump(&["m001..m002"])["modules"][0]["revisions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(bump(&["m003..m004"])["bump"], "none");
    assert_eq!(bump(&["m004.."])["bump"], "major");
    lab.redistill(&["message", "bump", "m009.."])
        .expect(2)
        .says(&["no module has"]);
    lab.redistill(&["message", "bump", "m001"])
        .expect(2)
        .says(&["FROM..TO"]);
    let text = lab
        .redistill(&["message", "bump", "m002..m003"])
        .expect(0)
        .stdout;
    assert_eq!(
        text,
        "api: major\n  major  m003  chore: no age  (message none, operations major)\n           \
         drops the column notes.age\n"
    );
}

#[test]
fn a_message_is_checked_from_the_command_line_and_from_a_pipe() {
    let lab = Lab::new();
    lab.redistill(&["message", "check", "feat(notes): a table"])
        .expect(0);
    let refused = lab
        .redistill(&["message", "check", "feature(notes): a table"])
        .expect(1);
    assert_eq!(
        refused.stdout.lines().last(),
        Some("  write: feat(notes): a table")
    );
    let mut child = lab
        .command(&["message", "check", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = b"feat: x\n\nBREAKING CHANGE: y\n";
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&answer["follows"], &answer["bump"]),
        (&true.into(), &"major".into())
    );
}

#[test]
fn a_message_is_built_and_the_shell_gives_alembic_the_same() {
    let lab = Lab::new();
    let built = lab
        .redistill(&[
            "message",
            "build",
            "--type",
            "feat",
            "--scope",
            "notes",
            "--subject",
            "the author's name; $(x)",
            "--body",
            "Why.",
            "--breaking",
            "all of it",
            "--format",
            "json",
        ])
        .expect(0)
        .json();
    let message = built["message"].as_str().unwrap();
    assert!(message.starts_with("feat(notes)!: the author's name; $(x)\n\nWhy.\n\n"));
    let command = built["command"].as_str().unwrap();
    let arguments = command.strip_prefix("alembic ").unwrap();
    let echoed = Command::new("sh")
        .args(["-c", &format!("printf '%s|' {arguments}")])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(echoed.stdout).unwrap(),
        format!("revision|--autogenerate|-m|{message}|")
    );
    lab.redistill(&["message", "check", message]).expect(0);
    lab.redistill(&["message", "build"])
        .expect(2)
        .says(&["--type feat"]);
    lab.redistill(&["message", "build", "--type", "feature", "--subject", "x"])
        .expect(2)
        .says(&["is not known"]);
}
