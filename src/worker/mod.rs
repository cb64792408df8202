//! The Python worker: runs env.py, the chain and the draft with the project's own Alembic.
//!
//! One [`Worker`] is one warm interpreter that forks a child per request; several requests may run
//! at once. Called by `survey` (locate, describe, inspect) and `rehearse` (the rest). Every
//! connection of the project's code goes to the database named in the request or is refused; the
//! project's files are never written.

mod error;
mod process;
mod protocol;
mod requests;

#[cfg(test)]
mod tests;

pub use error::{ErrorKind, Failed, WorkerError};
pub use process::{Call, Worker};
pub use protocol::{
    Applied, Changes, ChangesRequest, Draft, DraftRequest, Ground, InspectRequest, Inspected,
    ModuleRequest, NotDrafted, OriginRow, RenderRequest, Rendered, RevisionProgress, Script,
    Source, TargetRequest, Walk, WalkRequest, WorkerEvent,
};
