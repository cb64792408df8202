//! Exclusive locks on files, for what several redistills would otherwise do at once.
//!
//! The kernel lets go of a lock when its holder ends, however it ends. A lock file is never
//! removed by its holder: another process may be waiting on the very same file. A lock that is
//! dropped is let go in words: a child that another thread is just starting has the open file, too,
//! until it runs its program, and would hold the lock so long.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock if it is free; `None` if another holds it. Creates the file if missing.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        Ok(is_locked(&file)?.then_some(Self { file }))
    }

    /// Takes the lock, waiting for another holder up to `limit` ([`io::ErrorKind::TimedOut`]).
    pub fn take(path: &Path, limit: Duration) -> io::Result<Self> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(lock) = Self::try_take(path)? {
                return Ok(lock);
            }
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// A held lock whose file names its holder.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
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
        let mut file = open(path)?;
        if !is_locked(&file)? {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            return Ok(Taken::Theirs(text.trim().parse().ok()));
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Taken::Ours(Self { file }))
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// Whether the lock is ours now.
fn is_locked(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_one_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::try_take(&path).unwrap().unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        let error = Lock::take(&path, Duration::ZERO).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(held);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }

    /// As a child has it that was started a moment ago.
    #[test]
    fn a_lock_that_is_dropped_is_free_though_its_file_is_open_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::try_take(&path).unwrap().unwrap();
        let childs = held.file.try_clone().unwrap();
        drop(held);
        assert!(Lock::try_take(&path).unwrap().is_some());
        let Taken::Ours(held) = FileLock::take(&path).unwrap() else {
            panic!("the lock is free");
        };
        let again = held.file.try_clone().unwrap();
        drop(held);
        assert!(matches!(FileLock::take(&path).unwrap(), Taken::Ours(_)));
        drop((childs, again));
    }

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
