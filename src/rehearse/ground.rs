//! What other modules must have built before a module's chain can run: their tables, on every scratch
//! of its rehearsal.
//!
//! Laid once by the other modules' own Alembic, old chain and all, and from then on copied by the
//! server (`CREATE DATABASE … TEMPLATE`). It is no part of any catalog that is compared: only what the
//! module's chain does to it would be, and that is refused. Called by `engine`, before the rehearsal.

use std::collections::BTreeMap;

use super::Scratch;
use super::subject::walk_request;
use super::{RehearseError, Subject};
use crate::evidence::Described;
use crate::model::{Chain, Module, ModuleName, QualifiedName, quote_identifier};
use crate::schema::{Catalog, ObjectKey, compare};
use crate::survey::catalog::snapshot;
use crate::survey::rows::{self, RowsDigest};
use crate::system::Session;
use crate::worker::{ModuleRequest, Worker};

/// A module that is built first.
pub struct Layer<'a> {
    /// The module.
    pub module: &'a Module,
    /// Arguments for `context.get_x_argument`.
    pub x: Vec<String>,
    /// Its chain.
    pub chain: &'a Chain,
    /// What env.py says.
    pub described: &'a Described,
    /// Its interpreter.
    pub worker: Worker,
}

/// The other modules' tables on a scratch of their own, and what they are.
pub struct Groundwork {
    scratch: Scratch,
    catalog: Catalog,
    rows: BTreeMap<QualifiedName, RowsDigest>,
    modules: Vec<ModuleName>,
}

/// Builds the other modules, in their order, on an empty scratch of the subject's host.
pub fn lay(subject: &Subject<'_>, layers: &[Layer<'_>]) -> Result<Groundwork, RehearseError> {
    subject.phase("ground")?;
    let scratch = subject.host.create("g")?;
    let needed = layers.iter().flat_map(|one| one.described.needed_schemas());
    for schema in needed.chain(subject.described.needed_schemas()) {
        let quoted = quote_identifier(schema);
        let session = scratch.connect()?;
        session.batch(&format!("CREATE SCHEMA IF NOT EXISTS {quoted}"))?;
    }
    for layer in layers {
        let mut request = ModuleRequest::from(layer.module);
        request.x.clone_from(&layer.x);
        request.ground = subject.request().ground;
        let built = subject.call(|call| {
            let walk = walk_request(scratch.target(), "heads", Vec::new());
            layer.worker.upgrade(&request, &walk, call)
        });
        built.map_err(|error| RehearseError::Beneath {
            other: layer.module.name.clone(),
            error,
        })?;
        // The rows of another chain in a version table would stop Alembic.
        let session = scratch.connect()?;
        for table in &subject.version_tables {
            session.batch(&format!("DROP TABLE IF EXISTS {}", table.quoted()))?;
        }
    }
    let session = scratch.connect()?;
    let catalog = snapshot(&session, &subject.version_tables)?;
    let rows = rows::rows(&session, &catalog.tables())?;
    drop(session);
    Ok(Groundwork {
        scratch,
        catalog,
        rows,
        modules: layers.iter().map(|one| one.module.name.clone()).collect(),
    })
}

impl Groundwork {
    /// The scratch that others are copies of.
    pub const fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The tables that are there before the first revision.
    pub fn tables(&self) -> Vec<QualifiedName> {
        self.catalog.tables()
    }

    /// Whether an object was there.
    pub fn has(&self, key: &ObjectKey) -> bool {
        self.catalog.objects.contains_key(key)
    }

    /// Takes out what is as it was there.
    pub fn without(&self, mut catalog: Catalog) -> Catalog {
        let known = &self.catalog.objects;
        catalog
            .objects
            .retain(|key, object| known.get(key) != Some(object));
        catalog
    }

    /// Refuses a chain that changes what the others made, or its rows: no baseline of this module's
    /// could say so.
    pub fn refuse_changes(
        &self,
        subject: &Subject<'_>,
        session: &Session,
    ) -> Result<(), RehearseError> {
        let present = snapshot(session, &subject.version_tables)?;
        let tables = self.tables();
        let is_theirs = |key: &ObjectKey| {
            let of = |table: &QualifiedName| table.schema == key.schema && table.name == key.table;
            self.has(key) || key.kind == "column" && tables.iter().any(of)
        };
        let mut what: Vec<String> = compare(&self.catalog, &present)
            .iter()
            .map(crate::schema::Difference::object)
            .filter(|key| is_theirs(key))
            .map(ToString::to_string)
            .collect();
        what.dedup();
        if what.is_empty() {
            let rows = rows::rows(session, &tables)?;
            let changed = self
                .rows
                .iter()
                .filter(|(table, was)| rows.get(table) != Some(was));
            what.extend(changed.map(|(table, _)| format!("the rows of {table}")));
        }
        if what.is_empty() {
            return Ok(());
        }
        Err(RehearseError::Reaches {
            others: self.modules.clone(),
            what,
        })
    }
}
