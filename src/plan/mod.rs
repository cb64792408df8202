//! The plan: the exact list of effects of a reset, as data.
//!
//! `plan` prints it, `reset` executes it or refuses, the journal carries it, `undo` derives its
//! inverse from it. It holds no handles and no secrets; the same plan always has the same digest.

mod alteration;
mod choices;
mod draft;
mod step;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use alteration::{Alteration, ModelChanges, Statement};
pub use choices::{Choices, Reference, RevisionIdChoice, Source, Strategy};
pub use draft::{
    DraftError, Inventory, Material, basis, draft, identity_of, may_reuse_head, may_stamp,
    place_of, reference_to,
};
pub use step::{
    ArchiveMember, DatabaseRef, FileRef, Fingerprint, OwnObject, Rebuild, Step, TableAction,
    VersionTableChange,
};

use crate::model::text::hex;
use crate::model::{ModuleName, RevisionId};
use crate::schema::Difference;

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
}

impl PlannedModule {
    /// The revision that the database is at afterwards.
    pub fn head(&self) -> &RevisionId {
        let changes = self.model_changes.as_ref();
        changes.map_or(&self.baseline_id, |changes| &changes.id)
    }
}

/// A carried object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// `extension`, `function`, `trigger`, `view`, `rows` …
    pub kind: String,
    /// Its name, `touch_updated_at()`; for rows the table.
    pub name: String,
    /// What is carried, in a few words: `3 rows, hash 9f2c…`, or empty.
    pub detail: String,
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
