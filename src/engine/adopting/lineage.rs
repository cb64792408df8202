//! The generations of a module's history: the chains that resets archived, oldest first, and the
//! present one. For `adopt`, which brings a database from one to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::engine::{Engine, failures, lock};
use crate::error::Failure;
use crate::evidence::ModuleEvidence;
use crate::model::text::safe;
use crate::model::{Chain, Module, RevisionId};
use crate::rehearse::{self, Subject};
use crate::schema::{Catalog, Difference, ObjectKey, compare};
use crate::steps::archive::{self, Manifest};
use crate::survey::chain;
use crate::system::{ReadFiles as _, WriteFiles as _};

/// One chain of a module's past, or its present one.
pub struct Generation {
    /// Where it lies, for people.
    pub place: String,
    /// Its revisions.
    pub chain: Chain,
    /// Their folders; none for the present chain, which Alembic finds itself.
    pub locations: Vec<PathBuf>,
    /// Where an archive was extracted to; goes with this.
    _extracted: Option<tempfile::TempDir>,
}

impl Generation {
    /// The revision that a database of the generation before is stamped with.
    pub fn base(&self) -> Option<RevisionId> {
        match &self.chain.bases()[..] {
            [base] => Some(base.clone()),
            _ => None,
        }
    }

    fn has(&self, id: &str) -> bool {
        self.chain.revisions.iter().any(|own| own.id.0 == id)
    }

    /// Whether all these rows are revisions of this chain.
    pub fn knows(&self, rows: &[String]) -> bool {
        !rows.is_empty() && rows.iter().all(|row| self.has(row))
    }
}

/// What a chain builds as it is applied, revision by revision: the rows that the version table holds
/// then, and the catalog. A branch that is applied already keeps its row.
type Built = Vec<(Vec<RevisionId>, Arc<Catalog>)>;

/// A generation by its index, and revisions of it.
type At = (usize, Vec<RevisionId>);

/// All generations of a module, and what they build.
pub struct Lineage<'s> {
    /// Oldest first; the present chain is the last.
    pub generations: Vec<Generation>,
    subject: Subject<'s>,
    at: Mutex<BTreeMap<At, Arc<Catalog>>>,
    each: Mutex<BTreeMap<usize, Arc<Built>>>,
}

impl<'s> Lineage<'s> {
    /// Puts the present chain behind the past ones.
    pub fn new(subject: Subject<'s>, mut past: Vec<Generation>) -> Self {
        let present = Generation {
            place: "the present chain".to_owned(),
            chain: subject.chain.clone(),
            locations: Vec::new(),
            _extracted: None,
        };
        // A reset that was taken back leaves nothing; one whose whole chain is here again is none.
        past.retain(|old| !old.chain.revisions.iter().all(|r| present.has(&r.id.0)));
        past.push(present);
        Self {
            generations: past,
            subject,
            at: Mutex::default(),
            each: Mutex::default(),
        }
    }

    /// The module's rehearsal.
    pub const fn subject(&self) -> &Subject<'s> {
        &self.subject
    }

    /// The index of the present chain.
    pub fn present(&self) -> usize {
        self.generations.len() - 1
    }

    /// Whether an identifier is one of any generation.
    pub fn has(&self, id: &str) -> bool {
        self.generations.iter().any(|generation| generation.has(id))
    }

    /// What a generation builds at these revisions; replayed once.
    pub fn catalog(&self, index: usize, at: &[RevisionId]) -> Result<Arc<Catalog>, Failure> {
        let mut known = lock(&self.at);
        let key = (index, at.to_vec());
        if let Some(catalog) = known.get(&key) {
            return Ok(Arc::clone(catalog));
        }
        let locations = &self.generations[index].locations;
        let catalog = rehearse::catalog_at(&self.subject, at, locations)
            .map_err(|error| failures::rehearsal(&self.subject.module.name, &error))?;
        let catalog = Arc::new(catalog);
        known.insert(key, Arc::clone(&catalog));
        Ok(catalog)
    }

    /// What a generation builds, revision by revision; replayed once.
    pub fn each(&self, index: usize) -> Result<Arc<Built>, Failure> {
        let mut known = lock(&self.each);
        if let Some(built) = known.get(&index) {
            return Ok(Arc::clone(built));
        }
        let generation = &self.generations[index];
        let order: Vec<RevisionId> = generation.chain.revisions.iter().map(id).collect();
        let built = rehearse::catalogs(&self.subject, &order, &generation.locations)
            .map_err(|error| failures::rehearsal(&self.subject.module.name, &error))?
            .into_iter()
            .enumerate()
            .map(|(place, (_, catalog))| {
                let applied = generation.chain.revisions[..=place].to_vec();
                let rows = Chain::new(applied, Vec::new()).effective_heads();
                (rows, Arc::new(catalog))
            })
            .collect();
        let built = Arc::new(built);
        known.insert(index, Arc::clone(&built));
        Ok(built)
    }
}

fn id(revision: &crate::model::Revision) -> RevisionId {
    revision.id.clone()
}

/// How a database differs from a reference. Objects of others are no difference: an object more
/// counts only where it belongs to a table of the reference, or where the lineage knows it.
pub fn differences(
    reference: &Catalog,
    live: &Catalog,
    known: &BTreeSet<ObjectKey>,
) -> Vec<Difference> {
    compare(reference, live)
        .into_iter()
        .filter(|difference| match difference {
            Difference::Missing { .. } | Difference::Changed { .. } => true,
            Difference::Extra { object, .. } if object.table.is_empty() => known.contains(object),
            Difference::Extra { object, .. } => {
                reference.relation(&object.schema, &object.table).is_some()
            }
        })
        .collect()
}

impl Engine<'_> {
    /// The archived chains of a module, oldest first, proven and extracted.
    pub(in crate::engine) fn past(
        &self,
        seen: &ModuleEvidence,
    ) -> Result<Vec<Generation>, Failure> {
        let mut found = Vec::new();
        for folder in self.archives()? {
            let manifest = archive::prove(&self.files, &folder).map_err(|error| {
                Failure::refused(safe(&error.to_string()).into_owned())
                    .with_hint("fetch the archive again as it was committed, then: redistill adopt")
            })?;
            if manifest
                .members
                .iter()
                .any(|m| m.module == seen.module.name)
            {
                found.push((manifest.created.clone(), folder, manifest));
            }
        }
        found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        found
            .into_iter()
            .map(|(_, folder, manifest)| self.extract(seen, &folder, &manifest))
            .collect()
    }

    /// The folders with an archive's manifest.
    fn archives(&self) -> Result<Vec<PathBuf>, Failure> {
        let folder = self.request.root.join(&self.request.backups);
        let unreadable = |error: std::io::Error| {
            Failure::untouched(format!(
                "cannot read {}: {error}",
                safe(&folder.display().to_string())
            ))
        };
        let entries = match self.files.list(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut archives = Vec::new();
        for entry in entries {
            let manifest = entry.join(archive::MANIFEST);
            if self.files.stat(&manifest).map_err(unreadable)?.is_some() {
                archives.push(entry);
            }
        }
        Ok(archives)
    }

    fn extract(
        &self,
        seen: &ModuleEvidence,
        folder: &Path,
        manifest: &Manifest,
    ) -> Result<Generation, Failure> {
        let failed = |why: String| {
            Failure::untouched(format!(
                "the archive {} cannot be extracted: {}",
                safe(&folder.display().to_string()),
                safe(&why)
            ))
        };
        let temporary = tempfile::Builder::new()
            .prefix("redistill-archive-")
            .tempdir()
            .map_err(|error| failed(error.to_string()))?;
        let files = temporary.path().join("files");
        archive::extract_to(&self.files, folder, &files)
            .map_err(|error| failed(error.to_string()))?;
        let module = &seen.module;
        let locations = version_folders(&self.request.root, module, manifest, &files);
        let archived = Module {
            version_locations: locations.clone(),
            ..module.clone()
        };
        let mut chain = chain::read(&archived, &self.files);
        if module.branch.is_some() {
            self.without_siblings(&mut chain, &files, seen, manifest)
                .map_err(|error| failed(error.to_string()))?;
        }
        let place = folder
            .strip_prefix(&self.request.root)
            .unwrap_or(folder)
            .display()
            .to_string();
        Ok(Generation {
            place,
            chain,
            locations,
            _extracted: Some(temporary),
        })
    }
}

impl Engine<'_> {
    /// The branches of an environment are archived together, and each is a lineage of its own: the
    /// others' revisions are taken out of the copy, so that Alembic does not see them either.
    fn without_siblings(
        &self,
        chain: &mut Chain,
        files: &Path,
        seen: &ModuleEvidence,
        manifest: &Manifest,
    ) -> std::io::Result<()> {
        let members = manifest.members.iter();
        let own: BTreeSet<PathBuf> = members
            .filter(|member| member.module == seen.module.name)
            .map(|member| files.join(&member.file.path))
            .collect();
        for revision in &chain.revisions {
            if !own.contains(&revision.path) {
                self.files.remove_file(&revision.path)?;
            }
        }
        chain
            .revisions
            .retain(|revision| own.contains(&revision.path));
        Ok(())
    }
}

/// The extracted version folders: where the module's own are now, or, if they have moved since,
/// wherever its files lie.
fn version_folders(
    root: &Path,
    module: &Module,
    manifest: &Manifest,
    files: &Path,
) -> Vec<PathBuf> {
    let own = manifest.members.iter().filter(|m| m.module == module.name);
    let paths: Vec<PathBuf> = own.map(|m| files.join(&m.file.path)).collect();
    let mut folders: Vec<PathBuf> = module
        .version_locations
        .iter()
        .filter_map(|location| location.strip_prefix(root).ok())
        .map(|location| files.join(location))
        .filter(|location| paths.iter().any(|path| path.starts_with(location)))
        .collect();
    let is_covered =
        |path: &PathBuf, folders: &[PathBuf]| folders.iter().any(|folder| path.starts_with(folder));
    for path in &paths {
        if let Some(parent) = path.parent()
            && !is_covered(path, &folders)
        {
            folders.push(parent.to_owned());
        }
    }
    folders
}
