//! Rehearses the modules side by side, for `plan` and `verify`: which server, which interpreter, with
//! what of the live database.

use std::time::Duration;

use super::branches;
use super::footing::Footing;
use super::ordering::Order;
use super::planning::not_seen;
use super::refusing::{is_production, stopped_by_files};
use super::{Assessment, Depth, Engine, Survey, failures, replaying};
use crate::error::{Failure, Kind};
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence, Observed};
use crate::model::text::safe;
use crate::model::{Chain, ModuleName, QualifiedName, RevisionId, Target};
use crate::plan::{self, Choices, RevisionIdChoice};
use crate::rehearse::{self, Lived, Rehearsal, RehearseError, Subject, Verified};
use crate::survey::catalog;
use crate::system::{Session, random};
use crate::worker::{InspectRequest, ModuleRequest, Worker, WorkerError};

const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// The most rows of a table that may be a lookup table.
const LOOKUP_ROWS: u64 = 100;

/// What a module's rehearsal needs beside the evidence.
struct Ready<'s> {
    seen: &'s ModuleEvidence,
    worker: Worker,
    footing: Footing,
    live: Lived,
}

impl Engine<'_> {
    /// Rehearses every module, side by side; gives them in the order in which they are built.
    pub(super) fn rehearse_all(
        &self,
        survey: &Survey,
        order: &Order,
        choices: &Choices,
    ) -> Result<Vec<Rehearsal>, Failure> {
        branches::may_choose(&survey.evidence.modules, choices)?;
        let tables: Vec<QualifiedName> = order.version_tables(survey);
        let mut ready = Vec::new();
        for seen in &survey.evidence.modules {
            ready.push(self.ready(seen, survey, order, &tables)?);
        }
        let results: Vec<Result<Rehearsal, Failure>> = std::thread::scope(|scope| {
            let threads: Vec<_> = ready
                .iter()
                .map(|ready| {
                    scope.spawn(|| self.rehearse_one(ready, survey, order, &tables, choices))
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|_| Err(Failure::new(Kind::Bug, "a rehearsal broke off")))
                })
                .collect()
        });
        let (mut rehearsals, mut failures) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(rehearsal) => rehearsals.push(rehearsal),
                Err(failure) => failures.push(failure),
            }
        }
        if let Some(failure) = Failure::together(failures) {
            return Err(failure);
        }
        refuse_unknown(choices, &rehearsals)?;
        branches::settle(&survey.evidence.modules, &mut rehearsals);
        rehearsals.sort_by_key(|rehearsal| order.place(&rehearsal.planned.module));
        Ok(rehearsals)
    }

    fn ready<'s>(
        &self,
        seen: &'s ModuleEvidence,
        survey: &Survey,
        order: &Order,
        tables: &[QualifiedName],
    ) -> Result<Ready<'s>, Failure> {
        let name = &seen.module.name;
        let target = survey.targets.get(name).ok_or_else(|| not_seen(name))?;
        let worker = self.worker_of(seen)?;
        let live = self.live(seen, &worker, survey, target, tables)?;
        // What is built beneath runs on the same server.
        let beneath = order.beneath(survey, name).into_iter();
        let chains: Vec<&Chain> = beneath
            .map(|other| &other.chain)
            .chain([&seen.chain])
            .collect();
        Ok(Ready {
            seen,
            footing: self.footing(seen, target, &chains)?,
            worker,
            live,
        })
    }

    fn live(
        &self,
        seen: &ModuleEvidence,
        worker: &Worker,
        survey: &Survey,
        target: &Target,
        tables: &[QualifiedName],
    ) -> Result<Lived, Failure> {
        let name = &seen.module.name;
        let session = Session::connect(target, CONNECT_LIMIT)
            .map_err(|error| failures::connect(name, target, &error))?;
        let catalog = catalog::snapshot(&session, tables).map_err(|error| {
            Failure::untouched(format!(
                "{}: the live catalog cannot be read: {}",
                safe(&name.0),
                safe(&error.to_string())
            ))
        })?;
        drop(session);
        let mut request = ModuleRequest::from(&seen.module);
        request.x = self.x_of(name);
        let inspected = worker
            .inspect(
                &request,
                &InspectRequest {
                    target,
                    read_only: true,
                    version_locations: Vec::new(),
                },
                &self.call(CONNECT_LIMIT * 8),
            )
            .map_err(|error| failures::worker(name, &error))?;
        Ok(Lived {
            target: target.clone(),
            catalog,
            is_shared: is_shared(seen, &survey.evidence),
            check: inspected.differences,
        })
    }

    fn rehearse_one(
        &self,
        ready: &Ready<'_>,
        survey: &Survey,
        order: &Order,
        tables: &[QualifiedName],
        choices: &Choices,
    ) -> Result<Rehearsal, Failure> {
        let seen = ready.seen;
        let name = &seen.module.name;
        let described = seen.described.seen().ok_or_else(|| not_seen(name))?;
        let mut subject = Subject {
            module: &seen.module,
            x: self.x_of(name),
            chain: &seen.chain,
            described,
            version_tables: tables.to_vec(),
            worker: &ready.worker,
            host: &ready.footing.host,
            beneath: None,
            choices,
            baseline_id: baseline_id(seen, choices)?,
            changes_id: choices
                .with_model_changes
                .then(|| RevisionId(random::hex(6))),
            observer: self.observer,
            cancel: self.cancel,
        };
        let ground = self.groundwork(&subject, survey, order)?;
        subject.beneath = ground.as_ref();
        let rehearsed = rehearse::rehearse(&subject, Some(&ready.live));
        let mut rehearsal = rehearsed.map_err(|error| match &error {
            RehearseError::Replay(inner) => {
                let why = inner.failed();
                let why = why.and_then(|failed| replaying::why(&seen.chain, &self.files, failed));
                failures::replay(name, &error, why)
            }
            _ => failures::rehearsal(name, &error),
        })?;
        if let Some(error) = &rehearsal.not_replayed {
            let why = error.failed();
            let why = why.and_then(|failed| replaying::why(&seen.chain, &self.files, failed));
            let remarks = weaker(seen, error, why);
            rehearsal.planned.remarks.splice(0..0, remarks);
        }
        let why = ready.footing.why.iter().cloned();
        let why = why.chain(order.remark(name));
        rehearsal.planned.remarks.splice(0..0, why);
        Ok(rehearsal)
    }

    /// Runs the present chain up, down and up on scratch.
    pub fn verify(&self) -> Result<Vec<(ModuleName, Verified)>, Failure> {
        let survey = self.survey_modules(Depth::Full)?;
        let assessment = self.assess(&survey, Depth::Full);
        if let Some(failure) = stopped_by_files(&assessment) {
            return Err(failure);
        }
        let mut verified = Vec::new();
        for seen in &survey.evidence.modules {
            let name = &seen.module.name;
            let outcome = self
                .cycle(seen, &survey, &assessment)?
                .map_err(|error| failures::rehearsal(name, &error))?;
            verified.push((name.clone(), outcome));
        }
        Ok(verified)
    }

    /// Runs one module's chain up, down and up on scratch. What cannot be tried is the outer error,
    /// what the chain does in it the inner one.
    pub(super) fn cycle(
        &self,
        seen: &ModuleEvidence,
        survey: &Survey,
        assessment: &Assessment,
    ) -> Result<Result<Verified, RehearseError>, Failure> {
        let name = &seen.module.name;
        let Observed::Seen(described) = &seen.described else {
            let trouble = survey.troubles.get(name).cloned();
            return Err(trouble.unwrap_or_else(|| not_seen(name)));
        };
        let worker = self.worker_of(seen)?;
        let order = self.order(survey, assessment, &Choices::default())?;
        let beneath = order.beneath(survey, name).into_iter();
        let chains: Vec<&Chain> = beneath
            .map(|other| &other.chain)
            .chain([&seen.chain])
            .collect();
        let host = match survey.targets.get(name) {
            Some(target) if !is_production(assessment) => self.host_for(seen, target, &chains)?,
            _ => self.sandbox()?,
        };
        let mut subject = Subject {
            module: &seen.module,
            x: self.x_of(name),
            chain: &seen.chain,
            described,
            version_tables: order.version_tables(survey),
            worker: &worker,
            host: &host,
            beneath: None,
            choices: &Choices::default(),
            baseline_id: RevisionId(String::new()),
            changes_id: None,
            observer: self.observer,
            cancel: self.cancel,
        };
        let ground = self.groundwork(&subject, survey, &order)?;
        subject.beneath = ground.as_ref();
        Ok(rehearse::verify(&subject))
    }
}

/// Whether another module lives in a module's database: one of this project, or one whose version
/// table lies there.
fn is_shared(seen: &ModuleEvidence, evidence: &Evidence) -> bool {
    let Some(database) = seen.database.seen() else {
        return false;
    };
    let mut others = evidence.modules.iter();
    !database.other_version_tables.is_empty()
        || others.any(|other| {
            let there = other.database.seen().map(plan::place_of);
            other.module.name != seen.module.name && there == Some(plan::place_of(database))
        })
}

/// What is to be known of a baseline that is held against the live schema.
fn weaker(seen: &ModuleEvidence, error: &WorkerError, why: Option<String>) -> Vec<String> {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let mut remarks = vec![format!(
        "the live schema stands as reference, the weaker proof: the old chain does not replay, \
         {error}{why}"
    )];
    let tables = seen.database.seen().map(DatabaseEvidence::table_rows);
    let few: Vec<String> = tables
        .unwrap_or_default()
        .iter()
        .filter_map(|table| match table.rows.exact() {
            Some(rows @ 1..=LOOKUP_ROWS) => Some(format!("{} {rows}", table.name)),
            _ => None,
        })
        .collect();
    if !few.is_empty() {
        remarks.push(format!(
            "no row is taken from the live database into the baseline; tables with few rows, which a \
             new database may need: {}",
            few.join(", ")
        ));
    }
    remarks
}

/// A name that is left out must be one of some module: a slip of the pen would carry the object.
fn refuse_unknown(choices: &Choices, rehearsed: &[Rehearsal]) -> Result<(), Failure> {
    for choice in &choices.leave_out {
        let near: Option<Vec<&Vec<String>>> = rehearsed
            .iter()
            .map(|one| one.unknown.iter().find(|(name, _)| name == choice))
            .map(|found| found.map(|(_, near)| near))
            .collect();
        let Some(near) = near else { continue };
        let mut near: Vec<&String> = near.into_iter().flatten().collect();
        near.dedup();
        let what = safe(choice);
        let failure = Failure::new(
            Kind::Usage,
            format!("there is no \"{what}\" to be left out"),
        );
        return Err(match near.as_slice() {
            [] => failure.with_hint(
                "objects are named as the plan names them: redistill plan shows what is carried",
            ),
            near => near.iter().fold(failure, |failure, name| {
                failure.with_hint(format!("maybe: --leave-out \"{}\"", safe(name)))
            }),
        });
    }
    Ok(())
}

/// `--revision-id`.
fn baseline_id(seen: &ModuleEvidence, choices: &Choices) -> Result<RevisionId, Failure> {
    Ok(match &choices.revision_id {
        // Twelve digits, as Alembic makes them.
        RevisionIdChoice::New => RevisionId(random::hex(6)),
        RevisionIdChoice::Given(id) => RevisionId(id.clone()),
        RevisionIdChoice::ReuseHead => match &seen.chain.heads()[..] {
            [head] => head.clone(),
            _ => {
                return Err(failures::draft(&plan::DraftError::CannotReuseHead {
                    module: seen.module.name.clone(),
                }));
            }
        },
    })
}
