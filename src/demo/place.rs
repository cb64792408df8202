//! The folder that a demo lives in: a temporary one, or one that the user wants to keep.
//!
//! ```text
//! DIR/artstore/          the project
//! DIR/artstore/.venv     a link to the interpreter's environment; ignored by the project's git
//! DIR/postgres/          the server's data, where it is kept
//! ```
//!
//! What was made goes again when this is dropped, unless [`Place::keep`] was called.

use std::io;
use std::path::{Path, PathBuf};

use super::project::DemoError;
use super::tree;
use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _, environment, private, random};

/// The project's folder in it.
const PROJECT: &str = "artstore";
/// The server's folder in it.
const SERVER: &str = "postgres";

/// A folder for one demo.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    /// The topmost folder that was made; none if the user's was there, empty.
    made: Option<PathBuf>,
    is_temporary: bool,
    stays: bool,
}

impl Place {
    /// A fresh folder among the temporary files, closed to others.
    pub fn temporary() -> Result<Self, DemoError> {
        let folder =
            environment::temporary_folder().join(format!("redistill-demo-{}", random::hex(6)));
        private::ensure_folder(&folder).map_err(|source| at(&folder, source))?;
        Ok(Self {
            made: Some(folder.clone()),
            folder,
            is_temporary: true,
            stays: false,
        })
    }

    /// A folder of the user's, absolute; missing or empty, else [`DemoError::NotEmpty`].
    pub fn wanted(folder: &Path) -> Result<Self, DemoError> {
        let fail = |source| at(folder, source);
        if !tree::is_free(folder).map_err(fail)? {
            return Err(DemoError::NotEmpty(folder.to_owned()));
        }
        let made = folder
            .ancestors()
            .take_while(|above| matches!(RealFiles.stat(above), Ok(None)))
            .last()
            .map(Path::to_owned);
        RealFiles.create_folder(folder, 0o755).map_err(fail)?;
        Ok(Self {
            folder: RealFiles.canonical(folder).map_err(fail)?,
            made,
            is_temporary: false,
            stays: false,
        })
    }

    /// A folder that an earlier demo was kept in; nothing of it is ever removed.
    pub fn kept(folder: &Path) -> Result<Self, DemoError> {
        let folder = RealFiles
            .canonical(folder)
            .map_err(|source| at(folder, source))?;
        let is_there = |path: PathBuf| matches!(RealFiles.stat(&path), Ok(Some(_)));
        let is_demo = is_there(folder.join(SERVER).join("data"))
            && is_there(folder.join(PROJECT).join(tree::ENV_FILE));
        if !is_demo {
            return Err(DemoError::NotKept(folder));
        }
        Ok(Self {
            folder,
            made: None,
            is_temporary: false,
            stays: true,
        })
    }

    /// The folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether nobody wants it afterwards.
    pub fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// Where the project is.
    pub fn project(&self) -> PathBuf {
        self.folder.join(PROJECT)
    }

    /// Where the server's data is, if it is kept.
    pub(super) fn server(&self) -> PathBuf {
        self.folder.join(SERVER)
    }

    /// From now on everything stays.
    pub(super) fn keep(&mut self) {
        self.stays = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        // What cannot be removed stays to be seen; there is nobody to tell.
        let _ = match &self.made {
            Some(made) => RealFiles.remove_tree(made),
            None => tree::clear(&self.folder, false),
        };
    }
}

fn at(folder: &Path, source: io::Error) -> DemoError {
    DemoError::File {
        path: folder.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_goes_and_what_was_there_stays() {
        let above = tempfile::tempdir().unwrap();
        let deep = above.path().join("not/there yet");
        let place = Place::wanted(&deep).unwrap();
        RealFiles.create_folder(&place.project(), 0o755).unwrap();
        drop(place);
        assert!(!above.path().join("not").exists());

        let empty = above.path().join("empty");
        RealFiles.create_folder(&empty, 0o755).unwrap();
        let place = Place::wanted(&empty).unwrap();
        RealFiles.create_folder(&place.project(), 0o755).unwrap();
        assert!(matches!(Place::wanted(&empty), Err(DemoError::NotEmpty(_))));
        drop(place);
        assert!(RealFiles.list(&empty).unwrap().is_empty());

        let mut place = Place::wanted(&deep).unwrap();
        place.keep();
        drop(place);
        assert!(deep.exists());
        assert!(matches!(Place::kept(&deep), Err(DemoError::NotKept(_))));

        let place = Place::temporary().unwrap();
        let folder = place.folder().to_owned();
        drop(place);
        assert!(!folder.exists());
    }
}
