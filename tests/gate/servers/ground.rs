//! What the tests of servers stand on: databases in every state of fullness, three roles, and the
//! judgement of the rules of production over what the survey sees.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use redistill::evidence::{DatabaseEvidence, Evidence, ModuleEvidence, Observed};
use redistill::model::{Chain, Host, Module, QualifiedName, Target};
use redistill::rules::{Finding, Scope, Sources, assess};
use redistill::sandbox::{Server, ServerOptions};
use redistill::survey::database;
use redistill::system::Session;

pub const LIMIT: Duration = Duration::from_secs(30);

/// An ordinary role that owns its databases, one of `pg_monitor`, a superuser.
pub const ROLES: [&str; 3] = ["dev", "watch", "postgres"];

/// How full a database is, and how much of that a role can tell.
pub struct Fullness {
    pub database: &'static str,
    /// Run as its owner.
    pub owner: &'static str,
    /// Run as superuser.
    pub superuser: &'static str,
    /// Whether there are rows, or may be.
    pub has_rows: bool,
    /// Whether all but superusers cannot tell.
    pub is_hidden: bool,
}

const fn fullness(database: &'static str, owner: &'static str, has_rows: bool) -> Fullness {
    Fullness {
        database,
        owner,
        superuser: "",
        has_rows,
        is_hidden: false,
    }
}

pub const FULLNESS: [Fullness; 9] = [
    fullness("empty", "CREATE TABLE notes (id int)", false),
    fullness(
        "rows",
        "CREATE TABLE notes AS SELECT generate_series(1, 3) AS id",
        true,
    ),
    fullness(
        "many",
        "CREATE TABLE notes AS SELECT generate_series(1, 10001) AS id",
        true,
    ),
    fullness(
        "gone",
        "CREATE TABLE notes AS SELECT generate_series(1, 3) AS id; DELETE FROM notes",
        false,
    ),
    fullness(
        "parted",
        "CREATE TABLE notes (id int) PARTITION BY RANGE (id); \
         CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM (0) TO (9); \
         CREATE TABLE notes_2 PARTITION OF notes DEFAULT; INSERT INTO notes VALUES (100)",
        true,
    ),
    fullness(
        "inherited",
        "CREATE TABLE notes (id int); CREATE TABLE child () INHERITS (notes); \
         INSERT INTO child VALUES (1)",
        true,
    ),
    Fullness {
        is_hidden: true,
        ..fullness(
            "forced",
            "CREATE TABLE notes AS SELECT 1 AS id; ALTER TABLE notes ENABLE ROW LEVEL SECURITY; \
             ALTER TABLE notes FORCE ROW LEVEL SECURITY",
            true,
        )
    },
    Fullness {
        superuser: "CREATE TABLE secret AS SELECT 1 AS id",
        is_hidden: true,
        ..fullness("closed", "", true)
    },
    Fullness {
        superuser: "CREATE FOREIGN DATA WRAPPER nobody; \
                    CREATE SERVER elsewhere FOREIGN DATA WRAPPER nobody; \
                    CREATE FOREIGN TABLE far (id int) SERVER elsewhere",
        ..fullness("abroad", "", true)
    },
];

/// A server with these settings and all databases.
pub fn server(settings: &[(&str, &str)]) -> Server {
    server_of(None, settings)
}

/// The same of a version, or of what stands in for it.
pub fn server_of(major: Option<u32>, settings: &[(&str, &str)]) -> Server {
    let server = Server::start_with(&ServerOptions {
        major,
        settings: settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..ServerOptions::default()
    })
    .unwrap();
    let target = server.target();
    sql(
        &target,
        "CREATE ROLE dev LOGIN; CREATE ROLE watch LOGIN IN ROLE pg_monitor",
    );
    for state in &FULLNESS {
        create(&target, state.database, state.owner);
        sql(&target.with_database(state.database), state.superuser);
    }
    server
}

/// A database of `dev` with a version table.
pub fn create(server: &Target, name: &str, tables: &str) {
    sql(server, &format!("CREATE DATABASE {name} OWNER dev"));
    let database = role(&server.with_database(name), "dev");
    sql(
        &database,
        &format!(
            "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); \
             INSERT INTO alembic_version VALUES ('a1'); {tables}; \
             GRANT SELECT ON ALL TABLES IN SCHEMA public TO watch"
        ),
    );
}

pub fn role(target: &Target, user: &str) -> Target {
    Target {
        user: user.to_owned(),
        ..target.clone()
    }
}

pub fn connect(target: &Target) -> Session {
    Session::connect(target, LIMIT).unwrap()
}

pub fn sql(target: &Target, statements: &str) {
    connect(target).batch(statements).unwrap();
}

/// The first column of the first row.
pub fn value(target: &Target, query: &str) -> String {
    let rows = connect(target).simple(query).unwrap();
    rows[0][0].clone().unwrap_or_default()
}

/// What the survey sees.
pub fn observe(target: &Target) -> Observed<DatabaseEvidence> {
    let table = QualifiedName {
        schema: "public".to_owned(),
        name: "alembic_version".to_owned(),
    };
    let session = match Session::connect(target, LIMIT) {
        Ok(session) => session,
        Err(error) => {
            return Observed::Unavailable {
                why: error.to_string(),
            };
        }
    };
    match database::observe(&session, target, &table, &[]) {
        Ok(database) => Observed::Seen(database),
        Err(error) => Observed::Unavailable {
            why: error.to_string(),
        },
    }
}

/// The evidence of a project with one module in this database.
pub fn evidence(database: Observed<DatabaseEvidence>) -> Evidence {
    let directory = PathBuf::from("/p/shop");
    Evidence::of(
        PathBuf::from("/p"),
        vec![ModuleEvidence {
            database,
            ..ModuleEvidence::of(Module::plain("shop", directory), Chain::default())
        }],
    )
}

/// What the rules of production say.
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = assess(evidence, &Sources::default(), Scope::Full);
    findings.retain(|finding| finding.code.starts_with("RD1"));
    findings
}

/// Waits for a condition of the world; how long is the test's own limit.
pub fn wait_for(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

/// A real standby, made by `pg_basebackup`.
pub struct Standby {
    process: Child,
    folder: tempfile::TempDir,
}

impl Standby {
    /// Copies a server and follows it.
    pub fn of(primary: &Server) -> Self {
        let target = primary.target();
        let Host::Socket(socket) = &target.host else {
            panic!("the server listens on a socket")
        };
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        run(Command::new(primary.program("pg_basebackup").unwrap())
            .arg("-h")
            .arg(socket)
            .args(["-p", &target.port.to_string(), "-U", "postgres"])
            .args(["-X", "stream", "-c", "fast", "-R", "-D"])
            .arg(&data));
        // The server may run under another identity than the test.
        let again = primary.start_again();
        let (program, original) = again.split_once(" -D ").unwrap();
        run(Command::new("chown")
            .args(["-R", "--reference", original])
            .arg(folder.path()));
        let process = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!(
                "exec {program} -D {} -k {} -h '' -p 5432 -c unix_socket_permissions=0777 \
                 -c fsync=off -c shared_buffers=16MB -c dynamic_shared_memory_type=mmap",
                data.display(),
                folder.path().display()
            ))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let standby = Self { process, folder };
        wait_for(|| Session::connect(&standby.target(), LIMIT).is_ok());
        let attached = "SELECT count(*) FROM pg_stat_replication";
        wait_for(|| value(&target, attached) != "0");
        let receiving = "SELECT count(*) FROM pg_stat_wal_receiver";
        wait_for(|| value(&standby.target(), receiving) != "0");
        standby
    }

    pub fn target(&self) -> Target {
        Target {
            host: Host::Socket(self.folder.path().to_owned()),
            port: 5432,
            user: "postgres".to_owned(),
            password: None,
            database: "postgres".to_owned(),
            tls: redistill::model::TlsMode::Disable,
            root_certificate: None,
        }
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        signal("-INT", &self.process.id().to_string());
        let _ = self.process.wait();
    }
}

/// Sends a signal.
pub fn signal(which: &str, process: &str) {
    run(Command::new("kill").args([which, process]));
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
