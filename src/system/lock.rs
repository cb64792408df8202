//! One holder at a time: `flock` on a file that names its holder.
//!
//! Called by `journal`. The kernel releases the lock when the process ends, however it ends, so
//! there is no stale lock to clean up.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// A held lock; released when dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// The answer to [`FileLock::take`].
#[derive(Debug)]
pub enum Taken {
    /// It is ours.
    Ours(FileLock),
    /// Somebody else holds it; the process identifier, where the file tells it.
    Theirs(Option<u32>),
}

impl FileLock {
    /// Takes the lock on `path` without waiting; creates the file (0600) where it is missing.
    pub fn take(path: &Path) -> io::Result<Taken> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                return Ok(Taken::Theirs(text.trim().parse().ok()));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Taken::Ours(Self { _file: file }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_learns_the_first_ones_pid() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let Taken::Ours(first) = FileLock::take(&path).unwrap() else {
            panic!("the lock is free");
        };
        let Taken::Theirs(pid) = FileLock::take(&path).unwrap() else {
            panic!("the lock is held");
        };
        assert_eq!(pid, Some(std::process::id()));
        drop(first);
        assert!(matches!(FileLock::take(&path).unwrap(), Taken::Ours(_)));
    }
}
