//! `plan`: survey, verdict, rehearsal, draft. Changes nothing.

use std::collections::BTreeMap;

use super::refusing::{
    is_production, may_go_on, refusal, stopped_by_files, troubles, without_history,
};
use super::surveying::version_tables;
use super::{
    Assessment, Depth, Destructive, Engine, Survey, aligning, failures, naming, plans, rebuilding,
};
use crate::error::Failure;
use crate::events::{Event, Item};
use crate::evidence::Evidence;
use crate::model::text::{count, safe};
use crate::model::{ModuleName, QualifiedName, Revision, RevisionId};
use crate::plan::{self, Alteration, Choices, Inventory, Material, Plan, PlannedModule, Strategy};
use crate::python::rows::Moves;
use crate::python::{Syntax, operations, rows};
use crate::rehearse::Rehearsal;
use crate::report::note::{NoteMaterial, note};
use crate::survey::inventory;
use crate::system::connect::Surroundings;
use crate::system::{ReadFiles as _, clock};

/// What `plan` came to.
pub struct Planned {
    /// What was found on the way.
    pub assessment: Assessment,
    /// The rehearsed modules; shown also where the verdict refuses. Empty after a production
    /// refusal: nothing is created on such a server.
    pub modules: Vec<PlannedModule>,
    /// Where statements of the plan may lose something: what a face shows, and has a name typed for.
    pub destructive: Vec<Destructive>,
    /// The plan, unless something refuses it.
    pub plan: Result<Plan, Failure>,
}

impl Planned {
    /// Where somebody must agree before there is a plan; nothing where something else stands in its
    /// way, too.
    pub fn lacking(&self) -> Vec<Destructive> {
        let refused = aligning::refuse_unaccepted(&self.destructive).err();
        if refused.is_none() || self.plan.as_ref().err() != refused.as_ref() {
            return Vec::new();
        }
        let open = self.destructive.iter().filter(|one| !one.is_accepted);
        open.cloned().collect()
    }
}

impl Engine<'_> {
    /// Makes a plan and keeps it.
    pub fn plan(&self, choices: &Choices) -> Result<Planned, Failure> {
        if let Some(problem) = choices.problem() {
            return Err(Failure::usage(problem).with_hint("see the choices: redistill plan --help"));
        }
        let survey = self.survey(Depth::Full)?;
        let assessment = self.assess(&survey, Depth::Full);
        self.report_items(&assessment);
        if let Some(failure) = stopped_by_files(&assessment) {
            return Ok(Planned {
                assessment,
                modules: Vec::new(),
                destructive: Vec::new(),
                plan: Err(failure),
            });
        }
        if let Some(trouble) = troubles(&survey) {
            return Err(trouble);
        }
        if let Some(failure) = without_history(&survey.evidence) {
            return Ok(Planned {
                assessment,
                modules: Vec::new(),
                destructive: Vec::new(),
                plan: Err(failure),
            });
        }
        // What cannot be archived is said before the long rehearsal, not after it.
        self.inventories(&survey.evidence)?;
        let refusal = refusal(&assessment, &survey);
        if let Some(failure) = refusal.clone().filter(|_| is_production(&assessment)) {
            return Ok(Planned {
                assessment,
                modules: Vec::new(),
                destructive: Vec::new(),
                plan: Err(failure),
            });
        }
        if choices.strategy == Strategy::Recreate {
            let all = |_: &str| true;
            rebuilding::refuse_without_dump(&survey.evidence, choices.strategy, all)?;
        }
        self.observer.on_event(&Event::ItemStarted {
            item: Item::Rehearse,
        });
        let rehearsed = self
            .order(&survey, &assessment, choices)
            .and_then(|order| self.rehearse_all(&survey, &order, choices));
        let rehearsed = rehearsed.inspect_err(|failure| {
            let why = failure.message.clone();
            self.observer.on_event(&Event::ItemFailed {
                item: Item::Rehearse,
                why,
            });
        })?;
        let summary = count(rehearsed.len(), "baseline");
        self.observer.on_event(&Event::ItemFinished {
            item: Item::Rehearse,
            summary,
        });
        let plan = match refusal {
            Some(failure) => Err(failure),
            None => self.draft(&survey, &assessment, &rehearsed, choices),
        };
        let destructive = aligning::destructive(&survey.evidence, &rehearsed, choices);
        let modules: Vec<PlannedModule> = rehearsed.into_iter().map(|r| r.planned).collect();
        if let Ok(plan) = &plan {
            plans::keep(plan)?;
        }
        Ok(Planned {
            assessment,
            modules,
            destructive,
            plan,
        })
    }

    /// Items 2 to 4 of the checklist, from the findings.
    fn report_items(&self, assessment: &Assessment) {
        for (item, families) in [
            (Item::ProductionData, &["RD1"][..]),
            (Item::SharedHistory, &["RD2"]),
            (Item::Lint, &["RD3", "RD4", "RD5", "RD6"]),
        ] {
            let found: Vec<_> = assessment
                .findings
                .iter()
                .filter(|finding| {
                    families
                        .iter()
                        .any(|family| finding.code.starts_with(family))
                })
                .collect();
            let refusing = found.iter().find(|finding| finding.refuses());
            self.observer.on_event(&match refusing {
                Some(finding) => Event::ItemFailed {
                    item,
                    why: finding.message.clone(),
                },
                None if found.is_empty() => Event::ItemFinished {
                    item,
                    summary: "clear".to_owned(),
                },
                None => Event::ItemFinished {
                    item,
                    summary: count(found.len(), "finding"),
                },
            });
        }
    }

    /// The files of every module.
    pub(super) fn inventories(
        &self,
        evidence: &Evidence,
    ) -> Result<BTreeMap<ModuleName, Inventory>, Failure> {
        evidence
            .modules
            .iter()
            .map(|seen| {
                let root = &self.request.root;
                inventory::inventory(root, &seen.module, &seen.chain, &self.files)
                    .map(|inventory| (seen.module.name.clone(), inventory))
                    .map_err(|error| {
                        Failure::untouched(format!(
                            "{}: {}",
                            safe(&seen.module.name.0),
                            safe(&error.to_string())
                        ))
                        .with_hint("mend it or move it away, then: redistill plan")
                    })
            })
            .collect()
    }

    fn draft(
        &self,
        survey: &Survey,
        assessment: &Assessment,
        rehearsed: &[Rehearsal],
        choices: &Choices,
    ) -> Result<Plan, Failure> {
        let standing = rehearsed.iter().filter_map(|module| {
            // A database that is behind differs, too: that it is behind is what to say.
            plan::may_stamp(&survey.evidence, &module.planned, choices.strategy)
                .map_err(|error| failures::draft(&error))
                .and_then(|()| may_go_on(module, choices))
                .err()
        });
        if let Some(failure) = Failure::together(standing) {
            return Err(failure);
        }
        aligning::refuse_unaccepted(&aligning::destructive(&survey.evidence, rehearsed, choices))?;
        let inventories = self.inventories(&survey.evidence)?;
        let mut modules: Vec<_> = rehearsed.iter().map(|r| r.planned.clone()).collect();
        for module in &mut modules {
            self.place(module, &survey.evidence)?;
        }
        let alterations: BTreeMap<ModuleName, Alteration> = rehearsed
            .iter()
            .filter_map(|rehearsal| {
                let alteration = rehearsal.alteration.as_ref().ok()?.clone()?;
                Some((rehearsal.planned.module.clone(), alteration))
            })
            .collect();
        let names = naming::names(
            &self.request.root,
            clock::now(),
            &self.request.backups,
            self.request.notes.as_deref(),
            &self.files,
        );
        let mut rebuilds = match choices.strategy {
            Strategy::Recreate => {
                rebuilding::rebuilds(&survey.evidence, rehearsed, &names.archive_folder, None)?
            }
            Strategy::Keep => rebuilding::kept(
                &survey.evidence,
                rehearsed,
                &names.archive_folder,
                &alterations,
            )?,
            Strategy::Unversioned => BTreeMap::new(),
        };
        self.prove_dumps(survey, &mut rebuilds, choices.strategy)?;
        let project = self
            .request
            .root
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let files: Vec<&Inventory> = modules
            .iter()
            .filter_map(|module| inventories.get(&module.module))
            .collect();
        let x = modules.iter().map(|module| &module.module);
        let x = x.map(|name| (name.clone(), self.x_of(name))).collect();
        let note = note(&NoteMaterial {
            id: &names.id,
            date: &names.date,
            project: &project,
            who: &who(),
            choices,
            evidence: &survey.evidence,
            findings: &assessment.findings,
            modules: &modules,
            inventories: &files,
            archive_folder: &names.archive_folder,
            note_path: &names.note_path,
            rebuilds: &rebuilds,
            alterations: &alterations,
            moved: &self.moved(&survey.evidence, &modules),
            x: &x,
        });
        plan::draft(Material {
            id: names.id,
            root: self.request.root.clone(),
            evidence: &survey.evidence,
            modules,
            inventories,
            choices: choices.clone(),
            archive_folder: names.archive_folder,
            note_path: names.note_path,
            note,
            rebuilds,
            alterations,
        })
        .map_err(|error| failures::draft(&error))
    }

    /// The revisions that move rows, as their source says.
    fn moved(
        &self,
        evidence: &Evidence,
        modules: &[PlannedModule],
    ) -> Vec<(ModuleName, Vec<(RevisionId, Moves)>)> {
        let moves = |revision: &Revision| {
            let bytes = self.files.read(&revision.path).ok()?;
            let operations = operations::read(&Syntax::parse(&revision.path, &bytes));
            Some((revision.id.clone(), rows::moves(&operations)?))
        };
        modules
            .iter()
            .map(|planned| {
                let mut seen = evidence.modules.iter();
                let seen = seen.find(|seen| seen.module.name == planned.module);
                let chain = seen.map(|seen| &seen.chain);
                let of = |id: &RevisionId| {
                    let mut revisions = chain?.revisions.iter();
                    revisions
                        .find(|revision| revision.id == *id)
                        .and_then(moves)
                };
                let found = planned.revisions.iter().filter_map(of).collect();
                (planned.module.clone(), found)
            })
            .collect()
    }

    /// Puts the baseline's file into the folder of the old head, relative to the root.
    fn place(&self, module: &mut PlannedModule, evidence: &Evidence) -> Result<(), Failure> {
        let name = &module.module;
        let seen = evidence
            .modules
            .iter()
            .find(|seen| seen.module.name == *name)
            .ok_or_else(|| not_seen(name))?;
        let location = seen
            .module
            .version_locations
            .iter()
            .find(|location| {
                seen.chain
                    .revisions
                    .iter()
                    .any(|revision| revision.path.starts_with(location))
            })
            .or(seen.module.version_locations.first())
            .ok_or_else(|| not_seen(name))?;
        let relative = location.strip_prefix(&self.request.root).map_err(|_| {
            Failure::untouched(format!(
                "{}: the version location {} lies outside the project",
                safe(&name.0),
                safe(&location.display().to_string())
            ))
            .with_hint("point at the folder that holds it: redistill --project PATH plan")
        })?;
        let baseline = relative.join(&module.baseline_path);
        for data in &mut module.data {
            let beside = baseline.with_file_name(&data.path);
            data.path = beside.to_string_lossy().into_owned();
        }
        module.baseline_path = baseline.to_string_lossy().into_owned();
        if let Some(changes) = &mut module.model_changes {
            changes.path = relative.join(&changes.path).to_string_lossy().into_owned();
        }
        Ok(())
    }
}

pub(super) fn all_version_tables(evidence: &Evidence) -> Vec<QualifiedName> {
    let mut tables: Vec<QualifiedName> = version_tables(evidence).into_values().collect();
    let described = evidence.modules.iter().filter_map(|m| m.described.seen());
    tables.extend(described.flat_map(|described| described.tenants().to_vec()));
    tables.sort();
    tables.dedup();
    tables
}

pub(super) fn not_seen(name: &ModuleName) -> Failure {
    Failure::untouched(format!("{}: not everything could be seen", safe(&name.0)))
        .with_hint("see what is missing: redistill check")
}

/// The user, for the note.
fn who() -> String {
    Surroundings::of_environment()
        .login
        .unwrap_or_else(|| "an unnamed user".to_owned())
}
