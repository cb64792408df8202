//! What was found, planned and done, as text, JSON, Markdown. Pure: data in, strings out.

pub mod calling;
pub mod chain;
pub mod checklist;
mod columns;
pub mod diff;
pub mod enums;
mod explain;
pub mod findings;
mod frame;
pub mod github;
pub mod json;
pub mod note;
pub mod operations;
pub mod own_tests;
mod paint;
pub mod past;
pub mod plan;
pub mod sarif;
pub mod scaffold;
mod sides;
#[cfg(test)]
mod stage;
pub mod text;
mod untouched;
mod waiver;
mod wrap;

pub use explain::explain;
pub use findings::{Corrected, DatabaseSummary, EnvironmentSummary, ModuleSummary, Report};
pub use paint::Paint;
pub use sides::{sides, sides_of};
pub use untouched::untouched;
pub use waiver::waiver;
