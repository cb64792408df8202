//! The server: found, initialised, started, and gone when dropped.
//!
//! Called by `rehearse`, the demo and our tests. It never touches another server, and nothing of it
//! outlives its process but a kept data directory: killed with us, swept by the next start.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use super::error::SandboxError;
use super::home::{self, Ground, Home};
use super::keeper::Keeper;
use super::launch::{Launch, START_LIMIT};
use super::options::{Kept, ServerOptions};
use super::programs::{Places, Programs, examine};
use super::{identity, template, wheel};
use crate::model::{Host, Secret, Target, TlsMode};
use crate::system::process::RunAs;
use crate::system::{ReadFiles as _, RealFiles, Session, WriteFiles as _, random, tree};

/// A running server; it ends and its folder goes when this is dropped.
#[derive(Debug)]
pub struct Server {
    // Dropped in this order: the process, then its folder.
    keeper: Keeper,
    home: Home,
    programs: Programs,
    run_as: RunAs,
    data: PathBuf,
    port: u16,
    password: Option<Secret>,
}

impl Server {
    /// Starts a server of any version on a Unix socket.
    pub fn start() -> Result<Self, SandboxError> {
        Self::start_with(&ServerOptions::default())
    }

    /// Starts a server.
    pub fn start_with(options: &ServerOptions) -> Result<Self, SandboxError> {
        home::sweep();
        let programs = match &options.programs {
            Some(folder) => examine(folder).map_err(|why| SandboxError::NoPrograms {
                looked: format!("{}: {why}", folder.display()),
            })?,
            None => Places::of_environment().find(options.major)?,
        };
        match identity::choose(&programs) {
            Ok(run_as) => {
                let ground = if options.large || options.kept.is_some() {
                    Ground::Disk
                } else {
                    Ground::Memory
                };
                let home = Home::make(ground, identity::owner(run_as))?;
                Self::start_at(home, programs, run_as, options)
            }
            // The wheel lies in root's home, which nobody else can enter; from memory programs may
            // not run.
            Err(error) if !wheel::holds(&programs.folder) => Err(error),
            Err(_) => {
                let home = Home::make(Ground::Disk, Some(identity::NOBODY))?;
                let programs = wheel::lend(&programs, &home)?;
                let run_as = identity::choose(&programs)?;
                Self::start_at(home, programs, run_as, options)
            }
        }
    }

    /// Starts a server under an identity that was chosen, in a folder that it can enter.
    pub(super) fn start_at(
        home: Home,
        programs: Programs,
        run_as: RunAs,
        options: &ServerOptions,
    ) -> Result<Self, SandboxError> {
        let data = if let Some(kept) = &options.kept {
            kept_data(&programs, run_as, kept)?
        } else if programs.folder.starts_with(home.folder()) {
            // Programs that go with this server are no key for a copy that stays.
            template::initialise(&programs, run_as, &home.data())?;
            home.data()
        } else {
            template::fill(&programs, run_as, &home.data())?;
            home.data()
        };
        let launch = Launch {
            programs: &programs,
            run_as,
            home: &home,
            data: data.clone(),
            options,
        };
        let (keeper, port) = launch.start()?;
        let mut server = Self {
            keeper,
            home,
            programs,
            run_as,
            data,
            port,
            password: None,
        };
        if options.listens() {
            let password = options.password.clone();
            server.set_password(password.unwrap_or_else(|| Secret::new(random::hex(12))))?;
        }
        Ok(server)
    }

    /// The maintenance database over the socket, as superuser `postgres`, without a password.
    pub fn target(&self) -> Target {
        socket_target(&self.home, self.port)
    }

    /// The maintenance database over 127.0.0.1, with its password; none unless asked for.
    pub fn tcp_target(&self) -> Option<Target> {
        self.password.as_ref().map(|password| Target {
            password: Some(password.clone()),
            ..target(Host::Tcp(Ipv4Addr::LOCALHOST.to_string()), self.port)
        })
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.programs.major
    }

    /// All that `postgres --version` says of the version.
    pub fn version(&self) -> &str {
        &self.programs.version
    }

    /// A client program of the same version (`pg_dump`, `psql`), where the folder has it.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs.program(name)
    }

    /// Whether the server still runs.
    pub fn is_running(&self) -> bool {
        !self.keeper.has_ended()
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        self.keeper.log()
    }

    /// The command that starts a kept server again, for a shell.
    pub fn start_again(&self) -> String {
        let before = match self.run_as {
            RunAs::Ourselves => String::new(),
            RunAs::Namespace => "unshare --user ".to_owned(),
            RunAs::User(user, group) => {
                format!("setpriv --reuid={user} --regid={group} --clear-groups ")
            }
        };
        let program = self.programs.folder.join("postgres");
        format!("{before}{} -D {}", quoted(&program), quoted(&self.data))
    }

    fn set_password(&mut self, password: Secret) -> Result<(), SandboxError> {
        let failed = |why: String| SandboxError::Failed {
            program: "postgres",
            why,
        };
        let session = Session::connect(&self.target(), START_LIMIT)
            .map_err(|error| failed(error.to_string()))?;
        let literal = password.expose().replace('\'', "''");
        session
            .batch(&format!(
                "set standard_conforming_strings = on; set log_min_error_statement = panic; \
                 set password_encryption = 'scram-sha-256'; \
                 alter role postgres password '{literal}'"
            ))
            .map_err(|error| failed(error.to_string()))?;
        self.password = Some(password);
        Ok(())
    }
}

/// The data directory of a kept server; made whole or not at all, with an identifier of its own.
fn kept_data(programs: &Programs, run_as: RunAs, kept: &Kept) -> Result<PathBuf, SandboxError> {
    let data = kept.folder.join("data");
    if RealFiles.stat(&data)?.is_some() {
        return Ok(data);
    }
    RealFiles.create_folder(&kept.folder, 0o700)?;
    let owner = identity::owner(run_as);
    tree::give(&kept.folder, owner)?;
    let torn = kept.folder.join("data.torn");
    if RealFiles.stat(&torn)?.is_some() {
        RealFiles.remove_tree(&torn)?;
    }
    template::initialise(programs, run_as, &torn)?;
    RealFiles.rename(&torn, &data)?;
    Ok(data)
}

/// The maintenance database over the socket in a folder.
pub(super) fn socket_target(home: &Home, port: u16) -> Target {
    target(Host::Socket(home.folder().to_owned()), port)
}

fn target(host: Host, port: u16) -> Target {
    Target {
        host,
        port,
        user: "postgres".to_owned(),
        password: None,
        database: "postgres".to_owned(),
        tls: TlsMode::Disable,
        root_certificate: None,
    }
}

/// A path for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::system::ConnectError;
    use crate::system::process::Process;

    const LIMIT: Duration = Duration::from_secs(30);

    fn one(target: &Target, sql: &str) -> String {
        let session = Session::connect(target, LIMIT).unwrap();
        session.query(sql, &[]).unwrap()[0].get(0)
    }

    #[test]
    fn a_server_answers_and_is_gone_afterwards() {
        let server = Server::start().unwrap();
        let target = server.target();
        assert_eq!(one(&target, "select 'a'||'b'"), "ab");
        assert!(server.tcp_target().is_none());
        let folder = server.home.folder().to_owned();
        assert!(RealFiles.stat(&folder).unwrap().is_some());
        drop(server);
        assert!(Session::connect(&target, Duration::from_secs(1)).is_err());
        assert!(RealFiles.stat(&folder).unwrap().is_none());
    }

    #[test]
    fn a_server_outlives_the_thread_that_started_it() {
        let servers: Vec<Server> = (0..2)
            .map(|_| std::thread::spawn(|| Server::start().unwrap()))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        for server in &servers {
            assert_eq!(one(&server.target(), "select 'up'"), "up");
        }
        assert_ne!(servers[0].target(), servers[1].target());
    }

    #[test]
    fn over_tcp_the_password_counts() {
        let options = ServerOptions {
            tcp: true,
            settings: vec![("max_connections".to_owned(), "17".to_owned())],
            ..ServerOptions::default()
        };
        let server = Server::start_with(&options).unwrap();
        let target = server.tcp_target().unwrap();
        assert_eq!(one(&target, "show max_connections"), "17");
        let wrong = Target {
            password: Some(Secret::new("wrong")),
            ..target
        };
        match Session::connect(&wrong, LIMIT) {
            Err(ConnectError::Refused { error, .. }) => {
                assert_eq!(error.sqlstate.as_deref(), Some("28P01"));
            }
            other => panic!("{:?}", other.err()),
        }
    }

    #[test]
    fn a_kept_server_starts_again_with_its_data() {
        let above = tempfile::tempdir().unwrap();
        let mut options = ServerOptions {
            password: Some(Secret::new("it's")),
            kept: Some(Kept {
                folder: above.path().join("with space"),
                port: None,
            }),
            ..ServerOptions::default()
        };
        let server = Server::start_with(&options).unwrap();
        let target = server.tcp_target().unwrap();
        Session::connect(&target, LIMIT)
            .unwrap()
            .batch("create table kept as select 'still here' as what")
            .unwrap();
        let again = server.start_again();
        options.kept.as_mut().unwrap().port = Some(server.port);
        drop(server);
        let mut by_hand = Process::new("/bin/sh")
            .args(["-c", &format!("exec {again}")])
            .spawn(Stdio::null(), Stdio::null(), Stdio::null())
            .unwrap();
        while Session::connect(&target, LIMIT).is_err() {
            std::thread::yield_now();
        }
        by_hand.signal(rustix::process::Signal::INT);
        by_hand.wait_until(Instant::now() + LIMIT).unwrap();
        let server = Server::start_with(&options).unwrap();
        assert_eq!(server.tcp_target().unwrap(), target);
        assert_eq!(one(&target, "select what from kept"), "still here");
    }

    #[test]
    fn nobody_serves_where_root_has_no_namespace() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let nobody = RunAs::User(identity::NOBODY.0, identity::NOBODY.1);
        let start = |home, programs| {
            Server::start_at(home, programs, nobody, &ServerOptions::default()).unwrap()
        };
        let home = || Home::make(Ground::Disk, Some(identity::NOBODY)).unwrap();
        let system = start(home(), Places::of_environment().find(None).unwrap());
        let lent = home();
        let programs = examine(&wheel::programs().unwrap()).unwrap();
        assert!(wheel::holds(&programs.folder) && !wheel::holds(&system.programs.folder));
        let programs = wheel::lend(&programs, &lent).unwrap();
        let lent = start(lent, programs);
        for server in [system, lent] {
            assert_eq!(one(&server.target(), "select 'up'"), "up");
            let folder = server.home.folder().to_owned();
            drop(server);
            assert!(RealFiles.stat(&folder).unwrap().is_none());
        }
    }

    #[test]
    fn a_setting_that_postgres_rejects_is_told() {
        let options = ServerOptions {
            settings: vec![("no_such_setting".to_owned(), "1".to_owned())],
            ..ServerOptions::default()
        };
        let error = Server::start_with(&options).unwrap_err().to_string();
        assert!(error.contains("no_such_setting"), "{error}");
    }
}
