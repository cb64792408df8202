//! Sessions against a real server. Here, because `system` may not know of the sandbox.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use super::{Server, ServerOptions};
use crate::model::{Host, Secret, Target, TlsMode};
use crate::system::process::Process;
use crate::system::{ConnectError, Session, WriteFiles as _};

const LIMIT: Duration = Duration::from_secs(30);

fn tcp_server() -> Server {
    let options = ServerOptions {
        tcp: true,
        ..ServerOptions::default()
    };
    Server::start_with(&options).unwrap()
}

#[test]
fn rows_come_as_the_server_writes_them() {
    let server = Server::start().unwrap();
    let session = Session::connect(&server.target(), LIMIT).unwrap();
    let rows = session
        .simple("select 1.50::numeric, null; select true, ''")
        .unwrap();
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(rows, [[text("1.50"), None], [text("t"), text("")]]);
    let error = session
        .simple("select 1; select no_such_column")
        .unwrap_err();
    assert_eq!(error.sqlstate.as_deref(), Some("42703"));
}

#[test]
fn a_statement_is_cancelled_from_another_thread() {
    let server = Server::start().unwrap();
    let session = Session::connect(&server.target(), LIMIT).unwrap();
    let watcher = Session::connect(&server.target(), LIMIT).unwrap();
    let pid = session.backend_pid().unwrap();
    let canceller = session.canceller();
    let error = std::thread::scope(|scope| {
        let running = scope.spawn(|| session.batch("select pg_sleep(600)").unwrap_err());
        let is_asleep = "select 1 from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'";
        while watcher.query(is_asleep, &[&pid]).unwrap().is_empty() {
            std::thread::yield_now();
        }
        canceller.cancel(LIMIT).unwrap();
        running.join().unwrap()
    });
    assert_eq!(error.sqlstate.as_deref(), Some("57014"));
    assert_eq!(session.backend_pid().unwrap(), pid);
}

#[test]
fn a_session_knows_that_its_server_went_away() {
    let server = Server::start().unwrap();
    let session = Session::connect(&server.target(), LIMIT).unwrap();
    assert!(!session.is_closed());
    drop(server);
    assert!(session.batch("select 1").is_err());
    assert!(session.is_closed());
}

#[test]
fn wrong_password_missing_database_and_nobody_there_are_told_apart() {
    let server = tcp_server();
    let target = server.tcp_target().unwrap();
    let refused = |target: &Target| Session::connect(target, LIMIT).unwrap_err();
    let wrong = refused(&Target {
        password: Some(Secret::new("hunter2")),
        ..target.clone()
    });
    assert!(wrong.is_wrong_password());
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"));
    let none = refused(&Target {
        password: None,
        ..target.clone()
    });
    assert!(none.is_wrong_password());
    assert!(format!("{none:?}").contains("no password was given"));
    let missing = refused(&target.with_database("no_such_database"));
    assert!(missing.is_missing_database() && !missing.is_wrong_password());
    drop(server);
    assert!(matches!(refused(&target), ConnectError::Unreachable { .. }));
    let socket = refused(&Target {
        host: Host::Socket(PathBuf::from("/nonexistent")),
        ..target
    });
    assert!(matches!(socket, ConnectError::Unreachable { .. }));
}

/// Certificates: an authority, a server's for `localhost`, another authority, a self-signed one.
struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Self { folder };
        for name in ["ca", "other"] {
            made.openssl(&[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                &format!("/CN={name}"),
                "-keyout",
                &format!("{name}.key"),
                "-out",
                &format!("{name}.crt"),
                "-addext",
                "basicConstraints=critical,CA:TRUE",
            ]);
        }
        made.openssl(&[
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ]);
        crate::system::RealFiles
            .write_new(
                &made.path("san"),
                b"subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
                0o600,
            )
            .unwrap();
        made.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "3650",
            "-extfile",
            "san",
            "-out",
            "server.crt",
        ]);
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) {
        static OPENSSL: LazyLock<PathBuf> =
            LazyLock::new(|| crate::system::environment::find_program("openssl").unwrap());
        let output = Process::new(OPENSSL.as_path())
            .args(arguments)
            .directory(self.folder.path())
            .output(LIMIT)
            .unwrap();
        assert!(output.status.success(), "{}", output.text());
    }

    fn server(&self) -> Server {
        let setting = |name: &str, path: &Path| (name.to_owned(), path.display().to_string());
        let options = ServerOptions {
            tcp: true,
            settings: vec![
                ("ssl".to_owned(), "on".to_owned()),
                setting("ssl_cert_file", &self.path("server.crt")),
                setting("ssl_key_file", &self.path("server.key")),
            ],
            ..ServerOptions::default()
        };
        Server::start_with(&options).unwrap()
    }
}

/// `tls`, `plain`, or what went wrong.
fn way(target: &Target) -> String {
    let asked = "select case when ssl then 'tls' else 'plain' end \
                 from pg_stat_ssl where pid = pg_backend_pid()";
    match Session::connect(target, LIMIT) {
        Ok(session) => session.query(asked, &[]).unwrap()[0].get(0),
        Err(ConnectError::Unprotected { .. }) => "unprotected".to_owned(),
        Err(other) => other.to_string(),
    }
}

#[test]
fn every_sslmode_means_what_libpq_means() {
    let certificates = Certificates::make();
    let server = certificates.server();
    let (right, wrong) = ("localhost", "127.0.0.1");
    let (ca, other) = (Some("ca.crt"), Some("other.crt"));
    let own = Some("server.crt");
    let cases = [
        (TlsMode::Disable, wrong, None, "plain"),
        (TlsMode::Allow, wrong, None, "plain"),
        (TlsMode::Prefer, wrong, None, "tls"),
        (TlsMode::Require, wrong, None, "tls"),
        (TlsMode::Require, wrong, ca, "tls"),
        (TlsMode::Require, wrong, other, "unprotected"),
        (TlsMode::VerifyCa, wrong, ca, "tls"),
        (TlsMode::VerifyCa, wrong, own, "tls"),
        (TlsMode::VerifyCa, wrong, other, "unprotected"),
        (TlsMode::VerifyCa, wrong, None, "unprotected"),
        (TlsMode::VerifyCa, wrong, Some("missing.crt"), "unprotected"),
        (TlsMode::VerifyFull, right, ca, "tls"),
        (TlsMode::VerifyFull, right, own, "tls"),
        (TlsMode::VerifyFull, wrong, ca, "unprotected"),
        (TlsMode::VerifyFull, wrong, own, "unprotected"),
        (TlsMode::VerifyFull, right, other, "unprotected"),
    ];
    for (tls, host, root, expected) in cases {
        let target = Target {
            host: Host::Tcp(host.to_owned()),
            tls,
            root_certificate: root.map(|name| certificates.path(name)),
            ..server.tcp_target().unwrap()
        };
        assert_eq!(way(&target), expected, "{tls:?} {host} {root:?}");
    }
}

#[test]
fn a_server_without_tls_is_refused_only_by_those_who_ask_for_it() {
    let server = tcp_server();
    for (tls, expected) in [
        (TlsMode::Allow, "plain"),
        (TlsMode::Prefer, "plain"),
        (TlsMode::Require, "unprotected"),
        (TlsMode::VerifyFull, "unprotected"),
    ] {
        let target = Target {
            tls,
            ..server.tcp_target().unwrap()
        };
        assert_eq!(way(&target), expected, "{tls:?}");
    }
}
