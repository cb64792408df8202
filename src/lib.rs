//! redistill resets an Alembic migration history safely.
//!
//! The rooms, from the faces down to the data; an import may only point downwards:
//!
//! ```text
//! cli                                   parse, print
//! tui                                   the terminal app
//! engine                                the verbs that every face calls
//! survey  rehearse  execute  report     gather, prove, run, say
//! steps  journal  worker  sandbox       effects
//! plan  undo  schema  python  rules  progress    pure
//! evidence  events  model  error  exit  data
//! system                                the only door to the world
//! ```
//!
//! `docs/ARCHITECTURE.md` holds the table; `tests/architecture.rs` reads the `use crate::…` lines
//! against it.

pub mod cli;
pub mod demo;
pub mod engine;
pub mod error;
pub mod events;
pub mod evidence;
pub mod execute;
pub mod exit;
pub mod guided;
pub mod journal;
pub mod model;
pub mod plan;
pub mod progress;
pub mod python;
pub mod rehearse;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod schema;
pub mod steps;
pub mod survey;
pub mod system;
pub mod tui;
pub mod undo;
pub mod worker;
