//! What was observed, as data. `survey` fills it, `rules` judge it, the plan's basis is its digest.

mod data;
mod database;
mod described;
mod enum_type;
mod git;
mod holders;
mod live;
mod signals;
mod waivers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use data::{Hidden, Pooling, Rows, TableRows};
pub use database::{Column, DatabaseEvidence, Dependant, NOT_READABLE, VersionTable};
pub use described::{AskedFor, Described, MetadataEnum, MetadataTable, Versions};
pub use enum_type::{ColumnPlace, EnumType};
pub use git::{
    Contact, Deployment, Differing, GitEvidence, Hanging, How, NO_REPOSITORY, Person, Published,
    RefKind, Remote, Role,
};
pub use holders::{
    EnvironmentEvidence, HeldTable, Holders, Mention, NeighbourDatabase, Place, Unselected,
};
pub use live::{LiveColumn, LiveEnum, LiveKey, LiveSchema, LiveTable};

pub use signals::Signals;
pub use waivers::{Waiver, Waivers};

use crate::model::{Chain, Interpreter, Location, Module, ModuleName, TestCommand};

/// Three values for everything that is looked at: a check that could not run is never a pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "observed", content = "value")]
pub enum Observed<T> {
    /// It was looked at, and this was there.
    Seen(T),
    /// It was looked at, and could not be seen.
    Unavailable {
        /// The reason, as a lowercase fragment.
        why: String,
    },
    /// Nobody looked.
    #[default]
    NotAsked,
}

impl<T> Observed<T> {
    /// The value, where it was seen.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(value) => Some(value),
            Self::Unavailable { .. } | Self::NotAsked => None,
        }
    }
}

/// Everything that a survey saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The project's folder, absolute.
    pub root: std::path::PathBuf,
    /// The repository around it.
    pub git: Observed<GitEvidence>,
    /// The modules, by name.
    pub modules: Vec<ModuleEvidence>,
    /// The project's other modules, where only some were asked for.
    pub unselected: Vec<Unselected>,
    /// Who else may stand at our revisions.
    pub holders: Holders,
    /// What the configuration waives.
    pub waivers: Waivers,
    /// Variables of the environment that say which stage this is, with their values.
    pub variables: Vec<(String, String)>,
    /// What the configuration lets a reset run of the project's own tests, by module.
    #[serde(default)]
    pub own_tests: BTreeMap<ModuleName, TestCommand>,
}

impl Evidence {
    /// These modules, and nothing else looked at.
    pub fn of(root: impl Into<std::path::PathBuf>, modules: Vec<ModuleEvidence>) -> Self {
        Self {
            root: root.into(),
            git: Observed::NotAsked,
            modules,
            variables: Vec::new(),
            unselected: Vec::new(),
            holders: Holders::default(),
            waivers: Waivers::default(),
            own_tests: BTreeMap::new(),
        }
    }
}

/// What was seen of one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleEvidence {
    /// Its settings.
    pub module: Module,
    /// Its interpreter.
    pub interpreter: Observed<Interpreter>,
    /// Its chain, read statically.
    pub chain: Chain,
    /// What env.py says when it runs.
    pub described: Observed<Described>,
    /// Where env.py stopped, if it could not be run to its end.
    #[serde(default)]
    pub stopped_at: Option<Location>,
    /// The user's development database.
    pub database: Observed<DatabaseEvidence>,
}

impl ModuleEvidence {
    /// A module with its chain, and nothing else looked at.
    pub const fn of(module: Module, chain: Chain) -> Self {
        Self {
            module,
            interpreter: Observed::NotAsked,
            chain,
            described: Observed::NotAsked,
            stopped_at: None,
            database: Observed::NotAsked,
        }
    }
}
