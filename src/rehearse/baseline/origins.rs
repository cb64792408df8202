//! Which revision made what: the replay's account by number, turned into the objects' own names.
//! Called by the drafter after the replay; never writes.

use crate::rehearse::{RehearseError, Subject};
use crate::schema::{Origins, Whence};
use crate::survey::identities::identities;
use crate::system::Session;
use crate::worker::Walk;

/// Names what the replay saw. The session is one on the replayed database.
pub fn origins(
    subject: &Subject<'_>,
    walk: &Walk,
    session: &Session,
) -> Result<Origins, RehearseError> {
    let keys = identities(session, &subject.version_tables)?;
    let order: Vec<String> = walk
        .applied
        .iter()
        .map(|one| one.revision.clone())
        .collect();
    let mut origins = Origins::new("the old chain");
    for row in &walk.origins {
        if let Some(key) = keys.get(&(row.0, row.1, row.2)) {
            let whence = Whence {
                made: row.4.clone(),
                changed: row.5.clone(),
            };
            origins.add(key.clone(), row.3, whence, &order);
        }
    }
    Ok(origins)
}
