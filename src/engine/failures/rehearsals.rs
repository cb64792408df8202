//! What a rehearsal came to: the chain's fault, the server's, or the choices'.

use super::cancelled;
use super::workers::{hint, with_facts, worker};
use crate::error::Failure;
use crate::model::ModuleName;
use crate::model::text::safe;
use crate::rehearse::{RehearseError, ScratchError};
use crate::worker::{ErrorKind, Failed, WorkerError};

/// A module stands on another's tables, and one of them does not hold.
fn crossing(module: &ModuleName, error: &RehearseError) -> Failure {
    let message = format!("{}: {}", safe(&module.0), safe(&error.to_string()));
    let RehearseError::Beneath { other, error } = error else {
        return Failure::refused(message).with_hint(
            "move that into a revision of the other module, or take it out of this chain, then: \
             redistill plan",
        );
    };
    if matches!(error, WorkerError::Cancelled { .. }) {
        return cancelled();
    }
    let failure = Failure::untouched(message);
    let failure = match error.failed() {
        Some(failed) => with_facts(failure, failed),
        None => failure,
    };
    failure.with_hint(format!(
        "see first that the other chain runs: redistill verify --module {}",
        safe(&other.0)
    ))
}

/// A rehearsal failed.
pub fn rehearsal(module: &ModuleName, error: &RehearseError) -> Failure {
    let told = || format!("{}: {}", safe(&module.0), safe(&error.to_string()));
    match error {
        RehearseError::Cancelled => cancelled(),
        RehearseError::Worker(error) => worker(module, error),
        RehearseError::Scratch(ScratchError::Connect(error)) | RehearseError::Connect(error) => {
            Failure::untouched(format!(
                "{}: the scratch server is gone: {}",
                safe(&module.0),
                safe(&error.to_string())
            ))
            .with_hint("nothing of yours has changed; once the server is back: redistill plan")
        }
        // A broken connection has no SQLSTATE.
        RehearseError::Sql(error) if error.sqlstate.as_deref().is_none_or(says_gone) => {
            session_ended(module, &error.to_string())
        }
        RehearseError::Replay(inner)
        | RehearseError::Draft(inner)
        | RehearseError::Chain { error: inner, .. }
        | RehearseError::Baseline { error: inner, .. } => {
            by_worker(module, error, inner)
        }
        RehearseError::Empty { .. } => Failure::refused(told()).with_hint(
            "see that env.py imports the models before it passes target_metadata, or take the \
                 chain as the source: redistill plan --source chain",
        ),
        RehearseError::Check { why } => Failure::refused(format!(
            "{}: alembic check ends with an error on a database at the baseline, so the reset could \
             not be tested",
            safe(&module.0)
        ))
        .with_detail(safe(why).into_owned())
        .with_hint("mend what it names, until this works: alembic check")
        .with_hint("or reset without that test: redistill plan --strategy unversioned"),
        RehearseError::Reaches { .. } | RehearseError::Beneath { .. } => crossing(module, error),
        RehearseError::Shared(_) => {
            Failure::refused(told())
                .with_hint("take the models as the source: redistill plan --source models")
        }
        RehearseError::Needed { left, falls } => {
            let lines: Vec<String> = falls
                .iter()
                .map(|(key, need)| format!("{} needs {}", safe(key), safe(need)))
                .collect();
            let names = left.iter().chain(falls.iter().map(|(key, _)| key));
            let all: Vec<String> = names
                .map(|name| format!("--leave-out \"{}\"", safe(name)))
                .collect();
            Failure::refused(told())
                .with_detail(lines.join("\n"))
                .with_hint(format!(
                    "leave these out, too: redistill plan {}",
                    all.join(" ")
                ))
        }
        RehearseError::Stays { .. } => {
            Failure::refused(told())
                .with_hint("leave out the table, or write a revision that drops it first")
        }
        RehearseError::TooManyRows { table, .. } => {
            Failure::untouched(told())
                .with_hint(format!(
                    "leave them out of the baseline: redistill plan --leave-out \"rows {}\"",
                    safe(&table.name)
                ))
        }
        _ => Failure::untouched(told()),
    }
}

/// What the chain, the draft or the baseline came to under the worker.
fn by_worker(module: &ModuleName, error: &RehearseError, inner: &WorkerError) -> Failure {
    if matches!(inner, WorkerError::Cancelled { .. }) {
        return cancelled();
    }
    if let Some(failed) = inner.failed().filter(|failed| is_server_gone(failed)) {
        return session_ended(module, &failed.message);
    }
    let failure = Failure::untouched(format!("{}: {error}", safe(&module.0)));
    let failure = match inner.failed() {
        Some(failed) => with_facts(failure, failed),
        None => failure,
    };
    way_on(failure, error, inner)
}

/// What can be done where the project's code or the server stopped the rehearsal.
fn way_on(failure: Failure, error: &RehearseError, inner: &WorkerError) -> Failure {
    match error {
        RehearseError::Replay(_) => failure
            .with_hint(
                "mend that revision, or take the models as the source: redistill plan \
                 --source models",
            )
            .with_hint(
                "or take the live schema for what the chain would have built, which proves \
                 less: redistill plan --reference live",
            ),
        RehearseError::Chain { .. } => {
            failure.with_hint("mend that revision, then: redistill verify")
        }
        _ => {
            let faults = [
                ErrorKind::Template,
                ErrorKind::ModelsUnseen,
                ErrorKind::ModelsFailed,
                ErrorKind::NoMetadata,
            ];
            let of_project = inner.kind().filter(|kind| faults.contains(kind));
            failure.with_hint(of_project.and_then(hint).unwrap_or(
                "leave an object out of the baseline: redistill plan --leave-out \"KIND NAME\"",
            ))
        }
    }
}

/// The old chain does not replay; with the pattern behind it, where that is known.
pub fn replay(module: &ModuleName, error: &RehearseError, why: Option<String>) -> Failure {
    let mut failure = rehearsal(module, error);
    if let Some(why) = why {
        let detail = failure.detail.take();
        let lines: Vec<String> = std::iter::once(why).chain(detail).collect();
        failure.detail = Some(lines.join("\n"));
    }
    failure
}

/// Whether a server went away under the project's code: its shutdown (class 57P) or a connection
/// that broke (class 08).
fn is_server_gone(failed: &Failed) -> bool {
    if let Some(state) = failed.sqlstate.as_deref() {
        return says_gone(state);
    }
    // What the server says has a state; what a driver says of a line that broke has none.
    let of_driver = [
        "OperationalError",
        "InterfaceError",
        "ConnectionDoesNotExistError",
    ];
    let exception = failed.exception.as_deref().unwrap_or_default();
    of_driver.contains(&exception) && failed.message.to_lowercase().contains("connection")
}

/// SQLSTATE of a server that shuts down, and of a broken connection.
fn says_gone(state: &str) -> bool {
    state.starts_with("57P") || state.starts_with("08")
}

fn session_ended(module: &ModuleName, why: &str) -> Failure {
    Failure::untouched(format!(
        "{}: the server ended the session in the middle of the rehearsal: {}",
        safe(&module.0),
        safe(why)
    ))
    .with_hint("nothing of yours has changed; once it answers again: redistill plan")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::ErrorKind;

    /// A server that was killed says nothing more: its line breaks, and the chain is not to blame.
    #[test]
    fn a_broken_line_is_no_fault_of_the_chain() {
        let failed = |exception: &str, message: &str| Failed {
            kind: ErrorKind::RevisionFailed,
            message: message.to_owned(),
            exception: Some(exception.to_owned()),
            file: None,
            line: None,
            revision: Some("a001".to_owned()),
            sqlstate: None,
            server_detail: None,
            statement: None,
            traceback: Vec::new(),
        };
        let module = ModuleName("art".to_owned());
        for (exception, message, is_gone) in [
            (
                "OperationalError",
                "server closed the connection unexpectedly",
                true,
            ),
            ("InterfaceError", "the connection is closed", true),
            ("KeyError", "connection", false),
            ("OperationalError", "no such option", false),
        ] {
            let inner = WorkerError::Failed(Box::new(failed(exception, message)));
            let told = rehearsal(&module, &RehearseError::Replay(inner));
            assert_eq!(
                told.message.contains("ended the session"),
                is_gone,
                "{}",
                told.message
            );
            let hints = told.hints.join("\n");
            assert_eq!(hints.contains("mend that revision"), !is_gone, "{hints}");
        }
    }

    #[test]
    fn a_server_that_goes_in_the_middle_of_a_query_is_called_gone() {
        let module = ModuleName("api".to_owned());
        let error = |sqlstate: Option<&str>| {
            RehearseError::Sql(crate::system::SqlError {
                sqlstate: sqlstate.map(str::to_owned),
                message: "connection closed".to_owned(),
                detail: None,
                hint: None,
            })
        };
        for gone in [None, Some("57P01"), Some("08006")] {
            let failure = rehearsal(&module, &error(gone));
            assert!(failure.message.contains("ended the session"), "{failure}");
            assert!(failure.hints[0].contains("redistill plan"));
        }
        let failure = rehearsal(&module, &error(Some("42P01")));
        assert!(!failure.message.contains("ended the session"), "{failure}");
    }
}
