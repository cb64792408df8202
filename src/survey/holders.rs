//! Looks for our revisions in databases that are not the modules' own: configured environments and
//! the other databases on the modules' servers.
//!
//! Called by the engine after the modules' own databases were seen, and only where the user agreed
//! to connections. One read-only transaction a database, with short limits; nothing is written, and
//! of foreign tables only the column `version_num` is read. What cannot be seen is named with its
//! reason (`docs/design/0007-other-holders.md`).

use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::evidence::{HeldTable, NeighbourDatabase, Observed, Place};
use crate::model::{Host, Identity, ModuleName, QualifiedName, Target};
use crate::system::{Session, SqlError};

use super::catalog::read_only;
use super::database::identity_within;

/// How long another database may take to let us in.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long all databases of one server may take together.
const SERVER_LIMIT: Duration = Duration::from_secs(30);
/// More databases than this are not looked into.
const MOST_DATABASES: usize = 200;
/// What stays as it is in a part of a URL (RFC 3986, unreserved).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What stops a look at once; the survey's own limits are longer.
const SHORT: &str = "SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'";

/// Looks into one database for rows that are among `ids`. `only` restricts it to one version table,
/// `schema.name` or `name`.
///
/// # Errors
///
/// Why nothing could be seen, as a lowercase fragment.
pub fn place(target: &Target, ids: &[String], only: Option<&str>) -> Result<Place, String> {
    let session = Session::connect(target, CONNECT_LIMIT).map_err(|error| error.to_string())?;
    let place: Result<Place, SqlError> = read_only(&session, || {
        session.batch(SHORT)?;
        let identity = identity_within(&session).ok();
        place_within(&session, target, ids, only, identity)
    });
    let place = place.map_err(|error| error.to_string())?;
    match only {
        Some(name) if place.version_tables.is_empty() => {
            Err(format!("the version table {name} is not there"))
        }
        _ => Ok(place),
    }
}

fn place_within(
    session: &Session,
    target: &Target,
    ids: &[String],
    only: Option<&str>,
    identity: Option<Identity>,
) -> Result<Place, SqlError> {
    let version_tables = version_tables(session, ids, only)?;
    let tables = if version_tables.is_empty() {
        Vec::new()
    } else {
        tables(session)?
    };
    Ok(Place {
        label: target.to_string(),
        identity,
        version_tables,
        tables,
    })
}

/// The tables with a `version_num` column of a text type, with their rows among `ids`.
fn version_tables(
    session: &Session,
    ids: &[String],
    only: Option<&str>,
) -> Result<Vec<HeldTable>, SqlError> {
    let found = session.query(
        "SELECT n.nspname::text, c.relname::text, \
            has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), \
            row_security_active(c.oid) \
         FROM pg_attribute f \
         JOIN pg_class c ON c.oid = f.attrelid AND c.relkind IN ('r', 'p') \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE f.attname = 'version_num' AND f.atttypid IN (25, 1042, 1043) \
            AND NOT f.attisdropped AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
            AND ($1::text IS NULL OR $1 IN (c.relname, n.nspname || '.' || c.relname)) \
         ORDER BY 1, 2",
        &[&only],
    )?;
    found
        .into_iter()
        .map(|row| {
            let name = QualifiedName {
                schema: row.get(0),
                name: row.get(1),
            };
            let (may_read, is_guarded): (bool, bool) = (row.get(2), row.get(3));
            let rows = if is_guarded {
                unavailable("row security hides rows of it")
            } else if !may_read {
                unavailable("the role may not read it")
            } else {
                Observed::Seen(our_rows(session, &name, ids)?)
            };
            Ok((name, rows))
        })
        .collect()
}

/// The rows of a version table that are among `ids`. Any table may have a column of that name: the
/// server does the comparing.
fn our_rows(
    session: &Session,
    name: &QualifiedName,
    ids: &[String],
) -> Result<Vec<String>, SqlError> {
    let sql = format!(
        "SELECT DISTINCT version_num::text COLLATE \"C\" FROM {} \
         WHERE version_num::text = ANY ($1) ORDER BY 1",
        name.quoted()
    );
    let rows = session.query(&sql, &[&ids])?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

/// Names of user tables, by which histories are told apart.
fn tables(session: &Session) -> Result<Vec<QualifiedName>, SqlError> {
    let rows = session.query(
        "SELECT n.nspname::text, c.relname::text FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' \
            AND n.nspname <> 'information_schema' \
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                AND d.objid = c.oid AND d.deptype = 'e') \
            AND NOT EXISTS (SELECT FROM pg_attribute f WHERE f.attrelid = c.oid \
                AND f.attname = 'version_num' AND NOT f.attisdropped) \
         ORDER BY 1, 2 LIMIT 5000",
        &[],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| QualifiedName {
            schema: row.get(0),
            name: row.get(1),
        })
        .collect())
}

fn unavailable<T>(why: impl Into<String>) -> Observed<T> {
    Observed::Unavailable { why: why.into() }
}

/// Lists the databases beside the one that `target` leads to, and looks into each that the role may
/// connect to and `skip` does not know already. Scratch databases of our own are no neighbours.
///
/// # Errors
///
/// Why the databases could not be listed.
pub fn neighbours(
    module: &ModuleName,
    target: &Target,
    own: &Identity,
    ids: &[String],
    skip: &dyn Fn(&Identity) -> bool,
) -> Result<Vec<NeighbourDatabase>, String> {
    let session = Session::connect(target, CONNECT_LIMIT).map_err(|error| error.to_string())?;
    let listed = read_only(&session, || {
        session.batch(SHORT)?;
        listed(&session, module, target, own)
    })
    .map_err(|error: SqlError| error.to_string())?;
    drop(session);
    let started = Instant::now();
    let mut looked_into = 0;
    Ok(listed
        .into_iter()
        .filter(|(known, _)| !known.identity.as_ref().is_some_and(skip))
        .map(|(mut neighbour, may_connect)| {
            neighbour.looked = if !may_connect {
                unavailable(format!("the role {} may not connect to it", target.user))
            } else if looked_into >= MOST_DATABASES || started.elapsed() > SERVER_LIMIT {
                unavailable(format!("{looked_into} others were looked into before it"))
            } else {
                looked_into += 1;
                look_into(target, &neighbour, ids)
            };
            neighbour
        })
        .collect())
}

fn look_into(target: &Target, neighbour: &NeighbourDatabase, ids: &[String]) -> Observed<Place> {
    let there = target.with_database(&neighbour.name);
    match place(&there, ids, None) {
        Ok(place) => Observed::Seen(Place {
            identity: neighbour.identity.clone(),
            ..place
        }),
        Err(why) => Observed::Unavailable { why },
    }
}

/// The other databases, and whether the role may connect to each. Those named like a test's come
/// last: where there are too many, they are the ones left out.
fn listed(
    session: &Session,
    module: &ModuleName,
    target: &Target,
    own: &Identity,
) -> Result<Vec<(NeighbourDatabase, bool)>, SqlError> {
    let rows = session.query(
        "SELECT d.datname::text, d.oid, pg_get_userbyid(d.datdba)::text, \
            pg_has_role(d.datdba, 'USAGE'), shobj_description(d.oid, 'pg_database'), \
            has_database_privilege(d.oid, 'CONNECT') \
         FROM pg_database d \
         WHERE NOT d.datistemplate AND d.datallowconn AND d.datname <> current_database() \
            AND NOT (starts_with(d.datname::text, 'redistill_scratch_') \
                AND coalesce(starts_with(shobj_description(d.oid, 'pg_database'), \
                    'redistill: scratch '), false)) \
         ORDER BY d.datname ~ 'test|gw[0-9]', d.datname",
        &[],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let name: String = row.get(0);
            let neighbour = NeighbourDatabase {
                module: module.clone(),
                label: target.with_database(&name).to_string(),
                url: address(target, &name),
                identity: Some(Identity {
                    database_oid: row.get(1),
                    database: name.clone(),
                    ..own.clone()
                }),
                name,
                owner: row.get(2),
                is_own: row.get(3),
                comment: row.get(4),
                looked: Observed::NotAsked,
            };
            (neighbour, row.get(5))
        })
        .collect())
}

/// The URL of a database on the same server, without a password.
pub(super) fn address(target: &Target, database: &str) -> String {
    let part = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let (user, database) = (part(&target.user), part(database));
    match &target.host {
        Host::Tcp(_) => format!("postgresql://{user}@{}/{database}", target.server()),
        Host::Socket(folder) => format!(
            "postgresql://{user}@/{database}?host={}&port={}",
            folder.display(),
            target.port
        ),
    }
}
