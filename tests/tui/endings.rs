//! Every way in which the app ends early: cancelled, refused, by a signal, without its terminal.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::pty::Pty;
use crate::support::{Lab, Module, NOTES_CHAIN};

/// A project whose last revision does not come to an end while a file is there.
struct Held {
    lab: Lab,
    hold: PathBuf,
    seen: PathBuf,
}

impl Held {
    fn new() -> Self {
        let lab = Lab::with_module(&Module::default());
        let (hold, seen) = (lab.beside("hold"), lab.beside("seen"));
        let (name, text) = NOTES_CHAIN[1];
        let waiting = format!(
            "def upgrade():\n    import os, time\n    open('{}', 'a').close()\n    \
             while os.path.exists('{}'):\n        time.sleep(0.01)\n",
            seen.display(),
            hold.display(),
        );
        lab.write(
            &format!("api/alembic/versions/{name}"),
            &text.replace("def upgrade():\n", &waiting),
        );
        std::fs::write(&hold, "").unwrap();
        Self { lab, hold, seen }
    }

    /// In the middle of the rehearsal: the old chain is at its last revision.
    fn rehearsing(&self, pty: &mut Pty) {
        let _ = std::fs::remove_file(&self.seen);
        pty.wait_for("p rehearse");
        pty.keys("p\r");
        pty.wait_until("the last revision at work", || self.seen.exists());
        assert!(self.databases().len() > 1, "no scratch database");
    }

    /// The same where the reason was asked for already.
    fn rehearsing_again(&self, pty: &mut Pty) {
        std::fs::remove_file(&self.seen).unwrap();
        pty.wait_for("p rehearse");
        pty.keys("p");
        pty.wait_until("the last revision at work", || self.seen.exists());
    }

    /// As an operating system does that shuts down.
    fn stop_the_server(&self) {
        let file = "select pg_read_file('postmaster.pid')";
        let text = self.lab.column("postgres", file).remove(0);
        let id = text.lines().next().unwrap();
        let sent = Command::new("kill").args(["-INT", id]).status().unwrap();
        assert!(sent.success());
    }

    fn databases(&self) -> Vec<String> {
        let ours = "select datname from pg_database where not datistemplate \
                    and datname <> 'postgres' order by 1";
        self.lab.column("postgres", ours)
    }
}

#[test]
fn a_rehearsal_is_cancelled_or_loses_its_terminal_and_nothing_stays_behind() {
    let held = Held::new();
    let lab = &held.lab;
    let before = (lab.tree(), lab.dump("app", &[]));
    let mut pty = Pty::open(lab, (100, 30), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    held.rehearsing(&mut pty);
    pty.keys("\x03");
    pty.wait_for("cancelled; nothing has changed");
    pty.keys("\x1b");
    assert_eq!(held.databases(), ["app"]);

    // A signal in the middle.
    held.rehearsing(&mut pty);
    pty.signal("HUP");
    assert_eq!(pty.end(), 5);
    pty.is_as_found();
    assert_eq!(held.databases(), ["app"]);

    // The window is closed in the middle.
    let mut again = Pty::open_again(lab, &pty);
    held.rehearsing(&mut again);
    again.close();
    assert_eq!(held.databases(), ["app"]);
    assert_eq!(children_of_the_project(lab.root()), [] as [String; 0]);

    assert_eq!(lab.tree(), before.0);
    assert_eq!(lab.dump("app", &[]), before.1);

    // And nothing of it stands in the way of the next one.
    std::fs::remove_file(&held.hold).unwrap();
    let mut last = Pty::open_again(lab, &pty);
    last.wait_for("p rehearse");
    last.keys("p\r");
    last.wait_for("the plan is made");

    // The server goes down in the middle of one: it is told, and everything but a plan is there.
    std::fs::write(&held.hold, "").unwrap();
    last.keys("\x1b");
    held.rehearsing_again(&mut last);
    held.stop_the_server();
    std::fs::remove_file(&held.hold).unwrap();
    last.wait_for("Nothing of yours has changed");
    assert_eq!(lab.tree(), before.0);
    last.keys("\x1brg");
    last.wait_for("see that the server runs");
    last.wait_for("q quit");
    assert!(!last.text().contains("ctrl+x"), "{}", last.text());
    last.keys("q");
    assert_eq!(last.end(), 0);
    last.is_as_found();
    assert_eq!(children_of_the_project(lab.root()), [] as [String; 0]);
}

/// Processes that stand in the project's folder.
fn children_of_the_project(root: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let at = std::fs::read_link(path.join("cwd")).ok()?;
            at.starts_with(root).then(|| path.display().to_string())
        })
        .collect()
}

#[test]
fn what_is_refused_has_no_way_on_and_signals_end_it() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "comment on database app is 'redistill: production'");
    let before = lab.tree();
    let mut pty = Pty::open(&lab, (100, 30), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    pty.wait_for("production");
    pty.keys("p\r");
    pty.wait_for("there is no plan");
    // The way on is not there, whatever is pressed.
    pty.keys("\x18\x18app\r\x18");
    pty.keys("\x1b");
    pty.wait_for("6 Confirm");
    assert!(!pty.text().contains("Type its name"), "{}", pty.text());
    assert!(!pty.text().contains("ctrl+x"), "{}", pty.text());
    let ours = "select datname from pg_database where not datistemplate order by 1";
    assert_eq!(lab.column("postgres", ours), ["app", "postgres"]);
    assert_eq!(lab.tree(), before);
    pty.signal("INT");
    assert_eq!(pty.end(), 5);
    pty.is_as_found();

    for signal in ["TERM", "HUP", "INT"] {
        let mut again = Pty::open_again(&lab, &pty);
        again.wait_for("verdict");
        again.signal(signal);
        assert_eq!(again.end(), 5, "{signal}");
        again.is_as_found();
    }
}

/// What stands on the screen is a matter of its size, and not of the sizes before.
#[test]
fn a_storm_of_sizes_ends_with_the_same_screen() {
    let lab = Lab::new();
    lab.write("readme.md", "nothing to see\n");
    let mut pty = Pty::open(&lab, (120, 40), &[]);
    pty.wait_for("q quit");
    pty.wait_for("no Alembic");
    let before = pty.text();
    let mut seed = 1_u32;
    let mut next = |most: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u16::try_from(1 + (seed >> 8) % most).unwrap()
    };
    for size in [(1, 1), (500, 200), (1, 200), (500, 1), (2, 2)] {
        pty.resize(size);
    }
    for _ in 0..40 {
        let size = (next(500), next(200));
        pty.resize(size);
        pty.keys("\tjk");
    }
    pty.resize((59, 15));
    pty.wait_for("is too small");
    pty.resize((120, 40));
    pty.keys("\x1b");
    pty.wait_for_screen(&before);
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
}
