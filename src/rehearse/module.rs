//! The rehearsal of one module, phase by phase.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;

use super::align::align;
use super::baseline::{Built, Drafter};
use super::changes::{Ahead, ahead};
use super::contrast::{additional, drift, model_drift, side_by_side, uncovered};
use super::reference::reference;
use super::{DumpError, Groundwork, Scratch, ScratchError, ScratchHost};
use crate::events::{Event, Observer};
use crate::evidence::Described;
use crate::model::text::safe;
use crate::model::{
    Chain, Module, ModuleName, QualifiedName, RevisionId, Target, quote_identifier,
};
use crate::plan::{Alteration, Choices, PlannedModule, Strategy};
use crate::schema::{Catalog, Difference, Three, names_any, remarks};
use crate::survey::catalog::snapshot;
use crate::system::{ConnectError, Session, SqlError};
use crate::worker::{Call, Ground, ModuleRequest, WalkRequest, Worker, WorkerError, WorkerEvent};

/// How long one request to the worker may take.
const LIMIT: Duration = Duration::from_mins(30);

/// Why the rehearsal of a module did not come to an end.
#[derive(Debug, Error)]
pub enum RehearseError {
    /// The old chain does not replay.
    #[error("the old chain does not replay from an empty database: {0}")]
    Replay(WorkerError),
    /// The baseline does not run.
    #[error("the baseline does not {doing}: {error}")]
    Baseline {
        /// `upgrade`, `downgrade`, `upgrade again`.
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// The present chain does not run (`verify`).
    #[error("the chain does not {doing}: {error}")]
    Chain {
        /// `upgrade`, `downgrade`, `upgrade again`.
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// No draft could be made.
    #[error("no baseline can be drafted: {0}")]
    Draft(WorkerError),
    /// The baseline builds nothing, though the old chain built something.
    #[error("the baseline is empty, but the reference has {objects} objects")]
    Empty {
        /// How many.
        objects: usize,
    },
    /// The old chain leaves more seed rows in a table than a revision should hold.
    #[error("the old chain leaves {rows} rows in {table}; a baseline carries up to {limit}")]
    TooManyRows {
        /// The table.
        table: QualifiedName,
        /// How many.
        rows: u64,
        /// How many are carried.
        limit: u32,
    },
    /// What is left out is needed by what is not.
    #[error("leaving out {} would take along what needs it", .left.join(", "))]
    Needed {
        /// What the user named.
        left: Vec<String>,
        /// What would fall, with what it needs.
        falls: Vec<(String, String)>,
    },
    /// What is left out is part of something that is not, and stays with it.
    #[error("{what} cannot be left out alone: it is written with the table")]
    Stays {
        /// What the user named.
        what: String,
    },
    /// The baseline's statements cannot be taken out of Alembic as they are.
    #[error("the baseline's statements alone do not build what it builds; they differ in {what}")]
    Script {
        /// What differs.
        what: String,
    },
    /// `alembic check` ends with an error, on a database that stands at the baseline.
    #[error("alembic check gives no answer on the database that the baseline builds: {why}")]
    Check {
        /// Its words.
        why: String,
    },
    /// The live schema holds the objects of others, and cannot stand for this chain.
    #[error(
        "the old chain does not replay, and the live schema cannot stand for it: other modules live \
         in the same database, and nothing says which objects are whose ({0})"
    )]
    Shared(WorkerError),
    /// The live schema cannot be copied.
    #[error("the live schema cannot be copied to a scratch database: {0}")]
    Copy(String),
    /// No dump of the live schema.
    #[error("the live schema cannot be copied: {0}")]
    Dump(Box<DumpError>),
    /// There are no statements that bring the live database in line.
    #[error("the live database cannot be brought in line by statements: {0}")]
    NotInLine(String),
    /// The revision for what the models are ahead by fails.
    #[error("the revision for what the models are ahead by does not {doing}: {error}")]
    Changes {
        /// `upgrade`, `downgrade` …
        doing: &'static str,
        /// Why.
        error: WorkerError,
    },
    /// The revision for what the models are ahead by does not do all of it, or not back.
    #[error("the revision that autogenerate writes for what the models are ahead by leaves: {0}")]
    ChangesDiffer(String),
    /// Another module that must be there first cannot be built.
    #[error(
        "its foreign keys refer to tables of {}, which cannot be built before it: {error}",
        name_of(.other)
    )]
    Beneath {
        /// The other module.
        other: ModuleName,
        /// Why.
        error: WorkerError,
    },
    /// The chain changes what another module made.
    #[error(
        "its chain changes what {} made, and no baseline of its own could say so: {}",
        words(.others),
        .what.join(", ")
    )]
    Reaches {
        /// The modules that are built before it.
        others: Vec<ModuleName>,
        /// What it changes.
        what: Vec<String>,
    },
    /// The project's Alembic cannot be asked.
    #[error(transparent)]
    Worker(WorkerError),
    /// No scratch database.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// No connection to one.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A query on one failed.
    #[error("a catalog query failed: {0}")]
    Sql(#[from] SqlError),
    /// The file system failed.
    #[error("cannot prepare the staging folder: {0}")]
    Staging(#[from] std::io::Error),
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
}

fn name_of(module: &ModuleName) -> String {
    safe(&module.0).into_owned()
}

fn words(modules: &[ModuleName]) -> String {
    let names: Vec<String> = modules.iter().map(name_of).collect();
    names.join(" and ")
}

impl From<DumpError> for RehearseError {
    fn from(error: DumpError) -> Self {
        Self::Dump(Box::new(error))
    }
}

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

/// The live database, for the comparison and as the reference of last resort.
pub struct Lived {
    /// How to reach it.
    pub target: Target,
    /// Its catalog.
    pub catalog: Catalog,
    /// What `alembic check` says of it now.
    pub check: Vec<String>,
    /// Whether other modules live in it, too.
    pub is_shared: bool,
}

impl Lived {
    /// The same with another part of its catalog.
    fn with(&self, catalog: Catalog) -> Self {
        Self {
            target: self.target.clone(),
            catalog,
            check: self.check.clone(),
            is_shared: self.is_shared,
        }
    }
}

/// What the rehearsal came to.
pub struct Rehearsal {
    /// For the plan; `baseline_path` is relative to the version location.
    pub planned: PlannedModule,
    /// The catalog that the baseline builds.
    pub built: Catalog,
    /// The catalog that stood as reference.
    pub reference: Catalog,
    /// The live database's catalog.
    pub live: Catalog,
    /// The statements that the baseline runs; only for the strategy `recreate`.
    pub script: Vec<String>,
    /// Why the live schema stood as reference, and not the old chain.
    pub not_replayed: Option<WorkerError>,
    /// What was to be left out and is no object of this module, with the names that come near.
    pub unknown: Vec<(String, Vec<String>)>,
    /// For the strategy `keep`: what brings the live database in line, or why nothing does.
    pub alteration: Result<Option<Alteration>, RehearseError>,
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
    fn above_ground(&self, catalog: Catalog) -> Catalog {
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

/// Rehearses one module.
pub fn rehearse(subject: &Subject<'_>, live: Option<&Lived>) -> Result<Rehearsal, RehearseError> {
    let whole = live.map(|live| subject.without_own_schema(live.catalog.clone()));
    let above = whole.clone().map(|whole| subject.above_ground(whole));
    let live = live.zip(above).map(|(live, above)| live.with(above));
    let live = live.as_ref();
    let mut drafter = Drafter::new(subject)?;
    let (reference, not_replayed) = reference(subject, &mut drafter, live)?;
    let Built {
        catalog: built,
        text,
        file_name,
        data,
        carried,
        mut lost,
        mut accepted,
        remarks: of_rows,
        mut unknown,
        hook_error,
    } = drafter.build(&reference)?;
    if built.is_empty_schema() && !reference.is_empty_schema() {
        return Err(RehearseError::Empty {
            objects: reference.objects.len(),
        });
    }
    let differing = lost.iter().chain(&accepted);
    let uncovered = uncovered(subject, &drafter, [&reference, &built], differing)?;
    // An entry of the dump is no object of the catalogs.
    unknown.retain(|(choice, _)| {
        !names_any(choice, uncovered.accepted.iter().map(Difference::object))
    });
    let left_behind = drafter.cycle(&built)?;
    subject.phase("compare")?;
    let drift = drift(subject, &drafter, live, &reference, &built, &accepted);
    let mut remarks = remarks(&reference, &built);
    remarks.extend(of_rows);
    remarks.extend(live.and_then(|live| additional(&reference, &live.catalog)));
    remarks.extend(hook_error.map(|error| format!("a post_write_hook failed: {error}")));
    let model_drift = model_drift(subject, &drafter)?;
    let ahead = match &subject.changes_id {
        Some(id) if !model_drift.is_empty() => ahead(subject, &drafter, &built, id)?,
        _ => None,
    };
    remarks.extend(ahead.iter().flat_map(|ahead| ahead.remarks.clone()));
    let alteration = match live {
        Some(live) if !drift.is_empty() || ahead.is_some() => {
            alteration(subject, live, &built, ahead.as_ref(), &accepted)?
        }
        _ => Ok(None),
    };
    let known_differences = known_differences(live, ahead.is_some(), &model_drift);
    let three = Three {
        old: &reference,
        baseline: &built,
        live: live.map(|live| &live.catalog),
    };
    let (mut sides, equal) = side_by_side(three, &carried, [&lost, &accepted, &drift]);
    sides.extend(uncovered.sides());
    uncovered.join(&mut lost, &mut accepted, &mut remarks);
    let built = ahead.as_ref().map_or(built, |ahead| ahead.built.clone());
    let planned = PlannedModule {
        module: subject.module.name.clone(),
        revisions: subject.chain.ids(),
        old_heads: subject.chain.heads(),
        baseline_id: subject.baseline_id.clone(),
        baseline_path: file_name,
        baseline: text,
        data,
        reference: if not_replayed.is_some() {
            "live"
        } else {
            "replay"
        }
        .to_owned(),
        carried,
        lost,
        accepted,
        drift,
        model_drift,
        known_differences,
        left_behind,
        remarks,
        model_changes: ahead.map(|ahead| ahead.planned),
        sides,
        equal,
    };
    let script = match subject.choices.strategy {
        Strategy::Recreate => drafter.script(&built)?,
        Strategy::Keep | Strategy::Unversioned => Vec::new(),
    };
    Ok(Rehearsal {
        planned,
        built,
        reference,
        live: whole.unwrap_or_default(),
        script,
        not_replayed,
        unknown,
        alteration,
    })
}

/// For the strategy `keep`: what brings the live database in line, or why nothing does.
fn alteration(
    subject: &Subject<'_>,
    live: &Lived,
    built: &Catalog,
    ahead: Option<&Ahead>,
    accepted: &[Difference],
) -> Result<Result<Option<Alteration>, RehearseError>, RehearseError> {
    if subject.choices.strategy != Strategy::Keep {
        return Ok(Ok(None));
    }
    match align(subject, live, built, ahead, accepted) {
        Err(RehearseError::Cancelled) => Err(RehearseError::Cancelled),
        alteration => Ok(alteration),
    }
}

/// What `alembic check` may go on saying of the live database after the reset.
fn known_differences(
    live: Option<&Lived>,
    is_ahead_settled: bool,
    model_drift: &[String],
) -> Vec<String> {
    let lines = live.iter().flat_map(|live| &live.check);
    lines
        .filter(|line| !(is_ahead_settled && model_drift.contains(line)))
        .cloned()
        .collect()
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
