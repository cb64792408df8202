//! Rules, findings and the verdict.
//!
//! Pure: evidence and source facts in, findings out. One rule a file, in the folder of its family;
//! [`registry`] is the one list that the verdict, the lint, `explain` and the reports read.
//! A check that could not run is never a pass.

mod assess;
mod environment;
mod finding;
mod history;
pub mod message;
mod production;
mod project;
mod registry;
mod rule;
mod schema;
mod sources;
#[cfg(test)]
pub(crate) mod stage;
mod suppression;
mod waiver;

pub use assess::{Judged, assess, judge};
pub use finding::{Finding, LineEdit, Remedy, Severity, Verdict, Waived};
pub use production::{
    DISPOSABLE_MARK, PRODUCTION_MARK, is_marked_disposable, is_marked_production,
};
pub use project::own_tests::command as found_tests_command;
pub use registry::{find, registry};
pub use rule::{Case, Explanation, Family, Needs, Rule, Scope};
pub use schema::crossing::{Crossing, Seen, crossings};
pub use schema::enum_left_behind::types_left;
pub use schema::key_types::{Fit, foreign_key_fit};
pub use schema::sharing::shares as share_a_database;
pub use sources::{
    FoundTests, ModuleSources, OutOfReach, Sources, Surroundings, UrlLine, is_async_url,
};
pub use suppression::{Ignore, Ignores, Origin, Suppressed, configured_at, forbidden};
pub use waiver::is_waivable;

pub use crate::model::Location;
