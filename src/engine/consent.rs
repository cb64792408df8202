//! Whether this person agreed that env.py of this project may be run: asked once by the faces that
//! look before they run anything.
//!
//! Kept in the user's state folder and never in the project: a repository must not be able to bring
//! the agreement along. The headless commands need none, their call is the consent.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::{Engine, plans};
use crate::error::Failure;
use crate::model::text::{hex, safe};
use crate::system::{ReadFiles as _, WriteFiles as _, environment};

impl Engine<'_> {
    /// Whether it was agreed to. Not to be found out means no.
    pub fn is_agreed(&self) -> bool {
        let root = self.root_text();
        self.consent_file()
            .and_then(|path| self.files.read(&path).ok())
            .is_some_and(|text| text == root.as_bytes())
    }

    /// Remembers it.
    pub fn agree(&self) -> Result<(), Failure> {
        let Some(path) = self.consent_file() else {
            return Err(Failure::untouched("there is no folder to remember it in")
                .with_hint("set XDG_STATE_HOME or REDISTILL_STATE to a folder of yours"));
        };
        let folder = path.parent().map(PathBuf::from).unwrap_or_default();
        self.files
            .create_folder(&folder, 0o700)
            .and_then(|()| {
                self.files
                    .replace(&path, self.root_text().as_bytes(), 0o600)
            })
            .map_err(|error| {
                Failure::untouched(format!(
                    "it cannot be remembered in {}: {error}",
                    safe(&folder.display().to_string())
                ))
                .with_hint("set REDISTILL_STATE to a folder that can be written to")
            })
    }

    /// Forgets it, and the plans of this project that were not executed: for a project that is
    /// about to be gone.
    pub fn forget_project(&self) {
        if let Some(path) = self.consent_file() {
            // It names a folder that nobody has any more.
            let _ = self.files.remove_file(&path);
        }
        plans::forget_all(&self.request.root);
    }

    fn root_text(&self) -> String {
        self.request.root.display().to_string()
    }

    /// Named by the project's folder; the path in it is compared, too.
    fn consent_file(&self) -> Option<PathBuf> {
        let name = hex(&Sha256::digest(self.root_text().as_bytes()));
        environment::state_folder().map(|state| state.join("agreed").join(name))
    }
}
