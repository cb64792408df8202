//! A piece of a baseline: one object's way up and down, as Python code.
//!
//! The worker drafts pieces, [`super::carry`] writes the others, [`super::compose`] puts them into
//! one body.

use serde::{Deserialize, Serialize};

use super::ObjectKey;

/// Where in a baseline a piece stands; the order is the order of `upgrade()`.
///
/// Rows come before foreign keys and triggers: no cycle of references can stand in their way, no
/// trigger fires, and a materialized view is filled from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// `CREATE SCHEMA`.
    Schemas,
    /// `CREATE EXTENSION`.
    Extensions,
    /// ENUM, domain, composite and range types, collations.
    Types,
    /// Sequences that no SERIAL column makes.
    Sequences,
    /// Functions that need no table.
    Functions,
    /// Tables without foreign keys that point forward.
    Tables,
    /// Seed rows.
    Rows,
    /// Indexes and extended statistics.
    Indexes,
    /// Foreign keys.
    ForeignKeys,
    /// Functions whose signature or body needs tables.
    LateFunctions,
    /// Views, materialized views and what hangs on them.
    Views,
    /// Triggers, rules, event triggers.
    Triggers,
    /// Row security; publications.
    Policies,
    /// Comments that are not written with the object.
    Comments,
    /// Privileges.
    Grants,
}

/// Who wrote a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The worker, from the catalogs.
    #[default]
    Drafted,
    /// redistill, from the catalog of the old chain.
    Carried,
}

/// One object's way up and down. The code is Python without indentation; lines inside a
/// triple-quoted string are taken as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where it stands.
    pub stage: Stage,
    /// As in [`ObjectKey`]: `table`, `index`, `constraint`, `enum`, `function` … A carried piece
    /// with the same kind, schema, table and name takes the place of a drafted one.
    pub kind: String,
    /// The schema; empty for objects of the database.
    #[serde(default)]
    pub schema: String,
    /// The table it belongs to; empty for objects of a schema.
    #[serde(default)]
    pub table: String,
    /// The name.
    pub name: String,
    /// The code in `upgrade()`. Empty: the object is left away.
    pub up: String,
    /// The code in `downgrade()`; empty where the object goes with another one.
    pub down: String,
    /// Who wrote it.
    #[serde(default)]
    pub origin: Origin,
}

impl Piece {
    /// The object that it builds, under the name by which a catalog knows it: a foreign key is a
    /// constraint, and what a draft leaves without a schema stands in `public`.
    pub fn key(&self) -> ObjectKey {
        let kind = match self.kind.as_str() {
            "foreign_key" | "foreign key" => "constraint",
            "enum_type" | "type" => "enum",
            kind => kind,
        };
        let schema = match kind {
            "table" | "index" | "constraint" | "enum" if self.schema.is_empty() => "public",
            _ => &self.schema,
        };
        ObjectKey {
            kind: kind.to_owned(),
            schema: schema.to_owned(),
            table: if kind == "table" {
                String::new()
            } else {
                self.table.clone()
            },
            name: self.name.clone(),
        }
    }

    /// A carried piece for an object.
    pub(super) fn carried(stage: Stage, key: &ObjectKey, up: String, down: String) -> Self {
        Self {
            stage,
            kind: key.kind.clone(),
            schema: key.schema.clone(),
            table: key.table.clone(),
            name: key.name.clone(),
            up,
            down,
            origin: Origin::Carried,
        }
    }
}
