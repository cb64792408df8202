//! What was found, planned and done, as text, JSON, Markdown. Pure: data in, strings out.

pub mod chain;
pub mod diff;
mod explain;
pub mod findings;
pub mod github;
pub mod json;
pub mod note;
mod paint;
pub mod plan;
pub mod sarif;
#[cfg(test)]
mod stage;
pub mod text;

pub use explain::explain;
pub use findings::{DatabaseSummary, EnvironmentSummary, ModuleSummary, Report};
pub use paint::Paint;
