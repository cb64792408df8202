//! Exit codes, in one place.

use std::process::ExitCode;

/// How the program ends. The numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing found.
    Done = 0,
    /// Refused, or a finding at the failing level; after a reset, tests of the project's own that did
    /// not pass.
    Refused = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Failed before anything changed.
    Failed = 3,
    /// Stopped half-way; the journal is open.
    HalfWay = 4,
    /// Cancelled; nothing changed.
    Cancelled = 5,
    /// A defect of redistill.
    Bug = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
