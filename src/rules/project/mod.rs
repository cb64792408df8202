//! `RD6xx`: the project's files, its chain, and what runs it.

pub mod application_import;
pub mod cycle;
pub mod disagreement;
pub mod duplicate_id;
pub mod duplicate_label;
pub mod env_not_run;
pub mod faulty_alembic;
mod grouped;
pub mod hardcoded;
pub mod id_too_long;
pub mod interpreter;
pub mod irreversible;
pub mod missing_import;
pub mod missing_parent;
pub mod other_tool;
pub mod out_of_reach;
pub mod own_tests;
pub mod parent_replaced;
pub mod quoted_id;
pub mod reads_file;
pub mod several_heads;
pub mod suppression_forbidden;
pub mod suppression_malformed;
pub mod suppression_unused;
pub mod unreadable;
pub mod versions_folder;
