//! The vocabulary: modules, revisions, chains, databases, secrets.
//!
//! Data without I/O. Every room may use it; it uses none of them.

mod chain;
mod database;
mod lists;
mod location;
mod module;
mod revision;
mod secret;
mod test_command;
pub mod text;

pub use chain::{Chain, ChainProblem, Unreadable};
pub use database::{
    Host, Identity, QualifiedName, Target, TlsMode, quote_identifier, quote_literal,
};
pub use lists::{is_same_but_for_lists, without_casts};
pub use location::Location;
pub use module::{
    Branch, ConfigSource, Flavour, Interpreter, InterpreterSource, Module, ModuleName,
};
pub use revision::{Revision, RevisionId};
pub use secret::Secret;
pub use test_command::{SCAFFOLD_PLACE, TestCommand};
