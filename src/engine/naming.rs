//! Names that a run takes: its identifier, the archive's folder, the note. Never one that is used.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use crate::journal;
use crate::system::ReadFiles;

/// The names of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// `20261122-1`
    pub id: String,
    /// `2026-11-22`
    pub date: String,
    /// `backups/migrations_20261122`, relative to the root.
    pub archive_folder: String,
    /// `claudedocs/MIGRATION_BACKUP_20261122.md`, relative to the root.
    pub note_path: String,
}

/// The folder of the notes, relative to the root: the configured one, `claudedocs` where that
/// exists, else the archives'.
pub fn notes_folder<'a>(
    root: &Path,
    backups: &'a str,
    notes: Option<&'a str>,
    files: &dyn ReadFiles,
) -> &'a str {
    let exists = |path: PathBuf| files.stat(&path).is_ok_and(|stat| stat.is_some());
    match notes {
        Some(folder) => folder,
        None if exists(root.join("claudedocs")) => "claudedocs",
        None => backups,
    }
}

/// Chooses free names for a run at `now`.
pub fn names(
    root: &Path,
    now: DateTime<FixedOffset>,
    backups: &str,
    notes: Option<&str>,
    files: &dyn ReadFiles,
) -> Names {
    let day = now.format("%Y%m%d").to_string();
    let exists = |path: PathBuf| files.stat(&path).is_ok_and(|stat| stat.is_some());
    let notes = notes_folder(root, backups, notes, files);
    let is_taken = |name: &str| {
        exists(root.join(backups).join(format!("migrations_{name}")))
            || exists(root.join(notes).join(format!("MIGRATION_BACKUP_{name}.md")))
    };
    let mut suffixed = day.clone();
    let mut number = 1;
    while is_taken(&suffixed) {
        number += 1;
        suffixed = format!("{day}_{number}");
    }
    Names {
        id: journal::next_id(files, root, now),
        date: now.format("%Y-%m-%d").to_string(),
        archive_folder: format!("{backups}/migrations_{suffixed}"),
        note_path: format!("{notes}/MIGRATION_BACKUP_{suffixed}.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{RealFiles, WriteFiles as _};

    #[test]
    fn a_second_reset_on_the_same_day_gets_two() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let now = DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap();
        let first = names(root, now, "backups", None, &RealFiles);
        assert_eq!(first.id, "20261122-1");
        assert_eq!(first.archive_folder, "backups/migrations_20261122");
        assert_eq!(first.note_path, "backups/MIGRATION_BACKUP_20261122.md");
        RealFiles
            .create_folder(&root.join(&first.archive_folder), 0o700)
            .unwrap();
        RealFiles
            .create_folder(&root.join(".redistill/runs/20261122-1"), 0o700)
            .unwrap();
        RealFiles
            .create_folder(&root.join("claudedocs"), 0o700)
            .unwrap();
        let second = names(root, now, "backups", None, &RealFiles);
        assert_eq!(second.id, "20261122-2");
        assert_eq!(second.archive_folder, "backups/migrations_20261122_2");
        assert_eq!(
            second.note_path,
            "claudedocs/MIGRATION_BACKUP_20261122_2.md"
        );
    }
}
