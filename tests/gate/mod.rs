//! The gate: what `redistill check` refuses, and why; against real servers, git and Alembic.

mod messages;
mod reading;
mod traps;
