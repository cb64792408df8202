//! The folder of a trial dump, which holds every row of a database while a plan is made.
//!
//! Its path is written into the user's state folder before it is created; whatever redistill starts
//! next removes it if its maker was killed, wherever TMPDIR pointed then. Best effort: without a state
//! folder nothing is written down, and only the end of the run removes it.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::scratch::{maker_is_gone, our_mark};
use crate::system::tree;
use crate::system::{
    FileKind, ReadFiles as _, RealFiles, WriteFiles as _, environment, private, random,
};

const PREFIX: &str = "redistill-dump-";

/// A folder for its owner alone; dropping it removes it.
#[derive(Debug)]
pub struct TrialFolder {
    folder: PathBuf,
    record: Option<PathBuf>,
}

impl TrialFolder {
    /// Makes one in the temporary folder.
    pub fn make() -> io::Result<Self> {
        Self::make_in(&environment::temporary_folder(), records().as_deref())
    }

    fn make_in(base: &Path, records: Option<&Path>) -> io::Result<Self> {
        let name = format!("{PREFIX}{}", random::hex(8));
        let folder = RealFiles.canonical(base)?.join(&name);
        let record = records.and_then(|records| {
            let record = records.join(&name);
            let text = [our_mark().as_bytes(), b"\n", folder.as_os_str().as_bytes()].concat();
            RealFiles.create_folder(records, 0o700).ok()?;
            RealFiles.replace(&record, &text, 0o600).ok()?;
            Some(record)
        });
        let made = Self { folder, record };
        private::ensure_folder(&made.folder)?;
        Ok(made)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for TrialFolder {
    fn drop(&mut self) {
        let is_gone = remove(&self.folder);
        if let Some(record) = self.record.as_ref().filter(|_| is_gone) {
            let _ = RealFiles.remove_file(record);
        }
    }
}

/// Removes the folders whose makers are gone. What cannot be removed is tried again next time.
pub fn sweep_trials() {
    if let Some(records) = records() {
        sweep_in(&records);
    }
}

fn sweep_in(records: &Path) {
    for record in RealFiles.list(records).unwrap_or_default() {
        let Ok(text) = RealFiles.read(&record) else {
            continue;
        };
        let Some(end) = text.iter().position(|byte| *byte == b'\n') else {
            continue;
        };
        let folder = Path::new(OsStr::from_bytes(&text[end + 1..]));
        let mark = std::str::from_utf8(&text[..end]).unwrap_or_default();
        // The record has the folder's own name: what names another is none of ours.
        let is_its = folder.is_absolute() && folder.file_name() == record.file_name();
        if is_its && maker_is_gone(mark) && remove(folder) {
            let _ = RealFiles.remove_file(&record);
        }
    }
}

/// Removes a folder of ours; says whether nothing of ours is there any more.
fn remove(folder: &Path) -> bool {
    let is_named_so = folder
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with(PREFIX));
    match RealFiles.stat(folder) {
        Ok(None) => true,
        Ok(Some(stat)) if stat.kind == FileKind::Folder && is_named_so => {
            let is_ours =
                tree::owner(folder).is_ok_and(|user| user == rustix::process::geteuid().as_raw());
            is_ours && RealFiles.remove_tree(folder).is_ok()
        }
        _ => false,
    }
}

fn records() -> Option<PathBuf> {
    environment::state_folder().map(|state| state.join("dumps"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::process;

    #[test]
    fn a_killed_makers_folder_is_swept_and_no_other() {
        let base = tempfile::tempdir().unwrap();
        let records = base.path().join("dumps");
        let exists = |path: &Path| RealFiles.stat(path).unwrap().is_some();
        let make = || {
            let made = TrialFolder::make_in(base.path(), Some(&records)).unwrap();
            RealFiles
                .write_new(&made.path().join("dump.sql"), b"rows", 0o600)
                .unwrap();
            made
        };
        let whose = |made: &TrialFolder, mark: &str| {
            let record = made.record.as_ref().unwrap();
            let text = format!("{mark}\n{}", made.path().display());
            RealFiles.replace(record, text.as_bytes(), 0o600).unwrap();
        };
        let mark = |host: &str| format!("redistill: scratch {host} 1 999999999999");
        let held = make();
        let killed = make();
        whose(&killed, &mark(&process::host_name()));
        let elsewhere = make();
        whose(&elsewhere, &mark("elsewhere"));
        let foreign = base.path().join("precious");
        RealFiles.create_folder(&foreign, 0o700).unwrap();
        let text = format!("{}\n{}", mark(&process::host_name()), foreign.display());
        for name in ["precious", "redistill-dump-00"] {
            RealFiles
                .replace(&records.join(name), text.as_bytes(), 0o600)
                .unwrap();
        }
        sweep_in(&records);
        assert!(!exists(killed.path()) && !exists(killed.record.as_ref().unwrap()));
        assert!(exists(held.path()) && exists(elsewhere.path()) && exists(&foreign));
        let (folder, record) = (held.folder.clone(), held.record.clone().unwrap());
        assert!(exists(&record));
        drop(held);
        assert!(!exists(&folder) && !exists(&record));
    }
}
