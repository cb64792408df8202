//! What the baseline must build: the old chain's catalog, or the live database's where that does not
//! replay. Called by the rehearsal of a module; works on scratch databases only.

use super::baseline::Drafter;
use super::copy::LiveCopy;
use super::{Lived, RehearseError, Subject};
use crate::plan::{Reference, Source};
use crate::schema::Catalog;
use crate::worker::{ErrorKind, Failed, WorkerError};

/// The catalog that the baseline must build: the old chain's, or, where that does not replay and the
/// user says so, the live database's. With the source `models` that needs no saying: the baseline is
/// drafted from the models then, and only held against the live schema.
pub(super) fn reference(
    subject: &Subject<'_>,
    drafter: &mut Drafter<'_>,
    live: Option<&Lived>,
) -> Result<(Catalog, Option<WorkerError>), RehearseError> {
    let error = match replayed(subject, drafter, live) {
        Ok(catalog) => return Ok((catalog, None)),
        Err(RehearseError::Replay(error)) => error,
        Err(error) => return Err(error),
    };
    match (subject.choices.source, subject.choices.reference, live) {
        (Source::Models, _, Some(live)) => Ok((live.catalog.clone(), Some(error))),
        (Source::Chain, Reference::Live, Some(live)) if live.is_shared => {
            Err(RehearseError::Shared(error))
        }
        (Source::Chain, Reference::Live, Some(live)) => {
            let scratch = LiveCopy::take(subject, live)?.restore(subject, live, "c")?;
            Ok((drafter.stand_in(scratch)?, Some(error)))
        }
        _ => Err(RehearseError::Replay(error)),
    }
}

/// The old chain's catalog. A chain that runs and makes nothing, while the live database has tables
/// of the models, is the chain of a project that began with `create_all` and a stamp.
fn replayed(
    subject: &Subject<'_>,
    drafter: &mut Drafter<'_>,
    live: Option<&Lived>,
) -> Result<Catalog, RehearseError> {
    let catalog = drafter.replay()?;
    let default = &subject.described.default_schema;
    let is_there = |live: &Lived| {
        let tables = live.catalog.tables();
        subject.described.tables.iter().any(|table| {
            let schema = table.schema.as_ref().unwrap_or(default);
            tables
                .iter()
                .any(|there| there.schema == *schema && there.name == table.name)
        })
    };
    if catalog.is_empty_schema() && live.is_some_and(is_there) {
        drafter.forget_replay();
        return Err(RehearseError::Replay(WorkerError::Failed(Box::new(
            Failed {
                kind: ErrorKind::RevisionFailed,
                message: "it builds nothing, and the live database has tables of the models: they \
                          were made by create_all() or by hand"
                    .to_owned(),
                exception: None,
                file: None,
                line: None,
                revision: None,
                sqlstate: None,
                server_detail: None,
                statement: None,
                traceback: Vec::new(),
            },
        ))));
    }
    Ok(catalog)
}
