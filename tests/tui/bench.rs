//! How long the app lets one wait, beside lazyalembic on the same chain.
//!
//! `docs/benchmarks.md` holds the figures and the command that makes them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use redistill::sandbox::python;

use super::pty::Pty;
use crate::gate::thousand::revision;
use crate::support::interpreter;

/// How often a start is measured.
const STARTS: usize = 5;

/// How many keys are pressed.
const KEYS: usize = 100;

/// For how long nothing is done.
const IDLE: Duration = Duration::from_secs(10);

const SIZE: (u16, u16) = (120, 40);

/// An app that shows a chain.
struct Rival {
    name: &'static str,
    program: PathBuf,
    /// From the start to the chain: what is waited for, and what is typed then.
    way: &'static [(&'static str, &'static str)],
}

/// What was measured.
#[derive(Default)]
struct Figures {
    first_frame: Duration,
    chain: Duration,
    key: Duration,
    worst_key: Duration,
    memory: u64,
    idle: Duration,
}

fn project(revisions: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("alembic/versions");
    std::fs::create_dir_all(&versions).unwrap();
    let ini = "[alembic]\nscript_location = %(here)s/alembic\n";
    std::fs::write(folder.path().join("alembic.ini"), ini).unwrap();
    let env = "from alembic import context\ncontext.run_migrations()\n";
    std::fs::write(folder.path().join("alembic/env.py"), env).unwrap();
    for number in 0..revisions {
        std::fs::write(
            versions.join(format!("r{number:04}_change.py")),
            revision(number),
        )
        .unwrap();
    }
    folder
}

impl Rival {
    fn start(&self, project: &Path, state: &Path) -> Pty {
        let mut command = CommandBuilder::new(&self.program);
        command.cwd(project);
        command.env("REDISTILL_PYTHON", interpreter());
        command.env("REDISTILL_STATE", state);
        command.env("COLORTERM", "truecolor");
        Pty::launch(command, SIZE, state.to_owned(), &[])
    }

    /// The way to the chain: when something was to be seen first, and when the chain.
    fn open(&self, pty: &mut Pty, head: &str) -> (Duration, Duration) {
        let since = Instant::now();
        pty.wait_for_letters();
        let first = since.elapsed();
        for (seen, keys) in self.way {
            pty.wait_for(seen);
            pty.keys(keys);
        }
        pty.wait_for(head);
        (first, since.elapsed())
    }

    fn measure(&self, project: &Path, revisions: usize) -> Figures {
        let head = format!("r{:04}", revisions - 1);
        let mut figures = Figures {
            first_frame: Duration::MAX,
            chain: Duration::MAX,
            ..Figures::default()
        };
        for start in 1..=STARTS {
            let state = tempfile::tempdir().unwrap();
            let mut pty = self.start(project, state.path());
            let (first, chain) = self.open(&mut pty, &head);
            figures.first_frame = figures.first_frame.min(first);
            figures.chain = figures.chain.min(chain);
            if start == STARTS {
                pty.drain();
                figures.press(&mut pty);
                figures.memory = memory(pty.id());
                let before = processor_time(pty.id());
                std::thread::park_timeout(IDLE);
                figures.idle = processor_time(pty.id()).checked_sub(before).unwrap();
            }
            pty.signal("KILL");
            pty.close();
        }
        figures
    }
}

impl Figures {
    /// From a key to the first change of the screen.
    fn press(&mut self, pty: &mut Pty) {
        let mut all: Vec<Duration> = (0..KEYS)
            .map(|_| {
                let before = pty.drawing();
                let since = Instant::now();
                pty.keys("\x1b[B");
                pty.wait_for_change(&before);
                let took = since.elapsed();
                pty.drain();
                took
            })
            .collect();
        all.sort();
        self.key = all[KEYS / 2];
        self.worst_key = all[KEYS - 1];
    }

    fn print(&self, name: &str, revisions: usize) {
        println!(
            "{revisions:>6} {name:<12} first frame {:>6} ms, chain {:>6} ms, key {:>6.1} ms (worst \
             {:>6.1} ms), memory {:>4} MB, idle {:>5.1} ms a second",
            self.first_frame.as_millis(),
            self.chain.as_millis(),
            self.key.as_secs_f64() * 1000.0,
            self.worst_key.as_secs_f64() * 1000.0,
            self.memory / 1024,
            self.idle.as_secs_f64() * 1000.0 / IDLE.as_secs_f64(),
        );
    }
}

/// Resident memory in kB.
fn memory(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// Processor time of the process and its children so far, in hundredths of a second.
fn processor_time(id: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let (_, rest) = text.rsplit_once(") ").unwrap();
    let ticks: u64 = rest
        .split(' ')
        .skip(11)
        .take(4)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

#[test]
#[ignore = "a benchmark: docs/benchmarks.md says how it is run"]
fn the_app_beside_lazyalembic() {
    let program = std::env::var_os("REDISTILL_BENCHMARK").expect("the program to measure");
    let python = python::with_packages(&["lazyalembic==0.1.0", "alembic==1.20.1"]).unwrap();
    let rivals = [
        Rival {
            name: "redistill",
            program: program.into(),
            way: &[("enter run it", "\x1b"), ("c chain", "c")],
        },
        Rival {
            name: "lazyalembic",
            program: python.with_file_name("lazyalembic"),
            way: &[],
        },
    ];
    for revisions in [1_000, 10_000] {
        let project = project(revisions);
        for rival in &rivals {
            rival
                .measure(project.path(), revisions)
                .print(rival.name, revisions);
        }
    }
}
