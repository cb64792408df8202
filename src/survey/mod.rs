//! Gathering evidence; read-only.
//!
//! File for file the twin of `evidence`: who looks at the project's folder, its settings, its
//! revision files, its interpreters, its repository and its databases. Nothing of the project is
//! executed here.

mod abreast;
pub mod bare_keys;
pub mod branches;
pub mod catalog;
pub mod chain;
pub mod clock;
mod data;
pub mod database;
mod definition;
pub mod enums;
pub mod git;
pub mod head_files;
pub mod holders;
pub mod identities;
pub mod ini;
pub mod interpreter;
pub mod inventory;
mod live;
pub mod mentions;
mod out_of_reach;
pub mod own_tests;
pub mod project;
pub mod pyproject;
mod questions;
pub mod replaced;
pub mod rows;
mod sessions;
mod signals;
pub mod signer;
pub mod sources;
mod surroundings;
pub mod variables;
mod version_tables;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod test_python;
