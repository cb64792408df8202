//! On which server a module's chain is rehearsed: the user's own, where nothing of the chain reaches
//! further than its database, else one of redistill's.
//!
//! A scratch database confines tables and rows. Roles, other databases, tablespaces and settings are
//! the server's: a chain that changes them runs on an ephemeral server that stands in for it.

use std::sync::Arc;

use super::{Engine, failures};
use crate::error::Failure;
use crate::events::Event;
use crate::evidence::ModuleEvidence;
use crate::model::text::safe;
use crate::model::{Chain, RevisionId, Target};
use crate::python::Syntax;
use crate::python::outside::{self, Outside};
use crate::rehearse::ScratchHost;
use crate::sandbox::{Server, ServerOptions};
use crate::system::ReadFiles as _;

/// How many revisions a remark names.
const NAMED: usize = 5;

/// A server for scratch databases.
pub(super) struct Footing {
    pub(super) host: Arc<ScratchHost>,
    /// Why it is not the user's, where the chain is the reason.
    pub(super) why: Option<String>,
}

impl Engine<'_> {
    /// The same as [`Engine::footing`]; the reason is told at once.
    pub(super) fn host_for(
        &self,
        seen: &ModuleEvidence,
        target: &Target,
        chains: &[&Chain],
    ) -> Result<Arc<ScratchHost>, Failure> {
        let footing = self.footing(seen, target, chains)?;
        if let Some(why) = footing.why {
            let text = format!("{}: {why}", seen.module.name);
            self.observer.on_event(&Event::Remark { text });
        }
        Ok(footing.host)
    }

    /// The module's own server where its role may create databases and these chains stay in theirs,
    /// else one of our own.
    pub(super) fn footing(
        &self,
        seen: &ModuleEvidence,
        target: &Target,
        chains: &[&Chain],
    ) -> Result<Footing, Failure> {
        let found = self.outside(chains);
        if !found.is_empty() {
            return Ok(Footing {
                host: Arc::new(stand_in(seen, target, &found)?),
                why: Some(remark(&found)),
            });
        }
        let may_create = seen
            .database
            .seen()
            .is_some_and(|database| database.may_create_databases);
        if may_create {
            match ScratchHost::on_server_of(target) {
                Ok(host) => {
                    let host = Arc::new(host);
                    return Ok(Footing { host, why: None });
                }
                Err(error) => {
                    let text = format!(
                        "{}: no scratch databases on its own server ({error}); an ephemeral \
                         server is used",
                        seen.module.name
                    );
                    self.observer.on_event(&Event::Remark { text });
                }
            }
        }
        let host = self.sandbox()?;
        Ok(Footing { host, why: None })
    }

    /// The revisions that hold statements whose effect leaves their database.
    fn outside(&self, chains: &[&Chain]) -> Vec<(RevisionId, Vec<Outside>)> {
        let revisions = chains.iter().flat_map(|chain| &chain.revisions);
        let each = revisions.filter_map(|revision| {
            let bytes = self.files.read(&revision.path).ok()?;
            let found = outside::read(&Syntax::parse(&revision.path, &bytes));
            (!found.is_empty()).then(|| (revision.id.clone(), found))
        });
        each.collect()
    }
}

/// A server of its own: what one chain makes of roles is nothing to another's.
fn stand_in(
    seen: &ModuleEvidence,
    target: &Target,
    found: &[(RevisionId, Vec<Outside>)],
) -> Result<ScratchHost, Failure> {
    let made: Vec<String> = found
        .iter()
        .flat_map(|(_, found)| found)
        .filter_map(|one| one.makes.clone())
        .collect();
    let options = ServerOptions {
        large: true,
        ..ServerOptions::default()
    };
    let server = Server::start_with(&options).map_err(|error| failures::sandbox(&error))?;
    ScratchHost::stand_in(server, target, &made).map_err(|error| {
        Failure::untouched(format!(
            "{}: no server can stand in for its own: {}",
            safe(&seen.module.name.0),
            safe(&error.to_string())
        ))
    })
}

/// `n001 (CREATE ROLE, GRANT of a role), n002 (ALTER ROLE)`.
fn remark(found: &[(RevisionId, Vec<Outside>)]) -> String {
    let named = found.iter().take(NAMED).map(|(id, found)| {
        let mut kinds: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        format!("{} ({})", safe(&id.0), kinds.join(", "))
    });
    let mut named = named.collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = found.len().checked_sub(NAMED) {
        named = format!("{named} and {more} more");
    }
    format!(
        "the chain is rehearsed on an ephemeral server, not on the module's own, for what it does \
         would take effect outside the scratch database: {named}"
    )
}
