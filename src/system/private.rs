//! Folders that nobody else may have prepared for us.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// Whether files can be made in a folder; asks the kernel, writes nothing.
pub fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(
        folder,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_ok()
}

/// Creates a folder with mode 0700, or accepts one that is ours, no link, and closed to others.
///
/// For well-known names in a folder that everybody can write to.
pub fn ensure_folder(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(path)?;
    let is_ours = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
    if !is_ours || found.permissions().mode() & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} belongs to somebody else", path.display()),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_open_to_others_or_a_link_is_not_accepted() {
        let above = tempfile::tempdir().unwrap();
        let ours = above.path().join("ours");
        ensure_folder(&ours).unwrap();
        ensure_folder(&ours).unwrap();
        assert!(is_writable(&ours));
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(ensure_folder(&ours).is_err());
        let link = above.path().join("link");
        std::os::unix::fs::symlink(above.path(), &link).unwrap();
        assert!(ensure_folder(&link).is_err());
    }
}
