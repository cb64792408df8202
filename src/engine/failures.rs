//! Turns the rooms' errors into the one failure that the user sees, with what to do next.

use std::path::Path;

use crate::error::{Failure, Kind};
use crate::execute::ExecuteError;
use crate::journal::JournalError;
use crate::model::text::{count, safe, safe_lines};
use crate::model::{ModuleName, Target};
use crate::plan::{DraftError, Strategy};
use crate::rehearse::{DumpError, RehearseError, ScratchError};
use crate::sandbox::SandboxError;
use crate::steps::StepError;
use crate::survey::project::DiscoverError;
use crate::system::ConnectError;
use crate::worker::{ErrorKind, Failed, WorkerError};

/// The worker failed for a module.
pub fn worker(module: &ModuleName, error: &WorkerError) -> Failure {
    let message = format!("{}: {error}", safe(&module.0));
    let failure = match error {
        WorkerError::Cancelled { .. } => return cancelled(),
        WorkerError::NoAlembic { .. } | WorkerError::Start { .. } => {
            return Failure::usage(message).with_hint(
                "name the interpreter that runs the project's Alembic: redistill --python PROGRAM \
                 check",
            );
        }
        _ => match error.kind() {
            // What the configuration can give is not given; what nothing can give is refused.
            Some(ErrorKind::NeedsApplication | ErrorKind::NeedsArgument) => Failure::usage(message),
            Some(
                ErrorKind::NeedsCommand
                | ErrorKind::NeverWalked
                | ErrorKind::LocationsChanged
                | ErrorKind::OfflineOnly,
            ) => Failure::refused(message),
            _ => Failure::untouched(message),
        },
    };
    let failure = match error.failed() {
        Some(failed) => with_facts(failure, failed),
        None => failure,
    };
    if matches!(error, WorkerError::TimedOut { .. }) {
        return failure.with_hint(
            "env.py or a revision waits for something that does not come; see where the module's \
             own command stays: alembic current",
        );
    }
    match error.kind().and_then(hint) {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
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

/// The statement and what the server added; for Python errors the end of the way there.
fn with_facts(failure: Failure, failed: &Failed) -> Failure {
    let mut detail = String::new();
    for text in failed.server_detail.iter().chain(&failed.statement) {
        detail.push_str(text.trim());
        detail.push('\n');
    }
    if detail.is_empty() {
        failure
    } else {
        failure.with_detail(safe_lines(detail.trim_end()))
    }
}

fn hint(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NoUrl => {
            "set sqlalchemy.url in alembic.ini, or in env.py before run_migrations_online(): \
             config.set_main_option(\"sqlalchemy.url\", settings.database.sync_url)"
        }
        ErrorKind::ImportFailed => {
            "install what is missing into the project's environment, or name another interpreter: \
             redistill --python PROGRAM check"
        }
        ErrorKind::NeedsApplication => {
            "name the application as for the flask command, then: FLASK_APP=package.module redistill check"
        }
        ErrorKind::NeedsArgument => {
            "name it in redistill.toml: [modules.NAME] with x = [\"key=value\"]; then: redistill check"
        }
        ErrorKind::NeverWalked => {
            "where it takes its tenants from the database, let it take them from a setting first (a \
             list, an -x argument, a variable): a rehearsal begins with an empty one"
        }
        ErrorKind::LocationsChanged => {
            "name them in the settings instead, where every tool finds them: version_locations in \
             alembic.ini; then: redistill check"
        }
        ErrorKind::NeedsCommand => {
            "let env.py open a connection of its own where the application gives none, so that \
             `alembic current` works in the module's folder; then: redistill check"
        }
        ErrorKind::EnvFailed
        | ErrorKind::Exited
        | ErrorKind::ConfigFailed
        | ErrorKind::NeverConfigured
        | ErrorKind::NeverMigrated => {
            "see that the module's own command works first: alembic current"
        }
        ErrorKind::OfflineOnly | ErrorKind::NeverConnected => {
            "redistill rehearses online: env.py must open a connection of its own"
        }
        ErrorKind::NotPostgresql => "redistill knows PostgreSQL only",
        ErrorKind::ChainFailed => "see that the chain loads first: alembic history",
        ErrorKind::RefusedConnection => {
            "env.py or a revision opens a second connection; in a rehearsal only scratch databases \
             can be reached"
        }
        ErrorKind::NoMetadata => "give target_metadata to context.configure(…) in env.py",
        ErrorKind::Template => "mend script.py.mako, then: redistill plan",
        _ => return None,
    })
}

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
                _ => failure.with_hint(
                    "leave an object out of the baseline: redistill plan --leave-out \"KIND NAME\"",
                ),
            }
        }
        RehearseError::Empty { .. } => Failure::refused(format!(
            "{}: {}",
            safe(&module.0),
            safe(&error.to_string())
        ))
        .with_hint(
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
            Failure::refused(format!("{}: {}", safe(&module.0), safe(&error.to_string())))
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
            Failure::refused(format!("{}: {}", safe(&module.0), safe(&error.to_string())))
                .with_detail(lines.join("\n"))
                .with_hint(format!(
                    "leave these out, too: redistill plan {}",
                    all.join(" ")
                ))
        }
        RehearseError::Stays { .. } => {
            Failure::refused(format!("{}: {}", safe(&module.0), safe(&error.to_string())))
                .with_hint("leave out the table, or write a revision that drops it first")
        }
        RehearseError::TooManyRows { table, .. } => {
            Failure::untouched(format!("{}: {}", safe(&module.0), safe(&error.to_string())))
                .with_hint(format!(
                    "leave them out of the baseline: redistill plan --leave-out \"rows {}\"",
                    safe(&table.name)
                ))
        }
        _ => Failure::untouched(format!("{}: {}", safe(&module.0), safe(&error.to_string()))),
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

/// No dump can be made. `strategy` says what it is needed for.
pub fn dump(error: &DumpError, strategy: Strategy) -> Failure {
    let purpose = match strategy {
        Strategy::Keep => "going back from the statements that bring the database in line",
        Strategy::Recreate | Strategy::Unversioned => "the strategy `recreate`",
    };
    let failure = Failure::refused(format!(
        "{purpose} needs a dump: {}",
        safe(&error.to_string())
    ));
    let failure = match error {
        DumpError::Program(error) => match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        },
        _ => failure,
    };
    without_dump(failure, strategy)
}

/// What can be done where there is no dump.
pub fn without_dump(failure: Failure, strategy: Strategy) -> Failure {
    match strategy {
        Strategy::Keep => failure
            .with_hint("or bring the database in line by hand, then: redistill plan")
            .with_hint(
                "or leave it without a version table: redistill plan --strategy unversioned",
            ),
        Strategy::Recreate | Strategy::Unversioned => {
            failure.with_hint("or keep the rows where they are: redistill plan --strategy keep")
        }
    }
}

/// A dump was made, and what it is for does not work.
pub fn unproven(label: &str, why: &str, strategy: Strategy) -> Failure {
    let failure = Failure::refused(format!(
        "{}: the dump is not proven: {}",
        safe(label),
        safe(why)
    ))
    .with_hint("nothing has changed; mend that, then: redistill plan");
    without_dump(failure, strategy)
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
    fn a_missing_dump_names_what_it_is_for_and_another_way() {
        let error = DumpError::Failed("no".to_owned());
        let kept = dump(&error, Strategy::Keep);
        assert!(!kept.message.contains("recreate"), "{}", kept.message);
        let hints = kept.hints.join("\n");
        assert!(hints.contains("--strategy unversioned"), "{hints}");
        assert!(!hints.contains("--strategy keep"), "{hints}");
        let rebuilt = dump(&error, Strategy::Recreate);
        assert!(rebuilt.message.contains("`recreate` needs a dump"));
        assert!(rebuilt.hints.join("\n").contains("--strategy keep"));
        let unproven = unproven("a / b", "no", Strategy::Keep).hints.join("\n");
        assert!(!unproven.contains("--strategy keep"), "{unproven}");
    }

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
