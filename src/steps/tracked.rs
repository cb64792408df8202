//! Files that are known by their hash: looking, comparing, moving. Used by the file steps.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::{Context, StepError};
use crate::model::text::{bytes, hex};
use crate::plan::FileRef;
use crate::system::FileKind;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A regular file with this SHA-256.
    File(String),
    /// A folder, a link, something else.
    Other,
}

impl Found {
    /// Whether it is this file.
    pub fn is(&self, file: &FileRef) -> bool {
        matches!(self, Self::File(sha256) if *sha256 == file.sha256)
    }
}

/// SHA-256 in 64 hexadecimal digits.
pub fn hash(contents: &[u8]) -> String {
    hex(&Sha256::digest(contents))
}

/// What has been read of a file so far, as a hash.
#[derive(Clone, Default)]
pub struct Hash(Rc<RefCell<Sha256>>);

impl Hash {
    /// SHA-256 in 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        hex(&self.0.borrow().clone().finalize())
    }
}

/// A file that is hashed while it is read.
pub struct Hashed<R> {
    input: R,
    hash: Hash,
}

impl<R: BufRead> Hashed<R> {
    /// From the beginning.
    pub fn of(input: R) -> Self {
        Self {
            input,
            hash: Hash::default(),
        }
    }

    /// The hash, which goes on with the reading.
    pub fn hash(&self) -> Hash {
        self.hash.clone()
    }
}

impl<R: BufRead> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.hash.0.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.input.fill_buf() {
            self.hash.0.borrow_mut().update(&buffer[..amount]);
        }
        self.input.consume(amount);
    }
}

/// Size and hash of a file, which may be larger than the memory.
pub fn hash_of(path: &Path, context: &Context<'_>) -> Result<(u64, String), StepError> {
    let read = || {
        let mut file = Hashed::of(context.files().open(path)?);
        let hash = file.hash();
        let size = io::copy(&mut file, &mut io::sink())?;
        Ok((size, hash.digest()))
    };
    read().map_err(StepError::files("read", path))
}

/// A file as the plan knows it.
pub fn reference(path: &str, contents: &[u8], mode: u32) -> FileRef {
    FileRef {
        path: path.to_owned(),
        size: contents.len() as u64,
        sha256: hash(contents),
        mode,
    }
}

/// A file in the preview.
pub fn line(file: &FileRef) -> String {
    format!("  {} ({})", file.path, bytes(file.size))
}

/// Looks without following a link.
pub fn look(path: &Path, context: &Context<'_>) -> Result<Found, StepError> {
    Ok(match context.stat(path)?.map(|stat| stat.kind) {
        None => Found::Nothing,
        Some(FileKind::File) => Found::File(hash(&read(path, context)?)),
        Some(_) => Found::Other,
    })
}

/// The contents.
pub fn read(path: &Path, context: &Context<'_>) -> Result<Vec<u8>, StepError> {
    context
        .files()
        .read(path)
        .map_err(StepError::files("read", path))
}

/// Moves a file whose hash is known, creating folders with `folder_mode` above the target. Being
/// there already is fine; both there (a copy between file systems that was interrupted) is
/// finished by removing the origin. Anything else in the target's place refuses.
pub fn relocate(
    file: &FileRef,
    from: &Path,
    to: &Path,
    folder_mode: u32,
    context: &Context<'_>,
) -> Result<(), StepError> {
    let path = || file.path.clone();
    match (look(from, context)?, look(to, context)?) {
        (Found::Nothing, there) if there.is(file) => Ok(()),
        (here, there) if here.is(file) && there.is(file) => context
            .files()
            .remove_file(from)
            .map_err(StepError::files("remove", from)),
        (here, Found::Nothing) if here.is(file) => {
            create_parent(to, folder_mode, context)?;
            context
                .files()
                .rename(from, to)
                .map_err(StepError::files("move", from))
        }
        (here, _) if here.is(file) => Err(StepError::InTheWay {
            path: to.display().to_string(),
        }),
        (Found::Nothing, _) => Err(StepError::Missing { path: path() }),
        (Found::Other, _) => Err(StepError::NotAFile { path: path() }),
        (Found::File(_), _) => Err(StepError::Changed { path: path() }),
    }
}

/// Creates the folder that a path lies in.
pub fn create_parent(path: &Path, mode: u32, context: &Context<'_>) -> Result<(), StepError> {
    let folder = path.parent().unwrap_or(path);
    context
        .files()
        .create_folder(folder, mode)
        .map_err(StepError::files("create", folder))
}

/// Removes folders that redistill created, innermost first, as far as they are empty.
pub fn remove_folders(folders: &[String], context: &Context<'_>) -> Result<(), StepError> {
    for folder in folders.iter().rev() {
        let path = context.resolve(folder)?;
        let Some(stat) = context.stat(&path)? else {
            continue;
        };
        let is_empty = stat.kind == FileKind::Folder
            && context
                .files()
                .list(&path)
                .map_err(StepError::files("list", &path))?
                .is_empty();
        if is_empty {
            context
                .files()
                .remove_folder(&path)
                .map_err(StepError::files("remove", &path))?;
        }
    }
    Ok(())
}

/// Removes what a killed process left of [`crate::system::WriteFiles::write_new`] in a folder: its
/// temporary files. Only called with the project's lock held, so none of them is in use.
pub fn sweep(folder: &Path, context: &Context<'_>) -> Result<(), StepError> {
    if !matches!(context.stat(folder)?, Some(stat) if stat.kind == FileKind::Folder) {
        return Ok(());
    }
    let entries = context
        .files()
        .list(folder)
        .map_err(StepError::files("list", folder))?;
    for path in entries {
        let is_ours = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_prefix(".redistill-"))
            .is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
        if is_ours && matches!(context.stat(&path)?, Some(stat) if stat.kind == FileKind::File) {
            context
                .files()
                .remove_file(&path)
                .map_err(StepError::files("remove", &path))?;
        }
    }
    Ok(())
}
