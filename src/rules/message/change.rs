//! What a revision's operations mean for those who use the database: the version's larger half.
//!
//! A change is incompatible where a program that was written for the schema before it stops
//! working: what it reads or writes is gone, has another name, or takes less than it did.

use std::collections::HashSet;

use serde::Serialize;

use crate::model::Location;
use crate::python::SqlType;
use crate::python::operations::{OperationKind, RevisionOperations};

/// What a version's next number is counted up by; ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing that a version tells.
    #[default]
    None,
    /// The schema is mended.
    Patch,
    /// Something is there that was not.
    Minor,
    /// Programs of before stop working.
    Major,
}

impl Bump {
    /// `none`, `patch`, `minor`, `major`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The type of a message that says as much.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Minor | Self::Major => "feat",
            Self::None | Self::Patch => "fix",
        }
    }
}

/// One thing that a revision changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How much it weighs.
    pub bump: Bump,
    /// In words: `drops the column users.age`.
    pub what: String,
    /// The table that goes, where one does.
    pub dropped: Option<String>,
    /// Where.
    pub location: Location,
}

/// What `upgrade` changes, in order. What a revision creates itself it may change as it likes.
pub fn changes(operations: &RevisionOperations) -> Vec<Change> {
    let mut own = HashSet::new();
    let mut found = Vec::new();
    for operation in &operations.upgrade {
        if let OperationKind::CreateTable(table) = &operation.kind {
            own.insert(table.qualified());
        }
        for (bump, what) in of_operation(&operation.kind, &own) {
            let change = Change {
                bump,
                what,
                dropped: match &operation.kind {
                    OperationKind::DropTable { table } => Some(table.clone()),
                    _ => None,
                },
                location: operation.location.clone(),
            };
            // `op.execute("DROP TABLE a")` is one change, read twice.
            if !found.contains(&change) {
                found.push(change);
            }
        }
    }
    found
}

/// The largest of all changes.
pub fn largest(changes: &[Change]) -> Bump {
    changes
        .iter()
        .map(|change| change.bump)
        .max()
        .unwrap_or_default()
}

/// `drops the column users.age and 2 more`.
pub fn in_short(changes: &[&Change]) -> String {
    match changes {
        [] => "no change".to_owned(),
        [only] => only.what.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.what, rest.len()),
    }
}

fn of_operation(kind: &OperationKind, own: &HashSet<String>) -> Vec<(Bump, String)> {
    let one = |bump, what: String| vec![(bump, what)];
    match kind {
        OperationKind::CreateTable(table) => one(
            Bump::Minor,
            format!("creates the table {}", table.qualified()),
        ),
        OperationKind::DropTable { table } if !own.contains(table) => {
            one(Bump::Major, format!("drops the table {table}"))
        }
        OperationKind::RenameTable { from, to } if !own.contains(from) => {
            one(Bump::Major, format!("renames the table {from} to {to}"))
        }
        OperationKind::AddColumn { table, column } => {
            let name = format!("{table}.{}", column.name);
            if column.not_null && !column.filled && !own.contains(table) {
                let what = format!("adds the column {name}, NOT NULL without a default");
                return one(Bump::Major, what);
            }
            one(Bump::Minor, format!("adds the column {name}"))
        }
        OperationKind::DropColumn { table, column } if !own.contains(table) => {
            one(Bump::Major, format!("drops the column {table}.{column}"))
        }
        OperationKind::AlterColumn {
            table,
            column,
            sql_type,
            renamed,
            existing,
            nullable,
            ..
        } if !own.contains(table) => {
            let name = format!("{table}.{column}");
            if let Some(renamed) = renamed {
                return one(
                    Bump::Major,
                    format!("renames the column {name} to {renamed}"),
                );
            }
            if let (Some(from), Some(to)) = (existing, sql_type)
                && narrows(from, to)
            {
                return one(Bump::Major, format!("narrows {name} from {from} to {to}"));
            }
            if *nullable == Some(false) {
                return one(Bump::Major, format!("makes {name} NOT NULL"));
            }
            one(Bump::Patch, format!("alters the column {name}"))
        }
        OperationKind::CreateForeignKey { table, .. } => {
            one(Bump::Patch, format!("adds a foreign key to {table}"))
        }
        OperationKind::Sql { text } => of_sql(text),
        OperationKind::Other { method } => match method.as_str() {
            "create_table" => one(Bump::Minor, "creates a table".to_owned()),
            "add_column" => one(Bump::Minor, "adds a column".to_owned()),
            "drop_table" | "drop_column" => one(Bump::Major, format!("calls {method}")),
            // Reads only.
            "get_bind" | "get_context" | "f" | "batch_alter_table" | "invoke" => Vec::new(),
            "bulk_insert" => one(Bump::Patch, "inserts rows".to_owned()),
            _ => one(Bump::Patch, in_words(method)),
        },
        _ => Vec::new(),
    }
}

/// `create_index` → `creates an index`.
fn in_words(method: &str) -> String {
    let (verb, object) = method.split_once('_').unwrap_or((method, ""));
    let verb = match verb {
        "create" => "creates",
        "drop" => "drops",
        _ => return format!("calls {method}"),
    };
    let article = if object.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{verb} {article} {}", object.replace('_', " "))
}

/// `DROP TABLE` is an operation of its own; here are the others.
fn of_sql(text: &str) -> Vec<(Bump, String)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let upper = words.join(" ").to_ascii_uppercase();
        if upper.starts_with("CREATE TABLE ") {
            let name = words[if upper.starts_with("CREATE TABLE IF") {
                5
            } else {
                2
            }..]
                .first()
                .map_or("", |name| name.split('(').next().unwrap_or(name));
            found.push((Bump::Minor, format!("creates the table {name}")));
        }
        let Some(rest) = upper.strip_prefix("ALTER TABLE ") else {
            continue;
        };
        let rest = rest
            .trim_start_matches("IF EXISTS ")
            .trim_start_matches("ONLY ");
        let at = words.len() - rest.split(' ').count();
        let table = words.get(at).copied().unwrap_or_default();
        for (part, bump, what) in [
            (" DROP COLUMN ", Bump::Major, "drops a column of"),
            (" RENAME COLUMN ", Bump::Major, "renames a column of"),
            (" RENAME TO ", Bump::Major, "renames the table"),
            (" SET NOT NULL", Bump::Major, "makes a column NOT NULL in"),
            (" ADD COLUMN ", Bump::Minor, "adds a column to"),
        ] {
            if upper.contains(part) {
                found.push((bump, format!("{what} {table}")));
            }
        }
    }
    found
}

/// Whether values that fitted do not fit any more. Types of different families do not compare.
fn narrows(from: &SqlType, to: &SqlType) -> bool {
    let integers = ["smallint", "integer", "bigint"];
    let rank = |kind: &SqlType| integers.iter().position(|name| *name == kind.name);
    if let (Some(from), Some(to)) = (rank(from), rank(to)) {
        return to < from;
    }
    let length = |kind: &SqlType| match kind.name.as_str() {
        "text" => Some(u64::MAX),
        "character varying" | "character" => Some(match &kind.modifier {
            Some(modifier) => modifier.parse().ok()?,
            None => u64::MAX,
        }),
        _ => None,
    };
    if let (Some(from), Some(to)) = (length(from), length(to)) {
        return to < from;
    }
    match (from.name.as_str(), to.name.as_str()) {
        ("numeric", "numeric") => digits(to) < digits(from),
        ("numeric" | "double precision" | "real", "smallint" | "integer" | "bigint")
        | ("double precision", "real") => true,
        _ => false,
    }
}

/// Digits before the decimal point.
fn digits(kind: &SqlType) -> i64 {
    let Some(modifier) = &kind.modifier else {
        return i64::MAX;
    };
    let mut parts = modifier.split(',').map(|part| part.trim().parse::<i64>());
    match (parts.next(), parts.next()) {
        (Some(Ok(precision)), Some(Ok(scale))) => precision - scale,
        (Some(Ok(precision)), None) => precision,
        _ => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::python::{Syntax, operations};

    fn of(body: &str) -> Vec<String> {
        let source = format!("import sqlalchemy as sa\ndef upgrade():\n    {body}\n");
        let read = operations::read(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()));
        changes(&read)
            .iter()
            .map(|change| format!("{} {}", change.bump.word(), change.what))
            .collect()
    }

    #[test]
    fn incompatible_changes() {
        for (body, what) in [
            ("op.drop_table('a')", "drops the table a"),
            ("op.drop_column('a', 'b')", "drops the column a.b"),
            ("op.rename_table('a', 'b')", "renames the table a to b"),
            (
                "op.alter_column('a', 'b', new_column_name='c')",
                "renames the column a.b to c",
            ),
            (
                "op.alter_column('a', 'b', nullable=False, existing_type=sa.Integer())",
                "makes a.b NOT NULL",
            ),
            (
                "op.alter_column('a', 'b', type_=sa.String(10), existing_type=sa.String(20))",
                "narrows a.b from character varying(20) to character varying(10)",
            ),
            (
                "op.alter_column('a', 'b', type_=sa.Integer(), existing_type=sa.BigInteger())",
                "narrows a.b from bigint to integer",
            ),
            (
                "op.alter_column('a', 'b', type_=sa.Numeric(5, 2), existing_type=sa.Numeric(8, 2))",
                "narrows a.b from numeric(8,2) to numeric(5,2)",
            ),
            (
                "op.add_column('a', sa.Column('b', sa.Integer(), nullable=False))",
                "adds the column a.b, NOT NULL without a default",
            ),
            ("op.execute('DROP TABLE a')", "drops the table a"),
            (
                "op.execute('alter table a drop column b')",
                "drops a column of a",
            ),
            (
                "op.execute('ALTER TABLE IF EXISTS ONLY s.a RENAME COLUMN b TO c')",
                "renames a column of s.a",
            ),
            (
                "op.execute('ALTER TABLE a ALTER COLUMN b SET NOT NULL')",
                "makes a column NOT NULL in a",
            ),
        ] {
            assert_eq!(of(body), [format!("major {what}")], "{body}");
        }
    }

    #[test]
    fn compatible_changes() {
        for (body, what) in [
            (
                "op.create_table('a', sa.Column('b', sa.Integer()))",
                "minor creates the table a",
            ),
            (
                "op.add_column('a', sa.Column('b', sa.Integer()))",
                "minor adds the column a.b",
            ),
            (
                "op.add_column('a', sa.Column('b', sa.Integer(), nullable=False, server_default='0'))",
                "minor adds the column a.b",
            ),
            (
                "op.alter_column('a', 'b', type_=sa.String(30), existing_type=sa.String(20))",
                "patch alters the column a.b",
            ),
            ("op.create_index('i', 'a', ['b'])", "patch creates an index"),
            (
                "op.execute('CREATE TABLE a(b int)')",
                "minor creates the table a",
            ),
            (
                "op.execute('alter table a add column b int')",
                "minor adds a column to a",
            ),
        ] {
            assert_eq!(of(body), [what], "{body}");
        }
        assert_eq!(of("pass"), [""; 0]);
        assert_eq!(of("bind = op.get_bind()"), [""; 0]);
    }

    #[test]
    fn what_a_revision_made_itself_it_may_change() {
        let found = of("op.create_table('a', sa.Column('b', sa.Integer()))\n    \
                        op.alter_column('a', 'b', nullable=False)\n    op.drop_table('a')");
        assert_eq!(found, ["minor creates the table a"]);
    }
}
