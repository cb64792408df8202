//! Who observes: files, git, databases, the environment. Read-only.

pub mod inventory;
