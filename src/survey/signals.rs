//! Asks a server for the signals of production. Each question may fail without the others; all of
//! them are one round trip where none fails.

use crate::evidence::{Observed, Signals};

use super::questions::Questions;

/// Roles that managed services create and nobody else does.
const MANAGED_ROLES: [&str; 41] = [
    "rdsadmin",
    "rds_superuser",
    "rds_replication",
    "rds_iam",
    "rds_password",
    "cloudsqladmin",
    "cloudsqlsuperuser",
    "cloudsqlreplica",
    "cloudsqliamuser",
    "alloydbadmin",
    "alloydbsuperuser",
    "alloydbiamuser",
    "azuresu",
    "azure_superuser",
    "azure_pg_admin",
    "supabase_admin",
    "supabase_replication_admin",
    "neon_superuser",
    "cloud_admin",
    "databricks_superuser",
    "avnadmin",
    "_aiven",
    "doadmin",
    "_dodb",
    "tsdbadmin",
    "tsdbowner",
    "heroku_admin",
    "crunchy_superuser",
    "pscale_admin",
    "pscale_superuser",
    "aiven_extras",
    "pg_rds_superuser",
    "alicloud_rds_admin",
    "pg_tencentdb_superuser",
    "mdb_admin",
    "mdb_superuser",
    "ubi_replication",
    "akmadmin",
    "linpostgres",
    "upadmin",
    "_rdb_superadmin",
];

/// What the names of settings begin with that only managed services define.
const MANAGED_SETTINGS: &str = "^(rds|cloudsql|alloydb|azure|neon|supautils|apg|aurora|pscale)[.]";

/// Settings of managed services that `pg_settings` may keep from an ordinary role.
const HIDDEN_SETTINGS: [&str; 7] = [
    "rds.extensions",
    "rds.superuser_variables",
    "cloudsql.iam_authentication",
    "azure.extensions",
    "neon.tenant_id",
    "supautils.reserved_roles",
    "alloydb.iam_authentication",
];

/// Asks within the transaction that is open.
pub(super) fn observe_within(questions: &Questions<'_>) -> Signals {
    let mut answers = questions
        .values(&[
            ("replicas", count("pg_stat_replication")),
            ("slots", count("pg_replication_slots")),
            ("receivers", count("pg_stat_wal_receiver")),
            // Some columns are closed to ordinary roles, the rows are not.
            ("subscriptions", count("pg_subscription")),
            ("publications", count("pg_publication")),
            ("archive_mode", setting("archive_mode")),
            ("synchronous_standbys", setting("synchronous_standby_names")),
            (
                "archived",
                "SELECT archived_count FROM pg_catalog.pg_stat_archiver".to_owned(),
            ),
            ("managed_roles", managed_roles()),
            ("managed_settings", managed_settings()),
            ("transactions", TRANSACTIONS.to_owned()),
            ("log_bytes", LOG_BYTES.to_owned()),
            ("size", SIZE.to_owned()),
        ])
        .into_iter();
    let mut next = || answers.next().unwrap_or_default();
    // In the order of the questions.
    Signals {
        replicas: number(next()),
        slots: number(next()),
        receivers: number(next()),
        subscriptions: number(next()),
        publications: number(next()),
        archive_mode: next(),
        synchronous_standbys: next(),
        archived: number(next()),
        managed_roles: lines(next()),
        managed_settings: lines(next()),
        transactions: number(next()),
        log_bytes: number(next()),
        size: number(next()),
    }
}

/// The old names of these functions are the only ones that every version from 12 on has.
const TRANSACTIONS: &str =
    "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())";

const LOG_BYTES: &str = "SELECT pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() \
     THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, '0/0')";

const SIZE: &str = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())";

fn count(view: &str) -> String {
    format!("SELECT pg_catalog.count(*) FROM pg_catalog.{view}")
}

/// A missing row is NULL, and so no answer.
fn setting(name: &str) -> String {
    format!("SELECT setting FROM pg_catalog.pg_settings WHERE name = '{name}'")
}

fn managed_roles() -> String {
    format!(
        "SELECT coalesce(pg_catalog.string_agg(rolname::text, E'\\n' ORDER BY rolname), '') FROM \
         pg_catalog.pg_roles WHERE rolname::text = ANY (ARRAY[{}])",
        literals(&MANAGED_ROLES)
    )
}

fn managed_settings() -> String {
    format!(
        "SELECT coalesce(pg_catalog.string_agg(s.name, E'\\n' ORDER BY s.name), '') FROM ( \
             SELECT name FROM pg_catalog.pg_settings WHERE name ~ '{MANAGED_SETTINGS}' UNION \
             SELECT name FROM pg_catalog.unnest(ARRAY[{}]) AS name \
             WHERE pg_catalog.current_setting(name, true) IS NOT NULL) s",
        literals(&HIDDEN_SETTINGS)
    )
}

fn literals(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

fn number(answer: Observed<String>) -> Observed<i64> {
    match answer {
        Observed::Seen(text) => match text.parse() {
            Ok(number) => Observed::Seen(number),
            Err(_) => Observed::Unavailable {
                why: format!("the server answered {text:?}, which is no number"),
            },
        },
        Observed::Unavailable { why } => Observed::Unavailable { why },
        Observed::NotAsked => Observed::NotAsked,
    }
}

fn lines(answer: Observed<String>) -> Observed<Vec<String>> {
    match answer {
        Observed::Seen(text) => Observed::Seen(text.lines().map(str::to_owned).collect()),
        Observed::Unavailable { why } => Observed::Unavailable { why },
        Observed::NotAsked => Observed::NotAsked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::{Server, ServerOptions};
    use crate::survey::catalog::READ_ONLY;
    use crate::system::Session;
    use std::time::Duration;

    fn signals(session: &Session) -> Signals {
        session.batch(READ_ONLY).unwrap();
        let signals = observe_within(&Questions::new(session));
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
            [
                "replicas",
                "archive_mode",
                "synchronous_standby_names",
                "settings of managed services"
            ]
        );
    }
}
