//! Files. Every write is durable when the call returns.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What a path is; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

/// Facts about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Size in bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
}

/// Looking at files.
pub trait ReadFiles: Send + Sync {
    /// The whole contents.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The contents, to be read piece by piece.
    fn open(&self, path: &Path) -> io::Result<Box<dyn io::BufRead>> {
        Ok(Box::new(io::Cursor::new(self.read(path)?)))
    }
    /// The entries of a folder, sorted by name.
    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>>;
    /// Facts about a path without following a link; `None` if there is nothing.
    fn stat(&self, path: &Path) -> io::Result<Option<Stat>>;
    /// The path with all links followed.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// When its contents last changed, in seconds of the epoch.
    fn modified(&self, path: &Path) -> io::Result<i64>;
}

/// Changing files.
pub trait WriteFiles: ReadFiles {
    /// Writes a new file: temporary file in the same folder, fsync, link to the name (which must be
    /// free: [`io::ErrorKind::AlreadyExists`]), fsync of the folder.
    fn write_new(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()>;
    /// Like [`WriteFiles::write_new`], but replaces what is there in one rename.
    fn replace(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()>;
    /// Appends to a file (created with `mode` if missing) and fsyncs it.
    fn append(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()>;
    /// Creates a folder and its missing parents; fsyncs the parent of each. Existing is fine.
    fn create_folder(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// Renames and fsyncs both folders. The target must be free. Across file systems the file is
    /// copied, fsynced, compared and only then removed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file or link and fsyncs the folder. Missing is an error.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder and fsyncs its parent. Not empty is an error.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all it holds, without following links. Only for folders that
    /// redistill created.
    fn remove_tree(&self, path: &Path) -> io::Result<()>;
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFiles;

impl ReadFiles for RealFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn io::BufRead>> {
        Ok(Box::new(io::BufReader::new(fs::File::open(path)?)))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let mut entries = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        Ok(entries)
    }

    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let kind = match metadata.file_type() {
            kind if kind.is_file() => FileKind::File,
            kind if kind.is_dir() => FileKind::Folder,
            kind if kind.is_symlink() => FileKind::Link,
            _ => FileKind::Other,
        };
        Ok(Some(Stat {
            kind,
            size: metadata.len(),
            mode: metadata.permissions().mode() & 0o7777,
        }))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn modified(&self, path: &Path) -> io::Result<i64> {
        Ok(std::os::unix::fs::MetadataExt::mtime(
            &fs::symlink_metadata(path)?,
        ))
    }
}

impl WriteFiles for RealFiles {
    fn write_new(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        let folder = parent(path)?;
        let temporary = temporary_beside(folder, contents, mode)?;
        temporary
            .persist_noclobber(path)
            .map_err(|failure| failure.error)?;
        sync_folder(folder)
    }

    fn replace(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        let folder = parent(path)?;
        let temporary = temporary_beside(folder, contents, mode)?;
        temporary.persist(path).map_err(|failure| failure.error)?;
        sync_folder(folder)
    }

    fn append(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        let is_new = !path.exists();
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(mode)
            .open(path)?;
        file.write_all(contents)?;
        file.sync_all()?;
        if is_new {
            sync_folder(parent(path)?)
        } else {
            Ok(())
        }
    }

    fn create_folder(&self, path: &Path, mode: u32) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        let above = parent(path)?;
        self.create_folder(above, mode)?;
        match fs::create_dir(path) {
            Ok(()) => fs::set_permissions(path, fs::Permissions::from_mode(mode))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(error),
        }
        sync_folder(above)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.stat(to)?.is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                to.display().to_string(),
            ));
        }
        match fs::rename(from, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let contents = fs::read(from)?;
                let mode = fs::symlink_metadata(from)?.permissions().mode() & 0o7777;
                self.write_new(to, &contents, mode)?;
                if fs::read(to)? != contents {
                    return Err(io::Error::other("the copy differs from the original"));
                }
                fs::remove_file(from)?;
            }
            Err(error) => return Err(error),
        }
        sync_folder(parent(from)?)?;
        sync_folder(parent(to)?)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)?;
        sync_folder(parent(path)?)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)?;
        sync_folder(parent(path)?)
    }

    fn remove_tree(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)?;
        sync_folder(parent(path)?)
    }
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path has no folder"))
}

fn temporary_beside(
    folder: &Path,
    contents: &[u8],
    mode: u32,
) -> io::Result<tempfile::NamedTempFile> {
    let mut temporary = tempfile::Builder::new()
        .prefix(".redistill-")
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    temporary.write_all(contents)?;
    // The umask may have taken bits away that the original file had.
    temporary
        .as_file()
        .set_permissions(fs::Permissions::from_mode(mode))?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.md");
        RealFiles.write_new(&path, b"one", 0o640).unwrap();
        let error = RealFiles.write_new(&path, b"two", 0o640).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(RealFiles.read(&path).unwrap(), b"one");
        assert_eq!(RealFiles.stat(&path).unwrap().unwrap().mode, 0o640);
        assert_eq!(RealFiles.list(folder.path()).unwrap(), [path]);
    }

    #[test]
    fn a_rename_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        RealFiles.write_new(&a, b"a", 0o600).unwrap();
        RealFiles.write_new(&b, b"b", 0o600).unwrap();
        assert!(RealFiles.rename(&a, &b).is_err());
        assert_eq!(RealFiles.read(&b).unwrap(), b"b");
    }
}
