//! The journals on disk: the state folder, the lock, the runs.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use thiserror::Error;

use super::record::{self, RecordError, Tail};
use super::{Entry, Illegal, Outcome, Run, TakenBack};
use crate::model::text::io_words;
use crate::plan::{FORMAT, Plan, Purpose};
use crate::system::{FileKind, FileLock, ReadFiles, Taken, WriteFiles};

/// Why a journal cannot be read or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file system failed.
    #[error("cannot {action} {path}: {}", io_words(source))]
    Files {
        /// `write`, `read` …
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not a journal that this version may go on from.
    #[error("the journal {path} cannot be followed: {source}")]
    Record {
        /// Where.
        path: PathBuf,
        /// Why.
        source: RecordError,
    },
    /// Its entries contradict one another.
    #[error("the journal {path} cannot be followed: {source}")]
    Illegal {
        /// Where.
        path: PathBuf,
        /// Why.
        source: Illegal,
    },
    /// The journal has no whole record: the run never began.
    #[error("the run {id} never began")]
    Empty {
        /// The run.
        id: String,
    },
    /// There is no such run.
    #[error("there is no run {id} in {folder}")]
    Unknown {
        /// The run asked for.
        id: String,
        /// The folder of runs.
        folder: PathBuf,
    },
    /// The state folder is a link or a file.
    #[error("{path} is not a folder of redistill")]
    NotOurs {
        /// The path.
        path: PathBuf,
    },
    /// Another process is at work in this project.
    #[error("another redistill is at work in this project{}", by(*.pid))]
    Busy {
        /// Its process identifier, where the lock file tells it.
        pid: Option<u32>,
    },
}

fn by(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}

/// Where a run is recorded. It may fail, and a failure stops the run.
pub trait Journal {
    /// Makes the entry durable; when this returns, the effect it announces may begin.
    fn append(&mut self, entry: Entry) -> Result<(), JournalError>;
    /// The run as the entries so far tell it.
    fn run(&self) -> &Run;
}

/// `.redistill` in the project.
pub fn state_folder(root: &Path) -> PathBuf {
    root.join(".redistill")
}

/// The folder of one run.
pub fn run_folder(root: &Path, id: &str) -> PathBuf {
    state_folder(root).join("runs").join(id)
}

/// The right to run in a project, for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _held: FileLock,
}

impl Lock {
    /// Takes it, creating the state folder where it is missing.
    pub fn take(files: &dyn WriteFiles, root: &Path) -> Result<Self, JournalError> {
        let folder = prepare(files, root)?;
        let path = folder.join("lock");
        match FileLock::take(&path).map_err(failed("lock", &path))? {
            Taken::Ours(held) => Ok(Self { _held: held }),
            Taken::Theirs(pid) => Err(JournalError::Busy { pid }),
        }
    }
}

/// Creates `.redistill/` with its `.gitignore`.
fn prepare(files: &dyn WriteFiles, root: &Path) -> Result<PathBuf, JournalError> {
    let folder = state_folder(root);
    let stat = files.stat(&folder).map_err(failed("look at", &folder))?;
    match stat.map(|stat| stat.kind) {
        None => files
            .create_folder(&folder, 0o700)
            .map_err(failed("create", &folder))?,
        Some(FileKind::Folder) => {}
        Some(_) => return Err(JournalError::NotOurs { path: folder }),
    }
    let ignore = folder.join(".gitignore");
    match files.write_new(&ignore, b"*\n", 0o600) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(failed("write", &ignore)(error))
        }
        _ => Ok(folder),
    }
}

/// A free identifier for a run of today: `20261122-1`, `20261122-2` …
pub fn next_id(files: &dyn ReadFiles, root: &Path, now: DateTime<FixedOffset>) -> String {
    let day = now.format("%Y%m%d");
    let mut number = 1;
    loop {
        let id = format!("{day}-{number}");
        if !matches!(files.stat(&run_folder(root, &id)), Ok(Some(_))) {
            return id;
        }
        number += 1;
    }
}

/// Opens a new run's journal: the folder and the plan's record are durable when this returns.
pub fn create(
    files: &dyn WriteFiles,
    root: &Path,
    plan: &Plan,
    now: DateTime<FixedOffset>,
) -> Result<Run, JournalError> {
    prepare(files, root)?;
    let folder = run_folder(root, &plan.id);
    let path = folder.join("journal");
    let taken = files.stat(&path).map_err(failed("look at", &path))?;
    if taken.is_some() {
        return Err(failed("create", &path)(io::ErrorKind::AlreadyExists.into()));
    }
    let entry = Entry::Opened {
        format: FORMAT,
        at: now.to_rfc3339(),
        plan: Box::new(plan.clone()),
    };
    let illegal = |source| JournalError::Illegal {
        path: path.clone(),
        source,
    };
    let run = Run::opened(folder.clone(), entry.clone()).map_err(illegal)?;
    files
        .create_folder(&folder, 0o700)
        .map_err(failed("create", &folder))?;
    #[cfg(debug_assertions)]
    super::fault::before_record();
    files
        .write_new(&path, &Tail::default().encode(&entry).0, 0o600)
        .map_err(failed("write", &path))?;
    #[cfg(debug_assertions)]
    super::fault::after_record();
    Ok(run)
}

/// Reads one run.
fn read(files: &dyn ReadFiles, root: &Path, id: &str) -> Result<(Run, Tail, usize), JournalError> {
    let folder = run_folder(root, id);
    let path = folder.join("journal");
    let bytes = match files.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(match files.stat(&folder) {
                Ok(Some(_)) => JournalError::Empty { id: id.to_owned() },
                _ => JournalError::Unknown {
                    id: id.to_owned(),
                    folder: state_folder(root).join("runs"),
                },
            });
        }
        other => other.map_err(failed("read", &path))?,
    };
    let (entries, tail) = record::decode(&bytes).map_err(|source| JournalError::Record {
        path: path.clone(),
        source,
    })?;
    let mut entries = entries.into_iter();
    let first = entries.next().ok_or_else(|| {
        // The first record comes into place whole, with its file: anything else is damage.
        if bytes.is_empty() {
            JournalError::Empty { id: id.to_owned() }
        } else {
            let source = RecordError::Damaged { offset: 0 };
            JournalError::Record {
                path: path.clone(),
                source,
            }
        }
    })?;
    let run = Run::opened(folder, first)
        .and_then(|run| entries.try_fold(run, Run::next))
        .map_err(|source| JournalError::Illegal { path, source })?;
    Ok((run, tail, bytes.len()))
}

/// All runs of a project, oldest first. A run that never began is left out; one whose journal
/// cannot be followed is an error.
pub fn runs(files: &dyn ReadFiles, root: &Path) -> Result<Vec<Run>, JournalError> {
    let folder = state_folder(root).join("runs");
    let folders = match files.list(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed("list", &folder))?,
    };
    let mut runs = Vec::new();
    for folder in folders {
        let Some(id) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        match read(files, root, id) {
            Ok((run, ..)) => runs.push(run),
            Err(JournalError::Empty { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    // By time, then by number: `20261122-10` comes after `20261122-9`.
    runs.sort_by(|a, b| {
        let key = |run: &Run| {
            let at = DateTime::parse_from_rfc3339(&run.at).ok();
            (at, run.id().len(), run.id().to_owned())
        };
        key(a).cmp(&key(b))
    });
    relate(&mut runs);
    Ok(runs)
}

/// Tells each run which other run takes it back. Derived, not recorded: an undo that is done is
/// the only fact needed, so there are no two files that could disagree.
fn relate(runs: &mut [Run]) {
    let undone: Vec<_> = runs
        .iter()
        .filter_map(|run| match (&run.plan.purpose, &run.outcome) {
            (Purpose::Undo(of), None) => Some((of.clone(), TakenBack::Begun(run.id().to_owned()))),
            (Purpose::Undo(of), Some(Outcome::Done)) => {
                Some((of.clone(), TakenBack::Done(run.id().to_owned())))
            }
            _ => None,
        })
        .collect();
    for (of, taken_back) in undone {
        if let Some(run) = runs.iter_mut().find(|run| run.id() == of) {
            run.taken_back = taken_back;
        }
    }
}

/// A journal on disk, open for appending.
pub struct FileJournal<'a> {
    files: &'a dyn WriteFiles,
    path: PathBuf,
    run: Run,
    tail: Tail,
    /// Whether the file may be longer than its whole records.
    unsure: bool,
}

/// Opens the journal of a run that exists; a torn last record is cut off by the next append.
pub fn open<'a>(
    files: &'a dyn WriteFiles,
    root: &Path,
    id: &str,
) -> Result<FileJournal<'a>, JournalError> {
    let (mut run, tail, length) = read(files, root, id)?;
    if let Ok(all) = runs(files, root)
        && let Some(same) = all.into_iter().find(|other| other.id() == id)
    {
        run.taken_back = same.taken_back;
    }
    Ok(FileJournal {
        files,
        path: run.folder.join("journal"),
        unsure: length != tail.length,
        run,
        tail,
    })
}

impl FileJournal<'_> {
    /// Cuts off what an interrupted append left behind the last whole record.
    fn repair(&mut self) -> Result<(), JournalError> {
        let mut bytes = self
            .files
            .read(&self.path)
            .map_err(failed("read", &self.path))?;
        bytes.truncate(self.tail.length);
        self.files
            .replace(&self.path, &bytes, 0o600)
            .map_err(failed("write", &self.path))?;
        self.unsure = false;
        Ok(())
    }
}

impl Journal for FileJournal<'_> {
    fn append(&mut self, entry: Entry) -> Result<(), JournalError> {
        let run = self
            .run
            .clone()
            .next(entry.clone())
            .map_err(|source| JournalError::Illegal {
                path: self.path.clone(),
                source,
            })?;
        if self.unsure {
            self.repair()?;
        }
        #[cfg(debug_assertions)]
        super::fault::before_record();
        let (bytes, tail) = self.tail.encode(&entry);
        self.unsure = true;
        self.files
            .append(&self.path, &bytes, 0o600)
            .map_err(failed("write", &self.path))?;
        self.unsure = false;
        self.tail = tail;
        self.run = run;
        #[cfg(debug_assertions)]
        super::fault::after_record();
        Ok(())
    }

    fn run(&self) -> &Run {
        &self.run
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Files {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Cause;
    use crate::plan::Choices;
    use crate::system::RealFiles;

    fn now() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap()
    }

    fn plan(root: &Path, id: &str, purpose: Purpose) -> Plan {
        Plan {
            format: FORMAT,
            id: id.to_owned(),
            purpose,
            root: root.to_owned(),
            basis: std::collections::BTreeMap::new(),
            choices: Choices::default(),
            modules: Vec::new(),
            steps: Vec::new(),
        }
    }

    #[test]
    fn the_state_folder_is_private_and_ignores_itself() {
        let root = tempfile::tempdir().unwrap();
        let lock = Lock::take(&RealFiles, root.path()).unwrap();
        let folder = state_folder(root.path());
        assert_eq!(RealFiles.stat(&folder).unwrap().unwrap().mode, 0o700);
        assert_eq!(RealFiles.read(&folder.join(".gitignore")).unwrap(), b"*\n");
        let busy = Lock::take(&RealFiles, root.path()).unwrap_err();
        assert_eq!(
            busy.to_string(),
            format!(
                "another redistill is at work in this project (process {})",
                std::process::id()
            )
        );
        drop(lock);
        Lock::take(&RealFiles, root.path()).unwrap();
    }

    #[test]
    fn runs_are_listed_by_age_and_know_who_took_them_back() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        for id in ["20261122-9", "20261122-10"] {
            create(&RealFiles, root, &plan(root, id, Purpose::Reset), now()).unwrap();
        }
        let undo = plan(
            root,
            "20261122-9-undo",
            Purpose::Undo("20261122-9".to_owned()),
        );
        create(&RealFiles, root, &undo, now()).unwrap();
        // A run that was killed before its first record.
        RealFiles
            .create_folder(&run_folder(root, "20261122-11"), 0o700)
            .unwrap();
        let ids = |runs: &[Run]| {
            runs.iter()
                .map(|run| run.id().to_owned())
                .collect::<Vec<_>>()
        };
        let all = runs(&RealFiles, root).unwrap();
        assert_eq!(ids(&all), ["20261122-9", "20261122-10", "20261122-9-undo"]);
        assert_eq!(
            all[0].taken_back,
            TakenBack::Begun("20261122-9-undo".to_owned())
        );
        let mut journal = open(&RealFiles, root, "20261122-9-undo").unwrap();
        journal
            .append(Entry::Closed {
                outcome: Outcome::Done,
            })
            .unwrap();
        let all = runs(&RealFiles, root).unwrap();
        assert!(!all[0].is_open());
        assert!(all[1].is_open());
        assert_eq!(next_id(&RealFiles, root, now()), "20261122-1");
    }

    #[test]
    fn illegal_entries_are_refused_and_not_written() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let plan = plan(root, "20261122-1", Purpose::Reset);
        create(&RealFiles, root, &plan, now()).unwrap();
        assert!(create(&RealFiles, root, &plan, now()).is_err());
        let mut journal = open(&RealFiles, root, "20261122-1").unwrap();
        let cause = Cause::Cancelled;
        for entry in [
            Entry::TakenBack { index: 0 },
            Entry::Finished {
                index: 4,
                receipt: String::new(),
                tests: None,
            },
            Entry::Opened {
                format: FORMAT,
                at: String::new(),
                plan: Box::new(plan.clone()),
            },
        ] {
            assert!(matches!(
                journal.append(entry),
                Err(JournalError::Illegal { .. })
            ));
        }
        journal
            .append(Entry::Closed {
                outcome: Outcome::AsBefore { cause },
            })
            .unwrap();
        assert!(runs(&RealFiles, root).unwrap()[0].outcome.is_some());
    }

    #[test]
    fn another_format_and_a_link_for_a_folder_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let mut newer = plan(root.path(), "20261122-1", Purpose::Reset);
        newer.format = FORMAT + 1;
        let error = create(&RealFiles, root.path(), &newer, now()).unwrap_err();
        assert!(error.to_string().contains("its format is 2"), "{error}");
        let other = tempfile::tempdir().unwrap();
        let linked = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(other.path(), linked.path().join(".redistill")).unwrap();
        let error = Lock::take(&RealFiles, linked.path()).unwrap_err();
        assert!(matches!(error, JournalError::NotOurs { .. }));
    }
}
