//! An interpreter with what real projects add to Alembic, and with the testing tools of others.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use redistill::sandbox::python;

/// Alembic and SQLAlchemy as the other tests have them; types and entities of third parties;
/// pytest-alembic and alembic-gauntlet.
const PACKAGES: [&str; 16] = [
    "alembic==1.20.1",
    "sqlalchemy==2.1.9",
    "psycopg[binary]==3.3.9",
    "psycopg2-binary==2.9.13",
    "asyncpg==0.32.0",
    "greenlet==3.5.6",
    "pytest==9.2.0",
    "alembic-utils==0.8.8",
    "alembic-postgresql-enum==1.11.0",
    "sqlmodel==0.0.50",
    "sqlalchemy-utils==0.43.0",
    "pgvector==0.5.1",
    "geoalchemy2==0.20.0",
    "pytest-alembic==0.13.1",
    "alembic-gauntlet==0.3.1",
    "pytest-asyncio==1.5.0",
];

/// Built once on a machine (needs the package index), then kept.
pub fn interpreter() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| python::with_packages(&PACKAGES).unwrap())
}
