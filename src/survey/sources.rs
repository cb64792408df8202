//! Reads the source files that the rules judge: models, env.py, revisions, the settings' URL.
//!
//! Called by the engine after the modules and chains are known. Reads files only; nothing is
//! executed, and no link is followed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::{ConfigSource, Module};
use crate::python::{
    Identifiers, IgnoreComment, Syntax, TableFact, contents, env, identifiers, models, operations,
    suppression,
};
use crate::rules::{ModuleSources, Sources, UrlLine};
use crate::survey::abreast;
use crate::survey::ini::Ini;
use crate::survey::surroundings;
use crate::system::{FileKind, ReadFiles};

/// Larger files are no models; a generated one would cost more than it tells.
const LARGEST: u64 = 2_000_000;
/// More files than any module has; a bound for a folder that is none.
const MOST_FILES: usize = 5_000;
/// Folders that hold other people's code, or none.
const SKIPPED: [&str; 9] = [
    "node_modules",
    "site-packages",
    "__pycache__",
    "venv",
    "env",
    "tests",
    "test",
    "build",
    "dist",
];
/// What a file with models, with the labels of their ENUM types, or with the convention for their
/// names, has in it in some form; others are not parsed.
const SIGNS: [&[u8]; 7] = [
    b"Column",
    b"column",
    b"Table(",
    b"Mapped",
    b"naming_convention",
    b"Enum)",
    suppression::SIGN,
];

/// What stands below one folder.
#[derive(Clone)]
struct Found {
    tables: Vec<TableFact>,
    names: Vec<Identifiers>,
    comments: Vec<IgnoreComment>,
    left_out: Vec<(PathBuf, String)>,
}

/// Gathers the facts of all modules. `others` are the folders of modules that were not asked for:
/// their models are nobody's here. What cannot be read is named in [`ModuleSources::left_out`],
/// never guessed.
pub fn gather(evidence: &Evidence, others: &[PathBuf], files: &dyn ReadFiles) -> Sources {
    let mut sources = Sources::default();
    let mut known: HashMap<PathBuf, Found> = HashMap::new();
    for module in &evidence.modules {
        let folder = models_folder(evidence, others, &module.module);
        let found = known
            .entry(folder.to_owned())
            .or_insert_with(|| read_models(folder, evidence, others, files))
            .clone();
        let mut comments = found.comments;
        let mut facts = ModuleSources {
            tables: found.tables,
            model_names: found.names,
            left_out: found.left_out,
            url: url(&module.module, files),
            ..ModuleSources::default()
        };
        read_environment(module, files, &mut facts, &mut comments);
        read_revisions(module, files, &mut facts, &mut comments);
        comments.extend(settings_comments(&module.module, files));
        sources.modules.insert(module.module.name.clone(), facts);
        sources.ignores.comments.append(&mut comments);
    }
    // Modules may share a file.
    let comments = &mut sources.ignores.comments;
    comments.sort_by(|a, b| a.location.cmp(&b.location));
    comments.dedup_by(|a, b| a.location == b.location);
    surroundings::gather(evidence, files, &mut sources);
    sources
}

/// The suppressions in a module's settings file.
fn settings_comments(module: &Module, files: &dyn ReadFiles) -> Vec<IgnoreComment> {
    let path = match &module.config {
        ConfigSource::Ini { path, .. } => path,
        ConfigSource::Pyproject { ini: Some(ini), .. } => ini,
        ConfigSource::Pyproject { ini: None, .. } => return Vec::new(),
    };
    // What cannot be read has no finding with a place, either.
    files.read(path).map_or_else(
        |_| Vec::new(),
        |bytes| suppression::read_ini(path, &String::from_utf8_lossy(&bytes)),
    )
}

/// Where a module's models are: in its own folder; in a project of one module anywhere.
fn models_folder<'a>(evidence: &'a Evidence, others: &[PathBuf], module: &'a Module) -> &'a Path {
    if evidence.modules.len() + others.len() == 1 {
        &evidence.root
    } else {
        &module.directory
    }
}

fn read_models(
    folder: &Path,
    evidence: &Evidence,
    others: &[PathBuf],
    files: &dyn ReadFiles,
) -> Found {
    let mut walk = Walk {
        files,
        apart: apart(folder, evidence, others),
        found: Vec::new(),
        left_out: Vec::new(),
    };
    walk.folder(folder, 0);
    let syntaxes: Vec<Syntax> =
        abreast::each(&walk.found, |(path, bytes)| Syntax::parse(path, bytes));
    Found {
        tables: models::read(&syntaxes),
        names: syntaxes.iter().map(identifiers::read).collect(),
        comments: syntaxes.iter().flat_map(suppression::read).collect(),
        left_out: walk.left_out,
    }
}

/// Folders below this one that belong to other modules, and all that hold migrations.
fn apart(folder: &Path, evidence: &Evidence, others: &[PathBuf]) -> Vec<PathBuf> {
    let modules = || evidence.modules.iter().map(|module| &module.module);
    let neighbours = modules()
        .map(|module| module.directory.clone())
        .filter(|_| evidence.modules.len() > 1)
        .chain(others.iter().cloned())
        .filter(|other| other != folder && other.starts_with(folder));
    let migrations = modules().flat_map(|module| {
        std::iter::once(module.script_location.clone()).chain(module.version_locations.clone())
    });
    // `script_location = .` is the folder itself; its models are still its own.
    neighbours
        .chain(migrations.filter(|path| path != folder))
        .collect()
}

struct Walk<'a> {
    files: &'a dyn ReadFiles,
    apart: Vec<PathBuf>,
    found: Vec<(PathBuf, Vec<u8>)>,
    left_out: Vec<(PathBuf, String)>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        const DEEPEST: usize = 24;
        if depth > DEEPEST || self.found.len() >= MOST_FILES {
            self.left_out
                .push((folder.to_owned(), "too many files or folders".to_owned()));
            return;
        }
        let entries = match self.files.list(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.left_out.push((folder.to_owned(), error.to_string()));
                return;
            }
        };
        // A virtual environment, whatever it is called.
        if entries.iter().any(|path| path.ends_with("pyvenv.cfg")) {
            return;
        }
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            match self.files.stat(&path) {
                Ok(Some(stat)) if stat.kind == FileKind::Folder => {
                    let is_skipped = name.starts_with('.') || SKIPPED.contains(&name.as_ref());
                    if !is_skipped && !self.apart.contains(&path) {
                        self.folder(&path, depth + 1);
                    }
                }
                Ok(Some(stat)) if stat.kind == FileKind::File && is_python(&path) => {
                    self.file(&path, stat.size);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path, size: u64) {
        if size > LARGEST {
            self.left_out
                .push((path.to_owned(), "the file is too large".to_owned()));
            return;
        }
        match self.files.read(path) {
            Ok(bytes) if has_signs(&bytes) => self.found.push((path.to_owned(), bytes)),
            Ok(_) => {}
            Err(error) => self.left_out.push((path.to_owned(), error.to_string())),
        }
    }
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn has_signs(bytes: &[u8]) -> bool {
    SIGNS
        .iter()
        .any(|sign| bytes.windows(sign.len()).any(|window| window == *sign))
}

fn read_environment(
    module: &ModuleEvidence,
    files: &dyn ReadFiles,
    facts: &mut ModuleSources,
    comments: &mut Vec<IgnoreComment>,
) {
    let path = module.module.env_py();
    match files.read(&path) {
        Ok(bytes) => {
            let syntax = Syntax::parse(&path, &bytes);
            comments.extend(suppression::read(&syntax));
            facts.env = Some(env::read(&syntax));
            facts.env_contents = Some(contents::read(&syntax));
        }
        Err(error) => facts.left_out.push((path, error.to_string())),
    }
}

fn read_revisions(
    module: &ModuleEvidence,
    files: &dyn ReadFiles,
    facts: &mut ModuleSources,
    comments: &mut Vec<IgnoreComment>,
) {
    let readings = abreast::each(&module.chain.revisions, |revision| {
        let bytes = files.read(&revision.path)?;
        let syntax = Syntax::parse(&revision.path, &bytes);
        Ok((
            operations::read(&syntax),
            identifiers::read(&syntax),
            contents::read(&syntax),
            suppression::read(&syntax),
        ))
    });
    for (revision, reading) in module.chain.revisions.iter().zip(readings) {
        match reading {
            Ok((operations, names, contents, mut found)) => {
                facts.revision_names.push(names);
                comments.append(&mut found);
                facts.revisions.push(operations);
                facts.contents.push(contents);
            }
            Err(error) => {
                let error: std::io::Error = error;
                facts
                    .left_out
                    .push((revision.path.clone(), error.to_string()));
            }
        }
    }
}

/// The URL as written. With `[tool.alembic]` it stands in the ini file beside it.
fn url(module: &Module, files: &dyn ReadFiles) -> Option<UrlLine> {
    let (path, section) = match &module.config {
        ConfigSource::Ini { path, section } => (path, section.as_str()),
        ConfigSource::Pyproject { ini, .. } => (ini.as_ref()?, "alembic"),
    };
    let text = String::from_utf8_lossy(&files.read(path).ok()?).into_owned();
    let here = path.parent()?.to_string_lossy().into_owned();
    let ini = Ini::parse(&text, &here).ok()?;
    let setting = ini.raw(section, "sqlalchemy.url")?;
    Some(UrlLine::read(path, setting.line, &setting.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{NO_REPOSITORY, Observed};
    use crate::model::ModuleName;
    use crate::rules::{Scope, assess};
    use crate::system::{RealFiles, WriteFiles as _};

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        RealFiles
            .create_folder(path.parent().unwrap(), 0o755)
            .unwrap();
        RealFiles.write_new(&path, text.as_bytes(), 0o644).unwrap();
    }

    fn module(root: &Path, name: &str) -> ModuleEvidence {
        let directory = root.join(name);
        let mut evidence = ModuleEvidence::of(
            Module::plain(name, directory),
            crate::model::Chain::default(),
        );
        evidence.chain = crate::survey::chain::read(&evidence.module, &RealFiles);
        evidence
    }

    fn project(root: &Path) -> Evidence {
        for (name, column) in [("shop", "Integer"), ("stock", "Uuid")] {
            write(
                root,
                &format!("{name}/alembic.ini"),
                "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://u:geheim@db/x%%20y\n",
            );
            write(
                root,
                &format!("{name}/alembic/env.py"),
                "config = context.config\nengine_from_config(config.get_section('alembic'))\n",
            );
            write(
                root,
                &format!("{name}/alembic/versions/1.py"),
                "from alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n    op.create_table('a')\ndef downgrade():\n    op.drop_table('a')\n",
            );
            write(
                root,
                &format!("{name}/app/models.py"),
                &format!(
                    "class A(Base):\n    __tablename__ = 'a'\n    id = Column(Uuid, primary_key=True)\n    b = Column({column}, ForeignKey('a.id'))\n"
                ),
            );
        }
        write(
            root,
            "shop/.venv/lib/models.py",
            "class X(Base):\n    __tablename__ = 'x'\n    id = Column(Uuid)\n",
        );
        write(root, "shop/env3/pyvenv.cfg", "");
        write(
            root,
            "shop/env3/models.py",
            "class X(Base):\n    __tablename__ = 'x'\n    id = Column(Uuid)\n",
        );
        Evidence::of(
            root.to_owned(),
            vec![module(root, "shop"), module(root, "stock")],
        )
    }

    #[test]
    fn the_files_of_each_module_are_read_and_judged_statically() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = project(folder.path());
        let sources = gather(&evidence, &[], &RealFiles);
        let shop = sources.of(&ModuleName("shop".to_owned()));
        assert_eq!(shop.tables.len(), 1);
        assert_eq!((shop.revisions.len(), shop.left_out.len()), (1, 0));
        assert_eq!(shop.url.as_ref().unwrap().location.line, 3);
        assert!(shop.url.as_ref().unwrap().has_password);
        let findings = assess(&evidence, &sources, Scope::Static);
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| {
                (
                    finding.code.as_ref(),
                    finding.module.as_ref().unwrap().0.as_str(),
                )
            })
            .collect();
        assert_eq!(
            codes,
            [
                ("RD301", "shop"),
                ("RD303", "shop"),
                ("RD303", "stock"),
                ("RD304", "shop"),
                ("RD304", "stock"),
                ("RD404", "shop"),
                ("RD404", "stock"),
                ("RD317", "shop"),
                ("RD317", "stock"),
            ]
        );
    }

    #[test]
    fn a_module_that_is_asked_for_alone_does_not_get_its_neighbours_models() {
        let folder = tempfile::tempdir().unwrap();
        let mut evidence = project(folder.path());
        let gone = evidence.modules.remove(1).module;
        let sources = gather(&evidence, &[gone.directory], &RealFiles);
        let shop = sources.of(&ModuleName("shop".to_owned()));
        assert_eq!(shop.tables.len(), 1);
        assert!(
            shop.tables[0]
                .location
                .path
                .starts_with(folder.path().join("shop"))
        );
    }

    #[test]
    fn the_survey_and_the_rules_agree_on_what_no_repository_is() {
        let folder = tempfile::tempdir().unwrap();
        let observed = crate::survey::git::observe(folder.path(), &[], &RealFiles, 0);
        assert!(matches!(observed, Observed::Unavailable { why } if why == NO_REPOSITORY));
    }
}
