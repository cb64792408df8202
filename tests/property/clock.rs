//! Where the processor's time of a round goes: asked of the kernel for this process, its children
//! and the server's. Printed with `REDISTILL_STAGES=1`; nothing is judged by it.

use std::time::Instant;

/// Marks the ends of stages.
pub struct Clock {
    is_wanted: bool,
    server: Option<u32>,
    last: (Instant, f64, f64),
}

impl Clock {
    pub fn new() -> Self {
        let is_wanted = std::env::var_os("REDISTILL_STAGES").is_some();
        let server = if is_wanted { server() } else { None };
        Self {
            is_wanted,
            server,
            last: (Instant::now(), used("self"), server_used(server)),
        }
    }

    /// Says what has been used since the last mark, in seconds: passed, of our processes, of the
    /// server's.
    pub fn mark(&mut self, stage: &str) {
        if !self.is_wanted {
            return;
        }
        let (at, ours, theirs) = (Instant::now(), used("self"), server_used(self.server));
        println!(
            "stage {stage:>8}: {:6.1} s passed, {:6.1} s used here, {:6.1} s by the server",
            (at - self.last.0).as_secs_f64(),
            ours - self.last.1,
            theirs - self.last.2
        );
        self.last = (at, ours, theirs);
    }
}

/// The process beneath this one that has PostgreSQL's name and its own children: the first of them.
fn server() -> Option<u32> {
    let stat = |id: u32| std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let parent = |id: u32| -> Option<u32> {
        let stat = stat(id);
        let (_, after) = stat.rsplit_once(')')?;
        after.split_whitespace().nth(1)?.parse().ok()
    };
    let is_beneath = |id: &u32| {
        let above = std::iter::successors(Some(*id), |id| parent(*id)).take(8);
        above.into_iter().any(|id| id == std::process::id())
    };
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| stat(*id).contains("(postgres)"))
        .filter(is_beneath)
        .min()
}

fn server_used(server: Option<u32>) -> f64 {
    server.map_or(0.0, |id| used(&id.to_string()))
}

/// Seconds of a process and of its children that have ended.
fn used(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
