//! The search: every configuration file becomes modules or problems.
//!
//! Used by `discover` alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::{ConfigSource, Flavour, Module, ModuleName};
use crate::survey::ini::Ini;
use crate::survey::pyproject::{self, AlembicTable};
use crate::system::ReadFiles;

use super::settings::{self, Settings};
use super::{Discovery, DiscoveryProblem, ModuleOverride, Weight, locations, names};

/// A module before it has its final name.
pub(super) struct Found {
    pub(super) module: Module,
    /// The folder that holds the configuration; for Flask-Migrate the one above it.
    pub(super) home: PathBuf,
    pub(super) given_name: Option<String>,
    pub(super) section: Option<String>,
}

pub(super) struct Search<'a> {
    pub(super) root: &'a Path,
    pub(super) files: &'a dyn ReadFiles,
    pub(super) found: Vec<Found>,
    pub(super) problems: Vec<DiscoveryProblem>,
    pub(super) looked: Vec<PathBuf>,
}

impl<'a> Search<'a> {
    pub(super) fn new(root: &'a Path, files: &'a dyn ReadFiles) -> Self {
        Self {
            root,
            files,
            found: Vec::new(),
            problems: Vec::new(),
            looked: Vec::new(),
        }
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        self.files.canonical(path).is_ok()
    }

    /// All configuration files of one folder; they complete each other.
    pub(super) fn folder(&mut self, folder: &Path, configs: &[PathBuf]) {
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

    pub(super) fn named(&mut self, path: &Path, named: &ModuleOverride) {
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
        // A table that only sets, say, `file_template` serves configurations elsewhere.
        if table.get("script_location").is_none() {
            let why = "`[tool.alembic]` has no `script_location`";
            let problem = DiscoveryProblem::remark(path, Some(table.line), why);
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
            if is_usual || name.is_some() {
                self.ini_without_location(path, &ini, name);
            }
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
                branch: None,
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
                        branch: None,
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
    pub(super) fn unclaimed(&mut self, script_folders: &[PathBuf]) {
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
                let problem = DiscoveryProblem::remark(&folder.join("env.py"), None, why);
                self.problems.push(problem);
            }
        }
    }

    pub(super) fn finish(mut self) -> Discovery {
        self.fold_same_chains();
        // Beside modules it was passed over; without any it is what is in the way.
        if self.found.is_empty() {
            for problem in &mut self.problems {
                problem.weight = Weight::Refuses;
            }
        }
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
