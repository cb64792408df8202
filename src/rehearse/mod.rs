//! The rehearsal: the whole reset on scratch databases, before anything of the user's changes.

mod scratch;

pub use scratch::{Scratch, ScratchError, ScratchHost};
