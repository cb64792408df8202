//! Who observes: file for file the twin of `evidence`. Read-only, all of it.

pub mod catalog;
pub mod database;
mod definition;
pub mod rows;
