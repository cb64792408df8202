//! Surroundings that do not play along: full and read-only disks, locks, other clients, folders.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use redistill::system::Session;

use crate::support::{Answer, Lab, Module};

/// A file system mounted for one test; gone with this.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    /// Mounts, or says why the test is skipped: it needs root and the right to mount.
    fn new(arguments: &[&str], at: &'a Path) -> Option<Self> {
        let output = Command::new("mount").args(arguments).arg(at).output();
        match output {
            Ok(output) if output.status.success() => Some(Self(at)),
            other => {
                println!("skipped: no file system can be mounted here: {other:?}");
                None
            }
        }
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// The files and the database, to be compared.
fn world(lab: &Lab) -> (std::collections::BTreeMap<String, Vec<u8>>, String) {
    (lab.tree(), lab.dump("app", &[]))
}

fn show(answer: Answer) -> Answer {
    println!(
        "exit code {}\n{}{}",
        answer.code, answer.stdout, answer.stderr
    );
    answer
}

#[test]
fn the_disk_is_full_while_archiving() {
    let lab = Lab::with_module(&Module::default());
    // Bytes that gzip cannot make fewer.
    let noise = (0..4000u64).fold(String::new(), |text, n| {
        text + &format!("# {:016x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    });
    lab.write("api/alembic/versions/notes.txt", &noise);
    let digest = lab.plan(&[]);
    let backups = lab.root().join("backups");
    std::fs::create_dir(&backups).unwrap();
    let before = world(&lab);
    let Some(mount) = Mount::new(&["-t", "tmpfs", "-o", "size=16k", "tmpfs"], &backups) else {
        return;
    };
    show(lab.redistill(&["reset", "--plan", &digest]))
        .expect(3)
        .says(&["disk is full", "as it was before"]);
    assert_eq!(world(&lab), before);
    drop(mount);
    lab.reset(&[]);
}

#[test]
fn the_disk_is_full_where_the_journal_lies() {
    let lab = Lab::with_module(&Module::default());
    let state = lab.root().join(".redistill");
    std::fs::create_dir(&state).unwrap();
    let before = world(&lab);
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=4k", "tmpfs"], &state) else {
        return;
    };
    let grow = |size: &str| {
        let grown = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(&state)
            .status();
        assert!(grown.unwrap().success());
    };
    for size in ["4k", "12k", "16k", "24k"] {
        grow("10m");
        let digest = lab.plan(&[]);
        grow(size);
        let answer = show(lab.redistill(&["reset", "--plan", &digest]));
        assert!([3, 4].contains(&answer.code), "{size}: {}", answer.stderr);
        let is_half_way = answer.code == 4;
        answer.says(&["disk is full"]);
        if is_half_way {
            // With room again, it goes back.
            grow("10m");
            lab.redistill(&["undo"]).expect(0);
            // A plan runs once.
            lab.redistill(&["reset", "--plan", &digest])
                .expect(1)
                .says(&["executed already", "redistill plan"]);
        }
        assert_eq!(world(&lab), before);
    }
}

#[test]
fn a_project_that_can_only_be_read_can_be_planned_and_not_reset() {
    let lab = Lab::with_module(&Module::default());
    let before = world(&lab);
    let root = lab.root().to_owned();
    let Some(_mount) = Mount::new(&["--bind", root.to_str().unwrap()], &root) else {
        return;
    };
    let remounted = Command::new("mount")
        .args(["-o", "remount,ro,bind"])
        .arg(&root)
        .status()
        .unwrap();
    assert!(remounted.success());
    let digest = lab.plan(&[]);
    show(lab.redistill(&["reset", "--plan", &digest]))
        .expect(3)
        .says(&[".redistill", "written to"]);
    assert_eq!(world(&lab), before);
}

#[test]
fn another_redistill_is_at_work() {
    let lab = Lab::with_module(&Module::default());
    let digest = lab.plan(&[]);
    lab.write(".redistill/lock", "4711\n");
    let held = std::fs::File::open(lab.root().join(".redistill/lock")).unwrap();
    held.lock().unwrap();
    let before = world(&lab);
    for command in [&["reset", "--plan", &digest][..], &["resume"], &["undo"]] {
        let answer = show(lab.redistill(command));
        if command == ["undo"] {
            // Nothing is open that could be taken back.
            answer.expect(2).says(&["redistill log"]);
        } else {
            answer.expect(3).says(&["4711", "wait for it to end"]);
        }
    }
    assert_eq!(world(&lab), before);
    drop(held);
    lab.redistill(&["reset", "--plan", &digest]).expect(0);
}

#[test]
fn two_resets_at_the_same_time() {
    let lab = Lab::with_module(&Module::default());
    let before = world(&lab);
    let digest = lab.plan(&[]);
    let answers = std::thread::scope(|scope| {
        [0, 1]
            .map(|_| scope.spawn(|| lab.redistill(&["reset", "--plan", &digest])))
            .map(|thread| show(thread.join().unwrap()))
    });
    let mut codes = answers.map(|answer| answer.code);
    codes.sort_unstable();
    // The second is told of the first, or comes when the plan is used up.
    assert!(codes[0] == 0 && [1, 2, 3].contains(&codes[1]), "{codes:?}");
    lab.alembic("api", &["check"]);
    let log = lab.redistill(&["log", "--format", "json"]).expect(0).json();
    assert_eq!(log["runs"].as_array().unwrap().len(), 1, "{log}");
    let id = log["runs"][0]["id"].as_str().unwrap();
    lab.redistill(&["undo", id]).expect(0);
    assert_eq!(world(&lab), before);
}

#[test]
fn a_journal_that_cannot_be_read() {
    let lab = Lab::with_module(&Module::default());
    let digest = lab.plan(&[]);
    lab.write(".redistill/runs/20260101-1/journal", "no journal at all\n");
    let before = world(&lab);
    for command in [&["reset", "--plan", &digest][..], &["resume"], &["log"]] {
        show(lab.redistill(command))
            .expect(4)
            .says(&[".redistill/runs/20260101-1/journal"]);
    }
    assert_eq!(world(&lab), before);
}

#[test]
fn an_application_is_connected_at_reset_time() {
    let lab = Lab::with_module(&Module::default());
    let digest = lab.plan(&[]);
    let session = Session::connect(&lab.target("app"), Duration::from_secs(30)).unwrap();
    session
        .batch("set application_name = 'billing-worker'")
        .unwrap();
    let before = world(&lab);
    show(lab.redistill(&["reset", "--plan", &digest]))
        .expect(1)
        .says(&["billing-worker", "postgres", "redistill reset"]);
    assert_eq!(world(&lab), before);
    drop(session);
    let gone = "select 1 from pg_stat_activity where application_name = 'billing-worker'";
    while !lab.column("postgres", gone).is_empty() {
        std::thread::yield_now();
    }
    // The plan still holds.
    lab.redistill(&["reset", "--plan", &digest]).expect(0);
}

#[test]
fn a_version_table_that_somebody_holds() {
    let lab = Lab::with_module(&Module::default());
    let digest = lab.plan(&[]);
    let before = world(&lab);
    let session = Session::connect(&lab.target("app"), Duration::from_secs(30)).unwrap();
    // A reader's lock: everything can be looked at, nothing dropped. Under redistill's own name it
    // is no foreign client, so the transaction itself meets the lock.
    session
        .batch("begin; lock table alembic_version in share mode")
        .unwrap();
    show(lab.redistill(&["reset", "--plan", &digest]))
        .expect(3)
        .says(&[
            "public.alembic_version",
            "idle in transaction",
            "as it was before",
        ]);
    session.batch("rollback").unwrap();
    assert_eq!(world(&lab), before);
    // Of an application, and against readers, too.
    session
        .batch(
            "set application_name = 'admin-shell'; begin; \
             lock table alembic_version in access exclusive mode",
        )
        .unwrap();
    let answer = show(lab.redistill(&["plan"]));
    assert!([1, 3].contains(&answer.code), "{}", answer.stderr);
    answer.says(&["alembic_version"]);
    session.batch("rollback").unwrap();
    assert_eq!(world(&lab), before);
}

#[test]
fn a_state_folder_that_cannot_be_written() {
    let lab = Lab::with_module(&Module::default());
    let before = world(&lab);
    let answer = lab.redistill_with(&["plan"], &[("REDISTILL_STATE", "/proc/redistill")]);
    show(answer)
        .expect(3)
        .says(&["/proc/redistill", "REDISTILL_STATE"]);
    assert_eq!(world(&lab), before);
}

#[test]
fn a_project_path_with_a_space_and_a_quote() {
    let lab = Lab::in_folder("it's my project");
    lab.add(&Module::default());
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    let before = world(&lab);
    let id = lab.reset(&[]);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(world(&lab), before);
}

#[test]
fn a_reader_that_has_seen_enough() {
    let lab = Lab::with_module(&Module::default());
    let mut child = lab
        .command(&["chain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
