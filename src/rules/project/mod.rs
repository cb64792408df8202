//! `RD6xx`: the project's files, its chain, and what runs it.

pub mod cycle;
pub mod disagreement;
pub mod duplicate_id;
pub mod duplicate_label;
pub mod env_not_run;
pub mod interpreter;
pub mod missing_parent;
pub mod several_heads;
pub mod suppression_forbidden;
pub mod suppression_malformed;
pub mod suppression_unused;
pub mod unreadable;
