#![expect(clippy::disallowed_methods, reason = "the tests build projects")]

use std::fs;

use super::*;
use crate::model::{ConfigSource, Flavour};
use crate::system::RealFiles;

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join("shop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn discover(&self) -> Discovery {
        discover(&self.root(), &RealFiles, &Overrides::default()).unwrap()
    }

    /// `name: directory | script location | version locations`, relative to the root.
    fn modules(&self) -> Vec<String> {
        self.lines(&self.discover())
    }

    fn lines(&self, discovery: &Discovery) -> Vec<String> {
        let root = self.root();
        let short = |path: &Path| {
            let path = path.strip_prefix(&root).unwrap_or(path);
            match path.to_string_lossy() {
                path if path.is_empty() => ".".to_owned(),
                path => path.into_owned(),
            }
        };
        discovery
            .modules
            .iter()
            .map(|m| {
                let versions: Vec<_> = m.version_locations.iter().map(|p| short(p)).collect();
                format!(
                    "{}: {} | {} | {}",
                    m.name,
                    short(&m.directory),
                    short(&m.script_location),
                    versions.join(" ")
                )
            })
            .collect()
    }

    fn problems(&self) -> Vec<String> {
        let root = self.root();
        self.discover()
            .problems
            .iter()
            .map(|p| {
                format!(
                    "{}:{} {:?} {}",
                    p.path.strip_prefix(&root).unwrap().display(),
                    p.line.unwrap_or(0),
                    p.weight,
                    p.why
                )
            })
            .collect()
    }
}

const ENV: (&str, &str) = ("migrations/env.py", "from alembic import context\n");

#[test]
fn one_module_at_the_root_has_the_projects_name() {
    let project = Project::new(&[
        (
            "alembic.ini",
            "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://a:b@h/d\n\
             version_path_separator = os  # Use os.pathsep. Default\n[loggers]\nkeys = root\n",
        ),
        ENV,
        (".venv/x/alembic.ini", "[alembic]\nscript_location = m\n"),
        ("env/pyvenv.cfg", ""),
        ("env/lib/alembic.ini", "[alembic]\nscript_location = m\n"),
        (
            "backups/migrations_20260101/alembic.ini",
            "[alembic]\nscript_location = m\n",
        ),
        (
            "node_modules/a/alembic.ini",
            "[alembic]\nscript_location = m\n",
        ),
        ("tox.ini", "[tox]\nenvlist = py\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n"),
    ]);
    assert_eq!(
        project.modules(),
        ["shop: . | migrations | migrations/versions"]
    );
    assert_eq!(project.problems(), Vec::<String>::new());
    let module = &project.discover().modules[0];
    assert_eq!(
        module.written_url.as_deref(),
        Some("postgresql://a:***@h/d")
    );
    assert_eq!(module.flavour, Flavour::Plain);
    assert_eq!(module.env_py(), project.root().join("migrations/env.py"));
}

#[test]
fn several_folders_are_several_modules_also_where_git_ignores_them() {
    let ini = "[alembic]\nscript_location = %(here)s/alembic\n";
    let project = Project::new(&[
        (".gitignore", "alembic.ini\n"),
        ("admin/src/app/alembic.ini", ini),
        ("admin/src/app/alembic/env.py", ""),
        ("my query/alembic.ini", ini),
        ("my query/alembic/env.py", ""),
        ("a/api/alembic.ini", ini),
        ("a/api/alembic/env.py", ""),
        ("b/api/alembic.ini", ini),
        ("b/api/alembic/env.py", ""),
    ]);
    assert_eq!(
        project.modules(),
        [
            "a-api: a/api | a/api/alembic | a/api/alembic/versions",
            "admin: admin/src/app | admin/src/app/alembic | admin/src/app/alembic/versions",
            "b-api: b/api | b/api/alembic | b/api/alembic/versions",
            "my query: my query | my query/alembic | my query/alembic/versions",
        ]
    );
}

#[test]
fn sections_are_modules_and_share_defaults() {
    let project = Project::new(&[
        (
            "alembic.ini",
            "[DEFAULT]\nscript_location = migrations\npath_separator = newline\n\
             [one]\nversion_locations = %(here)s/v/one\n  migrations/more\n\
             [two]\nversion_locations =\n  v/two\n\
             [engine]\nsqlalchemy.url = x\n[main]\ndatabases = engine\n\
             [loggers]\nkeys = root\n[logger_x]\nlevel = INFO\n",
        ),
        ENV,
    ]);
    assert_eq!(
        project.modules(),
        [
            "shop:main: . | migrations | migrations/versions",
            "shop:one: . | migrations | v/one migrations/more",
            "shop:two: . | migrations | v/two",
        ]
    );
}

#[test]
fn two_files_for_one_chain_are_one_module() {
    let project = Project::new(&[
        (
            "alembic.ini",
            "[alembic]\nscript_location = migrations\n[test]\nscript_location = ./migrations\n",
        ),
        (
            "alembic_ci.ini",
            "[alembic]\nscript_location = %(here)s/migrations\n",
        ),
        ("alembic_other.ini", "[alembic]\nscript_location = other\n"),
        ENV,
        ("other/env.py", ""),
    ]);
    assert_eq!(
        project.modules(),
        [
            "shop:alembic: . | migrations | migrations/versions",
            "shop:alembic_other: . | other | other/versions",
        ]
    );
    let problems = project.problems();
    assert_eq!(problems.len(), 2);
    assert!(
        problems
            .iter()
            .all(|p| p.contains("Remark") && p.contains("alembic.ini"))
    );
}

#[test]
fn pyproject_alone_and_with_an_ini_file() {
    let table = "[tool.alembic]\nscript_location = '%(here)s/migrations'\n\
                 version_locations = ['%(here)s/a', 'b']\nrecursive_version_locations = true\n";
    let project = Project::new(&[("pyproject.toml", table), ENV]);
    assert_eq!(project.modules(), ["shop: . | migrations | a b"]);
    assert!(project.discover().modules[0].recursive);

    let ini = "[alembic]\nsqlalchemy.url = x\nsourceless = true\n[loggers]\nkeys = root\n";
    let project = Project::new(&[("pyproject.toml", table), ("alembic.ini", ini), ENV]);
    assert_eq!(project.modules(), ["shop: . | migrations | a b"]);
    let module = &project.discover().modules[0];
    assert!(module.sourceless && module.recursive);
    assert_eq!(
        module.config,
        ConfigSource::Pyproject {
            path: project.root().join("pyproject.toml"),
            ini: Some(project.root().join("alembic.ini")),
        }
    );
}

#[test]
fn flask_migrate_names_its_own_folder() {
    let project = Project::new(&[
        (
            "migrations/alembic.ini",
            "[alembic]\n# a comment\n[loggers]\nkeys = root\n",
        ),
        (
            "migrations/env.py",
            "from flask import current_app\nconfig = current_app.x\n",
        ),
        ("migrations/script.py.mako", ""),
    ]);
    assert_eq!(
        project.modules(),
        ["shop: . | migrations | migrations/versions"]
    );
    assert_eq!(project.discover().modules[0].flavour, Flavour::FlaskMigrate);
    assert_eq!(project.problems(), Vec::<String>::new());
}

#[test]
fn package_locations_are_looked_for() {
    let project = Project::new(&[
        (
            "alembic.ini",
            "[alembic]\nprepend_sys_path = . lib\nscript_location = pkg.sub:db/mig\n\
             version_locations = pkg:a:b, other:v\n",
        ),
        ("lib/pkg/sub/db/mig/env.py", ""),
        ("src/other/__init__.py", ""),
    ]);
    assert_eq!(
        project.modules(),
        ["shop: . | lib/pkg/sub/db/mig | lib/pkg/a/b src/other/v"]
    );
}

#[test]
fn a_location_seen_from_the_root_only_moves_the_directory() {
    let project = Project::new(&[
        (
            "deploy/alembic.ini",
            "[alembic]\nscript_location = migrations\n",
        ),
        ENV,
    ]);
    assert_eq!(
        project.modules(),
        ["deploy: . | migrations | migrations/versions"]
    );
}

#[test]
fn what_cannot_be_followed_is_named_with_its_line() {
    let table = [
        (
            "[alembic]\nscript_location = gone\n",
            2,
            "which does not exist",
        ),
        (
            "[alembic]\nscript_location = m\u{fffd}dul\n",
            2,
            "not UTF-8",
        ),
        ("[alembic]\nscript_location =\n", 2, "is empty"),
        (
            "[alembic]\nscript_location = nopkg:dir\n",
            2,
            "no such package",
        ),
        (
            "[alembic]\nscript_location = {where}/x\n",
            2,
            "the application fills in",
        ),
        (
            "[alembic]\n\nscript_location = %(nope)s\n",
            3,
            "names no option",
        ),
        (
            "[alembic]\nscript_location = m\nscript_location = m\n",
            3,
            "twice",
        ),
        (
            "[alembic]\nkey = 1\n",
            1,
            "no section has a `script_location`",
        ),
        (
            "[alembic]\nscript_location = migrations\nversion_locations = a\n\
             version_path_separator = os  # Use os.pathsep\n",
            4,
            "a comment needs a line of its own",
        ),
    ];
    for (ini, line, why) in table {
        let project = Project::new(&[("alembic.ini", ini), ENV]);
        let problems = project.problems();
        assert_eq!(problems.len(), 1, "{ini}: {problems:?}");
        let start = format!("alembic.ini:{line} Refuses ");
        assert!(problems[0].starts_with(&start), "{ini}: {problems:?}");
        assert!(problems[0].contains(why), "{ini}: {problems:?}");
    }
    let project = Project::new(&[("pyproject.toml", "[tool.alembic]\nscript_location = 3\n")]);
    assert_eq!(
        project.problems(),
        ["pyproject.toml:2 Refuses `script_location` is not a string"]
    );
}

#[test]
fn nothing_found_says_how_far_it_looked() {
    let project = Project::new(&[("setup.py", "")]);
    let error = discover(&project.root(), &RealFiles, &Overrides::default()).unwrap_err();
    assert!(matches!(
        error,
        DiscoverError::NothingFound { folders: 1, .. }
    ));
    let gone = discover(&project.root().join("x"), &RealFiles, &Overrides::default());
    assert!(matches!(gone, Err(DiscoverError::NoFolder(_))));
}

#[test]
fn an_environment_without_a_configuration_is_not_passed_over() {
    let project = Project::new(&[ENV, ("migrations/script.py.mako", "")]);
    let problems = project.problems();
    assert!(
        problems[0].starts_with("migrations/env.py:0 Refuses "),
        "{problems:?}"
    );
}

#[test]
fn named_modules_replace_the_search() {
    let project = Project::new(&[
        ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
        (
            "x/settings.cfg",
            "[db]\nscript_location = ../migrations\n[e]\nscript_location = e\n",
        ),
        ("x/e/env.py", ""),
        ENV,
    ]);
    let named = |name: &str, config: &str, section: &str| ModuleOverride {
        name: Some(name.to_owned()),
        config: config.into(),
        section: (!section.is_empty()).then(|| section.to_owned()),
    };
    let overrides = Overrides {
        modules: vec![named("main", "x/settings.cfg", "db")],
    };
    let discovery = discover(&project.root(), &RealFiles, &overrides).unwrap();
    assert_eq!(
        project.lines(&discovery),
        ["main: x | migrations | migrations/versions"]
    );
    let overrides = Overrides {
        modules: vec![named("main", "x/gone.ini", "")],
    };
    let error = discover(&project.root(), &RealFiles, &overrides).unwrap_err();
    assert!(matches!(error, DiscoverError::NoConfig(_)));
}

/// What Alembic makes of the same settings, started where we say it is started.
const ORACLE: &str = r"
import json, os, sys, warnings
warnings.simplefilter('ignore')
from alembic.config import Config
from alembic.script import ScriptDirectory
answers = []
for directory, ini, toml, section in json.loads(sys.argv[1]):
    os.chdir(directory)
    before = list(sys.path)
    script = ScriptDirectory.from_config(Config(ini, toml, ini_section=section))
    answers.append([os.path.abspath(script.dir), [os.path.normpath(p) for p in script._version_locations],
        script.recursive_version_locations, script.sourceless])
    sys.path[:] = before
print(json.dumps(answers))
";

#[test]
fn alembic_resolves_the_same_locations() {
    let projects = [
        Project::new(&[
            (
                "alembic.ini",
                "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .:lib\n\
                 version_locations = %(here)s/a b, pk7:c/d ../e\nsourceless = true\n\
                 [legacy]\nscript_location : migrations\nversion_locations = x;y\n\
                 version_path_separator = ;\nrecursive_version_locations = true\n\
                 [os]\nscript_location = ./migrations\nversion_locations = x:%(here)s/z:\n\
                 path_separator = os\nrecursive_version_locations = True\n",
            ),
            ("lib/pk7/__init__.py", ""),
            ENV,
        ]),
        Project::new(&[
            (
                "alembic.ini",
                "[alembic]\npath_separator = newline\nversion_locations =\n   %(here)s/n 1\n   n2\n",
            ),
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = 'migrations'\nsourceless = true\n\
                 version_locations = ['never']\nrecursive_version_locations = true\n",
            ),
            ENV,
        ]),
        Project::new(&[
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = '%(here)s/migrations'\nversion_locations = ['a', '%(here)s/b']\n",
            ),
            ENV,
        ]),
    ];
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for project in &projects {
        let discovery = project.discover();
        assert_eq!(discovery.problems, []);
        for module in discovery.modules {
            let (ini, toml, section) = match &module.config {
                ConfigSource::Ini { path, section } => (Some(path.clone()), None, section.clone()),
                ConfigSource::Pyproject { path, ini } => {
                    (ini.clone(), Some(path.clone()), "alembic".to_owned())
                }
            };
            questions.push((module.directory, ini, toml, section));
            ours.push((
                module.script_location,
                module.version_locations,
                module.recursive,
                module.sourceless,
            ));
        }
    }
    assert_eq!(ours.len(), 5);
    let question = serde_json::to_string(&questions).unwrap();
    let answer = crate::survey::test_python::run(ORACLE, &[&question]);
    let theirs: Vec<(PathBuf, Vec<PathBuf>, bool, bool)> = serde_json::from_str(&answer).unwrap();
    assert_eq!(ours, theirs);
}
