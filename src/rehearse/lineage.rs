//! What a chain builds, revision by revision, on scratch: the references that `adopt` compares a
//! database with. Called by `engine`; the chain may be an archived one in a folder of its own.

use std::path::PathBuf;

use super::Scratch;
use super::{RehearseError, Subject};
use crate::model::RevisionId;
use crate::schema::Catalog;
use crate::worker::WalkRequest;

/// The catalog after an upgrade of an empty scratch to these revisions, one after another.
///
/// `locations` are the folders of the revisions; empty means the module's own.
pub fn catalog_at(
    subject: &Subject<'_>,
    at: &[RevisionId],
    locations: &[PathBuf],
) -> Result<Catalog, RehearseError> {
    subject.phase("replay")?;
    let scratch = subject.scratch("l")?;
    for id in at {
        upgrade(subject, &scratch, id, locations)?;
    }
    Ok(subject.snapshot(&scratch.connect()?)?)
}

/// The catalog after every one of these revisions, in their order (parents first), on one scratch.
pub fn catalogs(
    subject: &Subject<'_>,
    order: &[RevisionId],
    locations: &[PathBuf],
) -> Result<Vec<(RevisionId, Catalog)>, RehearseError> {
    subject.phase("replay")?;
    let scratch = subject.scratch("l")?;
    let mut found = Vec::with_capacity(order.len());
    for id in order {
        upgrade(subject, &scratch, id, locations)?;
        found.push((id.clone(), subject.snapshot(&scratch.connect()?)?));
    }
    Ok(found)
}

fn upgrade(
    subject: &Subject<'_>,
    scratch: &Scratch,
    to: &RevisionId,
    locations: &[PathBuf],
) -> Result<(), RehearseError> {
    subject
        .call(|call| {
            let walk = WalkRequest {
                scratch: scratch.target(),
                to: &to.0,
                version_locations: locations.to_vec(),
            };
            subject.worker.upgrade(&subject.request(), &walk, call)
        })
        .map(drop)
        .map_err(RehearseError::Replay)
}
