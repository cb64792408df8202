//! Child processes: own process group, ended with their parent, never a terminal, always a limit.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

mod listen;

pub use listen::Heard;

/// How much of a child's output is kept, in bytes; the rest is read and thrown away.
const OUTPUT_LIMIT: usize = 4 << 20;

/// How long a child that was asked to end may take before it is asked more firmly.
const GRACE: Duration = Duration::from_secs(5);

/// Which identity a child runs under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunAs {
    /// As we do.
    #[default]
    Ourselves,
    /// In a user namespace of its own, where root is nobody. PostgreSQL refuses root otherwise.
    Namespace,
    /// As this user and group.
    User(u32, u32),
}

/// A child to be started.
#[derive(Clone, Debug)]
pub struct Process {
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, Option<OsString>)>,
    clear: bool,
    directory: Option<PathBuf>,
    run_as: RunAs,
}

/// What a finished child left.
#[derive(Clone, Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output and error as text, one after the other.
    pub fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&self.stderr));
        text
    }
}

impl Process {
    /// A child that runs `program`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            variables: Vec::new(),
            clear: false,
            directory: None,
            run_as: RunAs::Ourselves,
        }
    }

    /// Adds one argument. Never a secret: every user of the machine can read it.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables
            .push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Unsets a variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), None));
        self
    }

    /// Starts from an empty environment.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.clear = true;
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn directory(mut self, path: impl AsRef<Path>) -> Self {
        self.directory = Some(path.as_ref().to_owned());
        self
    }

    /// Sets the identity.
    #[must_use]
    pub fn run_as(mut self, run_as: RunAs) -> Self {
        self.run_as = run_as;
        self
    }

    /// Runs to the end with closed standard input, ending the whole process group at `limit`
    /// ([`io::ErrorKind::TimedOut`]).
    pub fn output(&self, limit: Duration) -> io::Result<Output> {
        self.output_unless(&AtomicBool::new(false), limit)
    }

    /// Like [`Process::output`]; `stop` ends it, too ([`io::ErrorKind::Interrupted`]), with a
    /// moment to clean up.
    pub fn output_unless(&self, stop: &AtomicBool, limit: Duration) -> io::Result<Output> {
        let mut child = self.spawn(Stdio::null(), Stdio::piped(), Stdio::piped())?;
        let stdout = child.take_stdout().map(read_in_background);
        let stderr = child.take_stderr().map(read_in_background);
        let status = child.wait_unless(stop, Instant::now() + limit)?;
        let gather = |reader: Option<std::thread::JoinHandle<Vec<u8>>>| {
            reader
                .and_then(|handle| handle.join().ok())
                .unwrap_or_default()
        };
        Ok(Output {
            status,
            stdout: gather(stdout),
            stderr: gather(stderr),
        })
    }

    /// Starts the child. It is ended when the handle is dropped.
    pub fn spawn(&self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> io::Result<Running> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr);
        if self.clear {
            command.env_clear();
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command.process_group(0);
        prepare(&mut command, self.run_as);
        Ok(Running {
            child: command.spawn()?,
        })
    }
}

/// Our own process identifier.
pub fn own_id() -> u32 {
    std::process::id()
}

/// This machine's name, as `uname -n` gives it.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// When a process started, in clock ticks since boot; `None` if there is none. With the identifier
/// it names a process for good: identifiers are used again, the pair is not.
pub fn start_time(id: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold anything; field 22 is
    // counted from behind it (proc(5)).
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()
}

/// Sets the death signal and the identity, in the child, before it executes the program.
#[expect(
    unsafe_code,
    reason = "pre_exec: only async-signal-safe system calls are made"
)]
fn prepare(command: &mut Command, run_as: RunAs) {
    if let RunAs::User(user, group) = run_as {
        command.uid(user).gid(group);
    }
    // SAFETY: the closure makes system calls only; it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(move || {
            #[cfg(target_os = "linux")]
            {
                rustix::process::set_parent_process_death_signal(Some(
                    rustix::process::Signal::KILL,
                ))?;
                if run_as == RunAs::Namespace {
                    rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWUSER)?;
                }
            }
            Ok(())
        });
    }
}

fn read_in_background(
    mut source: impl io::Read + Send + 'static,
) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = source
            .by_ref()
            .take(OUTPUT_LIMIT as u64)
            .read_to_end(&mut kept);
        let _ = io::copy(&mut source, &mut io::sink());
        kept
    })
}

/// A started child; dropping the handle ends its whole process group.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    /// The process identifier, which is also the group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Standard input, where it was piped; once.
    pub fn take_stdin(&mut self) -> Option<std::process::ChildStdin> {
        self.child.stdin.take()
    }

    /// Standard output, where it was piped; once.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Standard error, where it was piped; once.
    pub fn take_stderr(&mut self) -> Option<std::process::ChildStderr> {
        self.child.stderr.take()
    }

    /// Whether it has ended, and how.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end; at `deadline` the group is ended and the answer is
    /// [`io::ErrorKind::TimedOut`].
    pub fn wait_until(&mut self, deadline: Instant) -> io::Result<ExitStatus> {
        self.wait_unless(&AtomicBool::new(false), deadline)
    }

    /// Like [`Running::wait_until`]; once `stop` is set the group is asked to end, then made to, and
    /// the answer is [`io::ErrorKind::Interrupted`].
    fn wait_unless(&mut self, stop: &AtomicBool, deadline: Instant) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if stop.load(Ordering::Relaxed) {
                self.ask_group_to_end();
                return Err(io::ErrorKind::Interrupted.into());
            }
            if Instant::now() >= deadline {
                self.end();
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::park_timeout(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// SIGINT, as Ctrl-C would send it: programs remove their temporary files on it. Then SIGTERM:
    /// what was started in the background of a script ignores the first. A grandchild may take
    /// longer than the child.
    fn ask_group_to_end(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
        let Some(group) = Pid::from_raw(self.child.id().cast_signed()) else {
            return;
        };
        for signal in [Signal::INT, Signal::TERM] {
            let _ = kill_process_group(group, signal);
            let deadline = Instant::now() + GRACE;
            while Instant::now() < deadline {
                // A child that nobody has waited for keeps its group.
                let _ = self.child.try_wait();
                if test_kill_process_group(group).is_err() {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(5));
            }
        }
        let _ = kill_process_group(group, Signal::KILL);
    }

    /// Sends a signal to the child alone.
    pub fn signal(&self, signal: rustix::process::Signal) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// Ends the whole group now and waits for the child.
    pub fn end(&mut self) {
        if let Ok(None) = self.child.try_wait()
            && let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed())
        {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_hangs_is_ended_with_its_group() {
        let started = Instant::now();
        let error = Process::new("/bin/sh")
            .args(["-c", "sleep 600 & wait"])
            .output(Duration::from_millis(50))
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_mins(5));
    }

    #[test]
    fn a_child_that_is_stopped_may_clean_up() {
        let folder = tempfile::tempdir().unwrap();
        let stop = AtomicBool::new(true);
        let script = "trap 'rm left; exit' INT TERM; touch left ready; while :; do sleep 1; done";
        let error = std::thread::scope(|scope| {
            stop.store(false, Ordering::Relaxed);
            scope.spawn(|| {
                while !folder.path().join("ready").exists() {
                    std::thread::yield_now();
                }
                stop.store(true, Ordering::Relaxed);
            });
            Process::new("/bin/sh")
                .args(["-c", script])
                .directory(folder.path())
                .output_unless(&stop, Duration::from_mins(1))
                .unwrap_err()
        });
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
        assert!(!folder.path().join("left").exists());
    }

    #[test]
    fn output_is_gathered() {
        let output = Process::new("/bin/sh")
            .args(["-c", "echo out; echo err >&2; exit 3"])
            .output(Duration::from_mins(1))
            .unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.text(), "out\nerr\n");
    }
}
