//! What a server says about its purpose: the signals of production, each of them three-valued.

use serde::{Deserialize, Serialize};

use super::Observed;

/// Signals of one server and database. A query that failed is `Unavailable`, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// `count(*)` of `pg_stat_replication`: standbys and backups that stream from it.
    pub replicas: Observed<i64>,
    /// `count(*)` of `pg_replication_slots`.
    pub slots: Observed<i64>,
    /// `count(*)` of `pg_stat_wal_receiver`.
    pub receivers: Observed<i64>,
    /// Subscriptions of all databases of the server.
    pub subscriptions: Observed<i64>,
    /// Publications of this database.
    pub publications: Observed<i64>,
    /// The setting `archive_mode`; a missing row is not known.
    pub archive_mode: Observed<String>,
    /// The setting `synchronous_standby_names`; a missing row is not known.
    pub synchronous_standbys: Observed<String>,
    /// `pg_stat_archiver.archived_count`.
    pub archived: Observed<i64>,
    /// Roles that only managed services have.
    pub managed_roles: Observed<Vec<String>>,
    /// Settings that only managed services have.
    pub managed_settings: Observed<Vec<String>>,
    /// Transaction counter: `pg_snapshot_xmax`; not reset by a crash. Weak.
    pub transactions: Observed<i64>,
    /// Bytes of log written or replayed since the server was made; not reset by a crash. Weak.
    pub log_bytes: Observed<i64>,
    /// `pg_database_size`, in bytes. Weak.
    pub size: Observed<i64>,
}

impl Signals {
    /// The strong signals by name, with why they could not be seen: a required unknown refuses.
    pub fn unknown(&self) -> Vec<(&'static str, String)> {
        fn of<T>(name: &'static str, observed: &Observed<T>) -> Option<(&'static str, String)> {
            match observed {
                Observed::Seen(_) => None,
                Observed::Unavailable { why } => Some((name, why.clone())),
                Observed::NotAsked => Some((name, "nobody asked".to_owned())),
            }
        }
        [
            of("replicas", &self.replicas),
            of("replication slots", &self.slots),
            of("WAL receivers", &self.receivers),
            of("subscriptions", &self.subscriptions),
            of("archive_mode", &self.archive_mode),
            of("synchronous_standby_names", &self.synchronous_standbys),
            of("archived WAL files", &self.archived),
            of("roles of managed services", &self.managed_roles),
            of("settings of managed services", &self.managed_settings),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
