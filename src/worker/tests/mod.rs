//! The worker against real `PostgreSQL`, real Alembic and projects as people have them.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests build projects on disk and look at databases with psql and pg_dump"
)]

mod drafting;
mod hostile;
mod outside;
mod project;
mod running;
mod templates;

use project::{Lab, call, free};
