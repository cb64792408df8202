//! `RD2xx`: who else has this history, and what the version table holds.

pub mod differing;
pub mod fetch_age;
pub mod foreign_row;
pub mod git_unavailable;
pub mod hanging;
pub mod live_revision;
pub mod neighbour_row;
pub mod no_repository;
pub mod other_table;
mod people;
pub mod pushed;
pub mod shallow;
pub mod shared;
pub mod uncommitted;
pub mod unfetched;

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
    let defines = |module: &ModuleEvidence, id: &str| {
        module.chain.revisions.iter().any(|known| known.id.0 == id)
    };
    database
        .version_table
        .rows
        .iter()
        .map(|id| {
            let row = if defines(module, id) {
                Row::Own
            } else {
                evidence
                    .modules
                    .iter()
                    .find(|other| defines(other, id))
                    .map_or(Row::Unknown, |other| {
                        Row::Neighbour(other.module.name.clone())
                    })
            };
            (id.as_str(), row)
        })
        .collect()
}
