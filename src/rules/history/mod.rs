//! `RD2xx`: who else has this history, and what the version table holds.

pub mod database_holds;
pub mod database_unseen;
pub mod differing;
pub mod environment_holds;
pub mod environment_own;
pub mod environment_password;
pub mod environment_unseen;
pub mod fetch_age;
pub mod foreign_row;
pub mod git_unavailable;
pub mod hanging;
mod holding;
pub mod live_revision;
pub mod mention;
pub mod namesake;
pub mod neighbour_row;
pub mod no_repository;
pub mod other_table;
mod people;
pub mod pushed;
pub mod shallow;
pub mod shared;
pub mod test_database_holds;
pub mod uncommitted;
pub mod unfetched;
pub mod version_table_unread;
pub mod waiver_expired;
pub mod waiver_mismatch;
pub mod waiver_refused;
pub mod waiver_uncommitted;
mod waivers;

use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence, NO_REPOSITORY};
use crate::model::ModuleName;

/// Whether git's silence means that there is no repository, not that git failed.
fn is_no_repository(why: &str) -> bool {
    why == NO_REPOSITORY
}

/// Whose a row of the version table is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    /// This module's.
    Own,
    /// Another module's of the project.
    Neighbour(ModuleName),
    /// Nobody's.
    Unknown,
}

/// The rows of a module's version table with their owners.
fn rows<'a>(
    evidence: &Evidence,
    module: &ModuleEvidence,
    database: &'a DatabaseEvidence,
) -> Vec<(&'a str, Row)> {
    database
        .version_table
        .rows
        .iter()
        .map(|id| {
            let row = if module.chain.revisions.iter().any(|known| known.id.0 == *id) {
                Row::Own
            } else {
                neighbour(evidence, id).map_or(Row::Unknown, Row::Neighbour)
            };
            (id.as_str(), row)
        })
        .collect()
}

/// The module of the project that defines a revision, one that nobody asked for included.
fn neighbour(evidence: &Evidence, id: &str) -> Option<ModuleName> {
    let looked_at = evidence.modules.iter().find(|other| {
        let revisions = &other.chain.revisions;
        revisions.iter().any(|known| known.id.0 == id)
    });
    let others = || {
        evidence
            .unselected
            .iter()
            .find(|other| other.revisions.iter().any(|known| known.0 == id))
    };
    looked_at
        .map(|other| other.module.name.clone())
        .or_else(|| others().map(|other| other.name.clone()))
}
