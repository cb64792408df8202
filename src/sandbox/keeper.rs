//! The thread that a server's process lives by.
//!
//! Called by `server`. The kernel ends a child when the *thread* that started it ends; so that a
//! [`Server`](super::Server) can be moved between threads and outlive the one that started it, the
//! process is started by a thread of its own, which ends with the server.

use std::io;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::system::process::{Process, Running};

/// How much of the server's log is kept, in bytes.
const LOG_LIMIT: usize = 64 << 10;

/// How long a server may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

type Log = Arc<Mutex<Vec<u8>>>;

/// A running server process; dropping it ends the process.
#[derive(Debug)]
pub(super) struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    log: Log,
}

impl Keeper {
    /// Starts the process in a thread of its own.
    pub(super) fn start(process: Process) -> io::Result<Self> {
        let (started, answer) = channel();
        let (stop, stopped) = channel();
        let log = Log::default();
        let thread = std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn({
                let log = log.clone();
                move || match process.spawn(Stdio::null(), Stdio::null(), Stdio::piped()) {
                    Ok(running) => {
                        let _ = started.send(Ok(()));
                        keep(running, &stopped, &log);
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                }
            })?;
        answer
            .recv()
            .unwrap_or_else(|_| Err(io::Error::other("the keeper thread ended")))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
            log,
        })
    }

    /// Whether the process has ended by itself.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// The end of what the server wrote.
    pub(super) fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads the log until the server closes it; ends the server when the keeper is dropped.
fn keep(mut running: Running, stopped: &Receiver<()>, log: &Log) {
    let reader = running.take_stderr().map(|stderr| {
        let log = log.clone();
        std::thread::spawn(move || read_log(stderr, &log))
    });
    let pause = Duration::from_millis(50);
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
        if !matches!(running.try_wait(), Ok(None)) {
            // Ended by itself: the log says why. The reader ends with it.
            let _ = reader.map(JoinHandle::join);
            return;
        }
    }
    // SIGINT: a fast shutdown; sessions are ended, shared memory is given back.
    running.signal(Signal::INT);
    let _ = running.wait_until(Instant::now() + GRACE);
}

fn read_log(mut stderr: impl io::Read, log: &Log) {
    let mut buffer = [0; 4096];
    while let Ok(count) = stderr.read(&mut buffer) {
        if count == 0 {
            return;
        }
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(&buffer[..count]);
        let surplus = log.len().saturating_sub(LOG_LIMIT);
        log.drain(..surplus);
    }
}
