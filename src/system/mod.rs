//! The only door to the world: files, processes, clock, environment, random names, connections.
//!
//! Imported by the effectful rooms only. Reading and writing are separate traits, so that a
//! signature tells whether a function can change anything.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door that the lint points to"
)]

pub mod clock;
pub mod connect;
pub mod environment;
mod files;
mod hand_over;
pub mod interrupts;
pub mod lock;
mod postgres;
pub mod private;
pub mod process;
pub mod random;
pub mod tree;

pub use files::{FileKind, ReadFiles, RealFiles, Stat, WriteFiles};
pub use hand_over::hand_over;
pub use lock::{FileLock, Taken};
pub use postgres::{APPLICATION_NAME, Canceller, ConnectError, Session, SqlError};
