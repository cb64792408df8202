//! Signals, kills and lost servers in the middle of the work: as before, or done.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use redistill::system::Session;

use crate::support::{Answer, Lab, Module, NOTES_CHAIN};

/// How long a condition may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A revision that holds whoever replays it, until the session is ended.
const HOLD: &str = "from alembic import op\nrevision = 'n003'\ndown_revision = 'n002'\n\n\n\
                    def upgrade():\n    op.execute('select pg_sleep(600)')\n\n\n\
                    def downgrade():\n    pass\n";
const HELD: &str = "select pid from pg_stat_activity where datname like 'redistill\\_scratch\\_%' \
                    and query like '%pg_sleep%' and query not like '%pg_stat_activity%'";

/// A project whose rehearsal stays at its third revision.
struct Held {
    lab: Lab,
    temporary: PathBuf,
    before: World,
}

type World = (BTreeMap<String, Vec<u8>>, String, Vec<String>);

fn world(lab: &Lab) -> World {
    (lab.tree(), lab.dump("app", &[]), lab.databases())
}

impl Held {
    fn new() -> Self {
        let lab = Lab::with_module(&Module::default());
        lab.write("api/alembic/versions/n003_hold.py", HOLD);
        lab.sql("app", "update alembic_version set version_num = 'n003'");
        // Everything that the program leaves among the temporary files is then in here.
        let temporary = lab.beside("tmp");
        std::fs::create_dir(&temporary).unwrap();
        let before = world(&lab);
        Self {
            lab,
            temporary,
            before,
        }
    }

    /// `plan`, once it is held on the server.
    fn plan(&self) -> Child {
        let child = self
            .lab
            .command(&["plan"])
            .env("TMPDIR", &self.temporary)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until("the rehearsal is held", || {
            !self.lab.column("postgres", HELD).is_empty()
        });
        assert!(!offspring(&self.temporary).is_empty());
        child
    }

    /// Nothing runs, nothing lies about, nothing changed.
    fn is_clean(&self) {
        until("all children are gone", || {
            offspring(&self.temporary).is_empty()
        });
        let left: Vec<_> = std::fs::read_dir(&self.temporary)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(world(&self.lab), self.before);
    }
}

/// Waits for something that must come.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Processes with this folder for temporary files, but for the program itself.
fn offspring(temporary: &std::path::Path) -> Vec<String> {
    let wanted = format!("TMPDIR={}", temporary.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap() {
        let folder = entry.unwrap().path();
        let environment = std::fs::read(folder.join("environ")).unwrap_or_default();
        let commandline = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        let commandline = String::from_utf8_lossy(&commandline).replace('\0', " ");
        let is_ours = environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
            || commandline.contains(temporary.to_str().unwrap());
        if is_ours && !commandline.contains("redistill plan ") {
            found.push(commandline);
        }
    }
    found
}

fn end(child: Child) -> Answer {
    let output = child.wait_with_output().unwrap();
    let answer = Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    println!("exit code {}\n{}", answer.code, answer.stderr);
    answer
}

#[test]
fn a_signal_during_the_rehearsal_leaves_nothing() {
    let held = Held::new();
    for name in ["INT", "TERM", "HUP"] {
        let child = held.plan();
        signal(&child, name);
        end(child)
            .expect(5)
            .says(&["cancelled", "nothing has changed"]);
        held.is_clean();
    }
}

#[test]
fn a_signal_while_env_py_hangs() {
    let mut held = Held::new();
    let env = held.lab.read("api/alembic/env.py");
    let mark = held.temporary.join("hangs");
    held.lab.write(
        "api/alembic/env.py",
        &format!(
            "import time\nopen({:?}, 'w').close()\ntime.sleep(600)\n{env}",
            mark.to_str().unwrap()
        ),
    );
    held.before = world(&held.lab);
    for command in ["check", "plan", "verify"] {
        let child = held
            .lab
            .command(&[command])
            .env("TMPDIR", &held.temporary)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until("env.py hangs", || mark.exists());
        signal(&child, "INT");
        end(child).expect(5).says(&["cancelled"]);
        std::fs::remove_file(&mark).unwrap();
        held.is_clean();
    }
}

#[test]
fn what_a_kill_leaves_is_dropped_by_the_next_plan() {
    let held = Held::new();
    let child = held.plan();
    signal(&child, "KILL");
    assert_eq!(end(child).code, -1);
    until("all children are gone", || {
        offspring(&held.temporary).is_empty()
    });
    assert!(
        held.lab
            .databases()
            .iter()
            .any(|name| name.starts_with("redistill_scratch_"))
    );
    assert_eq!(held.lab.tree(), held.before.0);
    held.lab.write(
        "api/alembic/versions/n003_hold.py",
        &HOLD.replace("pg_sleep(600)", "1"),
    );
    let temporary = held.temporary.to_str().unwrap();
    held.lab
        .redistill_with(&["plan"], &[("TMPDIR", temporary)])
        .expect(0);
    assert_eq!(held.lab.databases(), held.before.2);
    held.lab.write("api/alembic/versions/n003_hold.py", HOLD);
}

#[test]
fn sessions_that_the_server_ends_during_the_rehearsal() {
    let held = Held::new();
    let child = held.plan();
    held.lab.sql(
        "postgres",
        &format!("select pg_terminate_backend(pid) from ({HELD}) as held"),
    );
    end(child)
        .expect(3)
        .says(&["nothing of yours has changed", "redistill plan"]);
    held.is_clean();
}

#[test]
fn a_server_that_goes_down_during_the_rehearsal() {
    let held = Held::new();
    let child = held.plan();
    let server = held
        .lab
        .column("postgres", "select pg_read_file('postmaster.pid')");
    let server = server[0].lines().next().unwrap().to_owned();
    let stopped = std::process::Command::new("kill")
        .args(["-INT", &server])
        .status()
        .unwrap();
    assert!(stopped.success());
    end(child)
        .expect(3)
        .says(&["nothing of yours has changed", "redistill plan"]);
    assert_eq!(held.lab.tree(), held.before.0);
    until("all children are gone", || {
        offspring(&held.temporary).is_empty()
    });
}

/// A reset that waits for the version table, which the session has locked against its drop.
fn waiting(lab: &Lab, digest: &str) -> (Session, Child) {
    let session = Session::connect(&lab.target("app"), Duration::from_secs(30)).unwrap();
    session
        .batch("begin; lock table alembic_version in share mode")
        .unwrap();
    let child = lab
        .command(&["reset", "--plan", digest])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("the reset waits for the table", || {
        !lab.column(
            "app",
            "select pid from pg_locks where relation = 'alembic_version'::regclass and not granted",
        )
        .is_empty()
    });
    (session, child)
}

#[test]
fn a_signal_at_the_database_step() {
    let lab = Lab::with_module(&Module::default());
    let before = world(&lab);
    let digest = lab.plan(&[]);
    // The table does not become free: back, and as before.
    let (session, child) = waiting(&lab, &digest);
    signal(&child, "INT");
    let answer = end(child);
    assert!([3, 5].contains(&answer.code), "{}", answer.code);
    answer.says(&["as it was before"]);
    session.batch("rollback").unwrap();
    assert_eq!(world(&lab), before);
    // It becomes free: the step is committed, and what is left is finished.
    let digest = lab.plan(&[]);
    let (session, child) = waiting(&lab, &digest);
    signal(&child, "TERM");
    session.batch("rollback").unwrap();
    drop(session);
    let answer = end(child);
    if answer.code == 0 {
        lab.alembic("api", &["check"]);
        let log = lab.redistill(&["log", "--format", "json"]).expect(0).json();
        let id = log["runs"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(log["runs"][0]["standing"], "done");
        lab.redistill(&["undo", &id]).expect(0);
    } else {
        // The lock's limit came first.
        assert!([3, 5].contains(&answer.code), "{}", answer.code);
    }
    assert_eq!(world(&lab), before);
}

#[test]
fn a_signal_while_a_reset_looks_around() {
    let lab = Lab::with_module(&Module::default());
    let digest = lab.plan(&[]);
    let before = world(&lab);
    // Held where the live database is read: nothing of the reset has begun.
    let session = Session::connect(&lab.target("app"), Duration::from_secs(30)).unwrap();
    session
        .batch("begin; lock table alembic_version in access exclusive mode")
        .unwrap();
    let child = lab
        .command(&["reset", "--plan", &digest])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("the survey waits", || {
        !lab.column("app", "select pid from pg_locks where not granted")
            .is_empty()
    });
    signal(&child, "INT");
    end(child)
        .expect(5)
        .says(&["cancelled", "nothing has changed"]);
    session.batch("rollback").unwrap();
    drop(session);
    assert_eq!(world(&lab), before);
    lab.redistill(&["reset", "--plan", &digest]).expect(0);
}

/// One world, put back by hand after every crash, so that one plan serves for all of them.
struct Crashes {
    lab: Lab,
    digest: String,
    state: PathBuf,
    plan: (PathBuf, Vec<u8>),
    before: (BTreeMap<String, Vec<u8>>, String),
}

impl Crashes {
    fn new() -> Self {
        let lab = Lab::with_module(&Module {
            revisions: NOTES_CHAIN,
            ..Module::default()
        });
        lab.sql(
            "app",
            "insert into notes (title, state) values ('one', 'open')",
        );
        let state = lab.beside("state");
        let variable = [("REDISTILL_STATE", state.to_str().unwrap())];
        let planned = lab.redistill_with(&["plan", "--format", "json"], &variable);
        let digest = planned.expect(0).json()["digest"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = state.join("plans").join(format!("{digest}.json"));
        let bytes = std::fs::read(&path).unwrap();
        let before = (lab.tree(), lab.dump("app", &[]));
        Self {
            lab,
            digest,
            state,
            plan: (path, bytes),
            before,
        }
    }

    fn run(&self, arguments: &[&str], more: &[(&str, &str)]) -> Answer {
        let mut variables = vec![("REDISTILL_STATE", self.state.to_str().unwrap())];
        variables.extend(more);
        self.lab.redistill_with(arguments, &variables)
    }

    /// Kills a reset at a record; false where it has fewer.
    fn crash(&self, variable: &str, point: usize) -> bool {
        std::fs::write(&self.plan.0, &self.plan.1).unwrap();
        let reset = ["reset", "--plan", &self.digest];
        let answer = self.run(&reset, &[(variable, &point.to_string())]);
        assert!([0, -1].contains(&answer.code), "{}", answer.stderr);
        answer.code == -1
    }

    fn id(&self) -> Option<String> {
        let log = self.run(&["log", "--format", "json"], &[]).expect(0).json();
        log["runs"][0]["id"].as_str().map(str::to_owned)
    }

    /// The world is the old one, and forgets its runs.
    #[track_caller]
    fn is_as_before(&self, point: usize) {
        let now = (self.lab.tree(), self.lab.dump("app", &[]));
        assert_eq!(now, self.before, "record {point}");
        std::fs::remove_dir_all(self.lab.root().join(".redistill")).unwrap();
    }
}

/// A run has this many records at least.
const FEWEST: usize = 12;

#[test]
fn a_kill_after_any_record_can_be_undone() {
    let crashes = Crashes::new();
    let mut point = 1;
    while crashes.crash("REDISTILL_CRASH_AFTER_RECORD", point) {
        if crashes.run(&["undo"], &[]).code != 0 {
            // The kill came after the last record: the run is closed.
            crashes
                .run(&["undo", &crashes.id().unwrap()], &[])
                .expect(0);
        }
        crashes.is_as_before(point);
        point += 1;
    }
    assert!(point > FEWEST, "only {point} records");
}

#[test]
fn a_kill_before_any_record_can_be_resumed() {
    let crashes = Crashes::new();
    let mut point = 1;
    while crashes.crash("REDISTILL_CRASH_BEFORE_RECORD", point) {
        if point > 1 {
            crashes.run(&["resume"], &[]).expect(0);
        }
        if (crashes.lab.tree(), crashes.lab.dump("app", &[])) != crashes.before {
            crashes.lab.alembic("api", &["check"]);
            crashes
                .run(&["undo", &crashes.id().unwrap()], &[])
                .expect(0);
        }
        crashes.is_as_before(point);
        point += 1;
    }
    assert!(point > FEWEST, "only {point} records");
}
