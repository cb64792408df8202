//! Alembic itself, without the half second that every interpreter needs to import it.
//!
//! `warm.py` imports it once and forks a child for each command. Each thread of tests takes one that
//! is idle, or starts one; they end with this process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, PoisonError};

static IDLE: Mutex<Vec<Warm>> = Mutex::new(Vec::new());

struct Warm {
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    // Held, not waited for: it ends when its standard input does.
    _child: Child,
}

/// What `python -B -m alembic` answers in a folder, `python` being the one that all tests share.
pub fn alembic(folder: &Path, arguments: &[&str]) -> Output {
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut warm = idle.unwrap_or_else(Warm::start);
    let output = warm.run(folder, arguments);
    IDLE.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(warm);
    output
}

impl Warm {
    fn start() -> Self {
        let mut child = Command::new(super::interpreter())
            .args(["-B", "-c", include_str!("warm.py")])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdin: child.stdin.take().unwrap(),
            stdout: BufReader::new(child.stdout.take().unwrap()),
            _child: child,
        }
    }

    fn run(&mut self, folder: &Path, arguments: &[&str]) -> Output {
        let said = tempfile::tempdir().unwrap();
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| said.path().join(name));
        let command = serde_json::json!({
            "folder": folder,
            "arguments": arguments,
            "stdout": stdout,
            "stderr": stderr,
        });
        writeln!(self.stdin, "{command}").unwrap();
        let mut status = String::new();
        self.stdout.read_line(&mut status).unwrap();
        Output {
            status: ExitStatus::from_raw(status.trim().parse().unwrap()),
            stdout: std::fs::read(stdout).unwrap(),
            stderr: std::fs::read(stderr).unwrap(),
        }
    }
}
