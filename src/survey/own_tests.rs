//! Finds migration tests that the project has: the file of `verify --scaffold`, and what uses
//! pytest-alembic or alembic-gauntlet. Reads files only; nothing is run.
//!
//! Called by `survey::surroundings`, and by the engine where it names the tests. A project's other
//! tests are not looked for: which of them are about migrations cannot be told from outside.

use std::path::{Path, PathBuf};

use crate::model::{Location, Module, SCAFFOLD_PLACE};
use crate::rules::FoundTests;
use crate::system::{FileKind, ReadFiles};

/// Larger files are no tests that somebody wrote.
const LARGEST: u64 = 512 * 1024;
/// So many files of one module are looked into.
const MOST_FILES: usize = 1_000;
/// So far below the module's folder.
const DEEPEST: usize = 5;
/// Folders that hold tests.
const FOLDERS: [&str; 2] = ["tests", "test"];
/// The libraries whose tests are about migrations.
const LIBRARIES: [&str; 2] = ["pytest_alembic", "alembic_gauntlet"];
/// Where pytest reads its options from.
const SETTINGS: [&str; 5] = [
    "pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    ".pytest.ini",
];
/// pytest-alembic's option that adds its tests.
const OPTION: &str = "--test-alembic";

/// The migration tests of a module. Where it is the project's only one, also those in the project's
/// folder.
pub fn find(module: &Module, root: &Path, is_only: bool, files: &dyn ReadFiles) -> Vec<FoundTests> {
    let mut search = Search {
        files,
        directory: &module.directory,
        looked_at: 0,
        found: Vec::new(),
    };
    let scaffold = module.directory.join(SCAFFOLD_PLACE);
    if is_file(&scaffold, files) {
        search.take(&scaffold, 1, "");
    }
    let mut folders = vec![module.directory.as_path()];
    if is_only && module.directory != root {
        folders.push(root);
    }
    for folder in &folders {
        for name in FOLDERS {
            search.folder(&folder.join(name), 0);
        }
        search.beside(folder);
    }
    if search.found.is_empty() {
        for folder in &folders {
            search.option(folder);
        }
    }
    search.found
}

struct Search<'a> {
    files: &'a dyn ReadFiles,
    directory: &'a Path,
    looked_at: usize,
    found: Vec<FoundTests>,
}

impl Search<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for path in self.files.list(folder).unwrap_or_default() {
            match self.files.stat(&path) {
                Ok(Some(stat)) if stat.kind == FileKind::Folder => self.folder(&path, depth + 1),
                Ok(Some(stat)) if stat.kind == FileKind::File && stat.size <= LARGEST => {
                    self.file(&path);
                }
                _ => {}
            }
        }
    }

    /// The files of a folder itself that pytest would read.
    fn beside(&mut self, folder: &Path) {
        for path in self.files.list(folder).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_test = name.starts_with("test_") || name.ends_with("_test.py");
            if (is_test || name == "conftest.py") && is_file(&path, self.files) {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let is_python = path.extension().is_some_and(|extension| extension == "py");
        if !is_python || self.looked_at == MOST_FILES {
            return;
        }
        self.looked_at += 1;
        let Ok(bytes) = self.files.read(path) else {
            return;
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().enumerate();
        if let Some((at, line)) = lines.find(|(_, line)| uses_a_library(line)) {
            self.take(path, at + 1, line);
        }
    }

    /// A file; of a `conftest.py` the folder that it speaks for.
    fn take(&mut self, path: &Path, line: usize, source_line: &str) {
        if self.found.iter().any(|found| found.location.path == path) {
            return;
        }
        let target = match path.parent() {
            Some(folder) if path.ends_with("conftest.py") => folder,
            _ => path,
        };
        let argument = relative(self.directory, target);
        self.found.push(FoundTests {
            location: Location {
                line,
                source_line: source_line.to_owned(),
                ..Location::of_file(path)
            },
            arguments: vec![argument],
        });
    }

    /// pytest's settings that add the tests of pytest-alembic.
    fn option(&mut self, folder: &Path) {
        for path in SETTINGS.map(|name| folder.join(name)) {
            let Ok(bytes) = self.files.read(&path) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            let is_it = |line: &str| line.contains(OPTION) && !line.trim_start().starts_with('#');
            let Some((at, line)) = text.lines().enumerate().find(|(_, line)| is_it(line)) else {
                continue;
            };
            self.found.push(FoundTests {
                location: Location {
                    line: at + 1,
                    source_line: line.to_owned(),
                    ..Location::of_file(path)
                },
                // It marks its own tests.
                arguments: vec!["-m".to_owned(), "alembic".to_owned()],
            });
            return;
        }
    }
}

/// `from pytest_alembic.tests import …`, `import alembic_gauntlet`, a plugin of that name.
fn uses_a_library(line: &str) -> bool {
    let line = line.trim_start();
    let names = || LIBRARIES.iter().any(|name| line.contains(name));
    (line.starts_with("from ") || line.starts_with("import ") || line.starts_with("pytest_plugins"))
        && names()
}

fn is_file(path: &Path, files: &dyn ReadFiles) -> bool {
    matches!(files.stat(path), Ok(Some(stat)) if stat.kind == FileKind::File)
}

/// As seen from the module's folder; `.` for that itself.
fn relative(folder: &Path, path: &Path) -> String {
    let mut up = PathBuf::new();
    for above in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(above) {
            let shown = up.join(rest);
            return match shown.to_string_lossy() {
                shown if shown.is_empty() => ".".to_owned(),
                shown => shown.trim_end_matches('/').to_owned(),
            };
        }
        up.push("..");
    }
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{RealFiles, WriteFiles as _};

    fn found(files: &[(&str, &str)], is_only: bool) -> Vec<(String, usize, String)> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in files {
            let path = root.join(path);
            let parent = path.parent().unwrap();
            RealFiles.create_folder(parent, 0o755).unwrap();
            RealFiles.write_new(&path, text.as_bytes(), 0o644).unwrap();
        }
        let module = Module::plain("api", root.join("api"));
        let found = find(&module, root, is_only, &RealFiles);
        found
            .into_iter()
            .map(|one| {
                let path = one.location.path.strip_prefix(root).unwrap().to_owned();
                let path = path.to_string_lossy().into_owned();
                (path, one.location.line, one.arguments.join(" "))
            })
            .collect()
    }

    fn one(path: &str, line: usize, arguments: &str) -> Vec<(String, usize, String)> {
        vec![(path.to_owned(), line, arguments.to_owned())]
    }

    #[test]
    fn the_scaffold_and_the_libraries_are_found() {
        let imports = "import pytest\nfrom pytest_alembic.tests import test_upgrade\n";
        let gauntlet = "import pytest\n\nimport alembic_gauntlet as a\n";
        assert_eq!(
            found(&[("api/tests/test_migrations.py", "")], false),
            one(
                "api/tests/test_migrations.py",
                1,
                "tests/test_migrations.py"
            )
        );
        assert_eq!(
            found(&[("api/tests/deep/test_x.py", imports)], false),
            one("api/tests/deep/test_x.py", 2, "tests/deep/test_x.py")
        );
        assert_eq!(
            found(&[("api/tests/conftest.py", gauntlet)], false),
            one("api/tests/conftest.py", 3, "tests")
        );
        let option = "[tool.pytest.ini_options]\naddopts = \"--test-alembic\"\n";
        assert_eq!(
            found(&[("api/pyproject.toml", option)], false),
            one("api/pyproject.toml", 2, "-m alembic")
        );
    }

    #[test]
    fn what_is_above_belongs_to_the_only_module_and_other_tests_to_nobody() {
        let imports = "from pytest_alembic.tests import test_upgrade\n";
        let above = [("tests/test_m.py", imports), ("api/app.py", "")];
        assert_eq!(found(&above, false), []);
        assert_eq!(
            found(&above, true),
            one("tests/test_m.py", 1, "../tests/test_m.py")
        );
        let others = [
            (
                "api/tests/test_a.py",
                "# pytest_alembic is not used\nx = 1\n",
            ),
            ("api/app/models.py", imports),
            ("api/pytest.ini", "# addopts = --test-alembic\n"),
        ];
        assert_eq!(found(&others, true), []);
    }
}
