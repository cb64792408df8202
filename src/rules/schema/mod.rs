//! `RD3xx`: keys, types and tables, in models and revisions.

pub mod chain_without_tables;
pub mod circular_keys;
pub mod cross_module_key;
pub mod crossing;
pub mod enum_in_two_modules;
pub mod enum_labels;
pub mod enum_left_behind;
pub mod enum_not_created;
pub mod enum_plugin;
pub mod enum_without_column;
pub mod foreign_key_type;
pub mod key_types;
mod keys;
pub mod long_identifier;
mod made;
pub mod neighbour_tables;
#[cfg(test)]
mod on_stage;
mod ownership;
pub mod shared_include_name;
pub mod shared_version_table;
pub mod sharing;
pub mod table_without_model;
pub mod unknown_table_dropped;
pub mod unnamed_constraint;
