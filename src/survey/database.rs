//! Observes a module's live database in one read-only transaction. Called by the survey and,
//! under the locks, again before the reset; never writes.

use thiserror::Error;

use crate::evidence::DatabaseEvidence;
use crate::model::{Identity, QualifiedName, Target};
use crate::system::{Session, SqlError};

use super::catalog::{read_only, snapshot_within};
use super::questions::Questions;
use super::version_tables::{self, version_table};
use super::{data, live, sessions, signals};

pub use super::sessions::exclusive_holders;

/// Why a database could not be observed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ObserveError {
    /// A query failed.
    #[error("{0}")]
    Sql(#[from] SqlError),
    /// The server does not say which one it is, and a guess is no identity.
    #[error("the role {role} may not call pg_control_system(), so the server cannot be identified")]
    Unidentified {
        /// The role logged in as.
        role: String,
    },
}

/// Observes the database that `session` is connected to. `other_version_tables` are those of other
/// modules; like the module's own they are left out of the catalog's digest.
pub fn observe(
    session: &Session,
    target: &Target,
    version_table: &QualifiedName,
    other_version_tables: &[QualifiedName],
) -> Result<DatabaseEvidence, ObserveError> {
    observe_tenants(session, target, version_table, &[], other_version_tables)
}

/// The same where env.py walks over tenants' schemas: `tenants` are the version tables of those
/// beside the first.
pub fn observe_tenants(
    session: &Session,
    target: &Target,
    version_table: &QualifiedName,
    tenants: &[QualifiedName],
    other_version_tables: &[QualifiedName],
) -> Result<DatabaseEvidence, ObserveError> {
    let mut exclude = vec![version_table.clone()];
    exclude.extend_from_slice(tenants);
    exclude.extend_from_slice(other_version_tables);
    ask(&Questions::new(session), target, &exclude, tenants.len())
}

/// Puts all questions; the first of `exclude` is the module's own version table, those of so many
/// tenants come behind it. A number of round trips that does not grow with the database.
pub(super) fn ask(
    questions: &Questions<'_>,
    target: &Target,
    exclude: &[QualifiedName],
    tenants: usize,
) -> Result<DatabaseEvidence, ObserveError> {
    let own = &exclude[0];
    let tenants = &exclude[1..=tenants];
    let standing = questions.must("server process", |session| {
        sessions::standing(session, target)
    })?;
    read_only(questions.session(), || {
        let identity = questions.must("identity", identity_within)?;
        let facts = questions.must("facts", facts)?;
        Ok(DatabaseEvidence {
            label: target.to_string(),
            identity,
            role: facts.role,
            may_create_databases: facts.may_create_databases,
            version_table: questions
                .must("version table", |session| version_table(session, own))?,
            tenants: questions.must("version tables of tenants", |session| {
                let each = tenants.iter();
                each.map(|table| version_table(session, table))
                    .collect::<Result<_, SqlError>>()
            })?,
            other_version_tables: questions
                .must("other version tables", |session| {
                    version_tables::others(session, own)
                })?
                .into_iter()
                .filter(|(table, _)| !tenants.contains(table))
                .collect(),
            comment: facts.comment,
            in_recovery: facts.in_recovery,
            signals: signals::observe_within(questions),
            pooling: questions.must("pooling", |session| sessions::pooling(session, &standing))?,
            other_sessions: questions.may("other sessions", sessions::others),
            tables: data::observe_within(questions, exclude),
            live: questions.must("live schema", |session| {
                live::observe_within(session, exclude)
            })?,
            catalog_digest: questions
                .must("catalog", |session| snapshot_within(session, exclude))?
                .digest(),
        })
    })
}

/// What the database says of itself and of the role.
struct Facts {
    role: String,
    may_create_databases: bool,
    in_recovery: bool,
    comment: Option<String>,
}

fn facts(session: &Session) -> Result<Facts, SqlError> {
    let row = &session.query(
        "SELECT current_user::text, \
            (SELECT r.rolcreatedb OR r.rolsuper FROM pg_roles r WHERE r.rolname = current_user), \
            pg_is_in_recovery(), \
            (SELECT shobj_description(d.oid, 'pg_database') FROM pg_database d \
             WHERE d.datname = current_database())",
        &[],
    )?[0];
    Ok(Facts {
        role: row.get(0),
        may_create_databases: row.get(1),
        in_recovery: row.get(2),
        comment: row.get(3),
    })
}

/// Which database this is.
pub(super) fn identity_within(session: &Session) -> Result<Identity, ObserveError> {
    let rows = &session.query(
        "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'), current_user::text",
        &[],
    )?[0];
    if !rows.get::<_, bool>(0) {
        return Err(ObserveError::Unidentified { role: rows.get(1) });
    }
    let row = &session.query(
        "SELECT (SELECT c.system_identifier::text FROM pg_control_system() c), d.oid, d.datname::text, \
            coalesce(host(inet_server_addr()), ''), coalesce(inet_server_port(), 0), \
            to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
            current_setting('server_version_num')::int4 \
         FROM pg_database d WHERE d.datname = current_database()",
        &[],
    )?[0];
    Ok(Identity {
        system_identifier: row.get(0),
        database_oid: row.get(1),
        database: row.get(2),
        server_address: row.get(3),
        server_port: row.get(4),
        postmaster_start: row.get(5),
        server_version: u32::try_from(row.get::<_, i32>(6)).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::evidence::{Hidden, Observed, Pooling, Rows};
    use crate::model::Host;
    use crate::sandbox::Server;
    use crate::system::environment;
    use crate::system::process::Process;

    const TABLE: &str = "CREATE SCHEMA \"Odd\"; CREATE ROLE keeper; CREATE ROLE reader; \
        CREATE TABLE \"Odd\".\"Version\" (version_num varchar(32) NOT NULL, note text DEFAULT 'a:b', \
            CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)) WITH (fillfactor = 50); \
        ALTER TABLE \"Odd\".\"Version\" OWNER TO keeper; \
        COMMENT ON TABLE \"Odd\".\"Version\" IS 'it''s a \\ table'; \
        COMMENT ON COLUMN \"Odd\".\"Version\".version_num IS 'where we are'; \
        GRANT SELECT ON \"Odd\".\"Version\" TO reader WITH GRANT OPTION; \
        GRANT UPDATE (note) ON \"Odd\".\"Version\" TO PUBLIC; \
        REVOKE TRUNCATE ON \"Odd\".\"Version\" FROM keeper; \
        CREATE INDEX by_note ON \"Odd\".\"Version\" (note); \
        INSERT INTO \"Odd\".\"Version\" VALUES ('b2'), ('a1');";

    fn name() -> QualifiedName {
        QualifiedName {
            schema: "Odd".to_owned(),
            name: "Version".to_owned(),
        }
    }

    fn start(setup: &str) -> (Server, Target, Session) {
        let server = Server::start().unwrap();
        let target = server.target();
        let session = connect(&target);
        session.batch(setup).unwrap();
        (server, target, session)
    }

    fn connect(target: &Target) -> Session {
        Session::connect(target, Duration::from_secs(10)).unwrap()
    }

    fn dump(target: &Target) -> String {
        let Host::Socket(folder) = &target.host else {
            panic!("the test's server listens on a socket")
        };
        let output = Process::new(environment::find_program("pg_dump").unwrap())
            .args(["-U", "postgres", "-h"])
            .arg(folder)
            .arg(&target.database)
            .output(Duration::from_mins(1))
            .unwrap();
        let text = output.text();
        assert!(output.status.success(), "{text}");
        let lines = text.lines().filter(|line| !line.contains("restrict "));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_version_table_is_rebuilt_byte_for_byte() {
        let (_server, target, session) = start(TABLE);
        let before = dump(&target);
        let seen = observe(&session, &target, &name(), &[])
            .unwrap()
            .version_table;
        assert_eq!(seen.rows, ["a1", "b2"]);
        assert_eq!(seen.owner, "keeper");
        assert_eq!(seen.primary_key.as_deref(), Some("alembic_version_pkc"));
        assert_eq!(seen.dependants, []);
        session.batch("DROP TABLE \"Odd\".\"Version\"").unwrap();
        assert!(!version_table(&session, &name()).unwrap().exists);
        session
            .batch(&format!(
                "BEGIN; {}; INSERT INTO \"Odd\".\"Version\" VALUES ('b2'), ('a1'); COMMIT",
                seen.definition.join(";\n")
            ))
            .unwrap();
        assert_eq!(dump(&target), before);
        assert_eq!(version_table(&session, &name()).unwrap(), seen);
    }

    #[test]
    fn dependants_and_other_version_tables_are_named() {
        let (_server, target, session) = start(TABLE);
        session
            .batch(
                "CREATE VIEW heads AS SELECT version_num FROM \"Odd\".\"Version\"; \
                 CREATE FUNCTION of_row(\"Odd\".\"Version\") RETURNS integer LANGUAGE sql AS 'SELECT 1'; \
                 CREATE TABLE points_at (v varchar(32) REFERENCES \"Odd\".\"Version\"); \
                 CREATE TABLE alembic_version_other (version_num varchar(32)); \
                 INSERT INTO alembic_version_other VALUES ('z9'); \
                 CREATE TABLE empty_one (); COMMENT ON DATABASE postgres IS 'redistill: disposable';",
            )
            .unwrap();
        let other = connect(&target);
        other.batch("SET application_name = 'billing'").unwrap();
        let seen = observe(&session, &target, &name(), &[]).unwrap();
        let dependants: Vec<&str> = seen
            .version_table
            .dependants
            .iter()
            .map(|dependant| dependant.description.as_str())
            .collect();
        assert_eq!(dependants.len(), 3, "{dependants:?}");
        assert!(dependants[0].contains("points_at"), "{dependants:?}");
        assert_eq!(seen.other_version_tables.len(), 1);
        assert_eq!(seen.other_version_tables[0].1, ["z9"]);
        assert_eq!(seen.comment.as_deref(), Some("redistill: disposable"));
        assert_eq!(
            seen.other_sessions,
            Observed::Seen(vec!["billing, postgres, local, idle".to_owned()])
        );
        assert_eq!(seen.pooling, Observed::Seen(Pooling::Direct));
        assert!(!seen.in_recovery);
        assert!(seen.may_create_databases);
        let counts: Vec<(&str, Option<u64>)> = seen
            .table_rows()
            .iter()
            .map(|table| (table.name.name.as_str(), table.rows.exact()))
            .collect();
        assert_eq!(
            counts,
            [
                ("alembic_version_other", Some(1)),
                ("empty_one", Some(0)),
                ("points_at", Some(0))
            ]
        );
        other.batch("CREATE TABLE one_more (x integer)").unwrap();
        let again = observe(&session, &target, &name(), &[]).unwrap();
        assert_ne!(again.catalog_digest, seen.catalog_digest);
        assert!(again.identity.same_database(&seen.identity));
        // The version table is no part of the schema.
        other
            .batch("DROP TABLE one_more; DROP VIEW heads; ALTER TABLE \"Odd\".\"Version\" ADD COLUMN x integer; \
                CREATE VIEW heads AS SELECT version_num FROM \"Odd\".\"Version\"")
            .unwrap();
        let last = observe(&session, &target, &name(), &[]).unwrap();
        assert_eq!(last.catalog_digest, seen.catalog_digest);
    }

    #[test]
    fn a_role_without_rights_sees_unknown_and_never_empty() {
        let (_server, target, session) = start(
            "CREATE ROLE nobody_much LOGIN; CREATE TABLE hidden (x integer); \
             INSERT INTO hidden VALUES (1); CREATE TABLE guarded (x integer); \
             INSERT INTO guarded VALUES (1); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; \
             GRANT SELECT ON guarded TO nobody_much;",
        );
        let limited = Target {
            user: "nobody_much".to_owned(),
            ..target.clone()
        };
        let seen = observe(&connect(&limited), &limited, &name(), &[]).unwrap();
        assert_eq!(
            seen.table_rows()
                .iter()
                .map(|table| table.rows.clone())
                .collect::<Vec<_>>(),
            [
                Rows::Unknown(Hidden::RowSecurity),
                Rows::Unknown(Hidden::NoRight)
            ]
        );
        assert!(!seen.may_create_databases);
        session
            .batch("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
            .unwrap();
        let refused = observe(&connect(&limited), &limited, &name(), &[]).unwrap_err();
        assert!(
            matches!(refused, ObserveError::Unidentified { .. }),
            "{refused}"
        );
    }
}
