//! Folders as a whole: copied, given to another user, put on disk; and the room that is left there.
//!
//! For folders that redistill made itself; nothing here is durable until [`sync`] is called.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// A user and a group.
pub type Owner = (u32, u32);

/// Copies a folder of regular files and folders to a free name, modes included; `owner` gets
/// every entry. Links and anything else are an error.
pub fn copy(from: &Path, to: &Path, owner: Option<Owner>) -> io::Result<()> {
    let mode = fs::symlink_metadata(from)?.permissions().mode() & 0o7777;
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&entry.path(), &target, owner)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)?;
            give(&target, owner)?;
        } else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is no regular file", entry.path().display()),
            ));
        }
    }
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    give(to, owner)
}

/// Gives one entry to another user, where one is named.
pub fn give(path: &Path, owner: Option<Owner>) -> io::Result<()> {
    match owner {
        Some((user, group)) => std::os::unix::fs::lchown(path, Some(user), Some(group)),
        None => Ok(()),
    }
}

/// Makes a symbolic link at a free name.
pub fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

/// The user that owns an entry; a link's own.
pub fn owner(path: &Path) -> io::Result<u32> {
    Ok(fs::symlink_metadata(path)?.uid())
}

/// How many bytes an ordinary user can still write to the file system that holds `path`.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(path)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Writes everything of the file system that holds `path` to disk.
pub fn sync(path: &Path) -> io::Result<()> {
    let folder = File::open(path)?;
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(&folder)?;
    folder.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_same_contents_and_modes_and_refuses_links() {
        let above = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| above.path().join(name));
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::set_permissions(from.join("inner"), fs::Permissions::from_mode(0o750)).unwrap();
        fs::write(from.join("inner/file"), "text").unwrap();
        copy(&from, &to, None).unwrap();
        sync(&to).unwrap();
        assert_eq!(fs::read_to_string(to.join("inner/file")).unwrap(), "text");
        let mode = fs::metadata(to.join("inner")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o750);
        assert_eq!(owner(&to).unwrap(), owner(above.path()).unwrap());
        std::os::unix::fs::symlink("/", from.join("link")).unwrap();
        assert!(copy(&from, &above.path().join("other"), None).is_err());
    }
}
