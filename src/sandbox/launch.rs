//! From a data directory to a process that answers.
//!
//! Called by `server`.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::error::{SandboxError, tail};
use super::home::Home;
use super::identity;
use super::keeper::Keeper;
use super::options::ServerOptions;
use super::programs::Programs;
use super::server::socket_target;
use crate::model::Target;
use crate::system::process::{Process, RunAs};
use crate::system::{RealFiles, Session, WriteFiles as _, tree};

/// How long a server may take until it answers.
pub(super) const START_LIMIT: Duration = Duration::from_mins(1);

/// A free port can be taken by somebody else before the server takes it.
const PORT_ATTEMPTS: usize = 5;

/// Nothing in a scratch server must survive a power cut.
const SETTINGS: [&str; 9] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=16MB",
    // Files in the data directory instead of /dev/shm, where a kill would leave them.
    "dynamic_shared_memory_type=mmap",
    "unix_socket_permissions=0700",
    "timezone=UTC",
];

/// All that a process needs.
pub(super) struct Launch<'a> {
    pub(super) programs: &'a Programs,
    pub(super) run_as: RunAs,
    /// Where the socket is.
    pub(super) home: &'a Home,
    /// The data directory.
    pub(super) data: PathBuf,
    pub(super) options: &'a ServerOptions,
}

impl Launch<'_> {
    /// Starts the process and waits until it answers; chooses another port if the first was taken.
    pub(super) fn start(&self) -> Result<(Keeper, u16), SandboxError> {
        let fixed = self.options.kept.as_ref().and_then(|kept| kept.port);
        let tcp = self.options.listens();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let port = match (fixed, tcp) {
                (Some(port), _) => port,
                (None, true) => free_port()?,
                (None, false) => 5432,
            };
            if self.options.kept.is_some() {
                self.remember(port)?;
            }
            let keeper = Keeper::start(self.command(port))?;
            match wait(&keeper, &socket_target(self.home, port)) {
                Ok(()) => return Ok((keeper, port)),
                Err(error) => {
                    let was_taken = tcp && fixed.is_none() && !is_free(port);
                    if !was_taken || attempt == PORT_ATTEMPTS {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn command(&self, port: u16) -> Process {
        let address = if self.options.listens() {
            "127.0.0.1"
        } else {
            ""
        };
        let mut process = Process::new(self.programs.folder.join("postgres"))
            .arg("-D")
            .arg(&self.data)
            .arg("-k")
            .arg(self.home.folder())
            .args(["-h", address, "-p", &port.to_string()])
            .env("LC_ALL", "C")
            .env_remove("PGDATA")
            .directory("/")
            .run_as(self.run_as);
        for setting in SETTINGS {
            process = process.args(["-c", setting]);
        }
        for (name, value) in &self.options.settings {
            process = process.arg("-c").arg(format!("{name}={value}"));
        }
        process
    }

    /// Writes into a kept data directory what a plain `postgres -D` needs to know.
    fn remember(&self, port: u16) -> Result<(), SandboxError> {
        let path = self.data.join("postgresql.auto.conf");
        let text = format!(
            "# How redistill started this server.\nlisten_addresses = '127.0.0.1'\n\
             port = {port}\nunix_socket_directories = ''\n"
        );
        RealFiles.replace(&path, text.as_bytes(), 0o600)?;
        Ok(tree::give(&path, identity::owner(self.run_as))?)
    }
}

fn wait(keeper: &Keeper, target: &Target) -> Result<(), SandboxError> {
    let deadline = Instant::now() + START_LIMIT;
    while let Err(error) = Session::connect(target, Duration::from_secs(5)) {
        if keeper.has_ended() || Instant::now() > deadline {
            let log = tail(&keeper.log());
            return Err(SandboxError::Failed {
                program: "postgres",
                why: if log.is_empty() {
                    error.to_string()
                } else {
                    log
                },
            });
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    Ok(())
}

fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
