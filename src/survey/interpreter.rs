//! Finds the Python interpreter that a module is run with.
//!
//! Called by the engine for each module. Looks at folders; of programs only the project manager's
//! own lookup is run, and only where its lock file says that the project uses it. Never runs code of
//! the project, never creates an environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::evidence::Observed;
use crate::model::{Interpreter, InterpreterSource};
use crate::system::process::Process;
use crate::system::{FileKind, ReadFiles, environment};

/// How long a project manager may think.
const MANAGER_LIMIT: Duration = Duration::from_secs(20);

/// The part of the environment that the search depends on.
pub trait Surroundings {
    /// `$VIRTUAL_ENV`.
    fn virtual_env(&self) -> Option<PathBuf>;
    /// A program on PATH, absolute.
    fn find_program(&self, name: &str) -> Option<PathBuf>;
    /// Whether programs may be run at all: what a project manager runs is up to the project.
    fn may_ask(&self) -> bool {
        true
    }
    /// The first line that a program prints when it succeeds.
    fn ask(&self, program: &Path, arguments: &[&str], directory: &Path) -> Option<String>;
}

/// The real environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSurroundings;

impl Surroundings for RealSurroundings {
    fn virtual_env(&self) -> Option<PathBuf> {
        environment::variable("VIRTUAL_ENV").map(PathBuf::from)
    }

    fn find_program(&self, name: &str) -> Option<PathBuf> {
        environment::find_program(name)
    }

    fn ask(&self, program: &Path, arguments: &[&str], directory: &Path) -> Option<String> {
        let output = Process::new(program)
            .args(arguments)
            .directory(directory)
            .env("PIPENV_NOSPIN", "1")
            .env("NO_COLOR", "1")
            .output(MANAGER_LIMIT)
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let line = text.lines().next().map(str::trim)?;
        (output.status.success() && !line.is_empty()).then(|| line.to_owned())
    }
}

/// The real environment, in which nothing is run: for a survey that nobody agreed to yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuietSurroundings;

impl Surroundings for QuietSurroundings {
    fn virtual_env(&self) -> Option<PathBuf> {
        RealSurroundings.virtual_env()
    }

    fn find_program(&self, name: &str) -> Option<PathBuf> {
        RealSurroundings.find_program(name)
    }

    fn may_ask(&self) -> bool {
        false
    }

    fn ask(&self, _: &Path, _: &[&str], _: &Path) -> Option<String> {
        None
    }
}

/// Project managers: what tells that one is used, and how it is asked for the interpreter.
const MANAGERS: &[(&str, &str, &[&str])] = &[
    (
        "uv",
        "uv.lock",
        &["python", "find", "--offline", "--no-python-downloads"],
    ),
    (
        "poetry",
        "poetry.lock",
        &["--no-interaction", "env", "info", "--executable"],
    ),
    ("pipenv", "Pipfile", &["--py"]),
];

/// Finds the interpreter of the module in `directory`. `given` is what the user named: a program,
/// or the folder of a virtual environment, absolute or relative to `root`.
///
/// The order: given, `$VIRTUAL_ENV`, `.venv` or `venv` in the folder and above it up to the root,
/// uv, poetry, pipenv, `python3` on PATH. A virtual environment that plainly has no Alembic is
/// passed over as long as another place is left, so that a tool's own environment is not taken.
/// Where only a project manager knows and may not be asked, nothing was looked for.
pub fn find(
    directory: &Path,
    root: &Path,
    given: Option<&Path>,
    files: &dyn ReadFiles,
    surroundings: &dyn Surroundings,
) -> Observed<Interpreter> {
    let search = Search {
        root,
        files,
        surroundings,
    };
    if let Some(given) = given {
        return search.given(given);
    }
    let folders: Vec<&Path> = directory
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .collect();
    let mut without_alembic = None;
    let is_for_manager = !surroundings.may_ask() && search.is_managed(&folders);
    let beyond: [&dyn Fn() -> Option<Interpreter>; 2] =
        [&|| search.manager(&folders), &|| search.path()];
    let beyond = beyond.into_iter().filter(|_| !is_for_manager);
    let places = std::iter::once_with(|| search.virtual_env())
        .chain(folders.iter().map(|folder| search.folder(folder)))
        .chain(beyond.map(|find| find()));
    for interpreter in places.flatten() {
        if search.lacks_alembic(&interpreter.path) {
            without_alembic.get_or_insert(interpreter);
        } else {
            return Observed::Seen(interpreter);
        }
    }
    match without_alembic {
        _ if is_for_manager => Observed::NotAsked,
        Some(interpreter) => Observed::Unavailable {
            why: format!(
                "Alembic is not installed in {}, the only environment found; \
                 install it there or name another with --python",
                interpreter.path.display()
            ),
        },
        None => Observed::Unavailable {
            why: "no Python found: no $VIRTUAL_ENV, no .venv or venv folder, no project manager's \
                  environment, no python3 on PATH; name one with --python"
                .to_owned(),
        },
    }
}

/// The interpreter behind a runner of the configuration: a program on PATH, or with a slash one that is
/// relative to `root`, and the arguments that end in Python.
pub fn of_runner(
    runner: &[String],
    root: &Path,
    files: &dyn ReadFiles,
    surroundings: &dyn Surroundings,
) -> Observed<Interpreter> {
    let Some((program, arguments)) = runner.split_first() else {
        return Observed::Unavailable {
            why: "the configured runner is empty".to_owned(),
        };
    };
    let path = if program.contains('/') {
        Some(root.join(program))
    } else {
        surroundings.find_program(program)
    };
    match path.filter(|path| matches!(files.stat(path), Ok(Some(_)))) {
        Some(path) => Observed::Seen(Interpreter {
            path,
            arguments: arguments.to_vec(),
            source: InterpreterSource::Given,
        }),
        None => Observed::Unavailable {
            why: format!("the configured runner {program} does not exist"),
        },
    }
}

struct Search<'a> {
    root: &'a Path,
    files: &'a dyn ReadFiles,
    surroundings: &'a dyn Surroundings,
}

impl Search<'_> {
    fn given(&self, given: &Path) -> Observed<Interpreter> {
        // A bare name is a program on PATH, as in a shell.
        let path = if given.components().count() == 1 && !given.is_absolute() {
            let name = given.to_string_lossy();
            self.surroundings
                .find_program(&name)
                .unwrap_or_else(|| self.root.join(given))
        } else {
            self.root.join(given)
        };
        let path = self.python_in(&path).unwrap_or(path);
        if self.is_file(&path) {
            return Observed::Seen(Interpreter {
                path,
                arguments: Vec::new(),
                source: InterpreterSource::Given,
            });
        }
        Observed::Unavailable {
            why: format!("the named interpreter {} does not exist", path.display()),
        }
    }

    fn virtual_env(&self) -> Option<Interpreter> {
        let folder = self.surroundings.virtual_env()?;
        Some(Interpreter {
            path: self.python_in(&folder)?,
            arguments: Vec::new(),
            source: InterpreterSource::VirtualEnv,
        })
    }

    fn folder(&self, folder: &Path) -> Option<Interpreter> {
        [".venv", "venv"].iter().find_map(|name| {
            let environment = folder.join(name);
            Some(Interpreter {
                path: self.python_in(&environment)?,
                arguments: Vec::new(),
                source: InterpreterSource::Folder(environment),
            })
        })
    }

    /// Whether a project manager that is installed has its lock file in one of the folders.
    fn is_managed(&self, folders: &[&Path]) -> bool {
        MANAGERS.iter().any(|(name, marker, _)| {
            let has_marker = |folder: &&Path| self.is_file(&folder.join(marker));
            folders.iter().any(has_marker) && self.surroundings.find_program(name).is_some()
        })
    }

    fn manager(&self, folders: &[&Path]) -> Option<Interpreter> {
        for folder in folders {
            for (name, marker, arguments) in MANAGERS {
                if !self.is_file(&folder.join(marker)) {
                    continue;
                }
                let Some(program) = self.surroundings.find_program(name) else {
                    continue;
                };
                let answer = self.surroundings.ask(&program, arguments, folder);
                let path = answer.map(PathBuf::from);
                if let Some(path) = path.filter(|path| path.is_absolute() && self.is_file(path)) {
                    return Some(Interpreter {
                        path,
                        arguments: Vec::new(),
                        source: InterpreterSource::Manager((*name).to_owned()),
                    });
                }
            }
        }
        None
    }

    fn path(&self) -> Option<Interpreter> {
        Some(Interpreter {
            path: self.surroundings.find_program("python3")?,
            arguments: Vec::new(),
            source: InterpreterSource::Path,
        })
    }

    /// The interpreter of an environment. Its path is kept as it is: followed to the end, the link
    /// would lead out of the environment.
    fn python_in(&self, environment: &Path) -> Option<PathBuf> {
        ["bin/python", "bin/python3"]
            .iter()
            .map(|name| environment.join(name))
            .find(|path| self.is_file(path))
    }

    fn is_file(&self, path: &Path) -> bool {
        let real = self.files.canonical(path);
        real.and_then(|real| self.files.stat(&real))
            .is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::File))
    }

    /// Whether this is a virtual environment whose packages are all in sight, Alembic not among
    /// them. When in doubt it is not: the worker asks the interpreter itself.
    fn lacks_alembic(&self, python: &Path) -> bool {
        let Some(environment) = python.parent().and_then(Path::parent) else {
            return false;
        };
        let Ok(settings) = self.files.read(&environment.join("pyvenv.cfg")) else {
            return false;
        };
        let sees_the_system = String::from_utf8_lossy(&settings).lines().any(|line| {
            line.split_once('=').is_some_and(|(key, value)| {
                key.trim() == "include-system-site-packages"
                    && value.trim().eq_ignore_ascii_case("true")
            })
        });
        let libraries = self
            .files
            .list(&environment.join("lib"))
            .unwrap_or_default();
        let packages: Vec<PathBuf> = libraries
            .iter()
            .filter_map(|library| self.files.list(&library.join("site-packages")).ok())
            .flatten()
            .collect();
        let leads_elsewhere = |path: &PathBuf| {
            path.extension().is_some_and(|kind| kind == "pth")
                && !path.ends_with("distutils-precedence.pth")
                && !path.ends_with("_virtualenv.pth")
        };
        !sees_the_system
            && !libraries.is_empty()
            && !packages
                .iter()
                .any(|path| path.ends_with("alembic") || leads_elsewhere(path))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests build environments")]

    use std::collections::BTreeMap;
    use std::fs;

    use super::*;
    use crate::system::RealFiles;

    #[derive(Default)]
    struct Fake {
        virtual_env: Option<PathBuf>,
        programs: BTreeMap<&'static str, PathBuf>,
        answer: Option<String>,
        is_quiet: bool,
    }

    impl Surroundings for Fake {
        fn virtual_env(&self) -> Option<PathBuf> {
            self.virtual_env.clone()
        }

        fn find_program(&self, name: &str) -> Option<PathBuf> {
            self.programs.get(name).cloned()
        }

        fn may_ask(&self) -> bool {
            !self.is_quiet
        }

        fn ask(&self, _: &Path, _: &[&str], _: &Path) -> Option<String> {
            assert!(!self.is_quiet, "a program was run");
            self.answer.clone()
        }
    }

    fn environment(at: &Path, packages: &[&str]) -> PathBuf {
        fs::create_dir_all(at.join("bin")).unwrap();
        fs::write(at.join("bin/python"), "").unwrap();
        fs::write(
            at.join("pyvenv.cfg"),
            "include-system-site-packages = false\n",
        )
        .unwrap();
        fs::create_dir_all(at.join("lib/python3.11/site-packages")).unwrap();
        for package in packages {
            fs::create_dir_all(at.join("lib/python3.11/site-packages").join(package)).unwrap();
        }
        at.join("bin/python")
    }

    #[test]
    fn the_order_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("p");
        let module = root.join("a/b");
        fs::create_dir_all(&module).unwrap();
        let found = |fake: &Fake| find(&module, &root, None, &RealFiles, fake);
        let source = |fake: &Fake| {
            found(fake)
                .seen()
                .map(|i| (i.path.clone(), i.source.clone()))
        };
        let mut fake = Fake::default();
        assert!(matches!(found(&fake), Observed::Unavailable { .. }));

        fake.programs.insert("python3", "/usr/bin/python3".into());
        assert_eq!(source(&fake).unwrap().1, InterpreterSource::Path);

        let managed = environment(&folder.path().join("managed"), &["alembic"]);
        fake.programs.insert("poetry", "/usr/bin/poetry".into());
        fake.answer = Some(managed.to_string_lossy().into_owned());
        assert_eq!(source(&fake).unwrap().1, InterpreterSource::Path);
        fs::write(root.join("poetry.lock"), "").unwrap();
        let poetry = InterpreterSource::Manager("poetry".to_owned());
        assert_eq!(source(&fake), Some((managed, poetry)));
        fake.is_quiet = true;
        assert_eq!(found(&fake), Observed::NotAsked);
        fake.is_quiet = false;

        let above = environment(&root.join("venv"), &["alembic"]);
        let at = InterpreterSource::Folder(root.join("venv"));
        assert_eq!(source(&fake), Some((above, at)));
        let near = environment(&root.join("a/.venv"), &["alembic"]);
        let at = InterpreterSource::Folder(root.join("a/.venv"));
        assert_eq!(source(&fake), Some((near, at)));

        let active = folder.path().join("active");
        fake.virtual_env = Some(active.clone());
        let python = environment(&active, &["alembic"]);
        assert_eq!(source(&fake), Some((python, InterpreterSource::VirtualEnv)));

        let named = find(&module, &root, Some(Path::new("venv")), &RealFiles, &fake);
        assert_eq!(named.seen().unwrap().source, InterpreterSource::Given);
        assert_eq!(named.seen().unwrap().path, root.join("venv/bin/python"));
        let gone = find(&module, &root, Some(Path::new("x/y")), &RealFiles, &fake);
        assert!(matches!(gone, Observed::Unavailable { .. }));
    }

    #[test]
    fn an_environment_without_alembic_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let mut fake = Fake {
            virtual_env: Some(root.join("tool")),
            ..Fake::default()
        };
        environment(&root.join("tool"), &["black"]);
        let Observed::Unavailable { why } = find(&root, &root, None, &RealFiles, &fake) else {
            panic!("was taken");
        };
        assert!(why.contains("Alembic is not installed"));
        let own = environment(&root.join(".venv"), &["alembic"]);
        let seen = find(&root, &root, None, &RealFiles, &fake);
        assert_eq!(seen.seen().unwrap().path, own);
        fake.virtual_env = None;
        fs::write(root.join(".venv/lib/python3.11/site-packages/x.pth"), "").unwrap();
        fs::remove_dir_all(root.join(".venv/lib/python3.11/site-packages/alembic")).unwrap();
        assert!(find(&root, &root, None, &RealFiles, &fake).seen().is_some());
    }
}
