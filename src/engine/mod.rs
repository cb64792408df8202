//! The verbs that every face calls: survey, assess, plan, run, resume, undo, verify.
//!
//! Called by the faces only. Holds what a session shares: warm interpreters, the ephemeral server,
//! the observer, the cancel flag. Decides the order of things and what a failure means; how each is
//! done stands in the rooms below.

mod adopting;
mod aligning;
mod branches;
mod bumping;
mod checklist;
mod consent;
mod edit;
mod enums;
mod environments;
mod failures;
mod fixing;
mod footing;
mod holding;
mod marking;
mod naming;
mod ordering;
mod own_tests;
mod planning;
mod plans;
mod proving;
mod rebuilding;
mod refusing;
mod rehearsing;
mod replaying;
mod running;
mod scaffolding;
mod surveying;
mod tester;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use crate::events::Observer;
use crate::evidence::Waiver;
use crate::model::{Location, Secret};
use crate::rehearse::{self, ScratchHost};
use crate::rules::Ignore;
use crate::rules::message::convention::Convention;
use crate::system::RealFiles;
use crate::worker::Worker;

pub use crate::survey::project::{ModuleOverride, Overrides};
pub use adopting::{Adopted, Adopting, Adoption};
pub use aligning::Destructive;
pub use bumping::{ModuleBump, RevisionBump};
pub use checklist::Reply;
pub use fixing::{FixedFile, Fixes, LeftAlone, Mended};
pub use marking::{Mark, Marking};
pub use planning::Planned;
pub use plans::FEWEST_DIGITS;
pub use running::{Ended, Preview};
pub use scaffolding::{Scaffolded, Written};
pub use surveying::{Assessment, Depth, Discovered, Survey};

/// What a session works on: from the command line and the configuration file.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The project's root, absolute, links followed.
    pub root: PathBuf,
    /// Only these modules; all if empty.
    pub only: Vec<String>,
    /// The interpreter for all modules that name none.
    pub python: Option<PathBuf>,
    /// Modules that the configuration file names instead of having them searched for.
    pub named: Overrides,
    /// By module.
    pub modules: BTreeMap<String, ModuleRequest>,
    /// Whether messages of revisions follow a convention; none where the configuration is silent.
    pub convention: Option<Convention>,
    /// Other environments to look at, in the order of their names.
    pub environments: Vec<EnvironmentRequest>,
    /// What the configuration waives.
    pub waivers: Vec<Waiver>,
    /// The configuration file; none if there is none.
    pub configuration: Option<PathBuf>,
    /// The folder for archives, relative to the root.
    pub backups: String,
    /// The folder for notes, relative to the root.
    pub notes: Option<String>,
    /// Findings that the configuration sets aside.
    pub ignores: Vec<Ignore>,
}

/// One module's part.
#[derive(Clone, Debug, Default)]
pub struct ModuleRequest {
    /// Its interpreter.
    pub python: Option<PathBuf>,
    /// The command that ends in Python; it outranks all interpreters.
    pub runner: Option<Vec<String>>,
    /// Arguments for `context.get_x_argument`.
    pub x: Vec<String>,
    /// What a reset runs of its own tests.
    pub tests: Option<Tests>,
}

/// A command that runs tests, in the module's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tests {
    /// The program and its arguments; never empty.
    pub words: Vec<String>,
    /// After so many seconds it is ended.
    pub limit: u64,
}

/// An environment that the configuration names.
#[derive(Clone, Debug)]
pub struct EnvironmentRequest {
    /// Its name.
    pub name: String,
    /// Where its URL is.
    pub address: Address,
    /// Its modules; all if empty.
    pub modules: Vec<String>,
    /// The one version table to look at; all if none.
    pub version_table: Option<String>,
    /// Where the configuration names it.
    pub location: Location,
}

/// Where the URL of an environment is.
#[derive(Clone, Debug)]
pub enum Address {
    /// In this variable.
    Variable(String),
    /// Written in the configuration.
    Written(Secret),
}

/// A session.
pub struct Engine<'a> {
    request: Request,
    observer: &'a dyn Observer,
    cancel: &'a AtomicBool,
    files: RealFiles,
    workers: Mutex<BTreeMap<environments::Program, Worker>>,
    sandbox: Mutex<Option<Arc<ScratchHost>>>,
    /// The same for databases that stay empty.
    empty_sandbox: Mutex<Option<Arc<ScratchHost>>>,
}

impl<'a> Engine<'a> {
    /// Starts a session; nothing is looked at yet. What a killed one left of a dump is removed.
    pub fn new(request: Request, observer: &'a dyn Observer, cancel: &'a AtomicBool) -> Self {
        rehearse::sweep_trials();
        Self {
            request,
            observer,
            cancel,
            files: RealFiles,
            workers: Mutex::new(BTreeMap::new()),
            sandbox: Mutex::new(None),
            empty_sandbox: Mutex::new(None),
        }
    }

    /// The project's root.
    pub fn root(&self) -> &std::path::Path {
        &self.request.root
    }

    /// Looks at these modules only from now on, at all where none is named. Gives what it was.
    pub fn narrow(&mut self, only: Vec<String>) -> Vec<String> {
        std::mem::replace(&mut self.request.only, only)
    }

    /// What the configuration says of a module, or of the environment that it is a branch of.
    fn asked(&self, module: &crate::model::ModuleName) -> Option<&ModuleRequest> {
        let modules = &self.request.modules;
        modules
            .get(&module.0)
            .or_else(|| modules.get(module.environment()))
    }

    fn x_of(&self, module: &crate::model::ModuleName) -> Vec<String> {
        self.asked(module)
            .map(|module| module.x.clone())
            .unwrap_or_default()
    }
}

/// Nothing behind these locks can be left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
