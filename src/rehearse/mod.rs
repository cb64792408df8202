//! The rehearsal: the whole reset on scratch databases, before anything of the user's changes.
//!
//! ```text
//! scratch A ◀── old chain                       (the reference; the live database where it cannot)
//!      │ draft: reflected by Alembic, surrounded with what autogenerate cannot say
//!      ▼
//! scratch B ◀── baseline ── compare with A ──▶ carry what is missing, build B again …
//!      │ both dumped: anything that the catalogs do not show?
//!      │
//!      └── down to base: nothing left ── up again: equal to A
//! live C ── compared with A: drift
//! ```
//!
//! Called by `engine`, one call a module, side by side. Never writes into the project.

mod align;
mod baseline;
mod changes;
mod contrast;
mod copy;
mod dump;
mod error;
mod ground;
mod lineage;
mod module;
mod names;
mod own;
mod reference;
mod scratch;
mod subject;
mod tenants;
mod trial;
mod uncovered;
mod verify;

pub use dump::{DumpError, dump, of_other_owners, program as dump_program, prove, size};
pub use error::RehearseError;
pub use ground::{Groundwork, Layer, lay};
pub use lineage::{catalog_at, catalogs};
pub use module::{Lived, Rehearsal, rehearse};
pub use own::{catalog_of, fingerprint};
pub use scratch::{Scratch, ScratchError, ScratchHost};
pub use subject::Subject;
pub use trial::{TrialFolder, sweep_trials};
pub use verify::{Verified, verify};
