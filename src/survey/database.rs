//! Observes a module's live database in one read-only transaction. Called by the survey and,
//! under the locks, again before the reset; never writes.

use thiserror::Error;

use crate::evidence::{Column, DatabaseEvidence, Dependant, NOT_READABLE, VersionTable};
use crate::model::{Identity, QualifiedName, Target, quote_identifier};
use crate::system::{Session, SqlError};

use super::catalog::{read_only, snapshot_within};
use super::signals;

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
    read_only(session, || {
        let identity = identity_within(session)?;
        let facts = &session.query(
            "SELECT current_user::text, \
                (SELECT r.rolcreatedb OR r.rolsuper FROM pg_roles r WHERE r.rolname = current_user), \
                pg_is_in_recovery(), \
                (SELECT shobj_description(d.oid, 'pg_database') FROM pg_database d \
                 WHERE d.datname = current_database())",
            &[],
        )?[0];
        let mut exclude = vec![version_table.clone()];
        exclude.extend_from_slice(other_version_tables);
        Ok(DatabaseEvidence {
            label: target.to_string(),
            identity,
            role: facts.get(0),
            may_create_databases: facts.get(1),
            version_table: self::version_table(session, version_table)?,
            other_version_tables: others(session, version_table)?,
            comment: facts.get(3),
            in_recovery: facts.get(2),
            signals: signals::observe_within(session),
            other_sessions: other_sessions(session)?,
            tables: tables(session, &exclude)?,
            catalog_digest: snapshot_within(session, &exclude)?.digest(),
        })
    })
}

/// Who holds tables of this database against every reader, in words.
pub fn exclusive_holders(session: &Session) -> Vec<String> {
    let rows = session.query(
        "SELECT DISTINCT pg_catalog.format('%s is locked by pid %s, %s, %s, %s', \
            l.relation::pg_catalog.regclass, l.pid, \
            coalesce(nullif(a.application_name, ''), 'no name'), \
            coalesce(a.usename::text, 'no user'), coalesce(a.state, 'state not visible')) \
         FROM pg_catalog.pg_locks l \
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') \
         WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted \
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d \
                             WHERE d.datname = pg_catalog.current_database()) \
         ORDER BY 1",
        &[],
    );
    rows.unwrap_or_default()
        .iter()
        .map(|row| row.get(0))
        .collect()
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

/// Reads a version table in the transaction that is open.
pub fn version_table(session: &Session, name: &QualifiedName) -> Result<VersionTable, SqlError> {
    let found = session.query(
        "SELECT c.oid, pg_get_userbyid(c.relowner)::text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        &[&name.schema, &name.name],
    )?;
    let Some(row) = found.first() else {
        return Ok(VersionTable {
            name: name.clone(),
            exists: false,
            rows: Vec::new(),
            columns: Vec::new(),
            primary_key: None,
            owner: String::new(),
            definition: Vec::new(),
            dependants: Vec::new(),
        });
    };
    let oid: u32 = row.get(0);
    let columns = columns(session, oid)?;
    let has_number = columns.iter().any(|column| column.name == "version_num");
    let rows = if has_number {
        version_rows(session, name)?
    } else {
        Vec::new()
    };
    let primary_key = session
        .query(
            "SELECT conname::text FROM pg_constraint WHERE conrelid = $1 AND contype = 'p'",
            &[&oid],
        )?
        .first()
        .map(|row| row.get(0));
    Ok(VersionTable {
        name: name.clone(),
        exists: true,
        rows,
        columns,
        primary_key,
        owner: row.get(1),
        definition: super::definition::of_table(session, oid)?,
        dependants: dependants(session, oid)?,
    })
}

fn columns(session: &Session, oid: u32) -> Result<Vec<Column>, SqlError> {
    let rows = session.query(
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute \
         WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        &[&oid],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Column {
            name: row.get(0),
            data_type: row.get(1),
            not_null: row.get(2),
        })
        .collect())
}

/// The values of `version_num`, sorted by bytes.
fn version_rows(session: &Session, name: &QualifiedName) -> Result<Vec<String>, SqlError> {
    let sql = format!(
        "SELECT coalesce(version_num::text, '') FROM {}",
        name.quoted()
    );
    let mut rows: Vec<String> = session
        .query(&sql, &[])?
        .into_iter()
        .map(|row| row.get(0))
        .collect();
    rows.sort();
    Ok(rows)
}

/// What `DROP TABLE … RESTRICT` would stumble over, and what would silently go along: objects that
/// depend on the table or a column of it, but for its own parts.
fn dependants(session: &Session, oid: u32) -> Result<Vec<Dependant>, SqlError> {
    let rows = session.query(
        "SELECT DISTINCT pg_describe_object(x.classid, x.objid, 0) FROM ( \
            SELECT d.classid, d.objid FROM pg_depend d \
            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 \
            UNION \
            SELECT d.classid, d.objid FROM pg_depend d \
            JOIN pg_type t ON t.oid = d.refobjid AND (t.typrelid = $1 \
                OR t.oid = (SELECT r.typarray FROM pg_type r WHERE r.typrelid = $1)) \
            WHERE d.refclassid = 'pg_type'::regclass \
         ) x \
         WHERE NOT (x.classid = 'pg_type'::regclass AND EXISTS ( \
                SELECT FROM pg_type t WHERE t.oid = x.objid AND (t.typrelid = $1 \
                    OR t.oid = (SELECT r.typarray FROM pg_type r WHERE r.typrelid = $1)))) \
            AND NOT (x.classid = 'pg_class'::regclass AND (x.objid = $1 OR EXISTS ( \
                SELECT FROM pg_class c WHERE c.oid = x.objid AND (c.relkind = 't' OR EXISTS ( \
                    SELECT FROM pg_index i WHERE i.indexrelid = c.oid AND i.indrelid = $1))))) \
            AND NOT (x.classid = 'pg_constraint'::regclass AND EXISTS ( \
                SELECT FROM pg_constraint o WHERE o.oid = x.objid AND o.conrelid = $1 AND o.contype <> 'f')) \
            AND NOT (x.classid = 'pg_trigger'::regclass AND EXISTS ( \
                SELECT FROM pg_trigger g WHERE g.oid = x.objid AND g.tgisinternal)) \
            AND x.classid <> 'pg_attrdef'::regclass \
         ORDER BY 1",
        &[&oid],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| Dependant {
            description: row.get(0),
        })
        .collect())
}

/// Other tables with a `version_num` column. One that the role may not read is named with a row
/// that says so: it is not empty, it is unknown.
fn others(
    session: &Session,
    own: &QualifiedName,
) -> Result<Vec<(QualifiedName, Vec<String>)>, SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, has_schema_privilege(n.oid, 'USAGE') \
            AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) \
         FROM pg_attribute f \
         JOIN pg_class c ON c.oid = f.attrelid AND c.relkind IN ('r', 'p') \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE f.attname = 'version_num' AND NOT f.attisdropped \
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
            AND NOT (n.nspname = $1 AND c.relname = $2) \
         ORDER BY 1, 2",
        &[&own.schema, &own.name],
    )?;
    rows.into_iter()
        .map(|row| {
            let name = QualifiedName {
                schema: row.get(0),
                name: row.get(1),
            };
            let values = if row.get(2) {
                version_rows(session, &name)?
            } else {
                vec![NOT_READABLE.to_owned()]
            };
            Ok((name, values))
        })
        .collect()
}

fn other_sessions(session: &Session) -> Result<Vec<String>, SqlError> {
    let rows = session.query(
        "SELECT concat_ws(', ', coalesce(nullif(application_name, ''), 'unnamed application'), \
                coalesce(usename::text, 'unknown role'), coalesce(host(client_addr), 'local'), \
                coalesce(state, 'state not visible')) \
         FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() \
            AND (backend_type = 'client backend' OR backend_type IS NULL) \
         ORDER BY 1",
        &[],
    )?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

/// Counts stop here: a table of this many rows is as full as one of a million.
const COUNT_LIMIT: u32 = 1_000_000;

/// User tables with their row counts. Not counted, hence unknown: what the role may not read
/// wholly, foreign tables, and partitioned tables, whose rows are their leaves'.
fn tables(
    session: &Session,
    exclude: &[QualifiedName],
) -> Result<Vec<(QualifiedName, Option<u64>)>, SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text, \
            c.relkind = 'r' AND has_schema_privilege(n.oid, 'USAGE') \
                AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid), \
            c.relkind = 'r' AND pg_relation_size(c.oid) = 0 \
         FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' \
            AND n.nspname <> 'information_schema' \
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                AND d.objid = c.oid AND d.deptype = 'e') \
         ORDER BY 1, 2",
        &[],
    )?;
    let mut tables = Vec::new();
    let mut counts = Vec::new();
    for row in rows {
        let name = QualifiedName {
            schema: row.get(0),
            name: row.get(1),
        };
        if exclude.contains(&name) {
            continue;
        }
        let (may_count, is_empty): (bool, bool) = (row.get(2), row.get(3));
        if may_count && !is_empty {
            counts.push(format!(
                "SELECT {}::int4, count(*) FROM (SELECT FROM ONLY {}.{} LIMIT {COUNT_LIMIT}) t",
                tables.len(),
                quote_identifier(&name.schema),
                quote_identifier(&name.name)
            ));
        }
        tables.push((name, is_empty.then_some(0)));
    }
    if !counts.is_empty() {
        for row in session.query(&counts.join("\nUNION ALL\n"), &[])? {
            let place = usize::try_from(row.get::<_, i32>(0)).unwrap_or(usize::MAX);
            if let Some(table) = tables.get_mut(place) {
                table.1 = u64::try_from(row.get::<_, i64>(1)).ok();
            }
        }
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
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
        assert_eq!(seen.other_sessions.len(), 1);
        assert!(!seen.in_recovery);
        assert!(seen.may_create_databases);
        let counts: Vec<(&str, Option<u64>)> = seen
            .tables
            .iter()
            .map(|(name, count)| (name.name.as_str(), *count))
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
            seen.tables
                .iter()
                .map(|(_, count)| *count)
                .collect::<Vec<_>>(),
            [None, None]
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
