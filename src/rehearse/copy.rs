//! A copy of the live schema on a scratch database: `pg_dump --schema-only`, restored, and compared
//! with the live catalog before anything rests on it.
//!
//! Called by the rehearsal, where the live schema is the reference, and where statements must be
//! tried that bring it in line. Never writes to the live database, and takes no row of it.

use super::dump;
use super::{Lived, Scratch};
use super::{RehearseError, Subject};
use crate::model::QualifiedName;
use crate::schema::compare;
use crate::system::Session;

/// The statements that build the live schema, without the version tables.
pub struct LiveCopy {
    text: String,
}

impl LiveCopy {
    /// Dumps the schema.
    pub fn take(subject: &Subject<'_>, live: &Lived) -> Result<Self, RehearseError> {
        subject.phase("copy")?;
        let text = dump::schema(&live.target, &subject.version_tables)?;
        Ok(Self {
            text: without_commands(&text),
        })
    }

    /// Restores it on a new scratch database. What is not the live schema again is refused.
    pub fn restore(
        &self,
        subject: &Subject<'_>,
        live: &Lived,
        purpose: &str,
    ) -> Result<Scratch, RehearseError> {
        let session = Session::connect(&live.target, dump::CONNECT_LIMIT)?;
        subject.host.lend_roles(&session)?;
        drop(session);
        let scratch = subject.host.create(purpose)?;
        let session = scratch.connect()?;
        session
            .batch(&self.text)
            .map_err(|error| RehearseError::Copy(error.to_string()))?;
        drop(session);
        let copied = subject.snapshot(&scratch.connect()?)?;
        let what: Vec<String> = compare(&live.catalog, &copied)
            .iter()
            .filter(|difference| difference.object().kind != "extension")
            .map(|difference| difference.object().to_string())
            .collect();
        if what.is_empty() {
            return Ok(scratch);
        }
        Err(RehearseError::Copy(format!(
            "it is not the same in {}",
            what.join(", ")
        )))
    }
}

/// `--exclude-table` takes a pattern; in quotes it is the name itself.
pub(super) fn exclusion(table: &QualifiedName) -> String {
    format!("--exclude-table={}", table.quoted())
}

/// psql's own commands, which a newer `pg_dump` writes around everything.
fn without_commands(text: &str) -> String {
    let is_command =
        |line: &&str| line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
    let lines: Vec<&str> = text.lines().filter(|line| !is_command(line)).collect();
    lines.join("\n")
}
