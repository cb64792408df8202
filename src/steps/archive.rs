//! The archive of the old history: `versions.tar.gz` and `manifest.json`, proven from disk.
//!
//! ```text
//! backups/.migrations_20261122.partial/     written, fsynced, re-read, proven …
//! backups/migrations_20261122/              … and only then renamed to its name
//! ```
//!
//! [`prove`] and [`extract_to`] serve undo, `adopt` and anybody who holds such a folder. Nothing
//! here replaces an archive, and extraction writes only what the manifest names.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::pack::{self, Packed};
use super::tracked::{self, Found};
use super::world::is_inside;
use super::{Context, Foreseen, Standing, StepError};
use crate::journal::Before;
use crate::model::ModuleName;
use crate::model::text::{bytes, count, io_words};
use crate::plan::ArchiveMember;
use crate::system::{FileKind, ReadFiles, WriteFiles};

/// The archive's file name in its folder.
pub const ARCHIVE: &str = "versions.tar.gz";
/// The manifest's.
pub const MANIFEST: &str = "manifest.json";
/// The format of the manifest.
const FORMAT: u32 = 1;

/// What is in an archive, and how to know that it still is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format's number.
    pub format: u32,
    /// When it was made, RFC 3339.
    pub created: String,
    /// The run that made it.
    pub run: String,
    /// The digest of the run's plan.
    pub plan: String,
    /// Heads and version rows by module.
    pub heads: Vec<(ModuleName, Vec<String>)>,
    /// The files, in the plan's order.
    pub members: Vec<ArchiveMember>,
    /// The size of `versions.tar.gz` in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// SHA-256 of this manifest with an empty seal: a changed manifest is recognised, too.
    pub seal: String,
}

/// Why an archive cannot be made, or is not one.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("cannot read the archive's {path}: {}", io_words(source))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The manifest is not one, or was changed.
    #[error("the manifest {path} is damaged: {why}")]
    Manifest {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The archive is not what the manifest says.
    #[error("the archive {path} is damaged: {why}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It cannot be written out.
    #[error("cannot extract to {path}: {}", io_words(source))]
    Extract {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The lines under the title.
pub fn preview(members: &[ArchiveMember]) -> Vec<String> {
    let total = members.iter().map(|member| member.file.size).sum();
    let mut lines = vec![format!(
        "  {ARCHIVE} with {} ({} before compression) and {MANIFEST}, read back and proven",
        count(members.len(), "file"),
        bytes(total)
    )];
    lines.extend(members.iter().map(|member| tracked::line(&member.file)));
    lines
}

/// The folder must be free, the files as the plan knows them.
pub fn check(
    folder: &str,
    members: &[ArchiveMember],
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    let mut problems: Vec<_> = members
        .iter()
        .filter_map(|member| foreseen.missing(&member.file, context))
        .collect();
    match foreseen.at(folder, context) {
        Ok(Found::Nothing) => {}
        Ok(_) => problems.push(StepError::InTheWay {
            path: folder.to_owned(),
        }),
        Err(error) => problems.push(error),
    }
    problems
}

/// Done if the folder is there and proves to hold these members; the rename is its last act.
pub fn standing(
    folder: &str,
    members: &[ArchiveMember],
    context: &Context<'_>,
) -> Result<Standing, StepError> {
    let path = context.resolve(folder)?;
    if context.stat(&path)?.is_none() {
        return Ok(Standing::NotDone);
    }
    Ok(match prove(context.files(), &path) {
        Ok(manifest) if manifest.members == members && manifest.run == context.run => {
            Standing::Done
        }
        Ok(_) => Standing::Torn {
            why: format!("{folder} is the archive of another run"),
        },
        Err(error) => Standing::Torn {
            why: error.to_string(),
        },
    })
}

/// Makes it. When that fails, nothing of it is left.
pub fn apply(
    folder: &str,
    members: &[ArchiveMember],
    heads: &[(ModuleName, Vec<String>)],
    before: &Before,
    context: &Context<'_>,
) -> Result<String, StepError> {
    match standing(folder, members, context)? {
        Standing::Done => {}
        Standing::NotDone => {
            let path = context.resolve(folder)?;
            if let Err(error) = make(&path, members, heads, context) {
                remove_partial(&path, context)?;
                tracked::remove_folders(&before.folders(), context)?;
                return Err(error);
            }
        }
        Standing::Torn { .. } => {
            return Err(StepError::InTheWay {
                path: folder.to_owned(),
            });
        }
    }
    let manifest = prove(context.files(), &context.resolve(folder)?)?;
    Ok(format!(
        "{} in {folder}/{ARCHIVE}, {}, proven",
        count(members.len(), "file"),
        bytes(manifest.size)
    ))
}

fn make(
    path: &Path,
    members: &[ArchiveMember],
    heads: &[(ModuleName, Vec<String>)],
    context: &Context<'_>,
) -> Result<(), StepError> {
    remove_partial(path, context)?;
    let sources = read_sources(members, context)?;
    let packed: Vec<_> = members
        .iter()
        .zip(&sources)
        .map(|(member, contents)| Packed {
            path: &member.file.path,
            contents,
            mode: member.file.mode,
        })
        .collect();
    let modified = u64::try_from(context.world.now.timestamp()).unwrap_or(0);
    let archive =
        pack::pack(&packed, modified).map_err(StepError::files("pack", &path.join(ARCHIVE)))?;
    let manifest = Manifest {
        format: FORMAT,
        created: context.world.now.to_rfc3339(),
        run: context.run.to_owned(),
        plan: context.digest.to_owned(),
        heads: heads.to_vec(),
        members: members.to_vec(),
        size: archive.len() as u64,
        sha256: tracked::hash(&archive),
        seal: String::new(),
    };
    let partial = partial(path);
    tracked::create_parent(&partial, 0o755, context)?;
    let files = context.files();
    let write = |name: &str, contents: &[u8]| {
        let path = partial.join(name);
        files
            .write_new(&path, contents, 0o600)
            .map_err(StepError::files("write", &path))
    };
    files
        .create_folder(&partial, 0o700)
        .map_err(StepError::files("create", &partial))?;
    write(ARCHIVE, &archive)?;
    write(MANIFEST, &sealed(&manifest))?;
    prove(files, &partial)?;
    rehearse(&partial, members, context)?;
    read_sources(members, context)?;
    files
        .rename(&partial, path)
        .map_err(StepError::files("move", &partial))
}

/// The files as they are now; refuses what is not as in the plan.
fn read_sources(
    members: &[ArchiveMember],
    context: &Context<'_>,
) -> Result<Vec<Vec<u8>>, StepError> {
    let mut sources = Vec::with_capacity(members.len());
    for member in members {
        let path = member.file.path.clone();
        let place = context.resolve(&path)?;
        match context.stat(&place)?.map(|stat| stat.kind) {
            None => return Err(StepError::Missing { path }),
            Some(FileKind::File) => {}
            Some(_) => return Err(StepError::NotAFile { path }),
        }
        let contents = tracked::read(&place, context)?;
        if tracked::hash(&contents) != member.file.sha256 {
            return Err(StepError::Changed { path });
        }
        sources.push(contents);
    }
    Ok(sources)
}

/// Extracts into the run's folder, compares, and removes that again.
fn rehearse(
    partial: &Path,
    members: &[ArchiveMember],
    context: &Context<'_>,
) -> Result<(), StepError> {
    let scratch = context.folder().join("extracted");
    let clear = || match context.stat(&scratch)? {
        None => Ok(()),
        Some(_) => context
            .files()
            .remove_tree(&scratch)
            .map_err(StepError::files("remove", &scratch)),
    };
    clear()?;
    let extracted = extract_to(context.files(), partial, &scratch).map_err(StepError::from);
    let compared = extracted.and_then(|_| {
        members.iter().try_for_each(|member| {
            let found = tracked::look(&scratch.join(&member.file.path), context)?;
            if found.is(&member.file) {
                Ok(())
            } else {
                Err(StepError::Changed {
                    path: member.file.path.clone(),
                })
            }
        })
    });
    clear()?;
    compared
}

fn partial(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or("archive");
    path.with_file_name(format!(".{name}.partial"))
}

/// Removes what an interrupted archiving left beside the folder.
pub fn remove_partial(path: &Path, context: &Context<'_>) -> Result<(), StepError> {
    let partial = partial(path);
    match context.stat(&partial)?.map(|stat| stat.kind) {
        Some(FileKind::Folder) => context
            .files()
            .remove_tree(&partial)
            .map_err(StepError::files("remove", &partial)),
        _ => Ok(()),
    }
}

/// The manifest's bytes with its seal.
fn sealed(manifest: &Manifest) -> Vec<u8> {
    let text = |manifest: &Manifest| {
        let mut text = serde_json::to_vec_pretty(manifest).expect("a manifest is plain data");
        text.push(b'\n');
        text
    };
    let bare = Manifest {
        seal: String::new(),
        ..manifest.clone()
    };
    let seal = tracked::hash(&text(&bare));
    text(&Manifest { seal, ..bare })
}

/// Proves the archive in a folder from disk: manifest sealed, file hash, gzip to its end, exactly
/// the members of the manifest, each with its hash.
pub fn prove(files: &dyn ReadFiles, folder: &Path) -> Result<Manifest, ArchiveError> {
    proven(files, folder).map(|(manifest, _)| manifest)
}

/// The members of a proven archive, by path.
pub fn contents(
    files: &dyn ReadFiles,
    folder: &Path,
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    proven(files, folder).map(|(_, members)| members)
}

fn proven(
    files: &dyn ReadFiles,
    folder: &Path,
) -> Result<(Manifest, BTreeMap<String, Vec<u8>>), ArchiveError> {
    let manifest = read_manifest(files, &folder.join(MANIFEST))?;
    let path = folder.join(ARCHIVE);
    let archive = read_regular(files, &path)?;
    let damaged = |why: String| ArchiveError::Damaged {
        path: path.clone(),
        why,
    };
    if archive.len() as u64 != manifest.size || tracked::hash(&archive) != manifest.sha256 {
        return Err(damaged("its hash is not the manifest's".to_owned()));
    }
    let members = pack::unpack(&archive).map_err(|error| damaged(error.to_string()))?;
    if members.len() != manifest.members.len() {
        return Err(damaged("its files are not the manifest's".to_owned()));
    }
    for member in &manifest.members {
        let file = &member.file;
        match members.get(&file.path) {
            Some(found)
                if tracked::hash(found) == file.sha256 && found.len() as u64 == file.size => {}
            Some(_) => return Err(damaged(format!("{} is not as archived", file.path))),
            None => return Err(damaged(format!("{} is missing in it", file.path))),
        }
    }
    Ok((manifest, members))
}

fn read_manifest(files: &dyn ReadFiles, path: &Path) -> Result<Manifest, ArchiveError> {
    let damaged = |why: String| ArchiveError::Manifest {
        path: path.to_owned(),
        why,
    };
    let text = read_regular(files, path)?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(damaged(format!("its format is {}", manifest.format)));
    }
    if sealed(&manifest) != text {
        return Err(damaged("its seal is broken".to_owned()));
    }
    if let Some(member) = manifest.members.iter().find(|m| !is_inside(&m.file.path)) {
        return Err(damaged(format!("{} leads out of it", member.file.path)));
    }
    Ok(manifest)
}

fn read_regular(files: &dyn ReadFiles, path: &Path) -> Result<Vec<u8>, ArchiveError> {
    let unreadable = |source| ArchiveError::Unreadable {
        path: path.to_owned(),
        source,
    };
    match files.stat(path).map_err(unreadable)?.map(|stat| stat.kind) {
        Some(FileKind::File) => files.read(path).map_err(unreadable),
        Some(_) => Err(unreadable(io::Error::other("it is not a regular file"))),
        None => Err(unreadable(io::ErrorKind::NotFound.into())),
    }
}

/// Proves the archive and writes its files below `dest`, which must not exist: the folder is made
/// here, so nothing in it can be a link. Only names of the manifest, with their permission bits.
pub fn extract_to(
    files: &dyn WriteFiles,
    folder: &Path,
    dest: &Path,
) -> Result<Manifest, ArchiveError> {
    let (manifest, members) = proven(files, folder)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ArchiveError::Extract { path, source }
    };
    if files.stat(dest).map_err(failed(dest))?.is_some() {
        return Err(failed(dest)(io::ErrorKind::AlreadyExists.into()));
    }
    files.create_folder(dest, 0o700).map_err(failed(dest))?;
    for member in &manifest.members {
        let path = dest.join(&member.file.path);
        let above = path.parent().unwrap_or(dest);
        files.create_folder(above, 0o700).map_err(failed(above))?;
        files
            .write_new(&path, &members[&member.file.path], member.file.mode)
            .map_err(failed(&path))?;
    }
    Ok(manifest)
}
