//! What is rehearsed: one module with its chain, its interpreter, and where scratch databases are made.
//! Made by `engine`, asked by every phase of this room. Never reaches the live database.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Groundwork, RehearseError, Scratch, ScratchHost};
use crate::events::{Event, Observer};
use crate::evidence::Described;
use crate::model::{Chain, Module, QualifiedName, RevisionId, Target, quote_identifier};
use crate::plan::Choices;
use crate::schema::Catalog;
use crate::survey::catalog::snapshot;
use crate::system::{Session, SqlError};
use crate::worker::{Call, Ground, ModuleRequest, WalkRequest, Worker, WorkerError, WorkerEvent};

/// How long one request to the worker may take.
const LIMIT: Duration = Duration::from_mins(30);

/// What is rehearsed, and with what.
pub struct Subject<'a> {
    /// The module.
    pub module: &'a Module,
    /// Arguments for `context.get_x_argument`.
    pub x: Vec<String>,
    /// Its chain.
    pub chain: &'a Chain,
    /// What env.py says.
    pub described: &'a Described,
    /// Version tables of all modules: not part of any schema.
    pub version_tables: Vec<QualifiedName>,
    /// The warm interpreter.
    pub worker: &'a Worker,
    /// Where scratch databases are made.
    pub host: &'a ScratchHost,
    /// The tables of the modules that must be there first; none where it stands alone.
    pub beneath: Option<&'a Groundwork>,
    /// What was chosen.
    pub choices: &'a Choices,
    /// The baseline's identifier.
    pub baseline_id: RevisionId,
    /// The identifier of the revision for what the models are ahead by; none: there is to be none.
    pub changes_id: Option<RevisionId>,
    /// Hears progress.
    pub observer: &'a dyn Observer,
    /// Set by Ctrl-C.
    pub cancel: &'a AtomicBool,
}

impl Subject<'_> {
    /// The worker's view of the module.
    pub fn request(&self) -> ModuleRequest {
        let mut request = ModuleRequest::from(self.module);
        request.x.clone_from(&self.x);
        request.beneath = self.beneath.map(Groundwork::tables).unwrap_or_default();
        request.ground = Some(if self.host.is_theirs() {
            Ground::Theirs
        } else {
            Ground::Ours
        });
        request
    }

    /// Announces a phase.
    pub fn phase(&self, phase: &str) -> Result<(), RehearseError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(RehearseError::Cancelled);
        }
        self.observer.on_event(&Event::Phase {
            module: self.module.name.clone(),
            phase: phase.to_owned(),
        });
        Ok(())
    }

    /// Runs a request with progress passed on to the observer.
    pub fn call<T>(
        &self,
        ask: impl FnOnce(&Call<'_>) -> Result<T, WorkerError>,
    ) -> Result<T, WorkerError> {
        self.call_within(LIMIT, ask)
    }

    /// The same with a limit of its own.
    pub fn call_within<T>(
        &self,
        limit: Duration,
        ask: impl FnOnce(&Call<'_>) -> Result<T, WorkerError>,
    ) -> Result<T, WorkerError> {
        let module = &self.module.name;
        let hear = |event: WorkerEvent| match event {
            WorkerEvent::Started(progress) => self.observer.on_event(&Event::Revision {
                module: module.clone(),
                revision: progress.revision,
                index: progress.index,
                total: progress.total,
            }),
            WorkerEvent::Finished(_) => {}
            WorkerEvent::Log(line) => {
                self.observer.on_event(&Event::Output {
                    module: module.clone(),
                    line,
                });
            }
        };
        ask(&Call {
            limit,
            cancel: self.cancel,
            on_event: &hear,
        })
    }

    /// Creates an empty scratch. A schema for the version table exists before the first revision
    /// in every project that has one: Alembic creates the table, never the schema.
    pub fn scratch(&self, purpose: &str) -> Result<Scratch, RehearseError> {
        let scratch = match self.beneath {
            Some(ground) => self.host.create_like(purpose, ground.scratch())?,
            None => self.host.create(purpose)?,
        };
        for schema in self.described.needed_schemas() {
            let quoted = quote_identifier(schema);
            scratch
                .connect()?
                .batch(&format!("CREATE SCHEMA IF NOT EXISTS {quoted}"))?;
        }
        Ok(scratch)
    }

    /// Takes a catalog without the version tables.
    pub fn snapshot(&self, session: &Session) -> Result<Catalog, SqlError> {
        let catalog = snapshot(session, &self.version_tables)?;
        Ok(self.above_ground(self.without_own_schema(catalog)))
    }

    /// The catalog without what other modules have built before.
    pub(super) fn above_ground(&self, catalog: Catalog) -> Catalog {
        match self.beneath {
            Some(ground) => ground.without(catalog),
            None => catalog,
        }
    }

    /// The schemas of version tables and of tenants must be there before the first revision runs:
    /// env.py or a person makes them, never the chain, and so never the baseline. The same goes for
    /// whatever else env.py makes.
    pub fn without_own_schema(&self, mut catalog: Catalog) -> Catalog {
        let needed = self.described.needed_schemas();
        let is_needed = |name: &String| name != "public" && needed.contains(&name.as_str());
        let made = &self.described.made;
        catalog.objects.retain(|key, _| {
            let is_own = key.kind == "schema" && is_needed(&key.name);
            !is_own && !made.contains(key)
        });
        catalog
    }
}

/// Walks a scratch up or down.
pub(super) fn walk_request<'a>(
    scratch: &'a Target,
    to: &'static str,
    version_locations: Vec<PathBuf>,
) -> WalkRequest<'a> {
    WalkRequest {
        scratch,
        to,
        version_locations,
    }
}
