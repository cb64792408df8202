//! Where PostgreSQL's server programs are.
//!
//! Called by `server`. A folder counts only if its `postgres` and `initdb` answer and agree: an
//! entry on PATH may be a link or a wrapper without its siblings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::SandboxError;
use super::wheel;
use crate::system::process::Process;
use crate::system::{FileKind, ReadFiles as _, RealFiles, environment};

/// Older servers lack what the template needs (`initdb --wal-segsize`).
const OLDEST: u32 = 11;

/// A folder with server programs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programs {
    /// The folder.
    pub(super) folder: PathBuf,
    /// The major version, 15.
    pub(super) major: u32,
    /// All that `postgres --version` says.
    pub(super) version: String,
}

impl Programs {
    /// A program of the folder, if it is there.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.folder.join(name);
        RealFiles
            .canonical(&path)
            .is_ok_and(|real| is_program(&real))
            .then_some(path)
    }
}

/// Whether a path without links is a file that can be run.
fn is_program(path: &Path) -> bool {
    matches!(RealFiles.stat(path), Ok(Some(stat)) if stat.kind == FileKind::File && stat.mode & 0o111 != 0)
}

/// The places that are looked at, in this order.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The folder that the user named; nothing else counts then.
    pub(super) named: Option<PathBuf>,
    /// The folders of PATH.
    pub(super) path: Vec<PathBuf>,
    /// Folders of installed versions, newest first.
    pub(super) installed: Vec<PathBuf>,
    /// Whether the wheel may be installed as the last resort.
    pub(super) wheel: bool,
}

impl Places {
    /// As the environment says.
    pub(super) fn of_environment() -> Self {
        let path = environment::variable("PATH").unwrap_or_default();
        Self {
            named: environment::variable("REDISTILL_PG_BIN").map(PathBuf::from),
            path: std::env::split_paths(&path)
                .filter(|folder| folder.is_absolute())
                .collect(),
            installed: installed(),
            wheel: true,
        }
    }

    /// Finds programs: any version, or `wanted`, or the closest newer one.
    pub(super) fn find(&self, wanted: Option<u32>) -> Result<Programs, SandboxError> {
        if let Some(named) = &self.named {
            let found = examine(named).map_err(|why| SandboxError::NoPrograms {
                looked: format!("REDISTILL_PG_BIN = {}: {why}", named.display()),
            })?;
            return if serves(&found, wanted) {
                Ok(found)
            } else {
                Err(SandboxError::NoPrograms {
                    looked: format!(
                        "REDISTILL_PG_BIN = {} has {}, which is too old",
                        named.display(),
                        found.version
                    ),
                })
            };
        }
        let mut looked = Vec::new();
        let mut newer: Option<Programs> = None;
        for folder in self.folders() {
            match examine(&folder) {
                Ok(found) if wanted.is_none_or(|major| major == found.major) => return Ok(found),
                Ok(found) => {
                    looked.push(format!("{} has {}", folder.display(), found.version));
                    if serves(&found, wanted)
                        && newer.as_ref().is_none_or(|best| found.major < best.major)
                    {
                        newer = Some(found);
                    }
                }
                Err(why) => looked.push(format!("{}: {why}", folder.display())),
            }
        }
        if let Some(found) = newer {
            return Ok(found);
        }
        self.find_in_wheel(wanted, looked)
    }

    fn find_in_wheel(
        &self,
        wanted: Option<u32>,
        mut looked: Vec<String>,
    ) -> Result<Programs, SandboxError> {
        if self.wheel {
            let found = wheel::programs()
                .map_err(|error| error.to_string())
                .and_then(|folder| examine(&folder));
            match found {
                Ok(found) if serves(&found, wanted) => return Ok(found),
                Ok(found) => looked.push(format!("the wheel has {}", found.version)),
                Err(why) => looked.push(format!("the wheel: {why}")),
            }
        }
        if looked.is_empty() {
            looked.push("neither on PATH nor where systems install them".to_owned());
        }
        let wanted = wanted.map_or_else(String::new, |major| format!("wanted {major} or newer; "));
        Err(SandboxError::NoPrograms {
            looked: format!("{wanted}{}", looked.join("; ")),
        })
    }

    /// Finds a client program for a server of this major version. A wheel is not installed for it.
    fn client(&self, name: &'static str, wanted: u32) -> Result<PathBuf, SandboxError> {
        let folders: Vec<&PathBuf> = match &self.named {
            Some(named) => vec![named],
            None => self.path.iter().chain(&self.installed).collect(),
        };
        let mut looked = Vec::new();
        let mut best: Option<(u32, PathBuf)> = None;
        for folder in folders {
            let program = folder.join(name);
            if !matches!(RealFiles.canonical(&program), Ok(real) if is_program(&real)) {
                continue;
            }
            match version(&program).map(|text| (major(&text), text)) {
                Ok((Some(found), text)) => {
                    looked.push(format!("{} is {text}", program.display()));
                    let is_better = best.as_ref().is_none_or(|(best, _)| found < *best);
                    if found >= wanted && is_better {
                        best = Some((found, program));
                    }
                    if found == wanted {
                        break;
                    }
                }
                Ok((None, text)) => looked.push(format!("{} is {text}", program.display())),
                Err(why) => looked.push(format!("{}: {why}", program.display())),
            }
        }
        looked.dedup();
        best.map(|(_, program)| program)
            .ok_or_else(|| SandboxError::NoClient {
                program: name,
                wanted,
                looked: match (&self.named, looked.is_empty()) {
                    (Some(named), true) => format!("REDISTILL_PG_BIN = {}", named.display()),
                    (None, true) => "neither on PATH nor where systems install it".to_owned(),
                    (_, false) => looked.join("; "),
                },
            })
    }

    /// The folders that hold a `postgres`, each once, its links followed first.
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in self.path.iter().chain(&self.installed) {
            let program = folder.join("postgres");
            let Ok(real) = RealFiles.canonical(&program) else {
                continue;
            };
            let behind = real.parent().map(Path::to_owned);
            for candidate in behind.into_iter().chain([folder.clone()]) {
                let has_both = ["postgres", "initdb"]
                    .iter()
                    .all(|name| RealFiles.canonical(&candidate.join(name)).is_ok());
                if has_both && !folders.contains(&candidate) {
                    folders.push(candidate);
                }
            }
        }
        folders
    }
}

/// A client program (`pg_dump`) of this major version or, where there is none, of the closest
/// newer one: an older one cannot read the server.
pub fn client_program(name: &'static str, major: u32) -> Result<PathBuf, SandboxError> {
    Places::of_environment().client(name, major)
}

/// Whether a server of this version can stand in for one of the wanted version.
fn serves(found: &Programs, wanted: Option<u32>) -> bool {
    wanted.is_none_or(|major| found.major >= major)
}

/// Asks the programs of a folder for their version.
pub(super) fn examine(folder: &Path) -> Result<Programs, String> {
    let server = version(&folder.join("postgres"))?;
    let initdb = version(&folder.join("initdb"))?;
    if server != initdb {
        return Err(format!("postgres is {server} and initdb is {initdb}"));
    }
    let major = major(&server).ok_or_else(|| format!("`{server}` names no version"))?;
    if major < OLDEST {
        return Err(format!("{server} is older than {OLDEST}"));
    }
    Ok(Programs {
        folder: folder.to_owned(),
        major,
        version: server,
    })
}

/// `15.18 (Debian 15.18-0+deb12u1)` out of `postgres (PostgreSQL) 15.18 (Debian …)`.
fn version(program: &Path) -> Result<String, String> {
    let name = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let output = Process::new(program)
        .arg("--version")
        .output(Duration::from_secs(30))
        .map_err(|error| format!("{name} does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().split_once("(PostgreSQL) ") {
        Some((_, version)) if output.status.success() => Ok(version.to_owned()),
        _ => Err(format!("{name} --version does not answer as PostgreSQL's")),
    }
}

fn major(version: &str) -> Option<u32> {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Where Debian, Red Hat, Homebrew and Postgres.app put versions, newest first.
fn installed() -> Vec<PathBuf> {
    let parents = [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ];
    parents
        .iter()
        .flat_map(|(parent, prefix, bin)| versions(Path::new(parent), prefix, bin))
        .collect()
}

fn versions(parent: &Path, prefix: &str, bin: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = RealFiles
        .list(parent)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_prefix(prefix)?.to_owned();
            Some((major(&name)?, path.join(bin)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::WriteFiles as _;

    fn script(folder: &Path, name: &str, says: &str) {
        RealFiles.create_folder(folder, 0o755).unwrap();
        let text = format!("#!/bin/sh\necho '{name} (PostgreSQL) {says}'\n");
        RealFiles
            .write_new(&folder.join(name), text.as_bytes(), 0o755)
            .unwrap();
    }

    fn both(folder: &Path, says: &str) -> PathBuf {
        script(folder, "postgres", says);
        script(folder, "initdb", says);
        folder.to_owned()
    }

    fn places(path: Vec<PathBuf>, installed: Vec<PathBuf>) -> Places {
        Places {
            named: None,
            path,
            installed,
            wheel: false,
        }
    }

    #[test]
    fn the_first_on_path_wins_unless_a_version_is_wanted() {
        let top = tempfile::tempdir().unwrap();
        let old = both(&top.path().join("old"), "13.2");
        let new = both(&top.path().join("new"), "17.1");
        let newest = both(&top.path().join("newest"), "18beta1");
        let places = places(vec![old.clone()], vec![newest.clone(), new.clone()]);
        assert_eq!(places.find(None).unwrap().folder, old);
        assert_eq!(places.find(Some(17)).unwrap().folder, new);
        assert_eq!(places.find(Some(18)).unwrap().folder, newest);
        // The closest newer one stands in; an older one never does.
        assert_eq!(places.find(Some(15)).unwrap().major, 17);
        let error = places.find(Some(19)).unwrap_err().to_string();
        assert!(error.contains("wanted 19 or newer"), "{error}");
    }

    #[test]
    fn links_lead_to_their_folder_and_lone_programs_do_not_count() {
        let top = tempfile::tempdir().unwrap();
        let real = both(&top.path().join("real"), "16.0");
        let links = top.path().join("links");
        let lone = top.path().join("lone");
        script(&lone, "postgres", "16.0");
        RealFiles.create_folder(&links, 0o755).unwrap();
        std::os::unix::fs::symlink(real.join("postgres"), links.join("postgres")).unwrap();
        let real = RealFiles.canonical(&real).unwrap();
        let found = places(vec![lone.clone(), links], vec![])
            .find(None)
            .unwrap();
        assert_eq!(found.folder, real);
        assert!(places(vec![lone], vec![]).find(None).is_err());
    }

    #[test]
    fn programs_that_disagree_do_not_count() {
        let top = tempfile::tempdir().unwrap();
        let mixed = top.path().join("mixed");
        script(&mixed, "postgres", "16.0");
        script(&mixed, "initdb", "15.0");
        let error = places(vec![mixed], vec![]).find(None).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("postgres is 16.0 and initdb is 15.0"),
            "{text}"
        );
        assert!(error.hint().unwrap().contains("REDISTILL_PG_BIN"));
    }

    #[test]
    fn a_named_folder_is_the_only_one() {
        let top = tempfile::tempdir().unwrap();
        let good = both(&top.path().join("good"), "16.0");
        let mut places = places(vec![good.clone()], vec![]);
        places.named = Some(top.path().join("nothing"));
        assert!(places.find(None).is_err());
        places.named = Some(good.clone());
        assert_eq!(places.find(Some(16)).unwrap().folder, good);
        assert!(places.find(Some(17)).is_err());
    }

    #[test]
    fn this_machine_has_programs_without_path() {
        let mut places = Places::of_environment();
        places.named = None;
        places.path.clear();
        let found = places.find(None).unwrap();
        assert!(found.program("postgres").is_some());
        assert!(found.program("no-such-program").is_none());
    }
}
