//! A temporary folder with a project in it, and git in the hands of several people.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use redistill::evidence::{Evidence, GitEvidence, ModuleEvidence, Observed};
use redistill::model::{Chain, Module};
use redistill::rules::{Scope, Sources, assess};
use redistill::survey::{git, project};
use redistill::system::RealFiles;

/// What env.py is does not matter here; that the folder has one makes it a module.
const ENVIRONMENT: &str = "from alembic import context\n";

/// The folder; the project is `work` unless a shape says otherwise.
pub struct Place {
    folder: tempfile::TempDir,
    project: std::cell::RefCell<PathBuf>,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().canonicalize().unwrap().join("work");
        fs::create_dir(&work).unwrap();
        Self {
            folder,
            project: std::cell::RefCell::new(work),
        }
    }

    /// A path in the folder.
    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    /// Another folder is the project.
    pub fn look_at(&self, path: &str) {
        *self.project.borrow_mut() = self.at(path);
    }

    /// Runs git in a folder, as somebody, and gives its output.
    pub fn git_as(&self, who: &str, folder: &str, arguments: &[&str]) -> String {
        let mail = format!("{}@example.org", who.to_lowercase());
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.at(folder))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", who)
            .env("GIT_AUTHOR_EMAIL", &mail)
            .env("GIT_COMMITTER_NAME", who)
            .env("GIT_COMMITTER_EMAIL", &mail)
            .env("GIT_ALLOW_PROTOCOL", "file")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Ada's git in `work`; the arguments are split at blanks.
    pub fn git(&self, command: &str) -> String {
        self.git_in("work", command)
    }

    /// Ada's git in a folder.
    pub fn git_in(&self, folder: &str, command: &str) -> String {
        self.git_as("Ada", folder, &command.split(' ').collect::<Vec<_>>())
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a module of Alembic into a folder, with the revisions a1 and a2.
    pub fn module(&self, folder: &str) {
        self.write(
            &format!("{folder}/alembic.ini"),
            "[alembic]\nscript_location = alembic\n",
        );
        self.write(&format!("{folder}/alembic/env.py"), ENVIRONMENT);
        self.revision(folder, "a1", None);
        self.revision(folder, "a2", Some("a1"));
    }

    /// Writes a revision into a module.
    pub fn revision(&self, folder: &str, id: &str, down: Option<&str>) {
        let path = format!("{folder}/alembic/versions/{id}_x.py");
        self.write(&path, &revision(id, down));
    }

    /// Commits all of a folder as somebody.
    pub fn commit_as(&self, who: &str, folder: &str) {
        self.git_as(who, folder, &["add", "--all"]);
        self.git_as(
            who,
            folder,
            &["commit", "--quiet", "--allow-empty", "--message=x"],
        );
    }

    /// Commits all of `work` as Ada.
    pub fn commit(&self) {
        self.commit_as("Ada", "work");
    }

    /// A repository in `work` with a committed module.
    pub fn start(&self) {
        self.git("init --quiet --initial-branch=main .");
        self.module("work");
        self.commit();
    }

    /// Adds an empty bare repository as a remote.
    pub fn remote(&self, name: &str) {
        let path = format!("{name}.git");
        self.git_in(
            ".",
            &format!("init --quiet --bare --initial-branch=main {path}"),
        );
        let url = self.at(&path);
        self.git_as(
            "Ada",
            "work",
            &["remote", "add", name, url.to_str().unwrap()],
        );
    }

    /// [`Place::start`], pushed to `origin`.
    pub fn pushed(&self) {
        self.start();
        self.remote("origin");
        self.git("push --quiet origin main");
    }

    /// [`Place::pushed`], and somebody else works there, too.
    pub fn shared(&self) {
        self.pushed();
        self.write("work/README", "x\n");
        self.commit_as("Grace", "work");
        self.git("push --quiet origin main");
    }

    fn chains(&self) -> Vec<(Module, Chain)> {
        let root = self.project.borrow().clone();
        let found = project::discover(&root, &RealFiles, &project::Overrides::default()).unwrap();
        assert!(!found.modules.is_empty(), "the shape has a module");
        let read = |module: Module| {
            let chain = redistill::survey::chain::read(&module, &RealFiles);
            (module, chain)
        };
        found.modules.into_iter().map(read).collect()
    }

    fn look(&self) -> (Observed<GitEvidence>, Vec<(Module, Chain)>) {
        let modules = self.chains();
        let chains: Vec<&Chain> = modules.iter().map(|(_, chain)| chain).collect();
        let now = redistill::system::clock::now().timestamp();
        let root = self.project.borrow().clone();
        (git::observe(&root, &chains, &RealFiles, now), modules)
    }

    /// What git was seen to be, for a failing test.
    pub fn observed(&self) -> String {
        format!("{:#?}", self.look().0)
    }

    /// Codes and severities of the history's findings.
    pub fn findings(&self) -> Vec<(String, String)> {
        let (git, modules) = self.look();
        let module = |(module, chain): (Module, Chain)| ModuleEvidence::of(module, chain);
        let evidence = Evidence {
            git,
            ..Evidence::of(
                self.project.borrow().clone(),
                modules.into_iter().map(module).collect(),
            )
        };
        assess(&evidence, &Sources::default(), Scope::Static)
            .into_iter()
            .filter(|finding| finding.code.starts_with("RD2"))
            .map(|finding| (finding.code.to_string(), finding.severity.word().to_owned()))
            .collect()
    }
}

/// A revision file.
pub fn revision(id: &str, down: Option<&str>) -> String {
    let down = down.map_or("None".to_owned(), |down| format!("\"{down}\""));
    format!(
        "\"\"\"x\"\"\"\nrevision = \"{id}\"\ndown_revision = {down}\n\n\n\
         def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
}

/// Whether a path is there.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
