//! `adopt`: brings a database of the old history onto the baseline, proven.
//!
//! ```text
//! where does it stand? ── its version rows, else what it is (compared with every revision)
//!   at an old head   equal to the baseline?  ── stamp the baseline's identifier
//!   behind           equal to that revision? ── upgrade with the archived chain, then as above
//!   at the baseline or later                 ── nothing to do
//!   anything else                            ── refuse, and say what to do
//! ```
//!
//! Nothing is stamped without proof, and nothing else of the database changes. Every database
//! stands for itself: a kill leaves each as before, at a revision of its own chain, or brought home,
//! and the command can be given again.

mod home;
mod lineage;
mod place;
mod production;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lineage::{Generation, Lineage};
use place::{Place, base_of, live_catalog, own_rows, place_of, prove_way, refuse_apart};

use super::ordering::Order;
use super::planning::not_seen;
use super::surveying::{observe_tenants, version_tables};
use super::{Depth, Engine, Survey, failures};
use crate::error::Failure;
use crate::evidence::{Described, ModuleEvidence};
use crate::model::text::safe;
use crate::model::{Chain, ModuleName, QualifiedName, RevisionId, Target};
use crate::plan::Choices;
use crate::rehearse::{ScratchHost, Subject};
use crate::survey::replaced::replaced;
use crate::system::connect;
use crate::worker::Worker;

const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// What is to be brought home.
#[derive(Clone, Debug, Default)]
pub struct Adopting {
    /// The databases; none: those that the modules connect to.
    pub urls: Vec<String>,
    /// Whether only to prove, and to write nothing.
    pub prove_only: bool,
    /// How many databases at once.
    pub jobs: usize,
}

/// What became of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It is of the new history already.
    Already,
    /// It holds nothing of the module: an ordinary upgrade builds it.
    Empty,
    /// It was proven equal to the baseline and stamped.
    Stamped,
    /// It was upgraded with the archived chain first; this many revisions.
    Upgraded(usize),
    /// It could be brought home; nothing was written, as was asked for.
    Provable,
}

/// One database and what became of it.
pub struct Adoption {
    /// The module.
    pub module: ModuleName,
    /// The database, without secrets.
    pub label: String,
    /// The version rows that were found.
    pub from: Vec<String>,
    /// The baseline.
    pub to: RevisionId,
    /// What became of it.
    pub outcome: Result<Adopted, Failure>,
}

/// What a module's rehearsals need.
struct Ground<'s> {
    seen: &'s ModuleEvidence,
    described: &'s Described,
    worker: Worker,
    host: Arc<ScratchHost>,
}

/// One database to look at.
struct Case<'c> {
    /// The project's folder.
    root: &'c std::path::Path,
    lineage: &'c Lineage<'c>,
    seen: &'c ModuleEvidence,
    table: &'c QualifiedName,
    /// Version tables of all modules.
    tables: &'c [QualifiedName],
    /// Identifiers of the other modules.
    others: &'c BTreeSet<String>,
    target: Target,
    prove_only: bool,
}

impl Engine<'_> {
    /// Looks at every database and brings home those that can be proven. In the order given.
    pub fn adopt(&self, adopting: &Adopting) -> Result<Vec<Adoption>, Failure> {
        let survey = self.survey_modules(Depth::Full)?;
        let choices = Choices::default();
        let order = self.order(&survey, &self.assess(&survey, Depth::Full), &choices)?;
        let tables = order.version_tables(&survey);
        let named = version_tables(&survey.evidence);
        let mut targets = targets(adopting, &survey)?;
        targets.sort_by_key(|(seen, _)| order.place(&seen.module.name));
        let mut grounds = Vec::new();
        let mut pasts = Vec::new();
        for seen in &survey.evidence.modules {
            let past = self.past(seen)?;
            grounds.push(self.ground(seen, &survey, &order, &past)?);
            pasts.push(past);
        }
        let mut beneath = Vec::new();
        for ground in &grounds {
            let subject = self.subject(ground, &tables, &choices);
            beneath.push(self.groundwork(&subject, &survey, &order)?);
        }
        let mut lineages = BTreeMap::new();
        for ((ground, past), beneath) in grounds.iter().zip(pasts).zip(&beneath) {
            let mut subject = self.subject(ground, &tables, &choices);
            subject.beneath = beneath.as_ref();
            lineages.insert(ground.seen.module.name.clone(), Lineage::new(subject, past));
        }
        let strangers = self.strangers(&survey)?;
        let everyones: BTreeMap<&ModuleName, BTreeSet<String>> = lineages
            .keys()
            .map(|name| (name, &others(name, &lineages) | &strangers))
            .collect();
        let mut cases = Vec::new();
        for (seen, target) in targets {
            let name = &seen.module.name;
            cases.push(Case {
                root: &self.request.root,
                lineage: &lineages[name],
                seen,
                table: &named[name],
                tables: &tables,
                others: &everyones[name],
                target,
                prove_only: adopting.prove_only,
            });
        }
        Ok(self.bring_all(&cases, adopting.jobs.max(1)))
    }

    /// The identifiers, present and past, of modules that were not asked for: where they share the
    /// version table, those rows are none of ours.
    fn strangers(&self, survey: &Survey) -> Result<BTreeSet<String>, Failure> {
        if survey.evidence.unselected.is_empty() {
            return Ok(BTreeSet::new());
        }
        let whole = self.whole();
        let (modules, _) = whole.split(whole.discover()?.modules)?;
        let is_ours = |name: &ModuleName| {
            let mut own = survey.evidence.modules.iter();
            own.any(|seen| seen.module.name == *name)
        };
        let mut found = BTreeSet::new();
        for (_, chain) in modules.iter().filter(|(module, _)| !is_ours(&module.name)) {
            found.extend(strings(&chain.ids()));
            found.extend(replaced(chain, &self.files));
        }
        Ok(found)
    }

    fn ground<'s>(
        &self,
        seen: &'s ModuleEvidence,
        survey: &Survey,
        order: &Order,
        past: &[Generation],
    ) -> Result<Ground<'s>, Failure> {
        let name = &seen.module.name;
        let Some(described) = seen.described.seen() else {
            return Err(trouble(survey, name));
        };
        // Scratch databases on the module's own server, as the reset had them.
        let host = match survey.targets.get(name) {
            Some(target) if !self.is_production(seen) => {
                let past = past.iter().map(|generation| &generation.chain);
                let beneath = order.beneath(survey, name).into_iter();
                let beneath = beneath.map(|other| &other.chain);
                let chains: Vec<&Chain> = past.chain([&seen.chain]).chain(beneath).collect();
                self.host_for(seen, target, &chains)?
            }
            _ => self.sandbox()?,
        };
        Ok(Ground {
            seen,
            described,
            worker: self.worker_of(seen)?,
            host,
        })
    }

    fn subject<'s>(
        &'s self,
        ground: &'s Ground<'s>,
        tables: &[QualifiedName],
        choices: &'s Choices,
    ) -> Subject<'s> {
        Subject {
            module: &ground.seen.module,
            x: self.x_of(&ground.seen.module.name),
            chain: &ground.seen.chain,
            described: ground.described,
            version_tables: tables.to_vec(),
            worker: &ground.worker,
            host: &ground.host,
            beneath: None,
            choices,
            baseline_id: RevisionId(String::new()),
            changes_id: None,
            observer: self.observer,
            cancel: self.cancel,
        }
    }

    /// Several at once; each thread takes the next database that nobody has. The modules of one
    /// database come one after the other, in their order: they may share a version table, and one may
    /// need what another builds.
    fn bring_all(&self, cases: &[Case<'_>], jobs: usize) -> Vec<Adoption> {
        let mut databases: Vec<(String, Vec<usize>)> = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let label = case.target.to_string();
            match databases.iter_mut().find(|(known, _)| *known == label) {
                Some((_, indices)) => indices.push(index),
                None => databases.push((label, vec![index])),
            }
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some((_, indices)) = databases.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.extend(
                    indices
                        .iter()
                        .map(|index| (*index, self.bring(&cases[*index]))),
                );
            }
            done
        };
        let mut all: Vec<(usize, Adoption)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..jobs.min(databases.len()))
                .map(|_| scope.spawn(work))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_default())
                .collect()
        });
        all.sort_by_key(|(index, _)| *index);
        all.into_iter().map(|(_, adoption)| adoption).collect()
    }

    fn bring(&self, case: &Case<'_>) -> Adoption {
        let lineage = case.lineage;
        let base = lineage.generations[lineage.present()].base();
        let mut adoption = Adoption {
            module: case.seen.module.name.clone(),
            label: case.target.to_string(),
            from: Vec::new(),
            to: base.clone().unwrap_or_else(|| RevisionId(String::new())),
            outcome: Ok(Adopted::Already),
        };
        adoption.outcome = if base.is_none() {
            Err(no_baseline(&case.seen.module.name))
        } else if self.cancel.load(Ordering::Relaxed) {
            Err(failures::cancelled())
        } else {
            self.bring_one(case, &mut adoption.from)
        };
        adoption
    }

    fn bring_one(&self, case: &Case<'_>, from: &mut Vec<String>) -> Result<Adopted, Failure> {
        let name = &case.seen.module.name;
        let tenants = case
            .seen
            .described
            .seen()
            .map_or(&[][..], Described::tenants);
        let evidence = observe_tenants(name, &case.target, case.table, tenants, case.tables)?;
        refuse_apart(case, &evidence)?;
        from.clone_from(&evidence.version_table.rows);
        let own = own_rows(case, &evidence);
        let present = case.lineage.present();
        if case.lineage.generations[present].knows(&own) {
            return Ok(Adopted::Already);
        }
        let live = live_catalog(case)?;
        let place = place_of(case, &own, &evidence, &live)?;
        let (index, at) = match place {
            Place::New => (present, base_of(case.lineage, present)),
            Place::Empty => return Ok(Adopted::Empty),
            Place::Old(index, at) => (index, at),
        };
        if index < present {
            prove_way(case, index)?;
        }
        self.refuse_production(case, &evidence)?;
        if case.prove_only {
            return Ok(Adopted::Provable);
        }
        let rows: Vec<String> = at.iter().map(ToString::to_string).collect();
        let mut stands = own;
        if stands != rows {
            self.stamp(case, &stands, &rows)?;
            stands = rows;
        }
        let applied = self.walk_home(case, index, &mut stands)?;
        Ok(if applied == 0 {
            Adopted::Stamped
        } else {
            Adopted::Upgraded(applied)
        })
    }
}

/// The databases, each with its module.
fn targets<'s>(
    adopting: &Adopting,
    survey: &'s Survey,
) -> Result<Vec<(&'s ModuleEvidence, Target)>, Failure> {
    if adopting.urls.is_empty() {
        let own = survey.evidence.modules.iter().map(|seen| {
            let name = &seen.module.name;
            let target = survey.targets.get(name).cloned();
            target
                .map(|target| (seen, target))
                .ok_or_else(|| trouble(survey, name))
        });
        return own.collect();
    }
    let [seen] = &survey.evidence.modules[..] else {
        let names: Vec<&str> = survey
            .evidence
            .modules
            .iter()
            .map(|seen| seen.module.name.0.as_str())
            .collect();
        return Err(
            Failure::usage("a URL belongs to one module, and the project has several").with_hint(
                format!(
                    "name it: redistill adopt --module NAME; the modules are {}",
                    safe(&names.join(", "))
                ),
            ),
        );
    };
    let parsed = adopting.urls.iter().map(|url| {
        connect::parse_url(url)
            .map(|target| (seen, target))
            .map_err(|error| {
                Failure::usage(safe(&error.to_string()).into_owned())
                    .with_hint("give a URL: postgresql://USER@HOST:PORT/DATABASE")
            })
    });
    parsed.collect()
}

fn others(name: &ModuleName, lineages: &BTreeMap<ModuleName, Lineage<'_>>) -> BTreeSet<String> {
    lineages
        .iter()
        .filter(|(other, _)| *other != name)
        .flat_map(|(_, lineage)| &lineage.generations)
        .flat_map(|generation| &generation.chain.revisions)
        .map(|revision| revision.id.0.clone())
        .collect()
}

fn no_baseline(module: &ModuleName) -> Failure {
    Failure::refused(format!(
        "{}: its chain has no single base that a database could be brought to",
        safe(&module.0)
    ))
    .with_hint("see the chain: redistill chain")
}

fn trouble(survey: &Survey, name: &ModuleName) -> Failure {
    let known = survey.troubles.get(name).cloned();
    known.unwrap_or_else(|| not_seen(name))
}

fn strings(ids: &[RevisionId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
