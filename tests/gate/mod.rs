//! The gate: what `redistill check` refuses, and why; against real servers, git and Alembic.

mod commands;
mod fix;
mod git;
mod lint;
mod project;
mod sarif;
mod seeded;
mod servers;
mod thousand;
