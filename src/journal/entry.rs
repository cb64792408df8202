//! What a journal says, entry by entry.

use serde::{Deserialize, Serialize};

use super::{Before, TestsRan};
use crate::plan::Plan;

/// One entry. Its order in the file is checked by [`super::Run::next`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry", deny_unknown_fields)]
pub enum Entry {
    /// The first entry: the whole plan.
    Opened {
        /// [`crate::plan::FORMAT`] of the program that wrote the journal.
        format: u32,
        /// When, RFC 3339.
        at: String,
        /// The plan.
        plan: Box<Plan>,
    },
    /// A step is about to touch the world.
    Started {
        /// The step.
        index: usize,
        /// What its undo needs, read before anything was touched.
        before: Before,
    },
    /// A database transaction of the step is about to be committed. After [`Entry::Turned`] it is
    /// the transaction that takes the step back.
    Committing {
        /// The step.
        index: usize,
        /// The transaction, as `pg_xact_status` wants it.
        xid: String,
    },
    /// The step is done.
    Finished {
        /// The step.
        index: usize,
        /// What it did, in a few words.
        receipt: String,
        /// Where it ran the project's own tests: what they came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tests: Option<TestsRan>,
    },
    /// The step (or, after [`Entry::Turned`], its taking back) failed.
    Failed {
        /// The step.
        index: usize,
        /// Why.
        error: String,
    },
    /// From here on the run is taken back, newest step first.
    Turned {
        /// Why.
        cause: Cause,
    },
    /// The step's effects are gone again.
    TakenBack {
        /// The step.
        index: usize,
    },
    /// The last entry.
    Closed {
        /// How the run ended.
        outcome: Outcome,
    },
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// All steps are done.
    Done,
    /// Everything is as it was before.
    AsBefore {
        /// Why the run was taken back.
        cause: Cause,
    },
}

/// Why a run is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// A step failed.
    Failed {
        /// Which.
        index: usize,
        /// Why.
        error: String,
    },
    /// The user cancelled it while it ran.
    Cancelled,
    /// It had been interrupted, and going back was asked for (or is what recovery does).
    Recovered,
}
