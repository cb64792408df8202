//! The waivers of the configuration, and what decides whether they count. As data; `rules` judges.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Observed;
use crate::model::{Location, ModuleName, RevisionId};

/// What the configuration waives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waivers {
    /// In the file's order.
    pub given: Vec<Waiver>,
    /// Whether the file is, as it stands, the one that HEAD holds.
    pub committed: Observed<bool>,
    /// The day of the survey.
    pub today: NaiveDate,
}

/// One waiver, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The code of the finding.
    pub finding: String,
    /// The module that it concerns; none for a finding about the project.
    pub module: Option<ModuleName>,
    /// The heads that it was given for; empty if none is named.
    pub heads: Vec<RevisionId>,
    /// Why; empty if it is not given.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<NaiveDate>,
    /// Where it stands.
    pub location: Location,
}
