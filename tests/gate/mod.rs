//! The gate: what `redistill check` refuses, and why; against real servers, git and Alembic.

mod commands;
mod consent;
mod fix;
mod git;
mod holders;
mod lint;
mod project;
mod sarif;
mod schema;
mod seeded;
mod servers;
mod thousand;
mod waivers;
