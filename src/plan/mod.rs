//! The plan: the exact list of effects of a reset, as data.
//!
//! `plan` prints it, `reset` executes it or refuses, the journal carries it, `undo` derives its
//! inverse from it. It holds no handles and no secrets; the same plan always has the same digest.

mod alteration;
mod basis;
mod choices;
mod draft;
mod head_files;
mod own_tests;
mod standing;
mod step;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use alteration::{Alteration, ModelChanges, Statement};
pub use basis::basis;
pub use choices::{Choices, Reference, RevisionIdChoice, Source, Strategy};
pub use draft::{DraftError, Inventory, Material, draft, identity_of, place_of, reference_to};
pub use head_files::{HeadFile, HeadWord};
pub use standing::{may_reuse_head, may_stamp};
pub use step::{
    Address, ArchiveMember, DatabaseRef, Dumped, FileRef, Fingerprint, OwnObject, Rebuild, Step,
    TableAction, VersionTableChange,
};

use crate::model::text::hex;
use crate::model::{ModuleName, RevisionId};
use crate::schema::{Difference, Sides};

/// The format of plans and journals written by this version.
pub const FORMAT: u32 = 1;

/// A plan. All paths in it are relative to the project's root, with `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The run's identifier, `20261122-1`; names the folder in `.redistill/runs/`.
    pub id: String,
    /// `reset` or `undo`.
    pub purpose: Purpose,
    /// The project's root, absolute.
    pub root: PathBuf,
    /// What the plan was made from: file hashes, database identities, version rows, catalogs. Taken
    /// again before the first effect; any difference is a refusal that names the key.
    pub basis: BTreeMap<String, String>,
    /// What the user chose.
    pub choices: Choices,
    /// What happens to each module.
    pub modules: Vec<PlannedModule>,
    /// The effects, in order.
    pub steps: Vec<Step>,
}

/// Why a plan is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A reset.
    Reset,
    /// The taking back of the run with this identifier.
    Undo(String),
}

/// One module in a plan: the result of its rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedModule {
    /// The name.
    pub module: ModuleName,
    /// The revisions that go, parents first.
    pub revisions: Vec<RevisionId>,
    /// The heads among them.
    pub old_heads: Vec<RevisionId>,
    /// The baseline's identifier.
    pub baseline_id: RevisionId,
    /// The baseline's file.
    pub baseline_path: String,
    /// The baseline as it will be written.
    pub baseline: String,
    /// The rows that stand in files beside it.
    #[serde(default)]
    pub data: Vec<DataFile>,
    /// What stood as reference: `replay` (the old chain, replayed) or `live` (the weaker proof).
    pub reference: String,
    /// What autogenerate cannot express and redistill wrote into the baseline.
    pub carried: Vec<Carried>,
    /// What the old chain has and the baseline has not.
    pub lost: Vec<Difference>,
    /// Where the baseline is knowingly not the reference: what was left out, and what the models
    /// are ahead by.
    pub accepted: Vec<Difference>,
    /// Differences between the reference and the live database.
    pub drift: Vec<Difference>,
    /// Differences between the models and the old chain, as Alembic renders them.
    pub model_drift: Vec<String>,
    /// What `alembic check` says of the live database now; the reset is not to blame for it.
    pub known_differences: Vec<String>,
    /// What the database has after down and up again that it should not have; empty is good.
    pub left_behind: Vec<String>,
    /// Remarks: column order, named differences that do not count.
    pub remarks: Vec<String>,
    /// The second revision, where what the models are ahead by becomes one.
    #[serde(default)]
    pub model_changes: Option<ModelChanges>,
    /// What was carried, lost, accepted or has drifted, as each database has it.
    #[serde(default)]
    pub sides: Vec<Sides>,
    /// How many objects of each kind the old chain and the baseline agree on without that.
    #[serde(default)]
    pub equal: BTreeMap<String, usize>,
}

impl PlannedModule {
    /// The revision that the database is at afterwards.
    pub fn head(&self) -> &RevisionId {
        let changes = self.model_changes.as_ref();
        changes.map_or(&self.baseline_id, |changes| &changes.id)
    }
}

/// Seed rows in a file beside the baseline, which reads them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// The file.
    pub path: String,
    /// Its text: JSON lines, one array a row.
    pub contents: String,
}

/// A carried object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// `extension`, `function`, `trigger`, `view`, `rows` …
    pub kind: String,
    /// Its name, `touch_updated_at()`; for rows the table.
    pub name: String,
    /// What is carried, in a few words: `3 rows`, or empty.
    pub detail: String,
    /// The code in `upgrade()` that builds it.
    #[serde(default)]
    pub code: String,
    /// The old revision that made it; none where no single one is known.
    #[serde(default)]
    pub from: Option<RevisionId>,
    /// The last old revision that changed it, if another did.
    #[serde(default)]
    pub changed_in: Option<RevisionId>,
}

impl Carried {
    /// The object, as `--leave-out` names it.
    pub fn object(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// In one line: `function touch() (from a002, changed in a004)`.
    pub fn words(&self) -> String {
        let mut words = format!("{} {}", self.kind, self.name);
        if !self.detail.is_empty() {
            words = format!("{words}, {}", self.detail);
        }
        match (&self.from, &self.changed_in) {
            (Some(from), Some(changed)) => format!("{words} (from {from}, changed in {changed})"),
            (Some(from), None) => format!("{words} (from {from})"),
            (None, _) => words,
        }
    }
}

impl PlannedModule {
    /// The object as each database has it.
    pub fn sides_of(&self, object: &str) -> Option<&Sides> {
        self.sides.iter().find(|sides| sides.object == object)
    }
}

impl Plan {
    /// The databases that it changes, each once, in the order of the steps.
    pub fn databases(&self) -> Vec<&DatabaseRef> {
        let mut found: Vec<&DatabaseRef> = Vec::new();
        for step in &self.steps {
            let (Step::VersionTables { database, .. }
            | Step::RebuildDatabase { database, .. }
            | Step::RestoreDatabase { database, .. }) = step
            else {
                continue;
            };
            if !found.contains(&database) {
                found.push(database);
            }
        }
        found
    }

    /// The databases in which statements run that may lose something, each with those statements.
    pub fn destructive(&self) -> Vec<(&DatabaseRef, Vec<&Statement>)> {
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::VersionTables {
                database,
                alterations,
                ..
            } => Some((database, alterations)),
            Step::RebuildDatabase {
                database, rebuild, ..
            } => Some((database, &rebuild.alterations)),
            _ => None,
        });
        let found = steps.map(|(database, alterations)| {
            let statements = alterations.iter().flat_map(Alteration::destructive);
            (database, statements.collect::<Vec<_>>())
        });
        found
            .filter(|(_, statements)| !statements.is_empty())
            .collect()
    }

    /// The digest that names the plan: SHA-256 over its canonical JSON, 64 hexadecimal digits.
    ///
    /// # Panics
    /// Never: a plan holds nothing that JSON cannot.
    pub fn digest(&self) -> String {
        let json = serde_json::to_vec(self).expect("a plan holds nothing that JSON cannot");
        hex(&Sha256::digest(json))
    }
}
