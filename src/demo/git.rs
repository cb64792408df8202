//! The project's repository: one author, fixed dates, no hooks, nothing of the user's own git
//! configuration.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::system::environment;
use crate::system::process::Process;

/// The only author.
const NAME: &str = "Mara Lindqvist";
const MAIL: &str = "mara@artstore.example";

/// How long one git command may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Why git failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("git was not found on PATH")]
    Missing,
    /// It could not be started or did not end.
    #[error("git {command} did not run: {source}")]
    NotRun {
        /// The subcommand.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// It said no.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// Its output.
        said: String,
    },
}

/// Creates an empty repository on branch `main`.
///
/// The identity is written into the repository, so that commits made while playing with the
/// project do not look like a second author's.
pub(super) fn init(folder: &Path) -> Result<(), GitError> {
    run(
        folder,
        "init",
        &["--quiet", "--initial-branch=main", "--template="],
        None,
    )?;
    run(folder, "config", &["user.name", NAME], None)?;
    run(folder, "config", &["user.email", MAIL], None)?;
    Ok(())
}

/// Commits these files as they are and gives the commit's id. Other changes stay uncommitted.
pub(super) fn commit(
    folder: &Path,
    paths: &[&str],
    subject: &str,
    date: &str,
) -> Result<String, GitError> {
    let with = |fixed: &[&'static str]| -> Vec<String> {
        fixed
            .iter()
            .chain(["--"].iter())
            .chain(paths)
            .map(|part| (*part).to_owned())
            .collect()
    };
    run(folder, "add", &with(&[]), None)?;
    let mut arguments = vec![
        "--quiet".to_owned(),
        "--no-verify".to_owned(),
        format!("--message={subject}"),
    ];
    arguments.extend(with(&["--only"]));
    run(folder, "commit", &arguments, Some(date))?;
    let id = run(folder, "rev-parse", &["HEAD"], None)?;
    Ok(id.trim().to_owned())
}

fn run<S: AsRef<str>>(
    folder: &Path,
    command: &str,
    arguments: &[S],
    date: Option<&str>,
) -> Result<String, GitError> {
    let git = environment::find_program("git").ok_or(GitError::Missing)?;
    let mut process = Process::new(git)
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "commit.gpgSign=false",
            "-c",
            "gc.auto=0",
        ])
        .arg(command)
        .args(arguments.iter().map(AsRef::as_ref))
        .directory(folder)
        .env_clear()
        .env("PATH", environment::variable("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0");
    if let Some(date) = date {
        process = process
            .env("GIT_AUTHOR_DATE", date)
            .env("GIT_COMMITTER_DATE", date);
    }
    let output = process.output(LIMIT).map_err(|source| GitError::NotRun {
        command: command.to_owned(),
        source,
    })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(GitError::Failed {
            command: command.to_owned(),
            said: output.text().trim().to_owned(),
        })
    }
}
