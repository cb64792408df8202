//! What is said, as text and as JSON. Pure: data in, strings out.

pub mod chain;
mod explain;
pub mod findings;
pub mod github;
pub mod json;
mod paint;
pub mod sarif;
#[cfg(test)]
mod stage;
pub mod text;

pub use explain::explain;
pub use findings::{DatabaseSummary, ModuleSummary, Report};
pub use paint::Paint;
