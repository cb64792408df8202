//! A child whose lines are heard while it runs. Called for what people want to watch; short children
//! are simply run to their end ([`Process::output`]).

use std::io::{self, BufRead as _, BufReader, Read};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{GRACE, Process, Running};

/// A longer line comes in pieces.
const LINE_LIMIT: u64 = 64 * 1024;
/// Lines that wait to be heard; a child that prints faster waits.
const WAITING: usize = 256;
/// How often a quiet child is looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// How long what has left the child's group may keep its pipes.
const LEFT_OPEN: Duration = Duration::from_secs(1);

/// How a child that was listened to ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// By itself.
    Ended(ExitStatus),
    /// It took longer than it may, and was ended.
    TimedOut,
    /// It was stopped from outside.
    Stopped,
}

impl Process {
    /// Runs with closed standard input and gives every line of output and error to `on_line`, as
    /// they come. At `limit`, or once `stop` is set, the group is asked to end, then made to. What
    /// the child left running in its group ends with it.
    pub fn listen(
        &self,
        stop: &AtomicBool,
        limit: Duration,
        on_line: &mut dyn FnMut(&str),
    ) -> io::Result<Heard> {
        let mut child = self.spawn(Stdio::null(), Stdio::piped(), Stdio::piped())?;
        let (sender, lines) = mpsc::sync_channel(WAITING);
        if let Some(stdout) = child.take_stdout() {
            read_lines(stdout, sender.clone());
        }
        if let Some(stderr) = child.take_stderr() {
            read_lines(stderr, sender.clone());
        }
        drop(sender);
        let why = wait(&child, &lines, stop, Instant::now() + limit, on_line)?;
        // What is left of the group: the child is not waited for yet, so the group is still its own.
        let group = Pid::from_raw(child.child.id().cast_signed());
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let status = child.child.wait()?;
        let until = Instant::now() + LEFT_OPEN;
        while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            on_line(&line);
        }
        Ok(why.unwrap_or(Heard::Ended(status)))
    }
}

/// Waits until the child has ended; says why, if it was not by itself.
fn wait(
    child: &Running,
    lines: &Receiver<String>,
    stop: &AtomicBool,
    deadline: Instant,
    on_line: &mut dyn FnMut(&str),
) -> io::Result<Option<Heard>> {
    let Some(id) = Pid::from_raw(child.child.id().cast_signed()) else {
        return Ok(None);
    };
    let mut why = None;
    let mut signals = [Signal::INT, Signal::TERM, Signal::KILL].into_iter();
    let mut next = deadline;
    loop {
        match lines.recv_timeout(GLANCE) {
            Ok(line) => on_line(&line),
            Err(RecvTimeoutError::Timeout) => {}
            // It has closed its output and still runs.
            Err(RecvTimeoutError::Disconnected) => std::thread::park_timeout(GLANCE),
        }
        // It is not waited for here: until then nobody else gets its number.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        if waitid(WaitId::Pid(id), options)?.is_some() {
            return Ok(why);
        }
        let now = Instant::now();
        if why.is_none() && stop.load(Ordering::Relaxed) {
            why = Some(Heard::Stopped);
            next = now;
        }
        if now >= next {
            why = why.or(Some(Heard::TimedOut));
            let _ = kill_process_group(id, signals.next().unwrap_or(Signal::KILL));
            next = now + GRACE;
        }
    }
}

fn read_lines(source: impl Read + Send + 'static, sender: SyncSender<String>) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(source);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader
                .by_ref()
                .take(LINE_LIMIT)
                .read_until(b'\n', &mut line)
            {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end().to_owned()).is_err() {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listened(script: &str, stop: &AtomicBool, limit: Duration) -> (Heard, Vec<String>) {
        let mut lines = Vec::new();
        let heard = Process::new("/bin/sh")
            .args(["-c", script])
            .listen(stop, limit, &mut |line| {
                lines.push(line.to_owned());
                if line == "stop me" {
                    stop.store(true, Ordering::Relaxed);
                }
            })
            .unwrap();
        (heard, lines)
    }

    #[test]
    fn lines_of_both_streams_are_heard_and_what_is_left_behind_is_ended() {
        let since = Instant::now();
        let never = AtomicBool::new(false);
        let (heard, lines) = listened(
            "echo out; echo err >&2; sleep 600 & printf last; exit 3",
            &never,
            Duration::from_mins(5),
        );
        let Heard::Ended(status) = heard else {
            panic!("{heard:?}")
        };
        assert_eq!(status.code(), Some(3));
        let mut sorted = lines;
        sorted.sort();
        assert_eq!(sorted, ["err", "last", "out"]);
        assert!(since.elapsed() < Duration::from_mins(5));
    }

    #[test]
    fn one_that_hangs_is_ended_though_it_is_deaf_to_the_first_signal() {
        let never = AtomicBool::new(false);
        let script = "trap '' INT; echo begun; sleep 600 & wait";
        let (heard, lines) = listened(script, &never, Duration::from_millis(300));
        assert_eq!(heard, Heard::TimedOut);
        assert_eq!(lines, ["begun"]);
    }

    #[test]
    fn one_that_is_stopped_may_clean_up_and_say_so() {
        let stop = AtomicBool::new(false);
        // Where whoever runs the tests ignores the first signal, a shell cannot trap it; of what
        // the second one ended it tells in words of its own.
        let script =
            "trap 'echo cleaned; exit 0' INT TERM; echo 'stop me'; while :; do sleep 0.1; done";
        let (heard, lines) = listened(script, &stop, Duration::from_mins(5));
        assert_eq!(heard, Heard::Stopped);
        assert_eq!(lines.first().unwrap(), "stop me");
        assert_eq!(lines.last().unwrap(), "cleaned");
    }
}
