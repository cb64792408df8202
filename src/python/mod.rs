//! Reading Python source without running it.
//!
//! A real parser gives facts with line numbers; what cannot be known without running the code is
//! said to be so, never guessed. Pure: bytes in, facts out.

pub mod revision;
pub mod source;

pub use revision::RevisionReading;
pub use source::{Position, Source, SourceError};
