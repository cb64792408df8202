//! Gathering evidence; read-only.
//!
//! File for file the twin of `evidence`: who looks at the project's folder, its settings, its
//! revision files, its interpreters and its repository. Nothing of the project is executed here.

pub mod chain;
pub mod git;
pub mod ini;
pub mod interpreter;
pub mod project;
pub mod pyproject;
pub mod sources;

#[cfg(test)]
mod test_python;
