//! What the user decides at `plan`; part of the digest.

use serde::{Deserialize, Serialize};

/// Where the baseline comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The baseline builds exactly what the old chain built.
    #[default]
    Chain,
    /// What the models say, plus carried objects.
    Models,
}

/// What the baseline is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// The old chain, replayed on an empty database.
    #[default]
    Replay,
    /// The live schema, where the old chain does not replay: the weaker proof.
    Live,
}

/// What becomes of the live database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Rows stay; the version table is stamped with the baseline.
    #[default]
    Keep,
    /// Dumped, emptied of the module's objects, built again from the baseline.
    Recreate,
    /// The version table is dropped and left away.
    Unversioned,
}

/// The baseline's identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionIdChoice {
    /// A new random one.
    #[default]
    New,
    /// The old head's.
    ReuseHead,
    /// This one.
    Given(String),
}

/// All choices of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Where the baseline comes from.
    pub source: Source,
    /// What the baseline is held against where the old chain does not replay.
    #[serde(default)]
    pub reference: Reference,
    /// What becomes of the live database.
    pub strategy: Strategy,
    /// The baseline's identifier.
    pub revision_id: RevisionIdChoice,
    /// The baseline's message; `initial_schema` unless set.
    pub message: Option<String>,
    /// Why the reset is made.
    pub reason: Option<String>,
    /// Objects to leave out of the baseline, as `kind name`.
    pub leave_out: Vec<String>,
    /// Whether models ahead of the chain become a second revision.
    pub with_model_changes: bool,
    /// Databases whose rows may be changed or given up by the statements that bring them in line.
    #[serde(default)]
    pub accept_destructive: Vec<String>,
}
