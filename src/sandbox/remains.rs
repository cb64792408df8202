//! What a server leaves when it is killed: itself, if only its owner died, and its shared memory.
//!
//! Called by `home` for folders whose owner is dead. Linux tells both under `/proc`; elsewhere
//! nothing is touched.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::system::process::Process;
use crate::system::{ReadFiles as _, RealFiles, environment, tree};

/// Ends the server of a data directory, if it still runs, and removes its shared memory.
pub(super) fn clear(folder: &Path) {
    let data = folder.join("data");
    let Ok(text) = RealFiles.read(&data.join("postmaster.pid")) else {
        return;
    };
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    if let Some(id) = lines.next().and_then(|line| line.trim().parse().ok()) {
        end(&data, id);
    }
    // The seventh line: key and identifier of the System V segment.
    if let Some(line) = lines.nth(5)
        && let Some((key, segment)) = line.trim().split_once(char::is_whitespace)
        && let Ok(owner) = tree::owner(&data)
    {
        remove_segment(key.trim(), segment.trim(), owner);
    }
}

/// Ends a process only if it works in this very data directory, as a postmaster does.
fn end(data: &Path, id: i32) {
    let works_here = || {
        let folder = RealFiles.canonical(Path::new(&format!("/proc/{id}/cwd")));
        folder.is_ok_and(|folder| RealFiles.canonical(data).is_ok_and(|data| data == folder))
    };
    let Some(pid) = Pid::from_raw(id) else {
        return;
    };
    if !works_here() {
        return;
    }
    let _ = kill_process(pid, Signal::KILL);
    let deadline = Instant::now() + Duration::from_secs(5);
    while works_here() && Instant::now() < deadline {
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Removes a segment of the folder's user once nobody is attached to it: the sessions of a killed
/// server let go of it a moment later.
fn remove_segment(key: &str, segment: &str, owner: u32) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while let Some(attached) = attached(key, segment, owner) {
        if attached == 0 {
            if let Some(program) = environment::find_program("ipcrm") {
                let _ = Process::new(program)
                    .args(["-m", segment])
                    .output(Duration::from_secs(10));
            }
            return;
        }
        if Instant::now() > deadline {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// How many processes are attached to a segment; none if there is no such segment.
fn attached(key: &str, segment: &str, owner: u32) -> Option<u32> {
    let table = RealFiles.read(Path::new("/proc/sysvipc/shm")).ok()?;
    let table = String::from_utf8_lossy(&table);
    table.lines().find_map(|line| {
        // key shmid perms size cpid lpid nattch uid …
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields.len() > 7
            && same_key(fields[0], key)
            && fields[1] == segment
            && fields[7] == owner.to_string();
        is_it.then(|| fields[6].parse().ok())?
    })
}

/// The kernel prints the key signed, the server unsigned.
fn same_key(kernel: &str, server: &str) -> bool {
    match (kernel.parse::<i64>(), server.parse::<i64>()) {
        (Ok(kernel), Ok(server)) => kernel & 0xffff_ffff == server & 0xffff_ffff,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_compared_as_numbers() {
        assert!(same_key("-1", "4294967295"));
        assert!(same_key("5432001", "5432001"));
        assert!(!same_key("1", "2"));
        assert!(!same_key("key", "key"));
    }
}
