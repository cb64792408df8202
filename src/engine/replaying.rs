//! Why an old chain does not replay from an empty database, in a sentence that names the pattern.
//!
//! Called by the rehearsal's failure and by the remark of a plan that rests on the live schema.
//! Reads revision files; runs nothing.

use crate::model::text::safe;
use crate::model::{Chain, Revision, RevisionId};
use crate::python::operations::{OperationKind, RevisionOperations, read};
use crate::python::{Syntax, operations::Operation};
use crate::system::ReadFiles;
use crate::worker::{ErrorKind, Failed};

/// The pattern behind the failure, where it is a known one.
pub fn why(chain: &Chain, files: &dyn ReadFiles, failed: &Failed) -> Option<String> {
    let revisions = || {
        let readable = chain.revisions.iter().filter_map(|revision| {
            let bytes = files.read(&revision.path).ok()?;
            Some((revision, read(&Syntax::parse(&revision.path, &bytes))))
        });
        readable.collect::<Vec<_>>()
    };
    match failed.sqlstate.as_deref() {
        Some("42P01") => Some(missing_table(chain, &revisions(), failed)),
        Some(state) => of_server(state).map(str::to_owned),
        None => of_python(failed),
    }
}

/// `relation … does not exist`: who was to make it?
fn missing_table(
    chain: &Chain,
    revisions: &[(&Revision, RevisionOperations)],
    failed: &Failed,
) -> String {
    let name = quoted(&failed.message);
    let makers: Vec<&RevisionId> = name.map_or_else(Vec::new, |name| {
        let makes = |(_, read): &&(&Revision, RevisionOperations)| {
            read.upgrade
                .iter()
                .any(|operation| creates(operation, name))
        };
        revisions
            .iter()
            .filter(makes)
            .map(|(revision, _)| &revision.id)
            .collect()
    });
    let shown = name.map_or_else(|| "a table".to_owned(), |name| safe(name).into_owned());
    let is_unread = revisions.iter().any(|(_, read)| {
        let mut upgrade = read.upgrade.iter();
        upgrade.any(|operation| matches!(operation.kind, OperationKind::Unread))
    });
    if let Some(maker) = makers.first() {
        return format!(
            "the chain makes {shown} only in revision {maker}, which is not applied at that point: \
             the order of the revisions was changed, or the table was renamed or dropped before"
        );
    }
    let begins = bases(chain, revisions);
    if is_unread {
        return format!(
            "no operation that can be read makes {shown}; the chain does not build the database \
             from nothing{begins}"
        );
    }
    format!(
        "no revision of the chain makes {shown}: the database was made by create_all() or by hand, \
         and stamped{begins}"
    )
}

/// What the bases do, where that is nothing.
fn bases(chain: &Chain, revisions: &[(&Revision, RevisionOperations)]) -> String {
    let bases = chain.bases();
    let is_idle = revisions
        .iter()
        .any(|(revision, read)| bases.contains(&revision.id) && read.upgrade.is_empty());
    if is_idle {
        "; its first revision does nothing".to_owned()
    } else {
        String::new()
    }
}

fn creates(operation: &Operation, name: &str) -> bool {
    let bare = name.rsplit('.').next().unwrap_or(name);
    match &operation.kind {
        OperationKind::CreateTable(table) => table.qualified() == name || table.name == bare,
        OperationKind::CreateTableInSql { table } => table == bare,
        OperationKind::RenameTable { to, .. } => to == bare,
        _ => false,
    }
}

/// The first name in double quotes; the server quotes so in most languages.
fn quoted(message: &str) -> Option<&str> {
    let mut parts = message.split('"');
    parts.next()?;
    parts.next().filter(|name| !name.is_empty())
}

/// By SQLSTATE (PostgreSQL manual, appendix A).
fn of_server(state: &str) -> Option<&'static str> {
    Some(match state {
        "25001" => {
            "it runs what PostgreSQL refuses inside a transaction, such as CREATE INDEX CONCURRENTLY: \
             the statement belongs into op.get_context().autocommit_block()"
        }
        "55P04" => {
            "it uses a label of an ENUM in the transaction that adds it: ALTER TYPE … ADD VALUE must \
             be committed first, in autocommit_block() or with transaction_per_migration"
        }
        "42P07" | "42710" | "42P06" | "42701" => {
            "what it makes is there already: made by another revision, by env.py, or by models that \
             the chain imports and that have gone on since"
        }
        "42703" | "42704" | "42883" | "3F000" => {
            "what it changes was made by no revision before it: by create_all(), by hand, or under \
             another name"
        }
        "0A000" | "58P01" => {
            "the scratch server cannot do what it asks for, for example an extension that is not \
             installed there: that is not the history's fault"
        }
        "42501" => {
            "the role may not do that on a scratch database: that is not the history's fault"
        }
        "23502" | "23503" | "23505" | "23514" | "22P02" | "P0002" => {
            "it moves data and expects rows that an empty database does not have"
        }
        _ => return None,
    })
}

/// By the exception's class.
fn of_python(failed: &Failed) -> Option<String> {
    let exception = failed.exception.as_deref().unwrap_or_default();
    let text = match exception {
        "ImportError" | "ModuleNotFoundError" => {
            "it imports code of the application, which has changed since"
        }
        "ObjectNotExecutableError" | "ArgumentError" | "RemovedIn20Warning" => {
            "it is written for an older SQLAlchemy"
        }
        "AttributeError" | "TypeError" if names_an_api(&failed.message) => {
            "it is written for an older SQLAlchemy or Alembic"
        }
        "AttributeError" | "TypeError" | "NameError" | "InvalidRequestError" => {
            "it uses code, of the application or of a library, that has changed since it was written"
        }
        "ReachesOut" => {
            "the statement is put together when the revision runs, and cannot be known before"
        }
        "IndexError" | "KeyError" | "NoResultFound" | "StopIteration" => {
            "it expects rows that an empty database does not have"
        }
        _ if failed.kind == ErrorKind::ImportFailed => {
            "it imports code of the application, which has changed since"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn names_an_api(message: &str) -> bool {
    [
        "Connection",
        "Engine",
        "MetaData",
        "Select",
        "select()",
        "Operations",
        "Inspector",
        "Dialect",
        "has no attribute 'bind'",
    ]
    .iter()
    .any(|name| message.contains(name))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write what is read")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::system::RealFiles;

    fn failed(sqlstate: Option<&str>, exception: &str, message: &str) -> Failed {
        Failed {
            kind: ErrorKind::RevisionFailed,
            message: message.to_owned(),
            exception: Some(exception.to_owned()),
            file: None,
            line: None,
            revision: Some("b".to_owned()),
            sqlstate: sqlstate.map(str::to_owned),
            server_detail: None,
            statement: None,
            traceback: Vec::new(),
        }
    }

    fn chain(folder: &Path, bodies: &[(&str, &str)]) -> Chain {
        let mut down: Vec<RevisionId> = Vec::new();
        let mut revisions = Vec::new();
        for (id, body) in bodies {
            let path = folder.join(format!("{id}.py"));
            std::fs::write(
                &path,
                format!("from alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    {body}\n"),
            )
            .unwrap();
            let id = RevisionId((*id).to_owned());
            revisions.push(Revision {
                id: id.clone(),
                down: std::mem::replace(&mut down, vec![id]),
                depends_on: Vec::new(),
                labels: Vec::new(),
                path,
                message: String::new(),
                doc: String::new(),
                line: 1,
            });
        }
        Chain::new(revisions, Vec::new())
    }

    #[test]
    fn a_table_that_nobody_makes_is_create_all_and_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let missing = failed(
            Some("42P01"),
            "UndefinedTable",
            "relation \"notes\" does not exist",
        );
        for (bodies, says, silent) in [
            (
                [
                    ("a", "pass"),
                    ("b", "op.add_column('notes', sa.Column('x', sa.Text()))"),
                ],
                "create_all() or by hand, and stamped; its first revision does nothing",
                "makes notes only",
            ),
            (
                [
                    ("a", "op.drop_index('x')"),
                    ("b", "op.create_table('notes', sa.Column('x', sa.Text()))"),
                ],
                "makes notes only in revision b",
                "create_all",
            ),
            (
                [
                    ("a", "op.create_table('tags', sa.Column('x', sa.Text()))"),
                    ("b", "op.drop_table('notes')"),
                ],
                "no revision of the chain makes notes",
                "does nothing",
            ),
        ] {
            let chain = chain(folder.path(), &bodies);
            let why = why(&chain, &RealFiles, &missing).unwrap();
            assert!(why.contains(says) && !why.contains(silent), "{why}");
        }
    }

    #[test]
    fn the_servers_and_pythons_errors_are_told_apart() {
        let chain = Chain::new(Vec::new(), Vec::new());
        for (sqlstate, exception, message, says) in [
            (
                Some("25001"),
                "ActiveSqlTransaction",
                "",
                "autocommit_block",
            ),
            (Some("55P04"), "UnsafeNewEnumValueUsage", "", "ADD VALUE"),
            (Some("42P07"), "DuplicateTable", "", "there already"),
            (
                Some("0A000"),
                "FeatureNotSupported",
                "",
                "not the history's fault",
            ),
            (
                None,
                "ImportError",
                "cannot import name 'User'",
                "code of the application",
            ),
            (
                None,
                "ObjectNotExecutableError",
                "Not an executable object: 'SELECT 1'",
                "older SQLAlchemy",
            ),
            (
                None,
                "AttributeError",
                "'Engine' object has no attribute 'execute'",
                "older SQLAlchemy",
            ),
            (
                None,
                "AttributeError",
                "type object 'User' has no attribute 'role'",
                "has changed since",
            ),
            (
                None,
                "IndexError",
                "list index out of range",
                "expects rows",
            ),
        ] {
            let why = why(&chain, &RealFiles, &failed(sqlstate, exception, message)).unwrap();
            assert!(why.contains(says), "{exception}: {why}");
        }
        assert_eq!(
            why(&chain, &RealFiles, &failed(None, "RuntimeError", "no")),
            None
        );
    }
}
