//! What remains of a server whose owner is killed: nothing.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::options::ServerOptions;
use super::{Server, home, wheel};
use crate::model::{Host, Target};
use crate::system::process::Process;
use crate::system::{ReadFiles as _, RealFiles, Session};

const LIMIT: Duration = Duration::from_secs(30);

/// Not a test: the process that `a_killed_owner_leaves_nothing` kills.
#[test]
#[ignore = "a part of `a_killed_owner_leaves_nothing`"]
fn owner_that_waits() {
    let server = Server::start().unwrap();
    if let Host::Socket(folder) = server.target().host {
        println!("\nfolder={}", folder.display());
    }
    let _ = std::io::stdin().read(&mut [0]);
}

fn segments() -> String {
    String::from_utf8(RealFiles.read(Path::new("/proc/sysvipc/shm")).unwrap()).unwrap()
}

#[test]
fn a_killed_owner_leaves_nothing() {
    let mut owner = Process::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("sandbox::crash::owner_that_waits")
        .spawn(Stdio::piped(), Stdio::piped(), Stdio::null())
        .unwrap();
    let folder = BufReader::new(owner.take_stdout().unwrap())
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("folder=").map(PathBuf::from))
        .unwrap();
    let ours = Server::start().unwrap();
    let target = Target {
        host: Host::Socket(folder.clone()),
        ..ours.target()
    };
    Session::connect(&target, LIMIT).unwrap();
    let pid_file = RealFiles.read(&folder.join("data/postmaster.pid")).unwrap();
    let pid_file = String::from_utf8(pid_file).unwrap();
    let segment = pid_file
        .lines()
        .nth(6)
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap();
    let is_listed = || {
        segments()
            .lines()
            .any(|line| line.split_whitespace().nth(1) == Some(segment))
    };
    assert!(is_listed());

    owner.end();
    let postmaster = format!("/proc/{}/cwd", pid_file.lines().next().unwrap());
    let deadline = Instant::now() + LIMIT;
    while RealFiles.canonical(Path::new(&postmaster)).is_ok() {
        assert!(Instant::now() < deadline, "the postmaster lives on");
        std::thread::yield_now();
    }
    // Sessions of the dead server let go of the segment a moment later; whoever sweeps then
    // finds it. Another test's start may have swept already.
    while RealFiles.stat(&folder).unwrap().is_some() {
        assert!(Instant::now() < deadline, "the folder stays");
        home::sweep();
    }
    assert!(!is_listed(), "{}", segments());
    Session::connect(&ours.target(), LIMIT).unwrap();
}

#[test]
fn the_wheel_serves_where_the_system_has_nothing() {
    let options = ServerOptions {
        programs: Some(wheel::programs().unwrap()),
        ..ServerOptions::default()
    };
    let server = Server::start_with(&options).unwrap();
    assert_eq!(server.major(), 18);
    let session = Session::connect(&server.target(), LIMIT).unwrap();
    session.batch("create table t(); drop table t").unwrap();
    assert!(server.program("pg_dump").is_some());
}
