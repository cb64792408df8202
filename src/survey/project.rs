//! Finds the modules of a project: every Alembic configuration below its root.
//!
//! Called by the engine first of all. Reads settings, runs nothing, needs no configuration. What is
//! there and cannot be followed is a [`DiscoveryProblem`] with file and line, never left out in
//! silence.

mod locations;
mod names;
mod settings;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::model::{ConfigSource, Flavour, Module, ModuleName};
use crate::system::ReadFiles;

use super::ini::Ini;
use super::pyproject::{self, AlembicTable};
use settings::Settings;

/// A module that the user names instead of having it searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleOverride {
    /// What it is to be called.
    pub name: Option<String>,
    /// Its `alembic.ini` or `pyproject.toml`, absolute or relative to the root.
    pub config: PathBuf,
    /// The section of the ini file; all that are modules if none is named.
    pub section: Option<String>,
}

/// What the user says about where modules are. If any is named, nothing else is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The modules.
    pub modules: Vec<ModuleOverride>,
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// There is a module here that cannot be worked on: a reset would miss it.
    Refuses,
    /// Something was passed over for a good reason.
    Remark,
}

/// Something in the way of finding a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryProblem {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where one is known.
    pub line: Option<usize>,
    /// The weight.
    pub weight: Weight,
    /// What is wrong, as a lowercase fragment.
    pub why: String,
}

impl DiscoveryProblem {
    fn refuses(path: &Path, line: Option<usize>, why: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            weight: Weight::Refuses,
            why: why.into(),
        }
    }

    fn remark(path: &Path, line: Option<usize>, why: impl Into<String>) -> Self {
        Self {
            weight: Weight::Remark,
            ..Self::refuses(path, line, why)
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The modules, by name.
    pub modules: Vec<Module>,
    /// What is in the way.
    pub problems: Vec<DiscoveryProblem>,
    /// The configuration files that were looked at.
    pub looked: Vec<PathBuf>,
}

/// Why there is nothing to work on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    /// The root is no folder.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// A named configuration file does not exist.
    #[error("there is no file {}", .0.display())]
    NoConfig(PathBuf),
    /// No configuration below the root.
    #[error("no Alembic project found in {}", root.display())]
    NothingFound {
        /// The root.
        root: PathBuf,
        /// How many folders were looked into.
        folders: usize,
        /// Settings files that were looked at and have nothing of Alembic's.
        looked: Vec<PathBuf>,
    },
}

impl From<DiscoverError> for Failure {
    fn from(error: DiscoverError) -> Self {
        let failure = Self::usage(crate::model::text::safe(&error.to_string()));
        match error {
            DiscoverError::NoFolder(_) => {
                failure.with_hint("point at the project's folder: redistill --project PATH check")
            }
            DiscoverError::NoConfig(_) => {
                failure.with_hint("correct `config` of the module in `[tool.redistill]`")
            }
            DiscoverError::NothingFound { folders, .. } => failure
                .with_detail(format!(
                    "looked in {} for: alembic.ini; any *.ini with a script_location; \
                     pyproject.toml with [tool.alembic]; Flask-Migrate's migrations/alembic.ini",
                    crate::model::text::count(folders, "folder")
                ))
                .with_hint("point at another folder: redistill --project PATH check")
                .with_hint(
                    "or name the configuration file in pyproject.toml: \
                     [[tool.redistill.modules]] with config = \"path/to/alembic.ini\"",
                ),
        }
    }
}

/// Finds the modules below `root`, which is absolute.
pub fn discover(
    root: &Path,
    files: &dyn ReadFiles,
    overrides: &Overrides,
) -> Result<Discovery, DiscoverError> {
    if files.list(root).is_err() {
        return Err(DiscoverError::NoFolder(root.to_owned()));
    }
    let mut search = Search {
        root,
        files,
        found: Vec::new(),
        problems: Vec::new(),
        looked: Vec::new(),
    };
    let mut folders = 0;
    if overrides.modules.is_empty() {
        let mut walk = walk::walk(root, files);
        folders = walk.folders;
        search.problems.append(&mut walk.problems);
        for folder in &walk.configured {
            search.folder(folder, &walk.configs_in(folder));
        }
        search.unclaimed(&walk.script_folders);
    } else {
        for named in &overrides.modules {
            let path = locations::clean(&root.join(&named.config));
            if !search.exists(&path) {
                return Err(DiscoverError::NoConfig(path));
            }
            search.named(&path, named);
        }
    }
    if search.found.is_empty() && search.problems.is_empty() {
        return Err(DiscoverError::NothingFound {
            root: root.to_owned(),
            folders,
            looked: search.looked,
        });
    }
    Ok(search.finish())
}

/// A module before it has its final name.
struct Found {
    module: Module,
    /// The folder that holds the configuration; for Flask-Migrate the one above it.
    home: PathBuf,
    given_name: Option<String>,
    section: Option<String>,
}

struct Search<'a> {
    root: &'a Path,
    files: &'a dyn ReadFiles,
    found: Vec<Found>,
    problems: Vec<DiscoveryProblem>,
    looked: Vec<PathBuf>,
}

impl Search<'_> {
    fn exists(&self, path: &Path) -> bool {
        self.files.canonical(path).is_ok()
    }

    /// All configuration files of one folder; they complete each other.
    fn folder(&mut self, folder: &Path, configs: &[PathBuf]) {
        let toml_path = folder.join("pyproject.toml");
        let table = if configs.contains(&toml_path) {
            self.table(&toml_path)
        } else {
            None
        };
        let mut toml_is_used = false;
        let mut inis: Vec<&PathBuf> = configs.iter().filter(|path| **path != toml_path).collect();
        // The usual name first: of several files for one script location the first is taken.
        inis.sort_by_key(|path| (path.file_name().is_none_or(|n| n != "alembic.ini"), *path));
        for path in inis {
            // Alembic reads `pyproject.toml` and `alembic.ini` of the current directory together.
            let is_usual = path.file_name().is_some_and(|name| name == "alembic.ini");
            let table = table.as_ref().filter(|_| is_usual);
            toml_is_used |= table.is_some();
            self.ini(path, table, None, None);
        }
        if let Some(table) = table.filter(|_| !toml_is_used) {
            self.pyproject(&toml_path, &table, None);
        }
    }

    fn named(&mut self, path: &Path, named: &ModuleOverride) {
        let name = named.name.as_deref();
        if path.extension().is_some_and(|kind| kind == "toml") {
            match self.table(path) {
                Some(table) => self.pyproject(path, &table, name),
                None => self.problems.push(DiscoveryProblem::refuses(
                    path,
                    None,
                    "the file has no `[tool.alembic]`",
                )),
            }
        } else {
            self.ini(path, None, named.section.as_deref(), name);
        }
    }

    fn text(&mut self, path: &Path) -> Option<String> {
        self.looked.push(path.to_owned());
        match self.files.read(path) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                let problem = DiscoveryProblem::refuses(path, None, error.to_string());
                self.problems.push(problem);
                None
            }
        }
    }

    fn table(&mut self, path: &Path) -> Option<AlembicTable> {
        let text = self.text(path)?;
        if !text.contains("alembic") {
            return None;
        }
        match pyproject::parse(&text, &folder_of(path).to_string_lossy()) {
            Ok(table) => table,
            Err(error) => {
                let problem = DiscoveryProblem::refuses(path, error.line, error.why);
                self.problems.push(problem);
                None
            }
        }
    }

    fn pyproject(&mut self, path: &Path, table: &AlembicTable, name: Option<&str>) {
        // A table that only sets, say, `file_template` configures no environment.
        if table.get("script_location").is_none() {
            let why = "`[tool.alembic]` has no `script_location`";
            let problem = DiscoveryProblem::refuses(path, Some(table.line), why);
            self.problems.push(problem);
            return;
        }
        let settings = Settings {
            ini: None,
            toml: Some((path, table)),
        };
        let config = ConfigSource::Pyproject {
            path: path.to_owned(),
            ini: None,
        };
        self.module(&settings, config, None, name);
    }

    fn ini(
        &mut self,
        path: &Path,
        table: Option<&AlembicTable>,
        section: Option<&str>,
        name: Option<&str>,
    ) {
        let is_usual = path.file_name().is_some_and(|name| name == "alembic.ini");
        let Some(text) = self.text(path) else {
            return;
        };
        if !is_usual && name.is_none() && !text.to_lowercase().contains("script_location") {
            return;
        }
        let ini = match Ini::parse(&text, &folder_of(path).to_string_lossy()) {
            Ok(ini) => ini,
            Err(error) => {
                let problem = DiscoveryProblem::refuses(path, Some(error.line), error.why);
                self.problems.push(problem);
                return;
            }
        };
        let toml_path = folder_of(path).join("pyproject.toml");
        let toml = table.map(|table| (toml_path.as_path(), table));
        let sections = match section {
            Some(section) => vec![section.to_owned()],
            None => settings::module_sections(&ini, toml.is_some()),
        };
        if sections.is_empty() {
            self.ini_without_location(path, &ini, name);
            return;
        }
        for section in sections {
            let settings = Settings {
                ini: Some((path, &ini, &section)),
                toml,
            };
            // `--name` never reaches the table: only the usual section is a pyproject module.
            let config = match toml {
                Some((toml, _)) if section == "alembic" => ConfigSource::Pyproject {
                    path: toml.to_owned(),
                    ini: Some(path.to_owned()),
                },
                _ => ConfigSource::Ini {
                    path: path.to_owned(),
                    section: section.clone(),
                },
            };
            self.module(&settings, config, Some(&section), name);
        }
    }

    /// Flask-Migrate names the script location itself: it is the folder of the ini file.
    fn ini_without_location(&mut self, path: &Path, ini: &Ini, name: Option<&str>) {
        let folder = folder_of(path);
        if !locations::enters_flask(folder, self.files) {
            let line = ini.section_line("alembic");
            let why = if locations::has_env_py(folder, self.files) {
                "no `script_location`: env.py beside it is entered by the application; \
                 set `script_location = .` in a file of your own and name it in `[tool.redistill]`"
            } else {
                "no section has a `script_location`"
            };
            let problem = DiscoveryProblem::refuses(path, line, why);
            self.problems.push(problem);
            return;
        }
        let home = folder.parent().unwrap_or(folder);
        let section = "alembic";
        let settings = Settings {
            ini: ini.has_section(section).then_some((path, ini, section)),
            toml: None,
        };
        let (version_locations, problem) = match settings.version_locations() {
            Ok(None) => (vec![folder.join("versions")], None),
            Ok(Some(written)) => {
                match locations::versions(&written, home, self.root, &settings, self.files) {
                    Ok(found) => (found, None),
                    Err(problem) => (Vec::new(), Some(problem)),
                }
            }
            Err(problem) => (Vec::new(), Some(problem)),
        };
        if let Some(problem) = problem {
            self.problems.push(problem);
            return;
        }
        self.found.push(Found {
            module: Module {
                name: ModuleName(String::new()),
                config: ConfigSource::Ini {
                    path: path.to_owned(),
                    section: section.to_owned(),
                },
                flavour: Flavour::FlaskMigrate,
                directory: home.to_owned(),
                script_location: folder.to_owned(),
                version_locations,
                recursive: settings
                    .flag("recursive_version_locations")
                    .unwrap_or(false),
                sourceless: settings.flag("sourceless").unwrap_or(false),
                written_url: settings.written_url(),
            },
            home: home.to_owned(),
            given_name: name.map(str::to_owned),
            section: None,
        });
    }

    fn module(
        &mut self,
        settings: &Settings<'_>,
        config: ConfigSource,
        section: Option<&str>,
        name: Option<&str>,
    ) {
        let home = folder_of(config.path()).to_owned();
        match locations::resolve(settings, &home, self.root, self.files) {
            Ok(places) => {
                let flavour = if locations::enters_flask(&places.script_location, self.files) {
                    Flavour::FlaskMigrate
                } else {
                    Flavour::Plain
                };
                self.found.push(Found {
                    module: Module {
                        name: ModuleName(String::new()),
                        config,
                        flavour,
                        directory: places.directory,
                        script_location: places.script_location,
                        version_locations: places.version_locations,
                        recursive: places.recursive,
                        sourceless: places.sourceless,
                        written_url: settings.written_url(),
                    },
                    home,
                    given_name: name.map(str::to_owned),
                    section: section.map(str::to_owned),
                });
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Script folders that no configuration leads to: Alembic's `Config` is built in code.
    fn unclaimed(&mut self, script_folders: &[PathBuf]) {
        let claimed: BTreeSet<PathBuf> = self
            .found
            .iter()
            .filter_map(|found| self.files.canonical(&found.module.script_location).ok())
            .collect();
        // A configuration that could not be followed is the likelier reason, and already told.
        let is_told = self.problems.iter().any(|p| p.weight == Weight::Refuses);
        for folder in script_folders {
            let is_claimed = self
                .files
                .canonical(folder)
                .is_ok_and(|real| claimed.contains(&real));
            if !is_claimed && !is_told {
                let why = "an Alembic environment that no configuration file leads to; name one \
                           in `[tool.redistill]`: modules, config";
                let problem = if self.found.is_empty() {
                    DiscoveryProblem::refuses(&folder.join("env.py"), None, why)
                } else {
                    DiscoveryProblem::remark(&folder.join("env.py"), None, why)
                };
                self.problems.push(problem);
            }
        }
    }

    fn finish(mut self) -> Discovery {
        self.fold_same_chains();
        names::give(&mut self.found, self.root);
        let mut modules: Vec<Module> = self.found.into_iter().map(|found| found.module).collect();
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        self.problems
            .sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        Discovery {
            modules,
            problems: self.problems,
            looked: self.looked,
        }
    }

    /// Several configurations for one chain (development, test, production) are one module: its
    /// files can be reset once only. The first stays, the others are remarks.
    fn fold_same_chains(&mut self) {
        let mut kept: Vec<Found> = Vec::new();
        for found in std::mem::take(&mut self.found) {
            let same = kept.iter().find(|other| {
                other.module.script_location == found.module.script_location
                    && other.module.version_locations == found.module.version_locations
            });
            let Some(other) = same else {
                kept.push(found);
                continue;
            };
            let path = found.module.config.path();
            let first = other.module.config.path();
            let section = found.section.as_deref().unwrap_or_default();
            let why = format!(
                "{}has the script location of {} and is left out; name it in `[tool.redistill]` to take it instead",
                if section.is_empty() {
                    String::new()
                } else {
                    format!("[{section}] ")
                },
                first.strip_prefix(self.root).unwrap_or(first).display(),
            );
            let problem = DiscoveryProblem::remark(path, None, why);
            self.problems.push(problem);
        }
        self.found = kept;
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests;
