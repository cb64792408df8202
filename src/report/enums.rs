//! `redistill enums`: every ENUM type with its labels, its columns, and where it is made and dropped.
//!
//! A fold of what the databases have ([`EnumType`]), what the models say and what the revisions do.
//! Pure; called by the engine. What was not looked at is left open, never guessed.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::evidence::{EnumType, Evidence, ModuleEvidence, Observed};
use crate::model::{Location, ModuleName};
use crate::python::operations::{Operation, OperationKind, RevisionOperations};
use crate::python::{ColumnFact, TableFact};
use crate::rules::{ModuleSources, Sources, share_a_database};

pub use text::render;

/// The name and version of the JSON document's shape.
pub const SCHEMA: &str = "redistill.enums/1";

/// The types that each module's database has.
pub type Live = BTreeMap<ModuleName, Observed<Vec<EnumType>>>;

/// All ENUM types of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enums {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// One entry a module.
    pub modules: Vec<ModuleEnums>,
    /// Types that are in a database, and that no module makes, names or uses.
    pub unclaimed: Vec<Unclaimed>,
}

/// The types of one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleEnums {
    /// Its name.
    pub name: String,
    /// Its database in words; none where it was not looked at.
    pub database: Option<String>,
    /// Why its database could not be looked at.
    pub unseen: Option<String>,
    /// Its types, by name.
    pub types: Vec<Entry>,
    /// The lines for the end of `downgrade`, after the tables are dropped: one for each type of the
    /// module that no other module's column is of.
    pub cleanup: Vec<String>,
}

/// One type, as one module sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The schema; none where only the source is known.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// Whether the database has it; none where it was not looked at.
    pub in_database: Option<bool>,
    /// The role that owns it.
    pub role: Option<String>,
    /// The labels in order: the database's, else the models', else the revisions'.
    pub labels: Vec<String>,
    /// The columns that are of it, `table.column`.
    pub columns: Vec<String>,
    /// The modules that make it or whose models name it.
    pub modules: Vec<String>,
    /// Columns of other modules that are of it, as `module: table.column`.
    pub used_by_others: Vec<String>,
    /// Where an upgrade creates it.
    pub created: Vec<Place>,
    /// Where it is dropped.
    pub dropped: Vec<Place>,
    /// The labels in the models; none where no model names it or they cannot be read.
    pub model_labels: Option<Vec<String>>,
    /// What does not agree, a sentence each.
    pub differences: Vec<String>,
}

/// A type of nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unclaimed {
    /// The database in words.
    pub database: String,
    /// The type, `schema.name`.
    pub name: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// The columns that are of it.
    pub columns: Vec<String>,
}

/// A line of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the project.
    pub path: String,
    /// The line.
    pub line: usize,
    /// `upgrade` or `downgrade`.
    pub function: &'static str,
}

impl Enums {
    /// Puts together what was seen.
    pub fn new(evidence: &Evidence, sources: &Sources, live: &Live) -> Self {
        let scenes: Vec<Scene<'_>> = evidence
            .modules
            .iter()
            .map(|seen| Scene {
                seen,
                sources: sources.of(&seen.module.name),
                live: live.get(&seen.module.name),
                root: &evidence.root,
            })
            .collect();
        Self {
            schema: SCHEMA,
            modules: scenes
                .iter()
                .map(|scene| scene.module(&scene.neighbours(&scenes)))
                .collect(),
            unclaimed: unclaimed(&scenes),
        }
    }

    /// Whether some type is created and never dropped.
    pub fn has_left_behind(&self) -> bool {
        let mut types = self.modules.iter().flat_map(|module| &module.types);
        types.any(Entry::is_left_behind)
    }
}

impl Entry {
    /// Whether an upgrade creates it and no downgrade drops it.
    pub fn is_left_behind(&self) -> bool {
        !self.created.is_empty() && self.dropped.is_empty()
    }

    /// Whether another module's column is of it.
    fn is_used_by_others(&self) -> bool {
        !self.used_by_others.is_empty()
    }
}

/// One module with all that is known of it.
struct Scene<'a> {
    seen: &'a ModuleEvidence,
    sources: &'a ModuleSources,
    live: Option<&'a Observed<Vec<EnumType>>>,
    root: &'a Path,
}

impl<'a> Scene<'a> {
    fn name(&self) -> &'a str {
        &self.seen.module.name.0
    }

    /// The other modules of its database.
    fn neighbours<'s>(&self, scenes: &'s [Scene<'a>]) -> Vec<&'s Scene<'a>> {
        scenes
            .iter()
            .filter(|other| other.name() != self.name())
            .filter(|other| share_a_database(self.seen, self.sources, other.seen, other.sources))
            .collect()
    }

    fn in_database(&self) -> Option<&'a [EnumType]> {
        self.live?.seen().map(Vec::as_slice)
    }

    /// The names that its models and revisions speak of; those that an upgrade took away again and
    /// no model names are history.
    fn claimed(&self) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        for revision in &self.sources.revisions {
            for operation in &revision.upgrade {
                match &operation.kind {
                    OperationKind::CreateEnum(made) => _ = names.insert(made.name.as_str()),
                    OperationKind::DropEnum { name: Some(gone) } => _ = names.remove(gone.as_str()),
                    _ => {}
                }
            }
        }
        names.extend(self.columns().map(|(_, column)| enum_name(column)));
        names
    }

    /// The columns of its models that are of an ENUM type.
    fn columns(&self) -> impl Iterator<Item = (&'a TableFact, &'a ColumnFact)> {
        self.sources.tables.iter().flat_map(|table| {
            let columns = table.columns.iter();
            columns
                .filter(|column| column.enumeration.is_some())
                .map(move |column| (table, column))
        })
    }

    fn owns(&self, table: &str) -> bool {
        let makes = |operation: &Operation| matches!(&operation.kind, OperationKind::CreateTable(made) if made.qualified() == table);
        self.sources.owns(table)
            || self.sources.tables.is_empty()
                && self
                    .sources
                    .revisions
                    .iter()
                    .any(|revision| revision.upgrade.iter().any(makes))
    }

    fn module(&self, neighbours: &[&Scene<'a>]) -> ModuleEnums {
        let claimed = self.claimed();
        let mut types: Vec<Entry> = Vec::new();
        for found in self.in_database().unwrap_or_default() {
            let by_column = || {
                let mut columns = found.columns.iter();
                columns.any(|place| self.owns(&shown_table(&place.table)))
            };
            let elsewhere = || {
                let mut others = neighbours.iter();
                others.any(|other| other.claimed().contains(found.name.name.as_str()))
            };
            if claimed.contains(found.name.name.as_str()) || by_column() && !elsewhere() {
                types.push(self.entry(&found.name.name, Some(found), neighbours));
            }
        }
        for name in claimed {
            if !types.iter().any(|entry| entry.name == name) {
                types.push(self.entry(name, None, neighbours));
            }
        }
        types.sort_by(|a, b| a.name.cmp(&b.name));
        let cleanup = types
            .iter()
            .filter(|entry| !entry.is_used_by_others())
            .map(cleanup)
            .collect();
        ModuleEnums {
            name: self.name().to_owned(),
            database: self.seen.database.seen().map(|it| it.label.clone()),
            unseen: match self.live {
                Some(Observed::Unavailable { why }) => Some(why.clone()),
                _ => None,
            },
            types,
            cleanup,
        }
    }

    fn entry(&self, name: &str, found: Option<&EnumType>, neighbours: &[&Scene<'a>]) -> Entry {
        let (created, dropped) = self.places(name);
        let model_labels = self.model_labels(name);
        let mut entry = Entry {
            schema: found.map(|found| found.name.schema.clone()),
            name: name.to_owned(),
            in_database: self.in_database().map(|_| found.is_some()),
            role: found.map(|found| found.owner.clone()),
            labels: found
                .map(|found| found.labels.clone())
                .or_else(|| model_labels.clone())
                .unwrap_or_else(|| self.made_labels(name)),
            columns: match found {
                Some(found) => found.columns.iter().map(shown_column).collect(),
                None => self.model_columns(name),
            },
            modules: std::iter::once(self)
                .chain(neighbours.iter().copied())
                .filter(|scene| scene.claimed().contains(name))
                .map(|scene| scene.name().to_owned())
                .collect(),
            used_by_others: used_by_others(name, found, neighbours),
            created,
            dropped,
            model_labels,
            differences: Vec::new(),
        };
        entry.modules.sort();
        entry.differences = self.differences(&entry);
        entry
    }

    fn places(&self, name: &str) -> (Vec<Place>, Vec<Place>) {
        let is_made = |kind: &OperationKind| matches!(kind, OperationKind::CreateEnum(made) if made.name == name);
        let is_dropped = |kind: &OperationKind| matches!(kind, OperationKind::DropEnum { name: Some(gone) } if gone == name);
        let find = |function, is: &dyn Fn(&OperationKind) -> bool| -> Vec<Place> {
            let of = |revision: &'a RevisionOperations| match function {
                "upgrade" => &revision.upgrade,
                _ => &revision.downgrade,
            };
            let operations = self.sources.revisions.iter().flat_map(of);
            operations
                .filter(|operation| is(&operation.kind))
                .map(|operation| self.place(&operation.location, function))
                .collect()
        };
        let mut dropped = find("downgrade", &is_dropped);
        dropped.extend(find("upgrade", &is_dropped));
        (find("upgrade", &is_made), dropped)
    }

    fn place(&self, location: &Location, function: &'static str) -> Place {
        let path = location.path.strip_prefix(self.root);
        Place {
            path: path.unwrap_or(&location.path).display().to_string(),
            line: location.line,
            function,
        }
    }

    fn model_labels(&self, name: &str) -> Option<Vec<String>> {
        self.columns()
            .filter_map(|(_, column)| column.enumeration.as_ref())
            .find(|fact| fact.name == name && !fact.labels.is_empty())
            .map(|fact| fact.labels.clone())
    }

    fn made_labels(&self, name: &str) -> Vec<String> {
        let mut operations = self.sources.revisions.iter().flat_map(|file| &file.upgrade);
        operations
            .find_map(|operation| match &operation.kind {
                OperationKind::CreateEnum(made) if made.name == name => Some(made.labels.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn model_columns(&self, name: &str) -> Vec<String> {
        self.columns()
            .filter(|(_, column)| enum_name(column) == name)
            .map(|(table, column)| format!("{}.{}", table.qualified(), column.name))
            .collect()
    }

    fn differences(&self, entry: &Entry) -> Vec<String> {
        let mut found = Vec::new();
        if entry.in_database == Some(false) {
            found.push("the database has no such type".to_owned());
        }
        if entry.in_database == Some(true) {
            if entry.columns.is_empty() {
                found.push("no column is of this type".to_owned());
            }
            if let Some(models) = &entry.model_labels {
                found.extend(label_differences(models, &entry.labels));
            } else if !self.sources.tables.is_empty() && self.model_columns(&entry.name).is_empty()
            {
                found.push("no model names it".to_owned());
            }
        }
        if entry.is_left_behind() {
            found.push("no downgrade drops it".to_owned());
        }
        found
    }
}

/// Models against database: labels that only one has, or another order.
fn label_differences(models: &[String], database: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let missing = these.iter().filter(|label| !those.contains(label));
        missing.cloned().collect()
    };
    let mut found = Vec::new();
    for (which, labels) in [
        ("the models", only(models, database)),
        ("the database", only(database, models)),
    ] {
        if !labels.is_empty() {
            found.push(
                format!("only {which} have {}", labels.join(", "))
                    .replace("the database have", "the database has"),
            );
        }
    }
    if found.is_empty() && models != database {
        found.push(format!("the models' order is {}", models.join(", ")));
    }
    found
}

/// Columns of the neighbours' tables that are of the type.
fn used_by_others(name: &str, found: Option<&EnumType>, neighbours: &[&Scene<'_>]) -> Vec<String> {
    let mut uses = BTreeSet::new();
    for other in neighbours {
        let live = found.iter().flat_map(|found| &found.columns);
        let columns = live
            .filter(|place| other.owns(&shown_table(&place.table)))
            .map(shown_column)
            .chain(other.model_columns(name));
        uses.extend(columns.map(|column| format!("{}: {column}", other.name())));
    }
    uses.into_iter().collect()
}

fn unclaimed(scenes: &[Scene<'_>]) -> Vec<Unclaimed> {
    let mut found: Vec<Unclaimed> = Vec::new();
    for (index, scene) in scenes.iter().enumerate() {
        let neighbours = scene.neighbours(scenes);
        // A database that an earlier module shares has been looked through.
        let is_later = |other: &&Scene<'_>| {
            let mut earlier = scenes[..index].iter();
            earlier.any(|before| before.name() == other.name())
        };
        if neighbours.iter().any(is_later) {
            continue;
        }
        let here: Vec<&Scene<'_>> = std::iter::once(scene).chain(neighbours).collect();
        for one in scene.in_database().unwrap_or_default() {
            let is_claimed = here.iter().any(|scene| {
                scene.claimed().contains(one.name.name.as_str())
                    || one
                        .columns
                        .iter()
                        .any(|place| scene.owns(&shown_table(&place.table)))
            });
            let label = scene.seen.database.seen().map(|it| it.label.clone());
            let entry = Unclaimed {
                database: label.unwrap_or_default(),
                name: one.name.to_string(),
                labels: one.labels.clone(),
                columns: one.columns.iter().map(shown_column).collect(),
            };
            if !is_claimed {
                found.push(entry);
            }
        }
    }
    found
}

/// `sa.Enum(name='status_enum').drop(op.get_bind(), checkfirst=True)`
fn cleanup(entry: &Entry) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let schema = match entry.schema.as_deref() {
        None | Some("public") => String::new(),
        Some(schema) => format!(", schema={}", quoted(schema)),
    };
    format!(
        "sa.Enum(name={}{schema}).drop(op.get_bind(), checkfirst=True)",
        quoted(&entry.name)
    )
}

fn enum_name(column: &ColumnFact) -> &str {
    column
        .enumeration
        .as_ref()
        .map_or("", |fact| fact.name.as_str())
}

/// As the readers of models write it: the schema only where it is not `public`.
fn shown_table(table: &crate::model::QualifiedName) -> String {
    if table.schema == "public" {
        table.name.clone()
    } else {
        table.to_string()
    }
}

fn shown_column(place: &crate::evidence::ColumnPlace) -> String {
    format!("{}.{}", shown_table(&place.table), place.column)
}

#[cfg(test)]
mod tests;
