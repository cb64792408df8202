//! Dumps of a live database: made by `pg_dump`, and proven on scratch before anything is dropped.
//!
//! ```text
//! live ── one snapshot ──┬── pg_dump ──▶ file
//!                        └── fingerprint of what will be dropped
//! scratch ◀── the whole dump: equal to live?
//!         ◀── drop, baseline, drop again, the dump's part: equal to live again?
//! ```
//!
//! Called by `engine` for the steps. Never writes to the live database.

use std::path::Path;
use std::time::Duration;

use thiserror::Error;

use super::copy::exclusion;
use super::{ScratchError, ScratchHost};
use crate::model::{Host, QualifiedName, Target, TlsMode};
use crate::plan::{Fingerprint, OwnObject, Rebuild};
use crate::sandbox::{SandboxError, client_program};
use crate::schema::{Catalog, Difference, compare};
use crate::survey::{catalog, rows};
use crate::system::process::Process;
use crate::system::{ConnectError, Session, SqlError, environment};

pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How long a dump may take.
const DUMP_LIMIT: Duration = Duration::from_hours(6);

/// Why there is no proven dump.
#[derive(Debug, Error)]
pub enum DumpError {
    /// There is no `pg_dump` that can read the server.
    #[error(transparent)]
    Program(#[from] SandboxError),
    /// It does not run.
    #[error("pg_dump cannot be run: {0}")]
    Start(#[from] std::io::Error),
    /// It ended with an error.
    #[error("pg_dump failed: {0}")]
    Failed(String),
    /// A server does not let us in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A question failed.
    #[error("a catalog query failed: {0}")]
    Sql(#[from] SqlError),
    /// No scratch database.
    #[error(transparent)]
    Scratch(Box<ScratchError>),
    /// A statement failed on scratch.
    #[error("on a scratch database, {doing} failed: {error} (at “{statement}”)")]
    Statement {
        /// `restoring the dump`, `dropping and building`, `bringing back`.
        doing: &'static str,
        /// The beginning of the statement.
        statement: String,
        /// Why.
        error: Box<SqlError>,
    },
    /// What came back is not what was dumped.
    #[error("on a scratch database, {doing} does not give the live database again: {what}")]
    Differs {
        /// As before.
        doing: &'static str,
        /// What differs.
        what: String,
    },
}

impl From<ScratchError> for DumpError {
    fn from(error: ScratchError) -> Self {
        Self::Scratch(Box::new(error))
    }
}

/// The `pg_dump` for a server of this major version, or a newer one.
pub fn program(major: u32) -> Result<std::path::PathBuf, DumpError> {
    Ok(client_program("pg_dump", major)?)
}

/// Writes the whole database into the file and gives what the own objects are at that moment.
pub fn dump(live: &Target, rebuild: &Rebuild, file: &Path) -> Result<Fingerprint, DumpError> {
    let session = Session::connect(live, CONNECT_LIMIT)?;
    let program = program(session.major()?)?;
    session.batch(catalog::READ_ONLY)?;
    session.batch("SET LOCAL statement_timeout = 0")?;
    let snapshot: String = session.query("SELECT pg_catalog.pg_export_snapshot()", &[])?[0].get(0);
    let found = fingerprint(&session, &rebuild.own, &rebuild.version_tables)?;
    let output = command(&program, live)
        .args(["--format=plain", "--inserts", "--rows-per-insert=200"])
        .args(["--encoding=UTF8", "--no-password", "--no-subscriptions"])
        .args(["--lock-wait-timeout=2000", "--snapshot"])
        .arg(&snapshot)
        .arg("--file")
        .arg(file)
        .output(DUMP_LIMIT)?;
    session.batch("ROLLBACK")?;
    if output.status.success() {
        Ok(found)
    } else {
        Err(DumpError::Failed(output.text().trim().to_owned()))
    }
}

/// The statements that build the schema of the whole database but these tables.
pub(super) fn schema(live: &Target, without: &[QualifiedName]) -> Result<String, DumpError> {
    let session = Session::connect(live, CONNECT_LIMIT)?;
    let program = program(session.major()?)?;
    drop(session);
    let output = command(&program, live)
        .args(["--format=plain", "--schema-only", "--encoding=UTF8"])
        .args([
            "--no-password",
            "--no-subscriptions",
            "--lock-wait-timeout=2000",
        ])
        .args(without.iter().map(exclusion))
        .output(DUMP_LIMIT)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(DumpError::Failed(output.text().trim().to_owned()))
    }
}

/// The objects that the role may not drop or alter, with their owners.
pub fn of_other_owners(live: &Target, objects: &[OwnObject]) -> Result<Vec<String>, DumpError> {
    let session = Session::connect(live, CONNECT_LIMIT)?;
    let rows = session.query(
        "SELECT kind, n.nspname::text, name, pg_catalog.pg_get_userbyid(owner)::text FROM ( \
           SELECT 'relation' AS kind, relnamespace AS space, relname::text AS name, relowner AS owner \
             FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
           UNION ALL SELECT 'type', typnamespace, typname::text, typowner FROM pg_catalog.pg_type \
             WHERE typtype IN ('e', 'd', 'r') \
           UNION ALL SELECT 'routine', pronamespace, proname || '(' || \
             pg_catalog.oidvectortypes(proargtypes) || ')', proowner FROM pg_catalog.pg_proc \
         ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.space \
         WHERE NOT pg_catalog.pg_has_role(owner, 'USAGE') ORDER BY 1, 2, 3",
        &[],
    )?;
    let foreign: Vec<[String; 4]> = rows
        .iter()
        .map(|row| [0, 1, 2, 3].map(|place| row.get(place)))
        .collect();
    let found = objects.iter().filter_map(|own| {
        let kind = match own.kind.as_str() {
            "table" | "view" | "materialized view" | "sequence" | "foreign table" => "relation",
            "enum" | "domain" | "range type" => "type",
            "function" | "procedure" | "aggregate" => "routine",
            _ => return None,
        };
        let is_it =
            |row: &&[String; 4]| row[0] == kind && row[1] == own.schema && row[2] == own.name;
        let [_, schema, name, owner] = foreign.iter().find(is_it)?;
        Some(format!("{} {schema}.{name} belongs to {owner}", own.kind))
    });
    Ok(found.collect())
}

/// The size of the database, as the server counts it.
pub fn size(live: &Target) -> Result<u64, DumpError> {
    let session = Session::connect(live, CONNECT_LIMIT)?;
    let rows = session.query(
        "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())",
        &[],
    )?;
    Ok(rows[0].get::<_, i64>(0).unsigned_abs())
}

/// Everything that leads to the database stands in the child's environment; nothing of ours does.
/// The name keeps it from being taken for a stranger while it leaves.
fn command(program: &Path, live: &Target) -> Process {
    let mut process = Process::new(program)
        .env_clear()
        .env("LC_ALL", "C")
        .env("PGAPPNAME", "redistill")
        .env("PGPORT", live.port.to_string())
        .env("PGUSER", &live.user)
        .env("PGDATABASE", &live.database)
        .env("PGSSLMODE", sslmode(live.tls));
    process = match &live.host {
        Host::Tcp(host) => process.env("PGHOST", host),
        Host::Socket(folder) => process.env("PGHOST", folder),
    };
    if let Some(password) = &live.password {
        process = process.env("PGPASSWORD", password.expose());
    }
    if let Some(root) = &live.root_certificate {
        process = process.env("PGSSLROOTCERT", root);
    }
    for name in ["PATH", "LD_LIBRARY_PATH", "HOME"] {
        if let Some(value) = environment::variable(name) {
            process = process.env(name, value);
        }
    }
    process
}

const fn sslmode(tls: TlsMode) -> &'static str {
    match tls {
        TlsMode::Disable => "disable",
        TlsMode::Allow => "allow",
        TlsMode::Prefer => "prefer",
        TlsMode::Require => "require",
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyFull => "verify-full",
    }
}

/// What these objects are, in the transaction that is open; its settings stay as they are.
pub fn fingerprint(
    session: &Session,
    objects: &[OwnObject],
    version_tables: &[QualifiedName],
) -> Result<Fingerprint, SqlError> {
    settled(session, || {
        let mut catalog = catalog::snapshot_within(session, version_tables)?;
        restrict(&mut catalog, objects);
        let rows = rows::rows_within(session, &catalog.tables())?;
        Ok(Fingerprint {
            catalog: catalog.digest(),
            rows: rows
                .into_iter()
                .map(|(table, digest)| (table, digest.count, digest.sha256))
                .collect(),
        })
    })
}

/// SHA-256 over the catalog of these objects, in the transaction that is open.
pub fn catalog_of(
    session: &Session,
    objects: &[OwnObject],
    version_tables: &[QualifiedName],
) -> Result<String, SqlError> {
    settled(session, || {
        let mut catalog = catalog::snapshot_within(session, version_tables)?;
        restrict(&mut catalog, objects);
        Ok(catalog.digest())
    })
}

/// Reads under the settings of a snapshot; those of the transaction stay as they are.
fn settled<T>(
    session: &Session,
    read: impl FnOnce() -> Result<T, SqlError>,
) -> Result<T, SqlError> {
    session.batch(
        "SAVEPOINT redistill_fingerprint; SET LOCAL search_path = pg_catalog; \
         SET LOCAL row_security = off; SET LOCAL timezone = 'UTC'; \
         SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; \
         SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1",
    )?;
    let found = read()?;
    session.batch(
        "ROLLBACK TO SAVEPOINT redistill_fingerprint; RELEASE SAVEPOINT redistill_fingerprint",
    )?;
    Ok(found)
}

/// Keeps these objects, and what belongs to them.
pub(super) fn restrict(catalog: &mut Catalog, objects: &[OwnObject]) {
    let is_own = |schema: &str, kind: Option<&str>, name: &str| {
        objects.iter().any(|own| {
            own.schema == schema && own.name == name && kind.is_none_or(|kind| kind == own.kind)
        })
    };
    catalog.objects.retain(|key, _| {
        if key.table.is_empty() {
            is_own(&key.schema, Some(&key.kind), &key.name)
        } else {
            is_own(&key.schema, None, &key.table)
        }
    });
}

/// Everything that must come back.
struct Whole {
    catalog: Catalog,
    rows: Vec<String>,
    sequences: Vec<String>,
}

impl Whole {
    fn of(session: &Session, version_tables: &[QualifiedName]) -> Result<Self, SqlError> {
        let catalog = catalog::snapshot(session, version_tables)?;
        let digests = rows::rows(session, &catalog.tables())?;
        let rows = digests
            .iter()
            .map(|(table, digest)| format!("{table} {} {}", digest.count, digest.sha256))
            .collect();
        let sequences = rows::sequence_values(session)?
            .iter()
            .map(|v| format!("{} {} {}", v.sequence, v.last_value, v.is_called))
            .collect();
        Ok(Self {
            catalog,
            rows,
            sequences,
        })
    }

    /// Extensions come back in the version that the server has; they are never dropped.
    fn refuse_other(&self, other: &Self, doing: &'static str) -> Result<(), DumpError> {
        let mut what: Vec<String> = compare(&self.catalog, &other.catalog)
            .iter()
            .map(Difference::object)
            .filter(|object| object.kind != "extension")
            .map(ToString::to_string)
            .collect();
        what.dedup();
        for (here, there) in [
            (&self.rows, &other.rows),
            (&self.sequences, &other.sequences),
        ] {
            let missing = here.iter().filter(|line| !there.contains(line));
            what.extend(missing.map(|line| {
                let name = line.split(' ').next().unwrap_or(line);
                format!("the contents of {name}")
            }));
        }
        if what.is_empty() {
            return Ok(());
        }
        Err(DumpError::Differs {
            doing,
            what: what.join(", "),
        })
    }
}

/// Restores on a scratch database, drops and builds, brings back; compares with the live database
/// both times.
pub fn prove(
    host: &ScratchHost,
    live: &Target,
    rebuild: &Rebuild,
    whole: &[&str],
    back: &[&str],
) -> Result<(), DumpError> {
    let session = Session::connect(live, CONNECT_LIMIT)?;
    let expected = Whole::of(&session, &rebuild.version_tables)?;
    host.lend_roles(&session)?;
    drop(session);
    let scratch = host.create("d")?;
    let session = scratch.connect()?;
    let doing = "restoring the dump";
    run(&session, whole.iter().copied(), doing)?;
    expected.refuse_other(&Whole::of(&session, &rebuild.version_tables)?, doing)?;
    drop(session);

    // Another session: settings of the dump must not help.
    let session = scratch.connect()?;
    let doing = "dropping and building";
    session.batch("BEGIN; SET LOCAL search_path = pg_catalog")?;
    let statements = rebuild.drop.iter().chain(&rebuild.build);
    run(&session, statements.map(String::as_str), doing)?;
    session.batch("COMMIT")?;

    let doing = "bringing back";
    session.batch("BEGIN; SET LOCAL search_path = pg_catalog")?;
    run(
        &session,
        rebuild.drop_built.iter().map(String::as_str),
        doing,
    )?;
    run(&session, back.iter().copied(), doing)?;
    session.batch("COMMIT")?;
    expected.refuse_other(&Whole::of(&session, &rebuild.version_tables)?, doing)
}

fn run<'a>(
    session: &Session,
    statements: impl Iterator<Item = &'a str>,
    doing: &'static str,
) -> Result<(), DumpError> {
    for statement in statements {
        session.batch(statement).map_err(|error| {
            let line = statement.trim().lines().next().unwrap_or_default();
            DumpError::Statement {
                doing,
                statement: line.chars().take(80).collect(),
                error: Box::new(error),
            }
        })?;
    }
    Ok(())
}
