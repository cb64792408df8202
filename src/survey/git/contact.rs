//! When a remote was last heard of, and what its refs were before.
//!
//! Used by the facade. Read from what git itself noted: `FETCH_HEAD` and the logs of
//! remote-tracking refs. `packed-refs` is no witness, for housekeeping writes it, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::evidence::Contact;
use crate::system::{FileKind, ReadFiles};

/// What the notes say.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Seconds of the epoch.
    latest: Option<i64>,
    /// Former targets of remote-tracking refs, and what was fetched last, with a name for each.
    pub former: BTreeMap<String, String>,
    /// `FETCH_HEAD`, where there is one.
    pub last_fetch: Option<Vec<u8>>,
}

impl Notes {
    /// Reads the notes of a repository.
    pub fn read(own: &Path, shared: &Path, files: &dyn ReadFiles) -> Result<Self, String> {
        let mut notes = Self::default();
        for folder in BTreeSet::from([own, shared]) {
            notes.fetch(&folder.join("FETCH_HEAD"), files)?;
        }
        let logs = shared.join("logs/refs/remotes");
        notes.logs(&logs, &logs, files)?;
        Ok(notes)
    }

    fn fetch(&mut self, path: &Path, files: &dyn ReadFiles) -> Result<(), String> {
        if !matches!(files.stat(path), Ok(Some(_))) {
            return Ok(());
        }
        let unread = |error: std::io::Error| format!("{}: {error}", path.display());
        let contents = files.read(path).map_err(unread)?;
        self.heard(files.modified(path).map_err(unread)?);
        for line in String::from_utf8_lossy(&contents).lines() {
            if let Some(id) = line.split('\t').next().filter(|id| is_id(id)) {
                self.former
                    .entry(id.to_owned())
                    .or_insert("FETCH_HEAD".to_owned());
            }
        }
        self.last_fetch = Some(contents);
        Ok(())
    }

    fn logs(&mut self, top: &Path, folder: &Path, files: &dyn ReadFiles) -> Result<(), String> {
        if !matches!(files.stat(folder), Ok(Some(stat)) if stat.kind == FileKind::Folder) {
            return Ok(());
        }
        let unread = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in files.list(folder).map_err(unread)? {
            let stat = files.stat(&entry).map_err(unread)?;
            match stat.map(|stat| stat.kind) {
                Some(FileKind::Folder) => self.logs(top, &entry, files)?,
                Some(FileKind::File) => {
                    let name = entry.strip_prefix(top).unwrap_or(&entry);
                    let name = format!("{} (earlier)", name.display());
                    self.log(&name, &files.read(&entry).map_err(unread)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `OLD NEW NAME <MAIL> SECONDS ZONE`, a tab, a message.
    fn log(&mut self, name: &str, contents: &[u8]) {
        for line in String::from_utf8_lossy(contents).lines() {
            let facts = line.split('\t').next().unwrap_or_default();
            for id in facts.split(' ').take(2).filter(|id| is_id(id)) {
                self.former.entry(id.to_owned()).or_insert(name.to_owned());
            }
            let seconds = facts.rsplit(' ').nth(1).and_then(|text| text.parse().ok());
            if let Some(seconds) = seconds {
                self.heard(seconds);
            }
        }
    }

    fn heard(&mut self, seconds: i64) {
        self.latest = self.latest.max(Some(seconds));
    }

    /// The last contact, seen from `now`.
    pub fn contact(&self, now: i64) -> Option<Contact> {
        let seconds = now.saturating_sub(self.latest?).max(0);
        Some(Contact {
            days_ago: u64::try_from(seconds / 86_400).unwrap_or(0),
        })
    }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte != b'0')
}
