//! Tables and columns that are there: changed, renamed, moved, dropped.

use super::author::{Author, Draw, schema_argument};
use super::relations::{Spec, counter, expression, integer, plain};
use super::state::{Column, Place, Table};
use super::words::{literal, python, quoted};

pub const CHANGING: &[(usize, Draw)] = &[
    (14, add_column),
    (4, drop_column),
    (5, rename_column),
    (6, change_type),
    (5, change_null),
    (6, change_default),
    (3, rename_table),
    (2, move_table),
    (4, drop_table),
    (5, settings),
    (2, own_sequence),
    (1, identity),
];

fn add_column(author: &mut Author) -> Option<()> {
    let table = author.any_table().filter(|table| !table.is_closed)?;
    let spec = match author.dice.below(10) {
        0 => counter(author),
        1 => {
            let (kind, expression) = expression(author, &table.columns, true)?;
            let name = author.name("gen");
            Spec {
                sql: format!(
                    "{} {} GENERATED ALWAYS AS ({expression}) STORED",
                    quoted(&name),
                    kind.sql
                ),
                python: None,
                column: Column {
                    name,
                    kind,
                    nullable: true,
                    is_filled: true,
                    has_default: true,
                },
            }
        }
        _ => {
            let mut spec = plain(author, !table.has_rows);
            if table.has_rows && !spec.column.nullable && !spec.column.has_default {
                spec = plain(author, false);
            }
            spec
        }
    };
    let call = spec.python.map(|column| {
        format!(
            "op.add_column({}, {column}{})",
            python(&table.place.name),
            schema_argument(&table.place.schema, "schema")
        )
    });
    let statement = format!("ALTER TABLE {} ADD COLUMN {}", table.sql(), spec.sql);
    author.state.table(&table.place)?.columns.push(spec.column);
    author.either(call, &statement)
}

/// A table and one of its columns.
pub fn column_of(author: &mut Author) -> Option<(Table, Column)> {
    let table = author.any_table()?;
    let column = author.dice.any(&table.columns)?;
    Some((table, column))
}

fn drop_column(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    let call = format!(
        "op.drop_column({}, {}{})",
        python(&table.place.name),
        python(&column.name),
        schema_argument(&table.place.schema, "schema")
    );
    let cascade = if author.dice.chance(20) {
        " CASCADE"
    } else {
        ""
    };
    author.either(
        Some(call),
        &format!(
            "ALTER TABLE {} DROP COLUMN {}{cascade}",
            table.sql(),
            quoted(&column.name)
        ),
    )?;
    let known = author.state.table(&table.place)?;
    known.columns.retain(|other| other.name != column.name);
    known.key.retain(|other| *other != column.name);
    Some(())
}

/// `op.alter_column` with these arguments, or this `ALTER TABLE`.
fn alter(
    author: &mut Author,
    table: &Table,
    column: &Column,
    arguments: &str,
    clause: &str,
) -> Option<()> {
    let call = format!(
        "op.alter_column({}, {}, {arguments}{})",
        python(&table.place.name),
        python(&column.name),
        schema_argument(&table.place.schema, "schema")
    );
    author.either(Some(call), &format!("ALTER TABLE {} {clause}", table.sql()))
}

fn rename_column(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    let new = author.name("renamed");
    let clause = format!("RENAME COLUMN {} TO {}", quoted(&column.name), quoted(&new));
    alter(
        author,
        &table,
        &column,
        &format!("new_column_name={}", python(&new)),
        &clause,
    )?;
    let known = author.state.table(&table.place)?;
    for other in known
        .columns
        .iter_mut()
        .filter(|other| other.name == column.name)
    {
        other.name.clone_from(&new);
    }
    for name in known
        .key
        .iter_mut()
        .chain(known.uniques.iter_mut().flatten())
    {
        if *name == column.name {
            name.clone_from(&new);
        }
    }
    Some(())
}

fn change_type(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    if column.is_filled && !column.kind.is('i') {
        return None;
    }
    let kind = if column.kind.is('i') {
        integer(author)
    } else {
        author.kind()
    };
    let using = if column.kind.is('i') {
        quoted(&column.name)
    } else {
        format!("{}::text::{}", quoted(&column.name), kind.sql)
    };
    let q = quoted(&column.name);
    let clause = format!(
        "ALTER COLUMN {q} DROP DEFAULT, ALTER COLUMN {q} TYPE {} USING {using}",
        kind.sql
    );
    let clause = if column.is_filled {
        clause.split_once(", ")?.1.to_owned()
    } else {
        clause
    };
    author.sql(&format!("ALTER TABLE {} {clause}", table.sql()))?;
    let known = author.state.table(&table.place)?;
    let known = known
        .columns
        .iter_mut()
        .find(|other| other.name == column.name)?;
    known.kind = kind;
    known.has_default = known.is_filled;
    Some(())
}

fn change_null(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    let nullable = author.dice.chance(50);
    let (word, value) = if nullable {
        ("DROP", "True")
    } else {
        ("SET", "False")
    };
    let clause = format!("ALTER COLUMN {} {word} NOT NULL", quoted(&column.name));
    alter(
        author,
        &table,
        &column,
        &format!("nullable={value}"),
        &clause,
    )?;
    let known = author.state.table(&table.place)?;
    known
        .columns
        .iter_mut()
        .find(|other| other.name == column.name)?
        .nullable = nullable;
    Some(())
}

fn change_default(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    if column.is_filled {
        return None;
    }
    let default = if column.kind.is('t') {
        Some(literal(author.text()))
    } else {
        author.dice.any(&column.kind.defaults)
    };
    let default = default.filter(|_| author.dice.chance(75));
    let (arguments, clause) = match &default {
        Some(default) => (
            format!(
                "server_default=sa.text({})",
                python(&default.replace(':', "\\:"))
            ),
            format!(
                "ALTER COLUMN {} SET DEFAULT {default}",
                quoted(&column.name)
            ),
        ),
        None => (
            "server_default=None".to_owned(),
            format!("ALTER COLUMN {} DROP DEFAULT", quoted(&column.name)),
        ),
    };
    alter(author, &table, &column, &arguments, &clause)?;
    let known = author.state.table(&table.place)?;
    let known = known
        .columns
        .iter_mut()
        .find(|other| other.name == column.name)?;
    known.has_default = default.is_some() && !column.kind.is('v');
    Some(())
}

fn rename_table(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let new = author.name("moved");
    let call = format!(
        "op.rename_table({}, {}{})",
        python(&table.place.name),
        python(&new),
        schema_argument(&table.place.schema, "schema")
    );
    author.either(
        Some(call),
        &format!("ALTER TABLE {} RENAME TO {}", table.sql(), quoted(&new)),
    )?;
    let place = Place {
        name: new,
        ..table.place.clone()
    };
    relocate(author, &table.place, &place)
}

fn move_table(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let schema = author.dice.pick(&author.state.schemas).clone();
    author.sql(&format!(
        "ALTER TABLE {} SET SCHEMA {}",
        table.sql(),
        quoted(&schema)
    ))?;
    let place = Place {
        schema,
        ..table.place.clone()
    };
    relocate(author, &table.place, &place)
}

fn relocate(author: &mut Author, from: &Place, to: &Place) -> Option<()> {
    let state = &mut author.state;
    for part in state.triggers.iter_mut().chain(&mut state.policies) {
        if part.table == *from {
            part.table = to.clone();
        }
    }
    state.table(from)?.place = to.clone();
    Some(())
}

fn drop_table(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    if author.state.tables.len() < 3 {
        return None;
    }
    let call = format!(
        "op.drop_table({}{})",
        python(&table.place.name),
        schema_argument(&table.place.schema, "schema")
    );
    let cascade = if author.dice.chance(30) {
        " CASCADE"
    } else {
        ""
    };
    author.either(Some(call), &format!("DROP TABLE {}{cascade}", table.sql()))?;
    author.state.forget_table(&table.place);
    Some(())
}

/// What only `ALTER TABLE` can say.
fn settings(author: &mut Author) -> Option<()> {
    let (table, column) = column_of(author)?;
    let q = quoted(&column.name);
    let clauses = [
        format!("ALTER COLUMN {q} SET STORAGE EXTERNAL"),
        format!("ALTER COLUMN {q} SET STORAGE MAIN"),
        format!("ALTER COLUMN {q} SET STATISTICS 500"),
        format!("ALTER COLUMN {q} SET (n_distinct = -0.5)"),
        format!("ALTER COLUMN {q} SET COMPRESSION pglz"),
        "SET (fillfactor = 70)".to_owned(),
        "SET (autovacuum_enabled = false, toast.autovacuum_enabled = false)".to_owned(),
        "SET UNLOGGED".to_owned(),
        "SET LOGGED".to_owned(),
        "REPLICA IDENTITY FULL".to_owned(),
        "REPLICA IDENTITY NOTHING".to_owned(),
        "SET WITHOUT CLUSTER".to_owned(),
        format!("ALTER COLUMN {q} DROP EXPRESSION IF EXISTS"),
    ];
    let clause = author.dice.pick(&clauses).clone();
    author.sql(&format!("ALTER TABLE {} {clause}", table.sql()))
}

/// What SERIAL does, done by hand with a name of its own.
fn own_sequence(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let columns: Vec<Column> = table
        .with('i')
        .into_iter()
        .filter(|column| !column.is_filled)
        .collect();
    let column = author.dice.any(&columns)?;
    let place = author.place("numbers");
    let q = quoted(&column.name);
    author.sql(&format!("CREATE SEQUENCE {}", place.sql()))?;
    let next = literal(&place.sql());
    author.sql(&format!(
        "ALTER TABLE {} ALTER COLUMN {q} SET DEFAULT nextval({next})",
        table.sql()
    ))?;
    if author.dice.chance(60) {
        author.sql(&format!(
            "ALTER SEQUENCE {} OWNED BY {}.{q}",
            place.sql(),
            table.sql()
        ))?;
    }
    author.state.sequences.push(place);
    let known = author.state.table(&table.place)?;
    known
        .columns
        .iter_mut()
        .find(|other| other.name == column.name)?
        .has_default = true;
    Some(())
}

fn identity(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let column = author.dice.any(&table.with('i'))?;
    let q = quoted(&column.name);
    let clause = author.dice.pick(&[
        "ADD GENERATED BY DEFAULT AS IDENTITY",
        "ADD GENERATED ALWAYS AS IDENTITY (START 1000)",
        "DROP IDENTITY IF EXISTS",
        "SET GENERATED ALWAYS",
        "RESTART WITH 50",
    ]);
    author.sql(&format!(
        "ALTER TABLE {} ALTER COLUMN {q} {clause}",
        table.sql()
    ))?;
    let is_filled = !clause.starts_with("DROP");
    let known = author.state.table(&table.place)?;
    known
        .columns
        .iter_mut()
        .find(|other| other.name == column.name)?
        .is_filled = is_filled;
    Some(())
}
