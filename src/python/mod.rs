//! Reading Python source without running it.
//!
//! A real parser gives facts with line numbers; what cannot be known without running the code is
//! said to be so, never guessed. Pure: bytes in, facts out.

pub mod revision;
pub mod source;

pub use revision::RevisionReading;
pub use source::{Position, Source, SourceError};
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
