//! Waivers: what counts, what does not, and where one that counts is seen.

use std::process::{Command, Stdio};

use crate::support::{Answer, Lab, Module};

fn git(lab: &Lab, author: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", &format!("user.name={author}")])
        .args(["-c", &format!("user.email={author}@example.com")])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(lab.root())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}\n{text}");
}

/// A project whose history two people have pushed.
fn shared() -> Lab {
    let lab = Lab::with_module(&Module::default());
    lab.write(".gitignore", "__pycache__/\n.redistill/\nbackups/\n");
    let remote = lab.beside("remote.git").display().to_string();
    git(&lab, "Ada", &["init", "-q", "--bare", &remote]);
    git(&lab, "Ada", &["init", "-q"]);
    git(
        &lab,
        "Ada",
        &["add", "-A", ":!api/alembic/versions/n002_state.py"],
    );
    git(&lab, "Ada", &["commit", "-qm", "notes"]);
    git(&lab, "Bob", &["add", "-A"]);
    git(&lab, "Bob", &["commit", "-qm", "state"]);
    git(&lab, "Ada", &["remote", "add", "origin", &remote]);
    git(&lab, "Ada", &["push", "-q", "origin", "HEAD:main"]);
    git(&lab, "Ada", &["fetch", "-q", "origin"]);
    lab
}

const WAIVER: &str = "[[waivers]]\nfinding = \"RD201\"\nmodule = \"api\"\nhead = \"n002\"\n\
                      reason = \"Bob and Ada agreed\"\nuntil = 2026-12-31\n";

fn commit(lab: &Lab, text: &str) {
    lab.write("redistill.toml", text);
    git(lab, "Ada", &["add", "redistill.toml"]);
    git(
        lab,
        "Ada",
        &["commit", "-qm", "configuration", "--allow-empty"],
    );
}

fn on(lab: &Lab, day: &str, arguments: &[&str]) -> Answer {
    let now = format!("{day}T12:00:00Z");
    lab.redistill_with(arguments, &[("REDISTILL_NOW", &now)])
}

/// `code` for a finding, `code waived` for one that is.
fn history(answer: &Answer) -> Vec<String> {
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    let codes = findings.iter().map(|finding| {
        let code = finding["code"].as_str().unwrap();
        if finding["waived"].is_null() {
            code.to_owned()
        } else {
            format!("{code} waived")
        }
    });
    codes
        .filter(|code| code.starts_with("RD201") || code.starts_with("RD24"))
        .collect()
}

fn checked(lab: &Lab, day: &str, code: i32) -> Vec<String> {
    history(&on(lab, day, &["check", "--format", "json"]).expect(code))
}

#[test]
fn a_waiver_counts_only_committed_in_time_and_for_its_head() {
    let lab = shared();
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201"]);
    lab.write("redistill.toml", WAIVER);
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201", "RD243"]);
    commit(&lab, WAIVER);
    assert_eq!(checked(&lab, "2026-11-22", 0), ["RD201 waived"]);
    assert_eq!(checked(&lab, "2026-12-31", 0), ["RD201 waived"]);
    assert_eq!(checked(&lab, "2027-01-01", 1), ["RD201", "RD241"]);
    // A reason that only this copy has.
    lab.write("redistill.toml", &WAIVER.replace("agreed", "AGREED"));
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201", "RD243"]);
    // Other line ends are the same file; staged is not committed.
    lab.write("redistill.toml", &WAIVER.replace('\n', "\r\n"));
    assert_eq!(checked(&lab, "2026-11-22", 0), ["RD201 waived"]);
    lab.write(
        "redistill.toml",
        &WAIVER.replace("2026-12-31", "2027-12-31"),
    );
    git(&lab, "Ada", &["add", "redistill.toml"]);
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201", "RD243"]);
    commit(&lab, &WAIVER.replace("n002", "n001"));
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201", "RD242"]);
    commit(&lab, &WAIVER.replace("RD201", "RD103"));
    assert_eq!(checked(&lab, "2026-11-22", 1), ["RD201", "RD244"]);
}

#[test]
fn a_waived_finding_stays_visible_and_goes_into_the_plan_and_the_note() {
    let lab = shared();
    on(&lab, "2026-11-22", &["plan"]).expect(1);
    // The entry that a refusal ends with lacks the reason alone.
    let refused = on(&lab, "2026-11-22", &["check"]).expect(1);
    let next = "git add redistill.toml && git commit -m 'waive RD201' redistill.toml";
    assert!(refused.stdout.contains(next), "{}", refused.stdout);
    let entry = &refused.stderr[refused.stderr.find("[[waivers]]").unwrap()..];
    let entry = entry.replace("reason = \"\"", "reason = \"agreed\"");
    assert!(entry.contains("until = 2026-12-22"), "{entry}");
    commit(&lab, &entry);
    assert_eq!(checked(&lab, "2026-11-22", 0), ["RD201 waived"]);
    commit(&lab, WAIVER);
    let text = on(&lab, "2026-11-22", &["check"]).expect(0).stdout;
    assert!(text.contains("Waived (1)"), "{text}");
    assert!(
        text.contains("waived: until 2026-12-31, Bob and Ada agreed"),
        "{text}"
    );
    assert!(text.contains("verdict: caution"), "{text}");
    let sarif = on(&lab, "2026-11-22", &["check", "--format", "sarif"])
        .expect(0)
        .json();
    let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
    let waived = results
        .iter()
        .find(|result| result["ruleId"] == "RD201")
        .unwrap();
    assert_eq!(waived["suppressions"][0]["status"], "accepted");
    assert_eq!(waived["level"], "error");
    let planned = on(&lab, "2026-11-22", &["plan", "--format", "json"])
        .expect(0)
        .json();
    let digest = planned["digest"].as_str().unwrap();
    let steps = planned["steps"].as_array().unwrap();
    let note = steps.iter().find(|step| step["what"] == "note").unwrap();
    let note = note["contents"].as_str().unwrap();
    assert!(note.contains("## What was waived"), "{note}");
    assert!(
        note.contains("waived until 2026-12-31: Bob and Ada agreed"),
        "{note}"
    );
    // The plan rests on the waiver: neither a later day nor another wording will do.
    let tree = lab.tree();
    on(&lab, "2027-01-01", &["reset", "--plan", digest])
        .expect(1)
        .says(&["RD201"]);
    commit(&lab, &WAIVER.replace("agreed", "shook hands"));
    on(&lab, "2026-11-22", &["reset", "--plan", digest])
        .expect(1)
        .says(&["waiver 1 of RD201"]);
    commit(&lab, WAIVER);
    assert_eq!(lab.tree(), tree);
    on(&lab, "2026-11-22", &["reset", "--plan", digest]).expect(0);
    assert_eq!(
        lab.column("app", "select version_num from alembic_version")
            .len(),
        1
    );
}
