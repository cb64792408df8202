//! What the project's own code came to under the worker.

use super::cancelled;
use crate::error::Failure;
use crate::model::ModuleName;
use crate::model::text::{safe, safe_lines};
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

/// Where it happened, the statement, and what the server added.
pub(super) fn with_facts(mut failure: Failure, failed: &Failed) -> Failure {
    failure.at = failed.file.clone().zip(failed.line);
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

/// The way on that a kind of failure has wherever it happens.
pub(super) fn hint(kind: ErrorKind) -> Option<&'static str> {
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
        ErrorKind::ModelsUnseen => {
            "import the models in env.py: after a reset nothing else would, and autogenerate would \
             take every table for one to drop; then: redistill plan --source models"
        }
        ErrorKind::ModelsFailed => {
            "mend what it names, or take the chain as the source where it replays: redistill plan \
             --source chain"
        }
        ErrorKind::Template => "mend script.py.mako, then: redistill plan",
        _ => return None,
    })
}
