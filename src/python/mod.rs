//! Reading Python source without running it.
//!
//! A real parser gives facts with line numbers; what cannot be known without running the code is
//! said to be so, never guessed. Pure: `survey` hands bytes in, `rules` judges what comes out.

mod columns;
pub mod contents;
pub mod env;
pub mod identifiers;
mod members;
pub mod models;
mod names;
pub mod operations;
pub mod outside;
pub mod revision;
pub mod rows;
pub mod source;
mod sql;
pub mod sql_type;
pub mod suppression;
pub mod syntax;

pub use columns::{
    ColumnFact, EnumFact, KeyTarget, MemberLabels, MembersOf, ReferenceFact, TableFact,
};
pub use contents::{Contents, newly_unbound};
pub use identifiers::Identifiers;
pub use revision::RevisionReading;
pub use source::{Position, Source, SourceError};
pub use sql_type::{SqlType, UNREADABLE};
pub use suppression::IgnoreComment;
pub use syntax::Syntax;
