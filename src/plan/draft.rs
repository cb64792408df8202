//! From evidence, rehearsal and choices to the plan. Pure: the same material gives the same plan.
//!
//! The order of the steps is the checklist's. Nothing is removed before the archive was proven, and
//! the files move only after the databases were found as expected:
//!
//! ```text
//! archive → dumps → note → databases (one transaction each) → remove files → baselines → test
//! → the project's own tests
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use thiserror::Error;

use super::basis::basis;
use super::head_files::{Followed, followed};
use super::own_tests;
use super::standing::{check_at_head, own_rows};
use super::{
    Alteration, ArchiveMember, Choices, DatabaseRef, FORMAT, FileRef, HeadFile, Plan,
    PlannedModule, Purpose, Rebuild, Step, Strategy, TableAction, VersionTableChange,
};
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence};
use crate::model::ModuleName;

/// The files of one module, with their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Everything in the version locations.
    pub archive: Vec<FileRef>,
    /// The revision files of the chain and their bytecode.
    pub remove: Vec<FileRef>,
    /// Files that hold heads of the chain and nothing else; part of the archive.
    pub heads: Vec<HeadFile>,
    /// Files that are only watched: env.py, the settings, the template.
    pub watch: Vec<FileRef>,
}

/// Everything that a plan is made from.
#[derive(Clone, Debug)]
pub struct Material<'a> {
    /// The run's identifier, free in `.redistill/runs/`.
    pub id: String,
    /// The project's root, absolute.
    pub root: PathBuf,
    /// What was seen.
    pub evidence: &'a Evidence,
    /// What the rehearsal came to; the modules that are reset.
    pub modules: Vec<PlannedModule>,
    /// Their files.
    pub inventories: BTreeMap<ModuleName, Inventory>,
    /// What the user chose.
    pub choices: Choices,
    /// The archive's folder, free, relative to the root.
    pub archive_folder: String,
    /// The note's path, free, relative to the root.
    pub note_path: String,
    /// The note's text.
    pub note: String,
    /// For the strategy `recreate`, and for statements that may lose something: what happens to each
    /// database, by [`place_of`].
    pub rebuilds: BTreeMap<String, Rebuild>,
    /// What brings the live databases in line, by module.
    pub alterations: BTreeMap<ModuleName, Alteration>,
}

/// Why no plan can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DraftError {
    /// The module's evidence is not complete.
    #[error("{module}: {what} was not seen")]
    NotSeen {
        /// The module.
        module: ModuleName,
        /// What is missing.
        what: &'static str,
    },
    /// The live database is not at the chain's head.
    #[error("{module}: the live database is at {rows}, the chain's head is {heads}")]
    NotAtHead {
        /// The module.
        module: ModuleName,
        /// Its rows in the version table.
        rows: String,
        /// The heads of the chain.
        heads: String,
    },
    /// `reuse-head` where the conditions do not hold.
    #[error("{module}: `reuse-head` needs exactly one head and a baseline equal to the old chain")]
    CannotReuseHead {
        /// The module.
        module: ModuleName,
    },
}

/// Makes the plan.
pub fn draft(material: Material<'_>) -> Result<Plan, DraftError> {
    let databases = databases(&material)?;
    let mut steps = vec![archive(&material)?];
    steps.extend(databases.iter().filter_map(dump));
    steps.push(Step::WriteFile {
        what: "note".to_owned(),
        module: None,
        path: material.note_path.clone(),
        contents: material.note.clone(),
        mode: 0o644,
    });
    steps.extend(databases);
    let following = followed(&material.modules, &material.inventories);
    for module in &material.modules {
        let inventory = inventory(&material, &module.module)?;
        let own = following.iter().filter(|one| one.module == module.module);
        let mut files = inventory.remove.clone();
        files.extend(own.map(|one| one.file.clone()));
        steps.push(Step::RemoveFiles {
            module: module.module.clone(),
            files,
        });
    }
    for module in &material.modules {
        steps.extend(module.data.iter().map(|data| Step::WriteFile {
            what: "data".to_owned(),
            module: Some(module.module.clone()),
            path: data.path.clone(),
            contents: data.contents.clone(),
            mode: 0o644,
        }));
    }
    steps.extend(material.modules.iter().map(|module| Step::WriteFile {
        what: "baseline".to_owned(),
        module: Some(module.module.clone()),
        path: module.baseline_path.clone(),
        contents: module.baseline.clone(),
        mode: 0o644,
    }));
    steps.extend(material.modules.iter().filter_map(model_changes));
    steps.extend(following.into_iter().map(head_file));
    for module in &material.modules {
        steps.push(test(&material, module)?);
    }
    own_tests::add(&mut steps, material.evidence);
    let basis = basis(material.evidence, &material.inventories);
    Ok(Plan {
        format: FORMAT,
        id: material.id,
        purpose: Purpose::Reset,
        root: material.root,
        basis,
        choices: material.choices,
        modules: material.modules,
        steps,
    })
}

/// The second revision's file.
fn model_changes(module: &PlannedModule) -> Option<Step> {
    let changes = module.model_changes.as_ref()?;
    Some(Step::WriteFile {
        what: "model changes".to_owned(),
        module: Some(module.module.clone()),
        path: changes.path.clone(),
        contents: changes.text.clone(),
        mode: 0o644,
    })
}

/// A file that names the new head in the place of the old.
fn head_file(following: Followed) -> Step {
    Step::WriteFile {
        what: "head file".to_owned(),
        module: Some(following.module),
        path: following.file.path,
        contents: following.contents,
        mode: following.file.mode,
    }
}

/// `system_identifier/oid`.
pub fn identity_of(database: &DatabaseEvidence) -> String {
    format!(
        "{}/{}",
        database.identity.system_identifier, database.identity.database_oid
    )
}

fn archive(material: &Material<'_>) -> Result<Step, DraftError> {
    let mut members: Vec<ArchiveMember> = Vec::new();
    for module in &material.modules {
        for file in &inventory(material, &module.module)?.archive {
            // Two modules may share a folder; a file goes in once.
            if !members.iter().any(|member| member.file.path == file.path) {
                members.push(ArchiveMember {
                    module: module.module.clone(),
                    file: file.clone(),
                });
            }
        }
    }
    let heads = material
        .modules
        .iter()
        .map(|m| {
            (
                m.module.clone(),
                m.old_heads.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    Ok(Step::Archive {
        folder: material.archive_folder.clone(),
        members,
        heads,
    })
}

/// A database that is rebuilt is dumped first.
fn dump(step: &Step) -> Option<Step> {
    match step {
        Step::RebuildDatabase {
            database, rebuild, ..
        } => Some(Step::DumpDatabase {
            database: database.clone(),
            rebuild: rebuild.clone(),
        }),
        _ => None,
    }
}

/// What names a database among all: servers copied from one another share an identifier, but they
/// did not start at one instant.
pub fn place_of(database: &DatabaseEvidence) -> String {
    format!(
        "{} {}",
        identity_of(database),
        database.identity.postmaster_start
    )
}

/// One step a database, one change a table.
fn databases(material: &Material<'_>) -> Result<Vec<Step>, DraftError> {
    let mut databases: BTreeMap<String, Touched> = BTreeMap::new();
    for planned in &material.modules {
        let seen = module_evidence(material, &planned.module)?;
        let database = database_of(seen)?;
        let reference = reference_to(database);
        let touched = databases.entry(place_of(database)).or_insert(Touched {
            database: reference,
            changes: Vec::new(),
            alterations: Vec::new(),
        });
        let alteration = material.alterations.get(&planned.module);
        touched.alterations.extend(alteration.cloned());
        let changes = &mut touched.changes;
        let stamp = stamp_for(material.choices.strategy, planned);
        for table in database.version_tables() {
            let own: Vec<String> = own_rows(seen, table);
            check_at_head(material.choices.strategy, planned, seen, table)?;
            if own == stamp {
                continue; // `reuse-head`: the database needs nothing at all
            }
            if let Some(change) = changes.iter_mut().find(|change| change.table == table.name) {
                merge_into(change, own, stamp.clone());
            } else {
                changes.push(VersionTableChange {
                    module: planned.module.clone(),
                    table: table.name.clone(),
                    expect: table.rows.clone(),
                    exists: table.exists,
                    definition: table.definition.clone(),
                    action: action(
                        table.exists,
                        own.len() < table.rows.len(),
                        own,
                        stamp.clone(),
                    ),
                });
            }
        }
    }
    Ok(databases
        .into_iter()
        .filter_map(|(place, touched)| touched.step(material.rebuilds.get(&place)))
        .collect())
}

/// What happens in one database.
struct Touched {
    database: DatabaseRef,
    changes: Vec<VersionTableChange>,
    alterations: Vec<Alteration>,
}

impl Touched {
    fn step(self, rebuild: Option<&Rebuild>) -> Option<Step> {
        match rebuild {
            Some(rebuild) => Some(Step::RebuildDatabase {
                database: self.database,
                changes: self.changes,
                rebuild: rebuild.clone(),
            }),
            None if self.changes.is_empty() && self.alterations.is_empty() => None,
            None => Some(Step::VersionTables {
                database: self.database,
                changes: self.changes,
                alterations: self.alterations,
            }),
        }
    }
}

fn action(exists: bool, is_shared: bool, own: Vec<String>, stamp: Vec<String>) -> TableAction {
    match (exists, is_shared) {
        (false, _) => TableAction::Create { rows: stamp },
        (true, true) => TableAction::ReplaceRows {
            remove: own,
            insert: stamp,
        },
        (true, false) if stamp.is_empty() => TableAction::Drop,
        (true, false) => TableAction::DropAndStamp { rows: stamp },
    }
}

/// A second module of this plan in the same table: rows are replaced, the table stays.
fn merge_into(change: &mut VersionTableChange, own: Vec<String>, stamp: Vec<String>) {
    if let TableAction::ReplaceRows { remove, insert } = &mut change.action {
        remove.extend(own);
        insert.extend(stamp);
        remove.sort();
        insert.sort();
    }
}

fn stamp_for(strategy: Strategy, planned: &PlannedModule) -> Vec<String> {
    match strategy {
        Strategy::Keep | Strategy::Recreate => vec![planned.head().to_string()],
        Strategy::Unversioned => Vec::new(),
    }
}

fn test(material: &Material<'_>, planned: &PlannedModule) -> Result<Step, DraftError> {
    let stamp = stamp_for(material.choices.strategy, planned);
    let database = database_of(module_evidence(material, &planned.module)?)?;
    Ok(Step::Test {
        module: planned.module.clone(),
        database: (!stamp.is_empty()).then(|| reference_to(database)),
        current: stamp,
        heads: vec![planned.head().to_string()],
        known_differences: known_differences(planned),
    })
}

/// What `alembic check` may say after the reset: what it says of the live database now, and what the
/// models have beyond the baseline.
fn known_differences(planned: &PlannedModule) -> Vec<String> {
    let mut known = planned.model_drift.clone();
    known.extend(planned.known_differences.iter().cloned());
    known.sort();
    known.dedup();
    known
}

/// The database as a plan names it.
pub fn reference_to(database: &DatabaseEvidence) -> DatabaseRef {
    DatabaseRef {
        label: database.label.clone(),
        database: database.identity.database.clone(),
        identity: identity_of(database),
    }
}

fn inventory<'a>(
    material: &'a Material<'_>,
    module: &ModuleName,
) -> Result<&'a Inventory, DraftError> {
    material
        .inventories
        .get(module)
        .ok_or_else(|| DraftError::NotSeen {
            module: module.clone(),
            what: "the list of files",
        })
}

fn module_evidence<'a>(
    material: &Material<'a>,
    module: &ModuleName,
) -> Result<&'a ModuleEvidence, DraftError> {
    material
        .evidence
        .modules
        .iter()
        .find(|seen| seen.module.name == *module)
        .ok_or_else(|| DraftError::NotSeen {
            module: module.clone(),
            what: "the module",
        })
}

fn database_of(seen: &ModuleEvidence) -> Result<&DatabaseEvidence, DraftError> {
    seen.database.seen().ok_or_else(|| DraftError::NotSeen {
        module: seen.module.name.clone(),
        what: "the live database",
    })
}
