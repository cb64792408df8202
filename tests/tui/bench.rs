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
const STARTS: usize = 7;

/// How many keys are pressed.
const KEYS: usize = 200;

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
    first_frame: Vec<Duration>,
    chain: Vec<Duration>,
    key: Vec<Duration>,
    /// In kB, with the chain on the screen.
    memory: Vec<u64>,
    /// Processor time and switches of all threads while nothing was done.
    idle: (Duration, u64),
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
        let mut figures = Figures::default();
        for start in 1..=STARTS {
            let state = tempfile::tempdir().unwrap();
            let mut pty = self.start(project, state.path());
            let (first, chain) = self.open(&mut pty, &head);
            figures.first_frame.push(first);
            figures.chain.push(chain);
            pty.drain();
            figures.memory.push(memory(pty.id()));
            if start == STARTS {
                figures.press(&mut pty);
                let before = (processor_time(pty.id()), switches(pty.id()));
                std::thread::park_timeout(IDLE);
                let time = processor_time(pty.id()).checked_sub(before.0).unwrap();
                figures.idle = (time, switches(pty.id()) - before.1);
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
        for _ in 0..KEYS {
            let before = pty.drawing();
            let since = Instant::now();
            pty.keys("\x1b[B");
            pty.wait_for_change(&before);
            self.key.push(since.elapsed());
            pty.drain();
        }
    }

    fn print(mut self, name: &str, revisions: usize) {
        let megabytes: Vec<u64> = self.memory.iter().map(|memory| memory / 1024).collect();
        println!(
            "{revisions:>6} {name:<12} first frame {} ms, chain {} ms, key {} ms, memory {} MB, \
             idle for {} s: {} ms of processor time, {} switches",
            spread(&mut self.first_frame),
            spread(&mut self.chain),
            spread(&mut self.key),
            middle(megabytes),
            IDLE.as_secs(),
            self.idle.0.as_millis(),
            self.idle.1,
        );
    }
}

/// `median (least to most)`, in milliseconds.
fn spread(all: &mut [Duration]) -> String {
    all.sort();
    let [least, middle, most] = [0, all.len() / 2, all.len() - 1]
        .map(|place| format!("{:.1}", all[place].as_secs_f64() * 1000.0));
    format!("{middle} ({least} to {most})")
}

fn middle(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    all[all.len() / 2]
}

/// How often threads of the process were put on a processor, or taken from it, so far.
pub fn switches(id: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).unwrap();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("status")).ok())
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| line.split_once("ctxt_switches:"))
                .map(|(_, number)| number.trim().parse::<u64>().unwrap())
                .collect::<Vec<_>>()
        })
        .sum()
}

/// Resident memory in kB.
fn memory(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// Processor time of the process and its children so far, in hundredths of a second.
pub fn processor_time(id: u32) -> Duration {
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
