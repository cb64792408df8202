//! `RD3xx`: keys, types and tables, in models and revisions.

pub mod cross_module_key;
pub mod enum_left_behind;
pub mod foreign_key_type;
pub mod key_types;
mod keys;
pub mod neighbour_tables;
pub mod shared_include_name;
pub mod shared_version_table;
pub mod sharing;
