//! Runs the git program so that nothing of the repository is executed.
//!
//! Used by the files of this folder. Plumbing only: no hook, filter, monitor, pager, credential
//! helper or network is reached, nothing is locked or written, and the environment is our own.
//! Output that exceeds what is kept is a failure, never a shorter answer.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::system::environment;
use crate::system::process::Process;

/// How long one question may take.
const LIMIT: Duration = Duration::from_mins(1);
/// How much of an answer is read, in bytes.
const MOST: u64 = 256 << 20;

/// What git answered.
pub(super) struct Answer {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// The git program in a folder.
#[derive(Clone)]
pub(super) struct Git {
    program: PathBuf,
    pub directory: PathBuf,
}

impl Git {
    pub fn at(directory: PathBuf) -> Result<Self, String> {
        let program = environment::find_program("git")
            .ok_or("the project is in a git repository, and git is not on PATH")?;
        Ok(Self { program, directory })
    }

    fn process(&self, arguments: &[&str]) -> Process {
        let mut process = Process::new(&self.program)
            .args(["-c", "core.fsmonitor=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.quotePath=off"])
            .args(["-c", "core.commitGraph=false"])
            .args(["-c", "core.attributesFile=/dev/null"])
            .args(["-c", "credential.helper="])
            .args(["-c", "log.showSignature=false"])
            .args(["-c", "log.mailmap=true"])
            .args(["-c", "i18n.logOutputEncoding=UTF-8"])
            .args(["--no-optional-locks", "--no-pager"])
            .args(arguments)
            .directory(&self.directory)
            .env_clear()
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            // What was pushed are the objects themselves, not what stands in for them here.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", "/dev/null")
            // A folder that is mounted into a container is still in its repository.
            .env("GIT_DISCOVERY_ACROSS_FILESYSTEM", "1");
        // Without the user's own configuration `safe.directory` would be unknown.
        for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
            if let Some(value) = environment::variable(name) {
                process = process.env(name, value);
            }
        }
        process
    }

    /// Asks, with `input` on standard input.
    pub fn ask(&self, arguments: &[&str], input: Vec<u8>) -> Result<Answer, String> {
        let name = arguments[0];
        let cannot = |error: std::io::Error| format!("git cannot be run: {error}");
        let mut child = self
            .process(arguments)
            .spawn(Stdio::piped(), Stdio::piped(), Stdio::piped())
            .map_err(cannot)?;
        let mut stdin = child.take_stdin().expect("standard input is piped");
        let stdout = child.take_stdout().expect("standard output is piped");
        let stderr = child.take_stderr().expect("standard error is piped");
        // A git that ends early closes its input; its exit code tells.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let answers = thread::spawn(move || read(stdout, MOST));
        let messages = thread::spawn(move || read(stderr, 1 << 16));
        let status = child.wait_until(Instant::now() + LIMIT).map_err(|error| {
            if error.kind() == std::io::ErrorKind::TimedOut {
                format!("git {name} took too long")
            } else {
                cannot(error)
            }
        })?;
        let (stdout, is_whole) = answers.join().expect("reading does not panic");
        if !is_whole {
            return Err(format!("git {name} answered more than can be read"));
        }
        let (stderr, _) = messages.join().expect("reading does not panic");
        Ok(Answer {
            code: status.code(),
            stdout,
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        })
    }

    /// The answer of a git that succeeded.
    pub fn bytes(&self, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, String> {
        let answer = self.ask(arguments, input)?;
        if answer.code == Some(0) {
            return Ok(answer.stdout);
        }
        Err(failed(arguments[0], &answer.stderr))
    }

    /// An answer of one line; exit code 1 is git's quiet no.
    pub fn maybe_line(&self, arguments: &[&str]) -> Result<Option<String>, String> {
        let answer = self.ask(arguments, Vec::new())?;
        match answer.code {
            Some(0) => {
                let text = String::from_utf8_lossy(&answer.stdout);
                Ok(Some(text.trim_end_matches('\n').to_owned()))
            }
            Some(1) => Ok(None),
            _ => Err(failed(arguments[0], &answer.stderr)),
        }
    }
}

/// Names for standard input, a line each.
pub(super) fn lines<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<u8> {
    let mut text = Vec::new();
    for name in names {
        text.extend(name.as_bytes());
        text.push(b'\n');
    }
    text
}

pub(super) fn failed(name: &str, stderr: &str) -> String {
    let fatal = stderr.lines().find(|line| line.starts_with("fatal: "));
    let first = fatal.or(stderr.lines().next()).unwrap_or("no message");
    let first = first.strip_prefix("fatal: ").unwrap_or(first);
    format!("git {name} failed: {first}")
}

fn read(mut source: impl std::io::Read, most: u64) -> (Vec<u8>, bool) {
    let mut kept = Vec::new();
    let read = source.by_ref().take(most).read_to_end(&mut kept);
    let rest = std::io::copy(&mut source, &mut std::io::sink());
    let is_whole = read.is_ok() && matches!(rest, Ok(0));
    (kept, is_whole)
}
