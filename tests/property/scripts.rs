//! Python scripts of these tests: one process on each of two processors, for as many questions as
//! there are. A question is a line of JSON, and so is its answer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

use crate::support::interpreter;

/// The processes of one script; they end with this.
pub struct Script([Mutex<Process>; 2]);

impl Script {
    pub fn start(source: &str) -> Self {
        Self([Process::start(source), Process::start(source)].map(Mutex::new))
    }

    /// The answer of each job, in order.
    pub fn ask(&self, jobs: &[Value]) -> Vec<Value> {
        let (first, second) = jobs.split_at(jobs.len() / 2);
        let [one, two] = &self.0;
        std::thread::scope(|scope| {
            let other = scope.spawn(move || two.lock().unwrap().ask(second));
            let mut answers = one.lock().unwrap().ask(first);
            answers.extend(other.join().unwrap());
            answers
        })
    }
}

struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(source: &str) -> Self {
        let mut child = Command::new(interpreter())
            .args(["-B", "-c", source])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn ask(&mut self, jobs: &[Value]) -> Vec<Value> {
        let mut question = serde_json::to_vec(jobs).unwrap();
        question.push(b'\n');
        self.input.as_mut().unwrap().write_all(&question).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.input = None;
        let _ = self.child.wait();
    }
}
