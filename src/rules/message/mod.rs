//! `RD5xx`: messages of revisions, where the project follows the convention.

pub mod change;
pub mod convention;
pub mod empty;
pub mod form;
mod lint;
pub mod understated;
pub mod unknown_type;

pub use lint::shell_quoted;
