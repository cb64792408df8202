//! Turns the rooms' errors into the one failure that the user sees, with what to do next.

mod dumps;
mod rehearsals;
mod workers;

use std::path::Path;

use crate::error::{Failure, Kind};
use crate::execute::ExecuteError;
use crate::journal::JournalError;
use crate::model::text::{count, safe, safe_lines};
use crate::model::{ModuleName, Target};
use crate::plan::DraftError;
use crate::sandbox::SandboxError;
use crate::steps::StepError;
use crate::survey::project::DiscoverError;
use crate::system::ConnectError;

pub use dumps::{dump, unproven, without_dump};
pub use rehearsals::{rehearsal, replay};
pub use workers::worker;

/// A database cannot be reached.
pub fn connect(module: &ModuleName, target: &Target, error: &ConnectError) -> Failure {
    let failure = Failure::untouched(format!("{}: {}", safe(&module.0), safe(&error.to_string())));
    if error.is_wrong_password() {
        failure.with_hint(format!(
            "check the password of {} for {}, then: redistill check",
            safe(&target.user),
            safe(&target.to_string())
        ))
    } else if error.is_missing_database() {
        failure.with_hint(format!(
            "create it: createdb {}, then: alembic upgrade head",
            safe(&target.database)
        ))
    } else {
        failure.with_hint(format!(
            "see that the server runs: pg_isready -h {}; then: redistill check",
            host(target)
        ))
    }
}

fn host(target: &Target) -> String {
    let (host, port) = match &target.host {
        crate::model::Host::Tcp(host) => (host.clone(), target.port),
        crate::model::Host::Socket(folder) => (folder.display().to_string(), target.port),
    };
    format!("{} -p {port}", safe(&host))
}

/// There is nothing to work on.
pub fn discovery(error: &DiscoverError) -> Failure {
    let failure = Failure::usage(safe(&error.to_string()));
    match error {
        DiscoverError::NoFolder(_) => {
            failure.with_hint("point at the project's folder: redistill --project PATH check")
        }
        DiscoverError::NoConfig(_) => failure
            .with_hint("correct `config` of the module in redistill.toml or [tool.redistill]"),
        DiscoverError::NothingFound { folders, .. } => failure
            .with_detail(format!(
                "looked in {} for: alembic.ini; any *.ini with a script_location; \
                 pyproject.toml with [tool.alembic]; Flask-Migrate's migrations/alembic.ini",
                count(*folders, "folder")
            ))
            .with_hint("point at another folder: redistill --project PATH check")
            .with_hint(
                "or name the configuration file in pyproject.toml: \
                 [tool.redistill.modules.NAME] with config = \"path/to/alembic.ini\"",
            ),
    }
}

/// No server of our own.
pub fn sandbox(error: &SandboxError) -> Failure {
    let failure = Failure::untouched(safe(&error.to_string()).into_owned());
    match error.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// A plan cannot be made.
pub fn draft(error: &DraftError) -> Failure {
    let failure = Failure::refused(safe(&error.to_string()));
    match error {
        DraftError::NotAtHead { .. } => failure.with_hint(
            "bring it to the head first: alembic upgrade head; or leave the database without a \
             version table: redistill plan --strategy unversioned",
        ),
        DraftError::CannotReuseHead { .. } => {
            failure.with_hint("let the baseline have an identifier of its own: redistill plan")
        }
        DraftError::NotSeen { .. } => failure.with_hint("see what is missing: redistill check"),
    }
}

/// A run did not come to its end.
pub fn execution(error: &ExecuteError) -> Failure {
    match error {
        ExecuteError::Refused { problems } => {
            let all: Vec<String> = problems
                .iter()
                .map(|p| safe_lines(&p.to_string()))
                .collect();
            Failure::refused("the world is not the one that the plan was made for")
                .with_detail(all.join("\n"))
                .with_hint("nothing has changed; make a new plan: redistill plan")
        }
        ExecuteError::HalfWay { error, .. } => Failure::new(
            Kind::HalfWay,
            format!("the run stopped half-way: {}", safe(&error.to_string())),
        )
        .with_hint("go on with it: redistill resume")
        .with_hint("or take it back: redistill undo"),
        ExecuteError::NotBegun(error) => Failure::untouched(safe(&error.to_string()))
            .with_hint("nothing has changed; mend it, and the same command works again"),
        ExecuteError::Journal(error) => journal(error),
        ExecuteError::Unsettled { .. } => {
            Failure::new(Kind::HalfWay, safe(&error.to_string()).into_owned())
                .with_hint("once it can be asked again: redistill resume")
        }
        ExecuteError::OtherOpen { .. } | ExecuteError::BeingUndone { .. } => {
            Failure::new(Kind::HalfWay, safe(&error.to_string()).into_owned())
                .with_hint("go on with it: redistill resume")
                .with_hint("or take it back: redistill undo")
        }
        ExecuteError::GoesBack { .. } => {
            Failure::new(Kind::HalfWay, safe(&error.to_string()).into_owned())
                .with_hint("let it go back: redistill undo")
        }
        ExecuteError::Closed { .. } => {
            Failure::usage(safe(&error.to_string())).with_hint("see the past resets: redistill log")
        }
        ExecuteError::Undo(error) => Failure::refused(safe(&error.to_string()))
            .with_hint("see the past resets: redistill log"),
    }
}

/// A run did not begin or did not come to its end. `again` is the command that was typed.
pub fn beginning(error: &ExecuteError, again: &str) -> Failure {
    let ExecuteError::Refused { problems } = error else {
        return execution(error);
    };
    let is_clients = |problem: &StepError| matches!(problem, StepError::OtherClients { .. });
    if !problems.iter().all(is_clients) {
        return execution(error);
    }
    let all: Vec<String> = problems
        .iter()
        .map(|problem| safe_lines(&problem.to_string()))
        .collect();
    Failure::refused("others are at work in the database")
        .with_detail(all.join("\n"))
        .with_hint(format!("nothing has changed; stop them, then: {again}"))
}

/// The journal cannot be read or written.
pub fn journal(error: &JournalError) -> Failure {
    match error {
        JournalError::Files { action, .. } if *action != "read" => {
            Failure::new(Kind::HalfWay, safe(&error.to_string()))
                .with_hint("mend that; then go on: redistill resume")
                .with_hint("or take it back: redistill undo")
        }
        JournalError::Record { .. } | JournalError::Illegal { .. } => {
            Failure::new(Kind::HalfWay, safe(&error.to_string()))
                .with_detail(
                    "nobody can tell how far that run came: the archive holds the files as they \
                     were, the run's folder what it moved away",
                )
                .with_hint(
                    "once files and database are as you want them, move the run's folder out of \
                     .redistill/runs, then: redistill check",
                )
        }
        JournalError::Busy { .. } => Failure::untouched(safe(&error.to_string()))
            .with_hint("wait for it to end, then type the command again"),
        _ => Failure::new(Kind::HalfWay, safe(&error.to_string()))
            .with_hint("the archive and the run's folder in .redistill/runs hold both copies"),
    }
}

/// Ctrl-C before anything changed.
pub fn cancelled() -> Failure {
    Failure::new(Kind::Cancelled, "cancelled; nothing has changed")
}

/// A path of the project as it is shown: relative where it lies inside.
pub fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    safe(&path.display().to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_says_what_was_looked_for_and_how_to_name_it() {
        let failure = discovery(&DiscoverError::NothingFound {
            root: "/x".into(),
            folders: 1,
            looked: Vec::new(),
        });
        assert_eq!(failure.kind, Kind::Usage);
        let detail = failure.detail.unwrap_or_default();
        assert!(detail.contains("1 folder for: alembic.ini"), "{detail}");
        let hints = failure.hints.join("\n");
        assert!(hints.contains("--project") && hints.contains("tool.redistill"));
    }
}
