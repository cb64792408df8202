//! The gate: what `redistill check` refuses, and why; against real servers, git and Alembic.

mod commands;
mod consent;
mod fix;
mod git;
mod holders;
mod lint;
mod messages;
mod project;
mod reading;
mod sarif;
mod schema;
mod seeded;
mod servers;
pub mod thousand;
mod traps;
mod waivers;
