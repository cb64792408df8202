//! The names of scratch databases that are about to be made, written down in the user's state folder:
//! a run that is killed before it could mark its database leaves this trace.
//!
//! Called by [`super::scratch`]. Best effort: without the folder, a scratch has only its mark.

use std::path::{Path, PathBuf};

use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _, environment};

/// The folder; none where the user has no state folder.
#[derive(Clone, Debug)]
pub struct Names {
    folder: Option<PathBuf>,
}

impl Names {
    /// In the user's state folder.
    pub fn of_user() -> Self {
        Self {
            folder: environment::state_folder().map(|state| state.join("scratch")),
        }
    }

    /// In this folder.
    #[cfg(test)]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder: Some(folder),
        }
    }

    /// Writes a name down, with the mark that its database is to have.
    pub fn write(&self, name: &str, mark: &str) {
        let Some(path) = self.path(name) else {
            return;
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        if RealFiles.create_folder(folder, 0o700).is_ok() {
            let _ = RealFiles.replace(&path, mark.as_bytes(), 0o600);
        }
    }

    /// The mark that the database of this very name was to have.
    pub fn mark_of(&self, name: &str) -> Option<String> {
        let bytes = RealFiles.read(&self.path(name)?).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// The database is gone.
    pub fn forget(&self, name: &str) {
        if let Some(path) = self.path(name) {
            let _ = RealFiles.remove_file(&path);
        }
    }

    /// A name of ours has letters, digits and underscores; another one leads nowhere.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let is_plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let folder = self.folder.as_ref()?;
        (is_plain && !name.is_empty()).then(|| folder.join(name))
    }
}
