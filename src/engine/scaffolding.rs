//! `verify --scaffold`: gives a module its own migration test, where it has none.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Depth, Engine, failures};
use crate::error::Failure;
use crate::evidence::Evidence;
use crate::model::text::{io_words, safe};
use crate::model::{Flavour, ModuleName};
use crate::report::scaffold::{self, Engines};
use crate::survey::sources;
use crate::system::WriteFiles as _;

/// What became of one module's test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaffolded {
    /// The module.
    pub module: ModuleName,
    /// The file.
    pub path: PathBuf,
    /// What runs it, from the project's folder.
    pub command: String,
    /// The line of the configuration that lets a reset run it.
    pub setting: String,
    /// Whether it was written.
    pub outcome: Written,
}

/// Whether a test was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was.
    New,
    /// Something is there and stays as it is.
    There,
    /// It cannot be written for this kind of module; why.
    Cannot(&'static str),
}

impl Engine<'_> {
    /// Writes the test of every module that has none. Runs no project code; what is there is
    /// never touched.
    pub fn scaffold(&self) -> Result<Vec<Scaffolded>, Failure> {
        let discovered = self.discover()?;
        let others = discovered.others;
        let evidence = Evidence {
            unselected: discovered.unselected,
            ..Evidence::of(
                self.request.root.clone(),
                discovered
                    .modules
                    .into_iter()
                    .map(|(module, chain)| self.seen(module, chain, Depth::Static))
                    .collect(),
            )
        };
        let facts = sources::gather(&evidence, &others, &self.files);
        let mut done = Vec::new();
        for seen in &evidence.modules {
            let module = &seen.module;
            let facts = facts.of(&module.name);
            let is_async = facts.env.as_ref().is_some_and(|env| env.is_async);
            let engines = if is_async {
                Engines::Asynchronous
            } else {
                Engines::Blocking
            };
            let path = module.directory.join(scaffold::PLACE);
            let x = self.x_of(&module.name);
            let text = scaffold::scaffold(&evidence.root, module, engines, &x);
            let outcome = if module.flavour == Flavour::FlaskMigrate {
                Written::Cannot(
                    "Flask-Migrate's env.py wants the application that only you can make",
                )
            } else {
                self.write_test(&path, &text)?
            };
            done.push(Scaffolded {
                module: module.name.clone(),
                command: scaffold::command(&evidence.root, &module.directory),
                setting: scaffold::setting(&module.name),
                path,
                outcome,
            });
        }
        Ok(done)
    }

    fn write_test(&self, path: &std::path::Path, text: &str) -> Result<Written, Failure> {
        let folder = path.parent().unwrap_or(path);
        let written = self
            .files
            .create_folder(folder, 0o755)
            .and_then(|()| self.files.write_new(path, text.as_bytes(), 0o644));
        match written {
            Ok(()) => Ok(Written::New),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Written::There),
            Err(error) => Err(Failure::untouched(format!(
                "{} cannot be written: {}",
                failures::shown(&self.request.root, path),
                safe(&io_words(&error))
            ))
            .with_hint("see that the module's folder can be written to")),
        }
    }
}
