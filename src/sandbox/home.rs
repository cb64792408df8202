//! The folder of an ephemeral server: short, ours, and recognisably dead once its owner is.
//!
//! Called by `server`. A socket's path holds 107 bytes at most, so the folder lies in `/tmp`
//! whatever TMPDIR says, or in memory where little will be written: a server is a thousand small
//! files, and a disk needs longer for them than the server for its work. It is owned as long as
//! somebody holds the lock on its marker:
//!
//! ```text
//! /tmp/redistill-pg-4711-9f3a2c/     0700
//!   redistill-owner                  locked by the owner; its text is written under the lock
//!   data/                            the data directory
//!   .s.PGSQL.5432                    the socket
//! ```
//!
//! A folder without a marker, or with a marker without its text, is never removed.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::remains;
use crate::system::lock::Lock;
use crate::system::random;
use crate::system::tree::{self, Owner};
use crate::system::{FileKind, ReadFiles as _, RealFiles, WriteFiles as _, environment, private};

const PREFIX: &str = "redistill-pg-";
const MARKER: &str = "redistill-owner";
const MARKER_TEXT: &[u8] = b"redistill ephemeral server\n";

/// Files in memory, where Linux has them.
const MEMORY: &str = "/dev/shm";

/// What must be free there, in bytes: a container may have 64 MB, and a server begins with 30.
const ROOM: u64 = 1 << 30;

/// What a folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The disk: for rows whose number nobody knows, and for programs, which need not run elsewhere.
    Disk,
    /// Memory, where there is plenty; else the disk.
    Memory,
}

/// An owned folder; dropping it removes it.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    lock: Option<Lock>,
}

impl Home {
    /// Makes a folder, for `owner` where the server runs as another user.
    pub(super) fn make(ground: Ground, owner: Option<Owner>) -> io::Result<Self> {
        let memory = Path::new(MEMORY);
        if ground == Ground::Memory && is_roomy(memory) {
            Self::make_in(memory, owner)
        } else {
            Self::make_in(&base(), owner)
        }
    }

    fn make_in(base: &Path, owner: Option<Owner>) -> io::Result<Self> {
        let name = format!("{PREFIX}{}-{}", std::process::id(), random::hex(3));
        let folder = base.join(name);
        private::ensure_folder(&folder)?;
        let marker = folder.join(MARKER);
        let lock = Lock::take(&marker, Duration::from_secs(10))?;
        // Appending keeps the locked file; a rename would put an unlocked one in its place.
        RealFiles.append(&marker, MARKER_TEXT, 0o600)?;
        tree::give(&folder, owner)?;
        Ok(Self {
            folder,
            lock: Some(lock),
        })
    }

    /// The folder, where the socket is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data directory; does not exist at first.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Nothing is left to clear unless the server had to be killed.
        remains::clear(&self.folder);
        // What cannot be removed now is removed by the next start.
        let _ = RealFiles.remove_tree(&self.folder);
        self.lock = None;
    }
}

/// `/tmp`; the system's temporary folder where that cannot be written.
fn base() -> PathBuf {
    let short = PathBuf::from("/tmp");
    if private::is_writable(&short) {
        short
    } else {
        environment::temporary_folder()
    }
}

fn is_roomy(memory: &Path) -> bool {
    private::is_writable(memory) && tree::free_space(memory).is_ok_and(|free| free >= ROOM)
}

/// Removes the folders whose owners are dead, with what their servers left in the kernel.
pub(super) fn sweep() {
    sweep_in(&base());
    sweep_in(Path::new(MEMORY));
}

fn sweep_in(base: &Path) {
    let Ok(entries) = RealFiles.list(base) else {
        return;
    };
    for folder in entries {
        let is_named_so = folder
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(PREFIX));
        if is_named_so && let Some(_lock) = abandoned(&folder) {
            remains::clear(&folder);
            let _ = RealFiles.remove_tree(&folder);
        }
    }
}

/// The lock on a folder that is ours and that nobody owns any more.
fn abandoned(folder: &Path) -> Option<Lock> {
    let stat = RealFiles.stat(folder).ok()??;
    let owner = tree::owner(folder).ok()?;
    let ourselves = rustix::process::geteuid();
    let could_be_ours =
        owner == ourselves.as_raw() || (ourselves.is_root() && owner == super::identity::NOBODY.0);
    if stat.kind != FileKind::Folder || !could_be_ours {
        return None;
    }
    let marker = folder.join(MARKER);
    let is_file = RealFiles.stat(&marker).ok()??.kind == FileKind::File;
    if !is_file || tree::owner(&marker).ok()? != ourselves.as_raw() {
        return None;
    }
    let lock = Lock::try_take(&marker).ok()??;
    (RealFiles.read(&marker).ok()? == MARKER_TEXT).then_some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_folders_of_ours_are_removed() {
        let base = tempfile::tempdir().unwrap();
        let held = Home::make_in(base.path(), None).unwrap();
        let mut dead = Home::make_in(base.path(), None).unwrap();
        let dead_folder = dead.folder().to_owned();
        dead.lock = None;
        std::mem::forget(dead);
        let foreign = base.path().join("redistill-pg-foreign");
        RealFiles.create_folder(&foreign, 0o700).unwrap();
        let unfinished = base.path().join("redistill-pg-unfinished");
        RealFiles.create_folder(&unfinished, 0o700).unwrap();
        RealFiles
            .append(&unfinished.join(MARKER), b"", 0o600)
            .unwrap();
        sweep_in(base.path());
        let exists = |path: &Path| RealFiles.stat(path).unwrap().is_some();
        assert!(!exists(&dead_folder));
        assert!(exists(held.folder()) && exists(&foreign) && exists(&unfinished));
        let folder = held.folder().to_owned();
        drop(held);
        assert!(!exists(&folder));
    }

    #[test]
    fn the_socket_path_is_short_whatever_tmpdir_says() {
        for ground in [Ground::Disk, Ground::Memory] {
            let home = Home::make(ground, None).unwrap();
            let socket = home.folder().join(".s.PGSQL.65535.lock");
            assert!(socket.as_os_str().len() < 107, "{}", socket.display());
        }
    }

    #[test]
    fn only_what_stays_small_lies_in_memory() {
        let disk = Home::make(Ground::Disk, None).unwrap();
        assert!(disk.folder().starts_with(base()));
        let memory = Home::make(Ground::Memory, None).unwrap();
        let wanted = if is_roomy(Path::new(MEMORY)) {
            PathBuf::from(MEMORY)
        } else {
            base()
        };
        assert!(memory.folder().starts_with(wanted));
        assert!(
            !is_roomy(Path::new("/proc")),
            "nothing can be written there"
        );
    }
}
