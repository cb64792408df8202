//! Reading Python source with a real parser: facts with line numbers, nothing executed.
//!
//! Pure. `survey` hands in the bytes; `rules` judges what comes out. A fact that cannot be read from
//! the source is absent, never guessed.

mod columns;
pub mod env;
pub mod models;
mod names;
pub mod operations;
mod sql;
pub mod sql_type;
pub mod syntax;

pub use columns::{ColumnFact, EnumFact, KeyTarget, ReferenceFact, TableFact};
pub use sql_type::SqlType;
pub use syntax::Syntax;
