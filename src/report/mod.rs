//! What was found, planned and done, as text, JSON, Markdown. Pure: data in, strings out.

pub mod chain;
pub mod diff;
mod explain;
pub mod findings;
mod frame;
pub mod github;
pub mod json;
pub mod note;
mod paint;
pub mod plan;
pub mod sarif;
#[cfg(test)]
mod stage;
pub mod text;
mod wrap;

pub use explain::explain;
pub use findings::{Corrected, DatabaseSummary, ModuleSummary, Report};
pub use paint::Paint;
