//! What a check found, ready to be said in any format.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::evidence::{EnvironmentEvidence, Evidence, ModuleEvidence};
use crate::rules::{Finding, Suppressed, Verdict};

/// The result of a check. Findings stand in the order of `rules::assess`.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The project's folder; paths are shown relative to it.
    pub root: &'a Path,
    /// The fold of the findings.
    pub verdict: Verdict,
    /// The modules.
    pub modules: Vec<ModuleSummary>,
    /// The environments that the configuration names.
    pub environments: Vec<EnvironmentSummary>,
    /// The findings.
    pub findings: &'a [Finding],
    /// What the project set aside.
    pub suppressed: &'a [Suppressed],
    /// What `--fix` has corrected before.
    pub corrected: &'a [Corrected],
}

/// A finding that a written correction has mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Corrected {
    /// `RD301`.
    pub code: String,
    /// The file, relative to the project.
    pub path: String,
    /// The first changed line, as it was counted before.
    pub line: usize,
}

impl<'a> Report<'a> {
    /// Puts evidence and findings together.
    pub fn new(evidence: &'a Evidence, findings: &'a [Finding]) -> Self {
        Self {
            root: &evidence.root,
            verdict: Verdict::of(findings),
            modules: evidence
                .modules
                .iter()
                .map(|module| ModuleSummary::of(module, &evidence.root))
                .collect(),
            environments: evidence
                .holders
                .environments
                .iter()
                .map(EnvironmentSummary::of)
                .collect(),
            findings,
            suppressed: &[],
            corrected: &[],
        }
    }

    /// Adds what was set aside.
    #[must_use]
    pub fn with_suppressed(mut self, suppressed: &'a [Suppressed]) -> Self {
        self.suppressed = suppressed;
        self
    }

    /// Adds what was corrected.
    #[must_use]
    pub fn with_corrected(mut self, corrected: &'a [Corrected]) -> Self {
        self.corrected = corrected;
        self
    }

    /// A path as it is shown: relative to the root where it lies below it, with `/`.
    pub fn shown_path(&self, path: &Path) -> String {
        relative(path, self.root)
    }
}

/// A module in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleSummary {
    /// Its name.
    pub name: String,
    /// Its settings file, relative to the project.
    pub config: String,
    /// The folder with env.py.
    pub script_location: String,
    /// The folders with revisions.
    pub version_locations: Vec<String>,
    /// Its interpreter; none if none was found or looked for.
    pub interpreter: Option<PathBuf>,
    /// How many revisions were read.
    pub revisions: usize,
    /// The heads.
    pub heads: Vec<String>,
    /// Its database; none if it was not seen.
    pub database: Option<DatabaseSummary>,
}

/// A database in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatabaseSummary {
    /// `localhost:5433 / artstore_admin`.
    pub label: String,
    /// `15.18`.
    pub server_version: String,
    /// The version table.
    pub version_table: String,
    /// The rows of the version table.
    pub at: Vec<String>,
}

/// An environment of the configuration in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentSummary {
    /// Its name.
    pub name: String,
    /// Its database; none if it was not seen.
    pub database: Option<String>,
    /// Revisions of ours that it stands at.
    pub at: Vec<String>,
}

impl EnvironmentSummary {
    fn of(environment: &EnvironmentEvidence) -> Self {
        let place = environment.looked.seen();
        let tables = place.map_or(&[][..], |place| &place.version_tables);
        let rows = tables.iter().filter_map(|(_, rows)| rows.seen()).flatten();
        let mut at: Vec<String> = rows.cloned().collect();
        at.sort();
        at.dedup();
        Self {
            name: environment.name.clone(),
            database: place.map(|place| place.label.clone()),
            at,
        }
    }
}

impl ModuleSummary {
    fn of(evidence: &ModuleEvidence, root: &Path) -> Self {
        let module = &evidence.module;
        Self {
            name: module.name.0.clone(),
            config: relative(module.config.path(), root),
            script_location: relative(&module.script_location, root),
            version_locations: module
                .version_locations
                .iter()
                .map(|path| relative(path, root))
                .collect(),
            interpreter: evidence.interpreter.seen().map(|found| found.path.clone()),
            revisions: evidence.chain.revisions.len(),
            heads: evidence.chain.heads().into_iter().map(|id| id.0).collect(),
            database: evidence.database.seen().map(|database| DatabaseSummary {
                label: database.label.clone(),
                server_version: database.identity.version_text(),
                version_table: database.version_table.name.to_string(),
                at: database.version_table.rows.clone(),
            }),
        }
    }
}

fn relative(path: &Path, root: &Path) -> String {
    let shown = path.strip_prefix(root).unwrap_or(path);
    if shown.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        shown.display().to_string()
    }
}
