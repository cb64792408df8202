//! The record of a run, from which `resume` and `undo` work.
//!
//! Everything lives in the project's state folder, which ignores itself in git:
//!
//! ```text
//! .redistill/                 0700
//!   .gitignore                *
//!   lock                      flock; holds the pid of the process at work
//!   runs/20261122-1/
//!     journal                 append-only records, one an entry
//!     trash/  retired/        what the run's steps moved away
//! ```
//!
//! An entry is on disk before the effect that it announces. [`record`] is the file format,
//! [`run`] the meaning of a sequence of entries (pure), [`store`] the folder. Called by `execute`;
//! read by `undo` and the faces. It never touches anything outside `.redistill/`.

mod before;
mod entry;
#[cfg(debug_assertions)]
mod fault;
pub mod record;
pub mod run;
mod store;
mod tests_ran;

pub use before::Before;
pub use entry::{Cause, Entry, Outcome};
pub use run::{Direction, Illegal, Run, Status, StepRecord, TakenBack};
pub use store::{
    FileJournal, Journal, JournalError, Lock, create, next_id, open, run_folder, runs, state_folder,
};
pub use tests_ran::{TestsEnd, TestsRan};
