//! The rehearsal of one module, phase by phase.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;

use super::baseline::{Built, Drafter};
use super::copy::LiveCopy;
use super::uncovered::{self, Uncovered};
use super::{DumpError, Scratch, ScratchError, ScratchHost};
use crate::events::{Event, Observer};
use crate::evidence::Described;
use crate::model::{Chain, Module, QualifiedName, RevisionId, Target, quote_identifier};
use crate::plan::{Carried, Choices, PlannedModule, Reference, Source, Strategy};
use crate::schema::{Catalog, Difference, Three, compare, equal, is_left_out, remarks, sides};
use crate::survey::catalog::snapshot;
use crate::system::{ConnectError, Session, SqlError};
use crate::worker::{
    Call, ErrorKind, Failed, InspectRequest, ModuleRequest, WalkRequest, Worker, WorkerError,
    WorkerEvent,
};

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
    /// What was chosen.
    pub choices: &'a Choices,
    /// The baseline's identifier.
    pub baseline_id: RevisionId,
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
}

impl Subject<'_> {
    /// The worker's view of the module.
    pub fn request(&self) -> ModuleRequest {
        let mut request = ModuleRequest::from(self.module);
        request.x.clone_from(&self.x);
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
        let scratch = self.host.create(purpose)?;
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
        snapshot(session, &self.version_tables).map(|catalog| self.without_own_schema(catalog))
    }

    /// The schemas of version tables and of tenants must be there before the first revision runs:
    /// env.py or a person makes them, never the chain, and so never the baseline. The same goes for
    /// whatever else env.py makes.
    pub fn without_own_schema(&self, mut catalog: Catalog) -> Catalog {
        let needed = self.described.needed_schemas();
        let is_needed = |name: &String| name != "public" && needed.contains(&name.as_str());
        let made = &self.described.made;
        catalog.objects.retain(|key, _| {
            !(key.kind == "schema" && is_needed(&key.name)) && !made.contains(key)
        });
        catalog
    }
}

/// Rehearses one module.
pub fn rehearse(subject: &Subject<'_>, live: Option<&Lived>) -> Result<Rehearsal, RehearseError> {
    let live = live.map(|live| Lived {
        target: live.target.clone(),
        catalog: subject.without_own_schema(live.catalog.clone()),
        check: live.check.clone(),
        is_shared: live.is_shared,
    });
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
        unknown,
        hook_error,
    } = drafter.build(&reference)?;
    if built.is_empty_schema() && !reference.is_empty_schema() {
        return Err(RehearseError::Empty {
            objects: reference.objects.len(),
        });
    }
    let uncovered = uncovered(subject, &drafter, lost.iter().chain(&accepted))?;
    let left_behind = drafter.cycle(&built)?;
    subject.phase("compare")?;
    let drift = match (subject.choices.source, live) {
        (_, None) => Vec::new(),
        (Source::Chain, Some(live)) => drift(&reference, &live.catalog),
        // The models may say something else than the reference; what was accepted stands.
        (Source::Models, Some(live)) => drift(&built, &live.catalog)
            .into_iter()
            .filter(|other| {
                !is_left_out(other.object(), drafter.leave_out())
                    && !(subject.choices.accept_losses && is_given_up(&accepted, other))
            })
            .collect(),
    };
    let mut remarks = remarks(&reference, &built);
    remarks.extend(of_rows);
    remarks.extend(
        live.iter()
            .filter_map(|live| additional(&reference, &live.catalog)),
    );
    remarks.extend(hook_error.map(|error| format!("a post_write_hook failed: {error}")));
    let model_drift = model_drift(subject, &drafter)?;
    let three = Three {
        old: &reference,
        baseline: &built,
        live: live.map(|live| &live.catalog),
    };
    let named = carried.iter().map(Carried::object).collect();
    let apart = lost.iter().chain(&accepted).chain(&drift);
    let (mut sides, equal) = (
        sides(three, &named, apart),
        equal(&reference, &built, &named),
    );
    sides.extend(uncovered.sides());
    lost.extend(uncovered.lost);
    accepted.extend(uncovered.accepted);
    remarks.extend(uncovered.remarks);
    let planned = PlannedModule {
        module: subject.module.name.clone(),
        revisions: subject
            .chain
            .revisions
            .iter()
            .map(|r| r.id.clone())
            .collect(),
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
        known_differences: live.map_or(Vec::new(), |live| live.check.clone()),
        left_behind,
        remarks,
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
        live: live.map(|live| live.catalog.clone()).unwrap_or_default(),
        script,
        not_replayed,
        unknown,
    })
}

/// Whether a difference of the live database is a loss that was accepted as one of many. What the
/// models are ahead by is none: the database lacks it.
fn is_given_up(accepted: &[Difference], other: &Difference) -> bool {
    let is_loss = |one: &&Difference| !matches!(one, Difference::Extra { .. });
    !matches!(other, Difference::Missing { .. })
        && accepted
            .iter()
            .filter(is_loss)
            .any(|one| one.object() == other.object())
}

/// What `pg_dump` shows beyond the catalogs, where the old chain was replayed.
fn uncovered<'a>(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
    explained: impl Iterator<Item = &'a Difference>,
) -> Result<Uncovered, RehearseError> {
    match drafter.replayed_target() {
        Some(replayed) => {
            let explained: Vec<&Difference> = explained.collect();
            uncovered::look(subject, replayed, drafter.built_target(), &explained)
        }
        None => Ok(Uncovered::default()),
    }
}

/// The catalog that the baseline must build: the old chain's, or, where that does not replay and the
/// user says so, the live database's. With the source `models` that needs no saying: the baseline is
/// drafted from the models then, and only held against the live schema.
fn reference(
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

/// What the live database lacks of the reference, or has otherwise. Objects of others in the same
/// database are no drift.
fn drift(reference: &Catalog, live: &Catalog) -> Vec<Difference> {
    compare(reference, live)
        .into_iter()
        .filter(|difference| match difference {
            Difference::Missing { .. } | Difference::Changed { .. } => true,
            // A column or constraint more on a table of ours is drift, a table more is not.
            Difference::Extra { object, .. } => {
                !object.table.is_empty() && {
                    reference.objects.keys().any(|key| {
                        key.table.is_empty()
                            && key.schema == object.schema
                            && key.name == object.table
                    })
                }
            }
        })
        .collect()
}

/// Objects of the live database that the reference has not, as a remark.
fn additional(reference: &Catalog, live: &Catalog) -> Option<String> {
    let names: Vec<String> = compare(reference, live)
        .into_iter()
        .filter_map(|difference| match difference {
            Difference::Extra { object, .. } if object.table.is_empty() => Some(object.to_string()),
            _ => None,
        })
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "in the live database, but not made by this chain: {}",
            names.join(", ")
        )
    })
}

/// What the models say that the baseline does not, as `alembic check` words it. The last step asks
/// the same of the live database: what cannot be answered here stops the run there.
fn model_drift(subject: &Subject<'_>, drafter: &Drafter<'_>) -> Result<Vec<String>, RehearseError> {
    if !subject.described.has_metadata {
        return Ok(Vec::new());
    }
    let inspected = subject
        .call(|call| {
            let request = InspectRequest {
                target: drafter.built_target(),
                read_only: false,
                version_locations: vec![drafter.staging()],
            };
            subject.worker.inspect(&subject.request(), &request, call)
        })
        .map_err(RehearseError::Worker)?;
    match inspected.check_error {
        Some(why) if subject.choices.strategy != Strategy::Unversioned => {
            Err(RehearseError::Check { why })
        }
        _ => Ok(inspected.differences),
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
