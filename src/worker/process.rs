//! The warm interpreter: started by a keeper thread, spoken to by any number of threads.
//!
//! ```text
//! caller ──request──▶ stdin ──▶ parent ──fork──▶ child per request
//! caller ◀──channel── keeper thread ◀── stdout ◀─┘ frames tagged with the request's id
//! ```
//!
//! The keeper thread lives as long as the process: the kernel ends a child with the *thread* that
//! started it. Nothing secret is on a command line or in the environment.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use super::error::{Explained, Failed, WorkerError};
use super::protocol::{RevisionProgress, WorkerEvent};
use crate::evidence::Versions;
use crate::model::text;
use crate::system::process::{Process, Running};

/// How long an interpreter may take to import Alembic on a cold disk.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How long it may take to end once its pipe is closed.
const END_LIMIT: Duration = Duration::from_secs(2);
/// How often a waiting caller looks at its cancel flag.
const GLANCE: Duration = Duration::from_millis(25);

const BOOT: &str = include_str!("../../assets/worker/boot.py");
/// The parent's first, the others in the order in which they import each other.
const SOURCES: [(&str, &str); 16] = [
    ("serve", include_str!("../../assets/worker/serve.py")),
    ("outside", include_str!("../../assets/worker/outside.py")),
    ("redirect", include_str!("../../assets/worker/redirect.py")),
    ("child", include_str!("../../assets/worker/child.py")),
    ("catalog", include_str!("../../assets/worker/catalog.py")),
    ("types", include_str!("../../assets/worker/types.py")),
    ("pieces", include_str!("../../assets/worker/pieces.py")),
    ("draft", include_str!("../../assets/worker/draft.py")),
    ("format", include_str!("../../assets/worker/format.py")),
    ("render", include_str!("../../assets/worker/render.py")),
    ("changes", include_str!("../../assets/worker/changes.py")),
    ("script", include_str!("../../assets/worker/script.py")),
    ("needs", include_str!("../../assets/worker/needs.py")),
    ("project", include_str!("../../assets/worker/project.py")),
    ("origins", include_str!("../../assets/worker/origins.py")),
    ("verbs", include_str!("../../assets/worker/verbs.py")),
];

/// What a caller brings to every request.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// After this long the child is ended.
    pub limit: Duration,
    /// Set by anyone: the child is ended and the answer is [`WorkerError::Cancelled`].
    pub cancel: &'a AtomicBool,
    /// Hears progress and printed lines, on the caller's own thread.
    pub on_event: &'a (dyn Fn(WorkerEvent) + Sync),
}

/// A warm interpreter. Clones share it; it ends with the last one.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

struct Inner {
    stdin: Mutex<Option<ChildStdin>>,
    pending: Arc<Pending>,
    next: AtomicU64,
    versions: Versions,
    ended: Mutex<Receiver<()>>,
    running: Arc<Mutex<Option<Running>>>,
}

#[derive(Default)]
struct Pending {
    waiting: Mutex<HashMap<u64, Sender<Frame>>>,
}

#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(default)]
    id: u64,
    event: Option<Value>,
    log: Option<String>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<Explained>,
    hello: Option<Versions>,
    fatal: Option<Explained>,
}

/// Tells `"result": null` from no result.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Nothing behind these locks can be left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the keeper thread hands back once the process runs.
type Started = Result<(ChildStdin, Receiver<Frame>), String>;

impl Worker {
    /// Starts `interpreter` and imports Alembic in it.
    pub fn start(interpreter: &Path) -> Result<Self, WorkerError> {
        Self::start_keeper(interpreter, &[], None)
    }

    /// The same through a runner: `runner` with these arguments, in this folder, is Python.
    pub fn start_by(
        runner: &Path,
        arguments: &[String],
        folder: &Path,
    ) -> Result<Self, WorkerError> {
        Self::start_keeper(runner, arguments, Some(folder))
    }

    fn start_keeper(
        interpreter: &Path,
        arguments: &[String],
        folder: Option<&Path>,
    ) -> Result<Self, WorkerError> {
        let failed = |why: String| WorkerError::Start {
            interpreter: interpreter.to_owned(),
            why: text::safe(why.trim()).into_owned(),
        };
        let pending = Arc::new(Pending::default());
        let running = Arc::new(Mutex::new(None));
        let complaint = Arc::new(Mutex::new(Vec::new()));
        let (started, on_start) = mpsc::channel();
        let (ended, on_end) = mpsc::channel();
        keep(Keeper {
            interpreter: interpreter.to_owned(),
            arguments: arguments.to_vec(),
            folder: folder.map(Path::to_owned),
            pending: Arc::clone(&pending),
            running: Arc::clone(&running),
            complaint: Arc::clone(&complaint),
            started,
            ended,
        })
        .map_err(|error| failed(error.to_string()))?;
        let silent = || "it ended before it said anything".to_owned();
        let (stdin, first) = on_start
            .recv()
            .map_err(|_| failed(silent()))?
            .map_err(failed)?;
        let mut inner = Inner {
            stdin: Mutex::new(Some(stdin)),
            pending,
            next: AtomicU64::new(1),
            versions: Versions::default(),
            ended: Mutex::new(on_end),
            running,
        };
        let sources = serde_json::json!(SOURCES).to_string();
        // An interpreter that has ended already says why on standard error.
        let _ = inner.write(&sources);
        let Ok(frame) = first.recv_timeout(START_LIMIT) else {
            let said = String::from_utf8_lossy(&lock(&complaint)).into_owned();
            return Err(failed(if said.trim().is_empty() {
                silent()
            } else {
                last_line(&said)
            }));
        };
        match (frame.hello, frame.fatal) {
            (Some(versions), _) => {
                inner.versions = versions;
                Ok(Self {
                    inner: Arc::new(inner),
                })
            }
            (None, fatal) => Err(WorkerError::NoAlembic {
                interpreter: interpreter.to_owned(),
                why: text::safe(&fatal.unwrap_or_default().message).into_owned(),
            }),
        }
    }

    /// Versions of Python, Alembic and `SQLAlchemy` in the interpreter.
    pub fn versions(&self) -> &Versions {
        &self.inner.versions
    }

    /// Sends one request and waits for its answer.
    pub(super) fn ask(
        &self,
        verb: &'static str,
        mut request: Value,
        call: &Call<'_>,
    ) -> Result<Value, WorkerError> {
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        request["id"] = id.into();
        request["verb"] = verb.into();
        let (sender, receiver) = mpsc::channel();
        lock(&self.inner.pending.waiting).insert(id, sender);
        let answer = self
            .inner
            .write(&request.to_string())
            .map_err(|error| broken(error.to_string()))
            .and_then(|()| self.wait(verb, id, &receiver, call));
        lock(&self.inner.pending.waiting).remove(&id);
        answer
    }

    fn wait(
        &self,
        verb: &'static str,
        id: u64,
        receiver: &Receiver<Frame>,
        call: &Call<'_>,
    ) -> Result<Value, WorkerError> {
        let deadline = Instant::now() + call.limit;
        loop {
            match receiver.recv_timeout(GLANCE) {
                Ok(frame) => {
                    if let Some(answer) = heard(frame, call)? {
                        return Ok(answer);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(broken("the interpreter ended".to_owned()));
                }
            }
            let cancelled = call.cancel.load(Ordering::Relaxed);
            if cancelled || Instant::now() >= deadline {
                self.inner.end_child(id, receiver);
                return Err(if cancelled {
                    WorkerError::Cancelled { verb }
                } else {
                    WorkerError::TimedOut {
                        verb,
                        limit: call.limit,
                    }
                });
            }
        }
    }
}

/// Passes an event on; gives the result where the frame is the last one.
fn heard(frame: Frame, call: &Call<'_>) -> Result<Option<Value>, WorkerError> {
    if let Some(line) = frame.log {
        (call.on_event)(WorkerEvent::Log(
            text::safe(&text::without_passwords(&line)).into_owned(),
        ));
    }
    if let Some(event) = frame.event {
        let begins = event["type"] == "started";
        let mut progress: RevisionProgress =
            serde_json::from_value(event).map_err(|error| broken(error.to_string()))?;
        progress.revision = text::safe(&progress.revision).into_owned();
        progress.message = text::safe(&progress.message).into_owned();
        (call.on_event)(if begins {
            WorkerEvent::Started(progress)
        } else {
            WorkerEvent::Finished(progress)
        });
    }
    match frame.error {
        Some(error) => Err(WorkerError::Failed(Box::new(Failed::from(error)))),
        None => Ok(frame.result),
    }
}

pub(super) fn broken(why: String) -> WorkerError {
    WorkerError::Broken { why }
}

fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}

impl Inner {
    fn write(&self, line: &str) -> std::io::Result<()> {
        let mut stdin = lock(&self.stdin);
        let pipe = stdin
            .as_mut()
            .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::BrokenPipe))?;
        pipe.write_all(line.as_bytes())?;
        pipe.write_all(b"\n")?;
        pipe.flush()
    }

    /// Ends a request's child and waits until it is gone, so that its connections are, too.
    fn end_child(&self, id: u64, receiver: &Receiver<Frame>) {
        if self.write(&format!("{{\"cancel\": {id}}}")).is_err() {
            return;
        }
        let deadline = Instant::now() + END_LIMIT;
        while let Ok(frame) =
            receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            if frame.result.is_some() || frame.error.is_some() {
                return;
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The closed pipe makes the interpreter end its children with their descendants, and itself.
        lock(&self.stdin).take();
        if lock(&self.ended).recv_timeout(END_LIMIT).is_err()
            && let Some(mut running) = lock(&self.running).take()
        {
            running.end();
        }
    }
}

struct Keeper {
    interpreter: PathBuf,
    arguments: Vec<String>,
    folder: Option<PathBuf>,
    pending: Arc<Pending>,
    running: Arc<Mutex<Option<Running>>>,
    complaint: Arc<Mutex<Vec<u8>>>,
    started: Sender<Started>,
    ended: Sender<()>,
}

/// Starts the thread that starts the process, reads its frames and outlives it.
fn keep(keeper: Keeper) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("worker keeper".to_owned())
        .spawn(move || keeper.run())
        .map(drop)
}

impl Keeper {
    fn run(self) {
        let mut process = Process::new(&self.interpreter).args(&self.arguments);
        if let Some(folder) = &self.folder {
            process = process.directory(folder);
        }
        let spawned = process
            .args(["-B", "-c", BOOT])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONIOENCODING", "utf-8:replace")
            .env_remove("PYTHONINSPECT")
            .spawn(Stdio::piped(), Stdio::piped(), Stdio::piped());
        let mut process = match spawned {
            Ok(process) => process,
            Err(error) => {
                let _ = self.started.send(Err(error.to_string()));
                return;
            }
        };
        let (stdin, stdout) = (process.take_stdin(), process.take_stdout());
        let complaints = process
            .take_stderr()
            .map(|stderr| gather(stderr, Arc::clone(&self.complaint)));
        *lock(&self.running) = Some(process);
        let (first, on_first) = mpsc::channel();
        let (Some(stdin), Some(stdout)) = (stdin, stdout) else {
            let _ = self.started.send(Err("it has no pipes".to_owned()));
            return;
        };
        let _ = self.started.send(Ok((stdin, on_first)));
        let mut first = Some(first);
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let Ok(frame) = serde_json::from_slice::<Frame>(&line) else {
                continue;
            };
            if frame.hello.is_some() || frame.fatal.is_some() {
                if let Some(sender) = first.take() {
                    let _ = sender.send(frame);
                }
            } else if let Some(sender) = lock(&self.pending.waiting).get(&frame.id) {
                let _ = sender.send(frame);
            }
        }
        self.finish(complaints);
        drop(first);
    }

    /// The process is at its end: callers that still wait learn it from their closed channels.
    fn finish(&self, complaints: Option<std::thread::JoinHandle<()>>) {
        if let Some(mut process) = lock(&self.running).take() {
            let _ = process.wait_until(Instant::now() + END_LIMIT);
        }
        if let Some(thread) = complaints {
            let _ = thread.join();
        }
        lock(&self.pending.waiting).clear();
        let _ = self.ended.send(());
    }
}

/// Keeps the beginning of what the interpreter says on standard error.
fn gather(
    mut stderr: std::process::ChildStderr,
    into: Arc<Mutex<Vec<u8>>>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stderr.read(&mut buffer) {
            let mut kept = lock(&into);
            if kept.len() < 1 << 16 {
                kept.extend_from_slice(&buffer[..read]);
            }
        }
    })
}
