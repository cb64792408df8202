//! Asks a server for the signals of production. Each question stands in a savepoint of its own: one
//! that fails is unknown, and the others are still asked. A constant number of round trips.

use tokio_postgres::types::FromSqlOwned;

use crate::evidence::{Observed, Signals};
use crate::system::Session;

/// Roles that managed services create and nobody else does.
const MANAGED_ROLES: &str = "SELECT coalesce(pg_catalog.array_agg(rolname::text ORDER BY 1), '{}') \
     FROM pg_catalog.pg_roles WHERE rolname::text = ANY (ARRAY['rds_superuser', 'rdsadmin', \
     'cloudsqlsuperuser', 'cloudsqladmin', 'alloydbsuperuser', 'azure_pg_admin', 'azuresu', \
     'supabase_admin', 'neon_superuser', 'avnadmin', 'doadmin', 'tsdbadmin', 'heroku_admin', \
     'crunchy_superuser', 'aiven_extras'])";

/// Settings that managed services define.
const MANAGED_SETTINGS: &str = "SELECT coalesce(pg_catalog.array_agg(name ORDER BY 1), '{}') FROM \
     pg_catalog.unnest(ARRAY['rds.extensions', 'rds.superuser_variables', 'cloudsql.iam_authentication', \
     'azure.extensions', 'neon.tenant_id', 'supautils.reserved_roles', 'alloydb.iam_authentication']) \
     AS name WHERE pg_catalog.current_setting(name, true) IS NOT NULL";

/// Asks within the transaction that is open.
pub fn observe_within(session: &Session) -> Signals {
    let count = |from: &str| format!("SELECT pg_catalog.count(*) FROM pg_catalog.{from}");
    let setting =
        |name: &str| format!("SELECT setting FROM pg_catalog.pg_settings WHERE name = '{name}'");
    Signals {
        replicas: ask(session, &count("pg_stat_replication")),
        slots: ask(session, &count("pg_replication_slots")),
        receivers: ask(session, &count("pg_stat_wal_receiver")),
        subscriptions: ask(
            session,
            // The table is shared; its columns are closed to ordinary roles, its rows are not.
            &count("pg_subscription"),
        ),
        publications: ask(session, &count("pg_publication")),
        archive_mode: ask(session, &setting("archive_mode")),
        synchronous_standbys: ask(session, &setting("synchronous_standby_names")),
        archived: ask(
            session,
            "SELECT archived_count FROM pg_catalog.pg_stat_archiver",
        ),
        managed_roles: ask(session, MANAGED_ROLES),
        managed_settings: ask(session, MANAGED_SETTINGS),
        transactions: ask(
            session,
            "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())",
        ),
        size: ask(
            session,
            "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())",
        ),
    }
}

/// One question in its savepoint.
fn ask<T: FromSqlOwned>(session: &Session, query: &str) -> Observed<T> {
    if let Err(error) = session.batch("SAVEPOINT signal") {
        return Observed::Unavailable {
            why: error.to_string(),
        };
    }
    let answer = session.query(query, &[]);
    let end = if answer.is_ok() {
        "RELEASE SAVEPOINT signal"
    } else {
        "ROLLBACK TO SAVEPOINT signal"
    };
    let ended = session.batch(end);
    match (answer, ended) {
        (Ok(rows), Ok(())) => match rows.first().map(|row| row.try_get::<_, T>(0)) {
            Some(Ok(value)) => Observed::Seen(value),
            Some(Err(error)) => Observed::Unavailable {
                why: error.to_string(),
            },
            None => Observed::Unavailable {
                why: "the server gave no row".to_owned(),
            },
        },
        (Err(error), _) | (Ok(_), Err(error)) => Observed::Unavailable {
            why: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::{Server, ServerOptions};
    use crate::survey::catalog::READ_ONLY;
    use std::time::Duration;

    fn signals(session: &Session) -> Signals {
        session.batch(READ_ONLY).unwrap();
        let signals = observe_within(session);
        session.batch("ROLLBACK").unwrap();
        signals
    }

    #[test]
    fn a_server_tells_its_purpose_to_an_ordinary_role() {
        let options = ServerOptions {
            settings: [
                ("wal_level", "logical"),
                ("archive_mode", "on"),
                ("archive_command", "true"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            ..ServerOptions::default()
        };
        let server = Server::start_with(&options).unwrap();
        let superuser = Session::connect(&server.target(), Duration::from_secs(30)).unwrap();
        superuser
            .batch("CREATE ROLE rds_superuser; CREATE ROLE plain LOGIN")
            .unwrap();
        superuser
            .query(
                "SELECT pg_create_logical_replication_slot('s', 'pgoutput')",
                &[],
            )
            .unwrap();
        superuser
            .batch("CREATE PUBLICATION p FOR ALL TABLES")
            .unwrap();
        let mut target = server.target();
        target.user = "plain".to_owned();
        let session = Session::connect(&target, Duration::from_secs(30)).unwrap();
        let seen = signals(&session);
        assert_eq!(seen.unknown(), []);
        assert_eq!(seen.slots, Observed::Seen(1));
        assert_eq!(seen.publications, Observed::Seen(1));
        assert_eq!(seen.replicas, Observed::Seen(0));
        assert_eq!(seen.archive_mode, Observed::Seen("on".to_owned()));
        assert_eq!(
            seen.managed_roles,
            Observed::Seen(vec!["rds_superuser".to_owned()])
        );
    }

    #[test]
    fn a_question_that_fails_is_unknown_and_the_others_are_asked() {
        let server = Server::start().unwrap();
        let superuser = Session::connect(&server.target(), Duration::from_secs(30)).unwrap();
        superuser
            .batch(
                "REVOKE SELECT ON pg_stat_replication, pg_settings FROM PUBLIC; \
                 CREATE ROLE plain LOGIN",
            )
            .unwrap();
        let mut target = server.target();
        target.user = "plain".to_owned();
        let session = Session::connect(&target, Duration::from_secs(30)).unwrap();
        let unknown: Vec<&str> = signals(&session)
            .unknown()
            .iter()
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(
            unknown,
            ["replicas", "archive_mode", "synchronous_standby_names"]
        );
    }
}
