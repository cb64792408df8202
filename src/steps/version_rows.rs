//! Version tables as data: what a change leaves, how it reads, what takes it back. Pure.

use super::Inverse;
use crate::journal::Before;
use crate::model::text::count;
use crate::model::{quote_identifier, quote_literal};
use crate::plan::{Alteration, DatabaseRef, Step, TableAction, VersionTableChange};

/// The rows of a table, sorted; none if it does not exist.
pub type Rows = Option<Vec<String>>;

/// What the table must hold now.
pub fn expected(change: &VersionTableChange) -> Rows {
    change.exists.then(|| sorted(change.expect.clone()))
}

/// What it holds afterwards.
pub fn goal(change: &VersionTableChange) -> Rows {
    match &change.action {
        TableAction::Drop => None,
        TableAction::DropAndStamp { rows } | TableAction::Create { rows } => {
            Some(sorted(rows.clone()))
        }
        TableAction::ReplaceRows { remove, insert } => {
            let mut rows = change.expect.clone();
            rows.retain(|row| !remove.contains(row));
            rows.extend(insert.iter().cloned());
            Some(sorted(rows))
        }
    }
}

/// Whether the table itself goes, if only to be built again.
pub const fn drops(change: &VersionTableChange) -> bool {
    change.exists
        && matches!(
            change.action,
            TableAction::Drop | TableAction::DropAndStamp { .. }
        )
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

/// The statements of one change, in order.
pub fn statements(change: &VersionTableChange) -> Vec<String> {
    let table = change.table.quoted();
    let mut sql = Vec::new();
    if drops(change) {
        sql.push(format!("DROP TABLE {table}"));
    }
    match &change.action {
        TableAction::Drop => {}
        TableAction::DropAndStamp { rows } | TableAction::Create { rows } => {
            sql.extend(change.definition.iter().cloned());
            sql.extend(rows.iter().map(|row| insert(&table, row)));
        }
        TableAction::ReplaceRows {
            remove,
            insert: new,
        } => {
            sql.extend(remove.iter().map(|row| {
                format!(
                    "DELETE FROM {table} WHERE {} = {}",
                    quote_identifier("version_num"),
                    quote_literal(row)
                )
            }));
            sql.extend(new.iter().map(|row| insert(&table, row)));
        }
    }
    sql
}

fn insert(table: &str, row: &str) -> String {
    format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        quote_identifier("version_num"),
        quote_literal(row)
    )
}

/// The step in one line.
pub fn title(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    alterations: &[Alteration],
) -> String {
    let statements: usize = alterations.iter().map(|one| one.statements.len()).sum();
    let stamp = stamp_title(database, changes);
    if statements == 0 {
        return stamp;
    }
    let by = count(statements, "statement");
    if changes.is_empty() {
        return format!("Bring {} in line by {by}", database.label);
    }
    format!("{stamp}, in line by {by}")
}

fn stamp_title(database: &DatabaseRef, changes: &[VersionTableChange]) -> String {
    let [change] = changes else {
        return format!(
            "Change {} version tables in {}",
            changes.len(),
            database.label
        );
    };
    let (table, label) = (&change.table, &database.label);
    match &change.action {
        TableAction::Drop => format!("Drop {table} in {label}"),
        TableAction::DropAndStamp { rows } => {
            format!("Drop {table} in {label}, stamp {}", rows.join(", "))
        }
        TableAction::ReplaceRows { insert, .. } => {
            format!("Stamp {} in {table} of {label}", insert.join(", "))
        }
        TableAction::Create { rows } => {
            format!("Create {table} in {label} with {}", rows.join(", "))
        }
    }
}

/// The lines under the title: the transaction as it runs. `first` are lines for what comes before
/// `statements`.
pub fn preview(
    changes: &[VersionTableChange],
    first: Vec<String>,
    statements: &[String],
) -> Vec<String> {
    let mut lines = vec!["  BEGIN".to_owned()];
    for change in changes {
        let rows = match expected(change) {
            None => "must not exist".to_owned(),
            Some(rows) if rows.is_empty() => "must be empty".to_owned(),
            Some(rows) => format!("must hold {}", rows.join(", ")),
        };
        if change.exists {
            let table = change.table.quoted();
            lines.push(format!("  LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"));
        }
        lines.push(format!("  -- {} {rows}, else ROLLBACK", change.table));
    }
    lines.extend(first);
    let all = statements
        .iter()
        .cloned()
        .chain(changes.iter().flat_map(self::statements));
    for statement in all {
        let mut text = statement.trim_end().trim_end_matches(';').to_owned();
        text.push(';');
        lines.extend(text.lines().map(|line| format!("  {line}")));
    }
    lines.push("  COMMIT".to_owned());
    lines
}

/// The change that takes a change back; none where it changes nothing. `lying` are the rows as
/// they lay in the table, where that is known.
fn opposite(
    change: &VersionTableChange,
    lying: Option<&Vec<String>>,
) -> Option<VersionTableChange> {
    let was = expected(change).map(|rows| lying.cloned().unwrap_or(rows));
    let is = goal(change);
    let action = match (&change.action, &was, &is) {
        // All rows, so that they lie in the old order again.
        (TableAction::ReplaceRows { .. }, Some(old), Some(new)) => TableAction::ReplaceRows {
            remove: new.clone(),
            insert: old.clone(),
        },
        (_, None, None) => return None,
        (_, None, Some(_)) => TableAction::Drop,
        (_, Some(rows), None) => TableAction::Create { rows: rows.clone() },
        (_, Some(rows), Some(_)) => TableAction::DropAndStamp { rows: rows.clone() },
    };
    Some(VersionTableChange {
        module: change.module.clone(),
        table: change.table.clone(),
        exists: is.is_some(),
        expect: is.unwrap_or_default(),
        definition: change.definition.clone(),
        action,
    })
}

/// The changes that take changes back, newest first.
pub fn back(changes: &[VersionTableChange], before: &Before) -> Vec<VersionTableChange> {
    let lying = |change: &VersionTableChange| match before {
        Before::Rows { tables } => {
            let found = tables.iter().find(|(table, _)| *table == change.table);
            found.map(|(_, rows)| rows)
        }
        _ => None,
    };
    changes
        .iter()
        .rev()
        .filter_map(|change| opposite(change, lying(change)))
        .collect()
}

/// The step that takes the step back: what was changed last first.
pub fn inverse(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    alterations: &[Alteration],
    before: &Before,
) -> Inverse {
    let back = back(changes, before);
    let alterations: Vec<Alteration> = alterations.iter().rev().map(Alteration::reversed).collect();
    if back.is_empty() && alterations.is_empty() {
        return Inverse::Steps(Vec::new());
    }
    Inverse::Steps(vec![Step::VersionTables {
        database: database.clone(),
        changes: back,
        alterations,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModuleName, QualifiedName};

    fn change(exists: bool, expect: &[&str], action: TableAction) -> VersionTableChange {
        VersionTableChange {
            module: ModuleName("art".to_owned()),
            table: QualifiedName {
                schema: "public".to_owned(),
                name: "alembic_version".to_owned(),
            },
            expect: expect.iter().map(|&row| row.to_owned()).collect(),
            exists,
            definition: vec!["CREATE TABLE …".to_owned()],
            action,
        }
    }

    #[test]
    fn the_opposite_of_each_action_leads_back_and_twice_is_the_action() {
        let rows = || vec!["base".to_owned()];
        for change in [
            change(true, &["a", "b"], TableAction::Drop),
            change(true, &["a"], TableAction::DropAndStamp { rows: rows() }),
            change(false, &[], TableAction::Create { rows: rows() }),
            change(
                true,
                &["a", "other"],
                TableAction::ReplaceRows {
                    remove: vec!["a".to_owned()],
                    insert: rows(),
                },
            ),
        ] {
            let back = opposite(&change, None).unwrap();
            assert_eq!(expected(&back), goal(&change));
            assert_eq!(goal(&back), expected(&change));
            let forth = opposite(&back, None).unwrap();
            assert_eq!(expected(&forth), expected(&change));
            assert_eq!(goal(&forth), goal(&change));
        }
    }

    #[test]
    fn a_row_cannot_leave_its_quotes() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal("a\\'"), "E'a\\\\'''");
    }
}
