//! The statements that bring a live database in line with the baseline, as data.

use serde::{Deserialize, Serialize};

use super::OwnObject;
use crate::model::{ModuleName, QualifiedName};

/// One statement, with the difference that it settles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The statement.
    pub sql: String,
    /// What it settles, in words.
    pub settles: String,
    /// What it may lose, or on what rows it may fail; none where it keeps everything.
    pub loses: Option<String>,
    /// In an undo: a query that is true while it would lose rows that came after the reset.
    #[serde(default)]
    pub guard: Option<String>,
}

/// What runs in a live database before the stamp, and what must be there before and afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alteration {
    /// The module.
    pub module: ModuleName,
    /// The objects whose catalog is compared.
    pub objects: Vec<OwnObject>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The statements that take them back, in order.
    pub back: Vec<Statement>,
    /// SHA-256 over the catalog of the objects before; anything else rolls back.
    pub origin: String,
    /// The same afterwards.
    pub goal: String,
    /// The version tables of the database: no part of what is compared.
    pub version_tables: Vec<QualifiedName>,
}

impl Alteration {
    /// The statements that may lose something.
    pub fn destructive(&self) -> impl Iterator<Item = &Statement> {
        let statements = self.statements.iter();
        statements.filter(|statement| statement.loses.is_some())
    }

    /// Whether it takes a dump to go back: something may be lost, or no statements were found that
    /// lead back.
    pub fn needs_dump(&self) -> bool {
        self.back.is_empty() || self.destructive().next().is_some()
    }

    /// The same the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            module: self.module.clone(),
            objects: self.objects.clone(),
            statements: self.back.clone(),
            back: self.statements.clone(),
            origin: self.goal.clone(),
            goal: self.origin.clone(),
            version_tables: self.version_tables.clone(),
        }
    }
}

/// A second revision above the baseline: what the models are ahead by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChanges {
    /// Its identifier.
    pub id: crate::model::RevisionId,
    /// Its file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The statements that it runs.
    pub statements: Vec<Statement>,
}
