//! Why the sandbox has no server or no interpreter.

use thiserror::Error;

/// Why there is no server, or no virtual environment.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// No `initdb` and `postgres` anywhere.
    #[error("no PostgreSQL programs were found ({looked})")]
    NoPrograms {
        /// Where was looked, and what was wrong there.
        looked: String,
    },
    /// No client program that can read the server.
    #[error("{program} of PostgreSQL {wanted} or newer is needed and was not found ({looked})")]
    NoClient {
        /// Which.
        program: &'static str,
        /// The server's major version.
        wanted: u32,
        /// Where was looked, and what was found there.
        looked: String,
    },
    /// A program failed.
    #[error("{program} failed: {why}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        why: String,
    },
    /// The file system failed.
    #[error("cannot prepare the sandbox's folder: {0}")]
    Folder(#[from] std::io::Error),
    /// Root, and neither a user namespace nor another user can run the programs.
    #[error("PostgreSQL does not run as root, and no other identity works: {why}")]
    NoIdentity {
        /// What was tried.
        why: String,
    },
    /// No `python3` on PATH.
    #[error("no python3 was found on PATH")]
    NoPython,
    /// The interpreter cannot build virtual environments.
    #[error("python3 cannot build a virtual environment: {why}")]
    NoVenv {
        /// The last lines of what it said.
        why: String,
    },
    /// pip could not install.
    #[error("pip cannot install {packages}: {why}")]
    NoPackages {
        /// What was wanted.
        packages: String,
        /// The last lines of what it said.
        why: String,
    },
    /// The caller wants no more.
    #[error("cancelled")]
    Cancelled,
}

impl SandboxError {
    /// What the user can do about it, as one sentence.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoPrograms { .. } => {
                Some("install PostgreSQL, or name the folder of its programs in REDISTILL_PG_BIN")
            }
            Self::NoClient { .. } => Some(
                "install PostgreSQL's client programs, or name their folder in REDISTILL_PG_BIN",
            ),
            Self::NoIdentity { .. } => Some("run redistill as an ordinary user"),
            Self::NoPython => Some("install Python 3.10 or newer and put python3 on PATH"),
            Self::NoVenv { .. } => Some(
                "install Python's venv and ensurepip; on Debian and Ubuntu: apt install python3-venv",
            ),
            Self::NoPackages { .. } => {
                Some("check that pip reaches its package index: python3 -m pip download alembic")
            }
            Self::Failed { .. } | Self::Folder(_) | Self::Cancelled => None,
        }
    }
}

/// The last lines of a child's output, where the reason stands.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines() {
        let text = ["line"; 20].join("\n\n");
        let shown = tail(&text);
        assert_eq!(shown, ["line"; 8].join("\n"));
        assert_eq!(tail(""), "");
    }
}
