//! The server: found, initialised, started, and gone when dropped.
//!
//! Called by `rehearse`, the demo and our tests. It never touches another server, and nothing of it
//! outlives its process but a kept data directory: killed with us, swept by the next start.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::{SandboxError, tail};
use super::home::{self, Home};
use super::keeper::Keeper;
use super::options::{Kept, ServerOptions};
use super::programs::{Places, Programs, examine};
use super::{identity, template};
use crate::model::{Host, Secret, Target, TlsMode};
use crate::system::process::{Process, RunAs};
use crate::system::{ReadFiles as _, RealFiles, Session, WriteFiles as _, random, tree};

/// How long a server may take until it answers.
const START_LIMIT: Duration = Duration::from_mins(1);

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
        let run_as = identity::choose(&programs)?;
        let home = Home::make(identity::owner(run_as))?;
        let data = if let Some(kept) = &options.kept {
            kept_data(&programs, run_as, kept)?
        } else {
            template::fill(&programs, run_as, &home.data())?;
            home.data()
        };
        let tcp = options.tcp || options.kept.is_some();
        let (keeper, port) = launch(&programs, run_as, &home, &data, tcp, options)?;
        let mut server = Self {
            keeper,
            home,
            programs,
            run_as,
            data,
            port,
            password: None,
        };
        if tcp {
            let password = options.password.clone();
            server.set_password(password.unwrap_or_else(|| Secret::new(random::hex(12))))?;
        }
        Ok(server)
    }

    /// The maintenance database over the socket, as superuser `postgres`, without a password.
    pub fn target(&self) -> Target {
        target(Host::Socket(self.home.folder().to_owned()), self.port)
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

/// Starts the process and waits until it answers; chooses another port if the first was taken.
fn launch(
    programs: &Programs,
    run_as: RunAs,
    home: &Home,
    data: &Path,
    tcp: bool,
    options: &ServerOptions,
) -> Result<(Keeper, u16), SandboxError> {
    let fixed = options.kept.as_ref().and_then(|kept| kept.port);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let port = match (fixed, tcp) {
            (Some(port), _) => port,
            (None, true) => free_port()?,
            (None, false) => 5432,
        };
        if options.kept.is_some() {
            remember(data, port, identity::owner(run_as))?;
        }
        let process = command(programs, run_as, home, data, tcp, port, options);
        let keeper = Keeper::start(process)?;
        let socket = target(Host::Socket(home.folder().to_owned()), port);
        match wait(&keeper, &socket) {
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

fn command(
    programs: &Programs,
    run_as: RunAs,
    home: &Home,
    data: &Path,
    tcp: bool,
    port: u16,
    options: &ServerOptions,
) -> Process {
    let address = if tcp { "127.0.0.1" } else { "" };
    let mut process = Process::new(programs.folder.join("postgres"))
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(home.folder())
        .args(["-h", address, "-p", &port.to_string()])
        .env("LC_ALL", "C")
        .env_remove("PGDATA")
        .directory("/")
        .run_as(run_as);
    for setting in SETTINGS {
        process = process.args(["-c", setting]);
    }
    for (name, value) in &options.settings {
        process = process.arg("-c").arg(format!("{name}={value}"));
    }
    process
}

/// Writes into a kept data directory what a plain `postgres -D` needs to know.
fn remember(data: &Path, port: u16, owner: Option<tree::Owner>) -> Result<(), SandboxError> {
    let path = data.join("postgresql.auto.conf");
    let text = format!(
        "# How redistill started this server.\nlisten_addresses = '127.0.0.1'\nport = {port}\n\
         unix_socket_directories = ''\n"
    );
    RealFiles.replace(&path, text.as_bytes(), 0o600)?;
    Ok(tree::give(&path, owner)?)
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

fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
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
    use super::*;
    use crate::system::ConnectError;

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
        assert!(server.start_again().contains("with space/data'"));
        options.kept.as_mut().unwrap().port = Some(server.port);
        drop(server);
        let server = Server::start_with(&options).unwrap();
        assert_eq!(server.tcp_target().unwrap(), target);
        assert_eq!(one(&target, "select what from kept"), "still here");
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
