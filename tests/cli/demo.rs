//! `redistill demo`: headless, kept, served again, interrupted.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use redistill::model::{Host, Secret, Target, TlsMode};
use redistill::system::Session;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const REPORT: &str = "4 bugs fixed, 7 revisions archived, 3 baselines created, \
                      upgrade/rollback/repeatability passed for 3 modules.";

/// The program with temporary files of its own.
fn program(temporary: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redistill"));
    command
        .args(arguments)
        .current_dir(temporary)
        .env("TMPDIR", temporary)
        .env("NO_COLOR", "1")
        .env_remove("VIRTUAL_ENV")
        .env_remove("REDISTILL_PYTHON")
        .stdin(Stdio::null());
    command
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{stderr}");
    stdout
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn interrupt(child: &Child) {
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
}

/// Whether somebody answers at a port of this machine.
fn answers(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The first port of this machine that a text names.
fn port_in(text: &str) -> u16 {
    let (_, rest) = text.split_once("127.0.0.1:").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn two_at_once_come_to_the_report_and_leave_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let second = program(temporary.path(), &["demo", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let first = program(temporary.path(), &["demo"]).output().unwrap();
    let text = succeeded(&first);
    assert!(text.contains(REPORT), "{text}");
    for fragment in [
        // The bugs, with file and line.
        "P1  RD301 admin-module/app/models/service_account.py:",
        "P2  RD302 storage-element/alembic/versions/s001_storage_volumes.py:",
        "P3  RD305 query-module/alembic/versions/q001_search.py:",
        "P4  RD401 query-module/alembic/env.py:",
        // A diff.
        "--- a/storage-element/alembic/versions/s002_stored_files.py",
        "+    sa.Enum(name=\"storage_mode_enum\").drop(op.get_bind(), checkfirst=True)",
        "verdict: clear",
        "backups/migrations_",
    ] {
        assert!(text.contains(fragment), "no {fragment:?} in:\n{text}");
    }
    assert_eq!(text.matches("\nbaseline  ").count(), 3, "{text}");
    assert!(!answers(port_in(&text)));

    let second = second.wait_with_output().unwrap();
    let json: Value = serde_json::from_str(&succeeded(&second)).unwrap();
    assert_eq!(json["summary"], REPORT);
    assert_eq!(json["bugs_fixed"], 4);
    assert_eq!(json["revisions_archived"], 7);
    assert_eq!(json["baselines_created"], 3);
    assert_eq!(json["modules"].as_array().unwrap().len(), 3);
    assert_eq!(entries(temporary.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_kept_demo_can_be_served_again_and_taken_back() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("kept in/my demo");
    let kept = program(temporary.path(), &["demo", "--format", "json", "--keep"])
        .arg(&folder)
        .output()
        .unwrap();
    let figures: Value = serde_json::from_str(&succeeded(&kept)).unwrap();
    let project = folder.canonicalize().unwrap().join("artstore");
    assert_eq!(figures["project"], project.to_str().unwrap());
    let id = figures["id"].as_str().unwrap();
    assert_eq!(entries(temporary.path()).len(), 1);

    // What is there is not overwritten.
    let again = program(temporary.path(), &["demo", "--keep"])
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"));

    let (mut serving, served) = serve(temporary.path(), &folder);
    let port = u16::try_from(served["port"].as_u64().unwrap()).unwrap();
    let in_project = |arguments: &[&str]| {
        let output = program(temporary.path(), arguments)
            .arg("--project")
            .arg(&project)
            .output()
            .unwrap();
        succeeded(&output)
    };
    let version = "select version_num from alembic_version";
    assert_ne!(ask(&project, port, "artstore_admin", version), "a004");
    assert!(in_project(&["log"]).contains(id));
    in_project(&["undo", id]);
    assert_eq!(ask(&project, port, "artstore_admin", version), "a004");
    assert!(
        git(
            &project,
            &["status", "--porcelain", "*-module", "*-element"]
        )
        .is_empty()
    );
    assert!(!git(&project, &["status", "--porcelain"]).contains(".venv"));
    // And once more, with nothing named but the project.
    let plan: Value = serde_json::from_str(&in_project(&["plan", "--format", "json"])).unwrap();
    in_project(&["reset", "--plan", plan["digest"].as_str().unwrap()]);

    interrupt(&serving);
    assert_eq!(serving.wait().unwrap().code(), Some(0));
    assert!(!answers(port));
    assert!(project.join("admin-module/alembic/versions").exists());
}

/// Starts the server of a kept demo; what it says once it runs.
fn serve(temporary: &Path, folder: &Path) -> (Child, Value) {
    let mut serving = program(temporary, &["demo", "--format", "json", "--serve"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(serving.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (serving, serde_json::from_str(&line).unwrap())
}

/// One value out of a served database; the password is the project's own.
fn ask(project: &Path, port: u16, database: &str, sql: &str) -> String {
    let settings = std::fs::read_to_string(project.join(".env")).unwrap();
    let password = settings
        .lines()
        .find_map(|line| line.strip_prefix("ARTSTORE_DB_PASSWORD="))
        .unwrap();
    let target = Target {
        host: Host::Tcp("127.0.0.1".to_owned()),
        port,
        user: "postgres".to_owned(),
        password: Some(Secret::new(password)),
        database: database.to_owned(),
        tls: TlsMode::Disable,
        root_certificate: None,
    };
    let session = Session::connect(&target, std::time::Duration::from_secs(30)).unwrap();
    session.query(sql, &[]).unwrap()[0].get(0)
}

fn git(project: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .current_dir(project)
        .output()
        .unwrap();
    succeeded(&output)
}

#[test]
fn folders_that_cannot_be_used_are_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let full = temporary.path().join("full");
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("mine"), "text").unwrap();
    let file = full.join("mine");
    let missing = temporary.path().join("missing");
    for (option, folder, says) in [
        ("--keep", &full, "is not empty"),
        ("--keep", &file, "mine"),
        ("--serve", &full, "no demo that was kept"),
        ("--serve", &missing, "missing"),
    ] {
        let output = program(temporary.path(), &["demo", option])
            .arg(folder)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{option}: {stderr}");
        assert!(stderr.contains(says), "{stderr}");
        assert!(stderr.contains("redistill demo --keep DIR"), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "text");
    assert!(!missing.exists());
}

#[test]
fn ctrl_c_ends_it_and_nothing_stays() {
    // While the project is made, while it is surveyed, while it is rehearsed, in the proof.
    for moment in ["on 127.0.0.1:", "2  Check", "5  Plan", "7  Proof"] {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("kept");
        let mut child = program(temporary.path(), &["demo", "--keep"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut seen = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.by_ref() {
            let line = line.unwrap();
            seen.push_str(&line);
            if line.contains(moment) {
                interrupt(&child);
                break;
            }
        }
        lines.for_each(drop);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "at {moment}: {stderr}");
        assert!(stderr.contains("nothing of the demo is left"), "{stderr}");
        assert_eq!(entries(temporary.path()), [] as [PathBuf; 0], "at {moment}");
        assert!(!answers(port_in(&seen)), "at {moment}");
    }
}
