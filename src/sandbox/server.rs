//! The server: found, initialised, started, and gone when dropped.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::error::SandboxError;
use crate::model::{Host, Target, TlsMode};
use crate::system::process::{Process, RunAs, Running};
use crate::system::{Session, environment};

/// A running server; it ends and its folder goes when this is dropped.
pub struct Server {
    _process: Running,
    folder: tempfile::TempDir,
    port: u16,
}

impl Server {
    /// Starts a server on a Unix socket.
    pub fn start() -> Result<Self, SandboxError> {
        let initdb =
            environment::find_program("initdb").ok_or_else(|| SandboxError::NoPrograms {
                looked: "PATH".to_owned(),
            })?;
        let postgres =
            environment::find_program("postgres").ok_or_else(|| SandboxError::NoPrograms {
                looked: "PATH".to_owned(),
            })?;
        let folder = tempfile::Builder::new().prefix("redistill-pg-").tempdir()?;
        let data = folder.path().join("data");
        let run_as = if rustix::process::geteuid().is_root() {
            RunAs::Namespace
        } else {
            RunAs::Ourselves
        };
        let output = Process::new(initdb)
            .args([
                "--no-sync",
                "-A",
                "trust",
                "--locale=C",
                "-E",
                "UTF8",
                "-U",
                "postgres",
                "-D",
            ])
            .arg(&data)
            .run_as(run_as)
            .output(Duration::from_secs(120))?;
        if !output.status.success() {
            return Err(SandboxError::Failed {
                program: "initdb",
                why: output.text(),
            });
        }
        let port = 5432;
        let mut process = Process::new(postgres)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args([
                "-h",
                "",
                "-p",
                "5432",
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
            ])
            .args(["-c", "full_page_writes=off", "-c", "shared_buffers=16MB"])
            .run_as(run_as)
            .spawn(Stdio::null(), Stdio::null(), Stdio::null())?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let target = target(folder.path().to_owned(), port);
        while let Err(error) = Session::connect(&target, Duration::from_secs(5)) {
            if Instant::now() > deadline || process.try_wait()?.is_some() {
                return Err(SandboxError::Failed {
                    program: "postgres",
                    why: error.to_string(),
                });
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Ok(Self {
            _process: process,
            folder,
            port,
        })
    }

    /// The maintenance database, as superuser `postgres`.
    pub fn target(&self) -> Target {
        target(self.folder.path().to_owned(), self.port)
    }
}

fn target(folder: PathBuf, port: u16) -> Target {
    Target {
        host: Host::Socket(folder),
        port,
        user: "postgres".to_owned(),
        password: None,
        database: "postgres".to_owned(),
        tls: TlsMode::Disable,
        root_certificate: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_and_is_gone_afterwards() {
        let server = Server::start().unwrap();
        let target = server.target();
        let session = Session::connect(&target, Duration::from_secs(10)).unwrap();
        let rows = session.query("select 1 + 1", &[]).unwrap();
        assert_eq!(rows[0].get::<_, i32>(0), 2);
        drop(server);
        assert!(Session::connect(&target, Duration::from_secs(1)).is_err());
    }
}
