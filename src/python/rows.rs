//! Revisions that move rows which are there already: a baseline builds a schema and seed rows, and
//! holds nothing of that.
//!
//! Read from the source, as the rules read it. Called by the engine for the note.

use super::operations::{Operation, OperationKind, RevisionOperations};
use super::outside::lexer::{Kind, Token, tokens};

/// What a revision does to rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Whether it does nothing else.
    pub is_all: bool,
    /// The statements, each with its line.
    pub statements: Vec<(usize, String)>,
    /// The lines whose calls cannot be read; only where the revision changes no schema.
    pub unread: Vec<usize>,
}

/// What `upgrade` does to rows; none where it moves none.
pub fn moves(operations: &RevisionOperations) -> Option<Moves> {
    let upgrade = &operations.upgrade;
    let is_all = upgrade.iter().all(is_about_rows);
    let statements: Vec<(usize, String)> = upgrade.iter().filter_map(moved).collect();
    let unread: Vec<usize> = upgrade
        .iter()
        .filter(|one| is_all && one.kind == OperationKind::Unread)
        .map(|one| one.location.line)
        .collect();
    (!statements.is_empty() || !unread.is_empty()).then_some(Moves {
        is_all,
        statements,
        unread,
    })
}

fn moved(operation: &Operation) -> Option<(usize, String)> {
    let text = match &operation.kind {
        OperationKind::Sql { text } if moves_rows(text) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            super::contents::hide_secrets(&words.join(" ")).into_owned()
        }
        OperationKind::Rows { written } if is_change(written) => written.clone(),
        _ => return None,
    };
    Some((operation.location.line, text))
}

/// New rows alone are seed rows, which the baseline has; a selection changes nothing.
fn is_change(written: &str) -> bool {
    ["update(", "delete(", "from_select("]
        .iter()
        .any(|call| written.contains(call))
}

/// Whether the operation changes no schema.
fn is_about_rows(operation: &Operation) -> bool {
    match &operation.kind {
        OperationKind::Rows { .. } | OperationKind::Unread => true,
        OperationKind::Other { method } => method == "bulk_insert",
        OperationKind::Sql { text } => {
            let tokens = tokens(text);
            let first = tokens.first().map_or("", |token| token.text.as_str());
            moves_rows(text) || matches!(first, "INSERT" | "SELECT" | "SET" | "COPY" | "LOCK")
        }
        _ => false,
    }
}

/// Whether an SQL text changes or removes rows, or makes new ones of them.
fn moves_rows(text: &str) -> bool {
    let tokens = tokens(text);
    let is = |token: &Token, word: &str| token.kind == Kind::Word && token.text == word;
    // What a function does, it does when it is called.
    let makes_function = tokens.iter().enumerate().any(|(at, token)| {
        let next = tokens[at..].iter().skip(1).take(3);
        is(token, "CREATE")
            && next
                .take_while(|next| {
                    ["OR", "REPLACE", "FUNCTION", "PROCEDURE"]
                        .iter()
                        .any(|w| is(next, w))
                })
                .any(|next| is(next, "FUNCTION") || is(next, "PROCEDURE"))
    });
    if makes_function {
        return false;
    }
    tokens.iter().enumerate().any(|(at, token)| {
        let rest = tokens[at..].iter().take_while(|next| !next.is(";"));
        let mut rest = rest.skip(1);
        let changes = |next: &Token| {
            ["UPDATE", "DELETE", "MERGE"]
                .iter()
                .any(|word| is(next, word))
        };
        token.begins
            && match token.text.as_str() {
                "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" => token.kind == Kind::Word,
                "INSERT" => rest.any(|next| is(next, "SELECT")),
                "WITH" => rest.any(|next| changes(next) || is(next, "INSERT")),
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::python::Syntax;
    use crate::python::operations::read;

    fn of(body: &str) -> Option<Moves> {
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    {body}\n"
        );
        moves(&read(&Syntax::parse(Path::new("/p/r.py"), text.as_bytes())))
    }

    #[test]
    fn what_changes_rows_is_named_with_its_line() {
        let found = of("op.execute(\"UPDATE notes\\n SET state = 'open'\")").unwrap();
        assert!(found.is_all);
        assert_eq!(
            found.statements,
            [(6, "UPDATE notes SET state = 'open'".to_owned())]
        );
        for body in [
            "op.execute(\"DELETE FROM notes WHERE id = 1\")",
            "op.execute(\"INSERT INTO a (id) SELECT id FROM b\")",
            "op.execute(\"WITH x AS (SELECT 1) UPDATE a SET id = 2\")",
            "op.execute(\"DO $$ BEGIN UPDATE a SET id = 2; END $$\")",
            "op.execute(sa.update(notes).values(state=\"open\"))",
            "op.get_bind().execute(sa.text(\"TRUNCATE notes\"))",
        ] {
            assert!(of(body).is_some_and(|found| found.is_all), "{body}");
        }
    }

    #[test]
    fn a_schemas_change_beside_it_is_said() {
        let found = of(
            "op.add_column(\"a\", sa.Column(\"b\", sa.Integer()))\n    op.execute(\"UPDATE a SET b = 1\")",
        );
        let found = found.unwrap();
        assert!(!found.is_all && found.statements.len() == 1, "{found:?}");
    }

    #[test]
    fn seed_rows_and_functions_are_no_moves() {
        for body in [
            "op.execute(\"INSERT INTO a (id) VALUES (1)\")",
            "op.bulk_insert(notes, [])",
            "op.execute(notes.insert().values(id=1))",
            "op.execute(\"CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE a SET b = 1'\")",
            "op.create_table(\"a\")",
            "pass",
        ] {
            assert_eq!(of(body), None, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_where_nothing_else_happens() {
        let found = of("move_everything(op.get_bind())").unwrap();
        assert!(found.is_all && found.statements.is_empty());
        assert_eq!(found.unread, [6]);
        let beside = "op.create_table(\"a\")\n    move_everything(op.get_bind())";
        assert_eq!(of(beside), None);
    }
}
