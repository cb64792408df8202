//! Observes who else is connected to a database, and what stands between us and it. Called by
//! [`super::database`]; never writes.

use std::time::Duration;

use crate::evidence::{Observed, Pooling};
use crate::model::Target;
use crate::system::{APPLICATION_NAME, Session, SqlError};

use super::questions::unavailable;

/// How long the second connection may take that tells a pooler, and its one question.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// Other clients of this database, in words. Our own connections carry a name that no other process
/// has. An ordinary role sees the rows of other roles, but neither their addresses nor their kind;
/// the server's own workers have no user.
pub(super) fn others(session: &Session) -> Result<Vec<String>, SqlError> {
    let rows = session.query(
        "SELECT concat_ws(', ', coalesce(nullif(application_name, ''), 'unnamed application'), \
                usename::text, \
                CASE WHEN query = '<insufficient privilege>' THEN 'address not visible' \
                     ELSE coalesce(host(client_addr), 'local') END, \
                coalesce(state, 'state not visible')) \
         FROM pg_stat_activity \
         WHERE datname = current_database() AND usename IS NOT NULL \
            AND pid <> pg_backend_pid() AND application_name <> $1 \
            AND coalesce(backend_type, 'client backend') = 'client backend' \
         ORDER BY 1",
        &[&APPLICATION_NAME.as_str()],
    )?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

/// The server process that a connection's transactions run in, as far as they agree.
pub(super) struct Standing {
    pid: String,
    pooling: Observed<Pooling>,
}

/// Looks for a pooler. To be asked outside a transaction: one that is open would hold its process,
/// and a small pool has no second one.
///
/// ```text
/// one connection,  two transactions      two processes  → a pooler in transaction mode
/// two connections, both open             one process    → the same
/// second one's process older than it                    → something keeps processes for others
/// ```
pub(super) fn standing(session: &Session, target: &Target) -> Result<Standing, SqlError> {
    let (pid, _) = backend(session)?;
    let (again, now) = backend(session)?;
    let pooling = if pid == again {
        second_connection(target, &pid, &now)
    } else {
        Observed::Seen(Pooling::Transactions)
    };
    Ok(Standing { pid, pooling })
}

/// The same, with what the transaction that is open now tells.
pub(super) fn pooling(
    session: &Session,
    standing: &Standing,
) -> Result<Observed<Pooling>, SqlError> {
    if backend(session)?.0 == standing.pid {
        Ok(standing.pooling.clone())
    } else {
        Ok(Observed::Seen(Pooling::Transactions))
    }
}

/// The server process of one transaction, and the server's time. Without a prepared statement: it
/// would be gone in the next process.
fn backend(session: &Session) -> Result<(String, String), SqlError> {
    let rows = session.simple(
        "SELECT pg_catalog.pg_backend_pid(), \
         pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())",
    )?;
    let mut fields = rows.into_iter().flatten().flatten();
    let mut next = || fields.next().unwrap_or_default();
    Ok((next(), next()))
}

/// What a second connection tells. Where there is none to be had, that is not known.
fn second_connection(target: &Target, pid: &str, now: &str) -> Observed<Pooling> {
    let second = match Session::connect(target, PROBE_LIMIT) {
        Ok(second) => second,
        Err(error) => {
            return Observed::Unavailable {
                why: error.to_string(),
            };
        }
    };
    // A pool without a free process lets the question wait, and no setting of the server ends that.
    let asked = second.simple_within(
        "SELECT pg_catalog.pg_backend_pid(), pg_catalog.date_part('epoch', a.backend_start) \
         FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid()",
        PROBE_LIMIT,
    );
    let answer: Vec<Option<String>> = match asked {
        Ok(rows) => rows.into_iter().flatten().collect(),
        Err(error) => return unavailable(&error),
    };
    let [Some(other), Some(start)] = &answer[..] else {
        return Observed::Unavailable {
            why: "the server does not list its own process".to_owned(),
        };
    };
    match (start.parse::<f64>(), now.parse::<f64>()) {
        _ if other == pid => Observed::Seen(Pooling::Transactions),
        (Ok(start), Ok(now)) if start < now => Observed::Seen(Pooling::Kept),
        (Ok(_), Ok(_)) => Observed::Seen(Pooling::Direct),
        _ => Observed::Unavailable {
            why: "the server tells no time".to_owned(),
        },
    }
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
