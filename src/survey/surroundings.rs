//! Looks at what lies around the revision files: the application's packages, leftovers of other
//! tools, links, files that name revisions, and what past resets replaced.
//!
//! Called by `survey::sources`. Reads files only, follows no link to a folder, and stops at bounds
//! that no hand-written project reaches.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::{Location, ModuleName, RevisionId};
use crate::rules::{ModuleSources, Sources, Surroundings};
use crate::survey::{head_files, out_of_reach, own_tests};
use crate::system::{FileKind, ReadFiles};

/// Shorter identifiers are words and numbers of everyday texts.
const SHORTEST_ID: usize = 8;
/// Larger files are no code, documentation or settings.
const LARGEST: u64 = 256 * 1024;
/// So many files are looked into.
const MOST_FILES: usize = 4_000;
/// Files that people write.
const TEXTS: [&str; 16] = [
    "py", "md", "rst", "txt", "yml", "yaml", "toml", "cfg", "ini", "sh", "json", "sql", "adoc",
    "env", "mako", "tf",
];
/// Folders that hold other people's code, or what redistill itself wrote.
const SKIPPED: [&str; 10] = [
    "node_modules",
    "site-packages",
    "__pycache__",
    "venv",
    "env",
    "build",
    "dist",
    "target",
    "backups",
    "claudedocs",
];
/// Files that other tools keep beside the revisions: alembic-linear-migrations,
/// alembic-git-revisions, Neutron's two branches.
const LEFTOVERS: [&str; 8] = [
    "head.txt",
    "heads.txt",
    "max_migration.txt",
    "HEAD",
    "HEADS",
    "EXPAND_HEAD",
    "CONTRACT_HEAD",
    "revision_chain.txt",
];

/// Fills [`ModuleSources::surroundings`] of all modules.
pub(super) fn gather(evidence: &Evidence, files: &dyn ReadFiles, sources: &mut Sources) {
    let archived = archived_heads(&evidence.root, files);
    let mut quotes = Quotes::of(evidence, files);
    quotes.folder(&evidence.root, files, 0);
    let is_only = evidence.modules.len() + evidence.unselected.len() == 1;
    let modules = evidence.modules.iter();
    let revisions = modules.flat_map(|module| &module.chain.revisions);
    let unselected = evidence.unselected.iter();
    let elsewhere = unselected.flat_map(|other| other.revisions.iter().map(|id| id.0.as_str()));
    let elsewhere: BTreeSet<&str> = elsewhere.collect();
    let taken: BTreeSet<&Path> = revisions.map(|revision| revision.path.as_path()).collect();
    for module in &evidence.modules {
        let name = &module.module.name;
        let facts = sources.modules.entry(name.clone()).or_default();
        facts.surroundings = Surroundings {
            own_packages: own_packages(module, files),
            leftovers: leftovers(module, files),
            following: head_files::find(&module.module, &module.chain, files)
                .into_iter()
                .map(|found| found.path)
                .collect(),
            links: links(module, files),
            quotes: quotes.found.remove(name).unwrap_or_default(),
            replaced: replaced(module, facts, &archived),
            tests: own_tests::find(&module.module, &evidence.root, is_only, files),
            out_of_reach: out_of_reach::find(module, &taken, &elsewhere, files),
        };
    }
}

/// What `import` finds in the module's folder, in `src` below it, and in the project's folder.
fn own_packages(module: &ModuleEvidence, files: &dyn ReadFiles) -> BTreeSet<String> {
    let directory = &module.module.directory;
    let folders = [directory.clone(), directory.join("src")];
    let mut found = BTreeSet::new();
    for folder in folders {
        for path in files.list(&folder).unwrap_or_default() {
            let name = name_of(&path);
            let stat = files.stat(&path).ok().flatten();
            match stat.map(|stat| stat.kind) {
                Some(FileKind::File) => {
                    found.extend(name.strip_suffix(".py").map(str::to_owned));
                }
                // A folder without Python in it is no package: `docs`, `alembic`.
                Some(FileKind::Folder)
                    if matches!(files.stat(&path.join("__init__.py")), Ok(Some(_))) =>
                {
                    found.insert(name);
                }
                _ => {}
            }
        }
    }
    // A folder called `alembic` is shadowed by the library; helpers beside env.py belong to the
    // migrations and stay.
    found.remove("alembic");
    found.remove(&name_of(&module.module.script_location));
    found
}

fn leftovers(module: &ModuleEvidence, files: &dyn ReadFiles) -> Vec<PathBuf> {
    let folders: BTreeSet<&PathBuf> = module
        .module
        .version_locations
        .iter()
        .chain([&module.module.script_location])
        .collect();
    folders
        .into_iter()
        .flat_map(|folder| LEFTOVERS.map(|name| folder.join(name)))
        .filter(|path| matches!(files.stat(path), Ok(Some(stat)) if stat.kind == FileKind::File))
        .collect()
}

fn links(module: &ModuleEvidence, files: &dyn ReadFiles) -> Vec<(PathBuf, PathBuf)> {
    module
        .module
        .version_locations
        .iter()
        .filter(|path| matches!(files.stat(path), Ok(Some(stat)) if stat.kind == FileKind::Link))
        .filter_map(|path| Some((path.clone(), files.canonical(path).ok()?)))
        .collect()
}

/// The identifiers that a baseline says it replaces, and the heads that an archive of this module
/// names, where one base can only be the baseline that replaced them.
fn replaced(
    module: &ModuleEvidence,
    facts: &ModuleSources,
    archived: &[(ModuleName, Vec<String>)],
) -> std::collections::BTreeMap<String, RevisionId> {
    let mut replaced = std::collections::BTreeMap::new();
    let bases = module.chain.bases();
    if let [base] = bases.as_slice() {
        for (name, heads) in archived {
            if *name == module.module.name {
                replaced.extend(heads.iter().map(|head| (head.clone(), base.clone())));
            }
        }
    }
    // One pass over each: a search for every revision takes seconds where there are thousands.
    let told: HashMap<&OsStr, &[String]> = (facts.contents.iter())
        .map(|contents| (contents.path.as_os_str(), contents.replaces.as_slice()))
        .collect();
    for revision in &module.chain.revisions {
        for old in *told
            .get(revision.path.as_os_str())
            .unwrap_or(&[].as_slice())
        {
            replaced.insert(old.clone(), revision.id.clone());
        }
    }
    // What is there again (an undo) is not replaced.
    replaced.retain(|old, _| module.chain.get(&RevisionId(old.clone())).is_none());
    replaced
}

/// The part of an archive's manifest that is looked at here; `steps::archive` writes it.
#[derive(Deserialize)]
struct Manifest {
    heads: Vec<(ModuleName, Vec<String>)>,
}

fn archived_heads(root: &Path, files: &dyn ReadFiles) -> Vec<(ModuleName, Vec<String>)> {
    files
        .list(&root.join("backups"))
        .unwrap_or_default()
        .into_iter()
        .filter(|folder| name_of(folder).starts_with("migrations_"))
        .filter_map(|folder| {
            let bytes = files.read(&folder.join("manifest.json")).ok()?;
            serde_json::from_slice::<Manifest>(&bytes).ok()
        })
        .flat_map(|manifest| manifest.heads)
        .collect()
}

/// The search for identifiers in the project's other files.
struct Quotes {
    /// Whose identifier it is.
    owners: HashMap<String, Vec<ModuleName>>,
    /// Folders of revision files.
    apart: Vec<PathBuf>,
    looked_into: usize,
    found: HashMap<ModuleName, Vec<(RevisionId, Location)>>,
}

impl Quotes {
    fn of(evidence: &Evidence, files: &dyn ReadFiles) -> Self {
        let mut quotes = Self {
            owners: HashMap::new(),
            apart: Vec::new(),
            looked_into: 0,
            found: HashMap::new(),
        };
        for module in &evidence.modules {
            for location in &module.module.version_locations {
                quotes.apart.extend(files.canonical(location));
                quotes.apart.push(location.clone());
            }
            for revision in &module.chain.revisions {
                let id = &revision.id.0;
                // A word such as `initial_schema` is said of many things.
                if id.chars().count() >= SHORTEST_ID && id.contains(|c: char| c.is_ascii_digit()) {
                    let owners = quotes.owners.entry(id.clone()).or_default();
                    owners.push(module.module.name.clone());
                }
            }
        }
        quotes
    }

    fn folder(&mut self, folder: &Path, files: &dyn ReadFiles, depth: usize) {
        const DEEPEST: usize = 16;
        if self.owners.is_empty() || depth > DEEPEST {
            return;
        }
        let entries = files.list(folder).unwrap_or_default();
        if depth > 0 && entries.iter().any(|path| path.ends_with("pyvenv.cfg")) {
            return;
        }
        for path in entries {
            let name = name_of(&path);
            match files.stat(&path) {
                Ok(Some(stat)) if stat.kind == FileKind::Folder => {
                    // What continuous integration runs is worth a look, other hidden folders not.
                    let is_hidden = name.starts_with('.') && name != ".github";
                    let is_skipped = is_hidden || SKIPPED.contains(&name.as_str());
                    if !is_skipped && !self.apart.contains(&path) {
                        self.folder(&path, files, depth + 1);
                    }
                }
                Ok(Some(stat)) if stat.kind == FileKind::File && stat.size <= LARGEST => {
                    self.file(&path, &name, files);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path, name: &str, files: &dyn ReadFiles) {
        let is_text = TEXTS.iter().any(|kind| {
            name.strip_suffix(kind)
                .is_some_and(|stem| stem.ends_with('.'))
        }) || matches!(name, "Makefile" | "Dockerfile" | "Jenkinsfile");
        // The note of a past reset names what it replaced, as it should.
        let is_own = name.starts_with("MIGRATION_BACKUP_");
        if !is_text || is_own || self.looked_into >= MOST_FILES {
            return;
        }
        self.looked_into += 1;
        let Ok(bytes) = files.read(path) else { return };
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return;
        };
        for (index, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            for word in words.filter(|word| word.len() >= SHORTEST_ID) {
                self.word(path, index + 1, line, word);
            }
        }
    }

    fn word(&mut self, path: &Path, number: usize, line: &str, word: &str) {
        for owner in self.owners.get(word).into_iter().flatten() {
            let column = line
                .find(word)
                .map_or(1, |at| line[..at].chars().count() + 1);
            self.found.entry(owner.clone()).or_default().push((
                RevisionId::from(word),
                Location {
                    path: path.to_owned(),
                    line: number,
                    column,
                    source_line: line.to_owned(),
                },
            ));
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Module;
    use crate::rules::{Scope, assess};
    use crate::survey::{chain, sources};
    use crate::system::{RealFiles, WriteFiles as _, tree};

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        RealFiles
            .create_folder(path.parent().unwrap(), 0o755)
            .unwrap();
        RealFiles.write_new(&path, text.as_bytes(), 0o644).unwrap();
    }

    fn codes(root: &Path) -> Vec<String> {
        let directory = root.to_owned();
        let mut module = ModuleEvidence::of(
            Module::plain("shop", directory),
            crate::model::Chain::default(),
        );
        module.chain = chain::read(&module.module, &RealFiles);
        let evidence = Evidence::of(root.to_owned(), vec![module]);
        let sources = sources::gather(&evidence, &[], &RealFiles);
        assess(&evidence, &sources, Scope::Static)
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.evidence.join(" ")))
            .collect()
    }

    const BASE: &str = "from alembic import op\nrevision = '4f2a9c1b77aa'\ndown_revision = None\n";

    #[test]
    fn a_module_with_nothing_around_it_is_clean() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "alembic/env.py", "from alembic import context\n");
        write(root, "alembic/helpers.py", "");
        write(root, "alembic/versions/a.py", BASE);
        write(root, "app/__init__.py", "");
        write(root, "docs/notes.md", "4f2a9c1b77aabb and 4f2a9c1b\n");
        write(root, "backups/x.md", "4f2a9c1b77aa\n");
        assert_eq!(codes(root), [""; 0]);
    }

    #[test]
    fn everything_around_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "real/a.py", BASE);
        write(
            root,
            "real/b.py",
            "from app.models import X\nfrom settings import y\nrevision = 'b'\ndown_revision = '4f2a9c1b77aa'\n",
        );
        write(root, "alembic/env.py", "");
        tree::link(&root.join("real"), &root.join("alembic/versions")).unwrap();
        write(root, "real/head.txt", "b\n");
        write(root, "app/__init__.py", "");
        write(root, "settings.py", "");
        write(
            root,
            ".github/workflows/ci.yml",
            "run: |\n  alembic upgrade 4f2a9c1b77aa\n",
        );
        assert_eq!(
            codes(root),
            [
                "RD627 alembic/versions/b.py:1: app.models",
                "RD633 ",
                "RD627 alembic/versions/b.py:2: settings",
                "RD629 ",
                "RD632 .github/workflows/ci.yml:2: 4f2a9c1b77aa",
            ]
        );
    }

    #[test]
    fn what_was_replaced_is_known_from_the_baseline_and_from_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "alembic/env.py", "");
        write(
            root,
            "alembic/versions/a.py",
            &format!("{BASE}replaces = ('old_1',)\n"),
        );
        write(
            root,
            "backups/migrations_20261122/manifest.json",
            "{\"heads\": [[\"shop\", [\"old_2\"]], [\"other\", [\"old_3\"]]], \"format\": 1}",
        );
        for (name, down) in [("b", "old_1"), ("c", "old_2"), ("d", "old_3")] {
            write(
                root,
                &format!("alembic/versions/{name}.py"),
                &format!("revision = '{name}'\ndown_revision = '{down}'\n"),
            );
        }
        let codes = codes(root);
        let of = |code: &str| codes.iter().filter(|one| one.starts_with(code)).count();
        assert_eq!((of("RD631"), of("RD603")), (2, 1), "{codes:?}");
    }
}
