//! What remains of a server whose owner is killed: nothing.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::home::{Ground, Home};
use super::options::ServerOptions;
use super::programs::Places;
use super::{Server, home, identity, wheel};
use crate::model::{Host, Target};
use crate::system::process::{Process, RunAs};
use crate::system::{ReadFiles as _, RealFiles, Session};

const LIMIT: Duration = Duration::from_secs(30);

/// A server under each identity that this user can give it.
fn servers() -> Vec<Server> {
    let large = ServerOptions {
        large: true,
        ..ServerOptions::default()
    };
    let mut servers = vec![
        Server::start().unwrap(),
        Server::start_with(&large).unwrap(),
    ];
    if rustix::process::geteuid().is_root() {
        let (user, group) = identity::NOBODY;
        let home = Home::make(Ground::Disk, Some(identity::NOBODY)).unwrap();
        let programs = Places::of_environment().find(None).unwrap();
        let nobody = RunAs::User(user, group);
        let options = ServerOptions::default();
        servers.push(Server::start_at(home, programs, nobody, &options).unwrap());
    }
    servers
}

/// Not a test: the process that `a_killed_owner_leaves_nothing` kills.
#[test]
#[ignore = "a part of `a_killed_owner_leaves_nothing`"]
fn owner_that_waits() {
    let servers = servers();
    for server in &servers {
        if let Host::Socket(folder) = server.target().host {
            println!("\nfolder={}", folder.display());
        }
    }
    println!("\nready");
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
    let folders: Vec<PathBuf> = BufReader::new(owner.take_stdout().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| line != "ready")
        .filter_map(|line| line.strip_prefix("folder=").map(PathBuf::from))
        .collect();
    let ours = Server::start().unwrap();
    let dying: Vec<Dying> = folders.iter().map(|folder| Dying::of(folder)).collect();
    assert!(!dying.is_empty());
    for folder in &folders {
        let target = Target {
            host: Host::Socket(folder.clone()),
            ..ours.target()
        };
        Session::connect(&target, LIMIT).unwrap();
    }
    assert!(
        dying
            .iter()
            .all(|server| server.lives() && server.has_segment())
    );

    owner.end();
    let deadline = Instant::now() + LIMIT;
    while dying.iter().any(Dying::lives) {
        assert!(Instant::now() < deadline, "a postmaster lives on");
        std::thread::yield_now();
    }
    // Another test's start may be sweeping at the same time.
    let is_there = |folder: &PathBuf| RealFiles.stat(folder).unwrap().is_some();
    while folders.iter().any(is_there) {
        assert!(Instant::now() < deadline, "a folder stays");
        home::sweep();
    }
    assert!(!dying.iter().any(Dying::has_segment), "{}", segments());
    Session::connect(&ours.target(), LIMIT).unwrap();
}

/// What a server has in the kernel.
struct Dying {
    process: String,
    segment: String,
}

impl Dying {
    fn of(folder: &Path) -> Self {
        let text = RealFiles.read(&folder.join("data/postmaster.pid")).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        Self {
            process: format!("/proc/{}/cwd", lines[0]),
            segment: lines[6].split_whitespace().nth(1).unwrap().to_owned(),
        }
    }

    fn lives(&self) -> bool {
        RealFiles.canonical(Path::new(&self.process)).is_ok()
    }

    fn has_segment(&self) -> bool {
        segments()
            .lines()
            .any(|line| line.split_whitespace().nth(1) == Some(self.segment.as_str()))
    }
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
