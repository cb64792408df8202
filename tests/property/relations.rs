//! Schemas, types, tables and their columns: made, changed, renamed, dropped.

use super::author::{Author, list, quoted_list, schema_argument};
use super::state::{Column, Place, Table};
use super::types::Kind;
use super::words::{literal, python, quoted};

pub const MAKING: &[(usize, fn(&mut Author) -> Option<()>)] = &[
    (2, create_schema),
    (20, create_table),
    (2, partitioned),
    (2, inherited),
];

pub const CHANGING: &[(usize, fn(&mut Author) -> Option<()>)] = &[
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

/// A column in both languages.
struct Spec {
    column: Column,
    sql: String,
    python: Option<String>,
}

fn create_schema(author: &mut Author) -> Option<()> {
    let name = author.name("area");
    author.state.schemas.push(name.clone());
    author.sql(&format!("CREATE SCHEMA {}", quoted(&name)))
}

/// A plain column of any type.
fn plain(author: &mut Author, is_volatile_ok: bool) -> Spec {
    let name = author.name("col");
    let kind = author.kind();
    let nullable = author.dice.chance(65);
    let mut sql = format!("{} {}", quoted(&name), kind.sql);
    let mut code = kind
        .python
        .clone()
        .map(|kind| format!("sa.Column({}, {kind}", python(&name)));
    if kind.is('t') && author.dice.chance(12) {
        let collation = author.dice.pick(&author.state.collations).clone();
        sql.push_str(&format!(" COLLATE {collation}"));
        code = None;
    }
    let mut default = None;
    if author.dice.chance(40) && (is_volatile_ok || !kind.is('v')) {
        default = if kind.is('t') && author.dice.chance(60) {
            Some(literal(author.text()))
        } else {
            author.dice.any(&kind.defaults)
        };
    }
    if let Some(default) = &default {
        sql.push_str(&format!(" DEFAULT {default}"));
        let text = python(&default.replace(':', "\\:"));
        code = code.map(|code| format!("{code}, server_default=sa.text({text})"));
    }
    if !nullable {
        sql.push_str(" NOT NULL");
    }
    if let Some(text) = author.dice.chance(8).then(|| author.text()) {
        // SQL has no words for it here.
        code = code.map(|code| format!("{code}, comment={}", python(text)));
    }
    code = code.map(|code| {
        format!(
            "{code}, nullable={})",
            if nullable { "True" } else { "False" }
        )
    });
    let has_default = default.is_some_and(|default| default != "NULL") && !kind.is('v');
    Spec {
        column: Column {
            name,
            kind,
            nullable,
            is_filled: false,
            has_default,
        },
        sql,
        python: code,
    }
}

fn integer(author: &mut Author) -> Kind {
    author.state.kinds[author.dice.below(3)].clone()
}

/// A key that the server fills.
fn counter(author: &mut Author) -> Spec {
    let name = author.name("id");
    let kind = integer(author);
    let q = quoted(&name);
    let serial = match kind.sql.as_str() {
        "smallint" => "smallserial",
        "bigint" => "bigserial",
        _ => "serial",
    };
    let type_ = kind.python.clone().unwrap_or_default();
    let (sql, code) = match author.dice.below(4) {
        0 => {
            let how = *author.dice.pick(&["ALWAYS", "BY DEFAULT"]);
            let options = *author.dice.pick(&[
                ("", ""),
                (" (START WITH 100)", ", start=100"),
                (
                    " (INCREMENT BY 5 MINVALUE 1 MAXVALUE 9999 CYCLE)",
                    ", increment=5, minvalue=1, maxvalue=9999, cycle=True",
                ),
                (" (INCREMENT BY -1)", ", increment=-1"),
                (" (START WITH 7 CACHE 20)", ", start=7, cache=20"),
            ]);
            (
                format!("{q} {} GENERATED {how} AS IDENTITY{}", kind.sql, options.0),
                Some(format!(
                    "sa.Column({}, {type_}, sa.Identity(always={}{}), nullable=False)",
                    python(&name),
                    if how == "ALWAYS" { "True" } else { "False" },
                    options.1
                )),
            )
        }
        _ => (
            format!("{q} {serial} NOT NULL"),
            Some(format!(
                "sa.Column({}, {type_}, autoincrement=True, nullable=False)",
                python(&name)
            )),
        ),
    };
    Spec {
        column: Column {
            name,
            kind,
            nullable: false,
            is_filled: true,
            has_default: true,
        },
        sql,
        python: code,
    }
}

fn create_table(author: &mut Author) -> Option<()> {
    let place = author.place("tab");
    let mut specs = Vec::new();
    let mut key = Vec::new();
    match author.dice.below(10) {
        0..=5 => {
            let spec = counter(author);
            key.push(spec.column.name.clone());
            specs.push(spec);
        }
        6 => specs.push(counter(author)),
        7..=8 => {
            for _ in 0..=author.dice.below(3) {
                let mut spec = plain(author, true);
                if spec.column.kind.is('b') {
                    spec.column.nullable = false;
                    key.push(spec.column.name.clone());
                }
                specs.push(spec);
            }
        }
        _ => {}
    }
    for _ in 0..author.dice.below(6) {
        specs.push(plain(author, true));
    }
    if author.dice.chance(30) {
        let at = author.dice.below(specs.len() + 1);
        if let Some(spec) = generated(author, &specs) {
            specs.insert(at, spec);
        }
    }
    let mut constraints = Vec::new();
    let mut sql: Vec<String> = specs.iter().map(|spec| spec.sql.clone()).collect();
    let mut code: Option<Vec<String>> = specs.iter().map(|spec| spec.python.clone()).collect();
    if !key.is_empty() {
        let name = author.dice.chance(40).then(|| author.name("key"));
        let before = name.as_ref().map_or(String::new(), |name| {
            format!("CONSTRAINT {} ", quoted(name))
        });
        sql.push(format!("{before}PRIMARY KEY ({})", quoted_list(&key)));
        let mut arguments: Vec<String> = key.iter().map(|name| python(name)).collect();
        arguments.extend(name.as_ref().map(|name| format!("name={}", python(name))));
        code = code.map(|mut code| {
            code.push(format!("sa.PrimaryKeyConstraint({})", arguments.join(", ")));
            code
        });
        constraints.extend(name);
    }
    let unlogged = author.dice.chance(4);
    let statement = format!(
        "CREATE {}TABLE {} (\n    {}\n)",
        if unlogged { "UNLOGGED " } else { "" },
        place.sql(),
        sql.join(",\n    ")
    );
    let comment = author.dice.chance(10).then(|| author.text());
    let call = code.filter(|code| !code.is_empty()).map(|code| {
        format!(
            "op.create_table({}, {}{}{}{})",
            python(&place.name),
            code.join(", "),
            schema_argument(&place.schema, "schema"),
            if unlogged {
                ", prefixes=['UNLOGGED']"
            } else {
                ""
            },
            comment.map_or(String::new(), |text| format!(", comment={}", python(text)))
        )
    });
    let table = Table {
        place,
        columns: specs.into_iter().map(|spec| spec.column).collect(),
        key,
        uniques: Vec::new(),
        constraints,
        has_rows: false,
        is_partitioned: false,
        is_closed: false,
        is_child: false,
    };
    author.state.tables.push(table);
    author.either(call, &statement)
}

/// A generated column over one of these.
fn generated(author: &mut Author, specs: &[Spec]) -> Option<Spec> {
    let columns: Vec<Column> = specs.iter().map(|spec| spec.column.clone()).collect();
    let (kind, expression) = expression(author, &columns, true)?;
    let name = author.name("gen");
    let code = kind.python.as_ref().map(|kind| {
        format!(
            "sa.Column({}, {kind}, sa.Computed({}, persisted=True), nullable=True)",
            python(&name),
            python(&expression.replace(':', "\\:"))
        )
    });
    Some(Spec {
        sql: format!(
            "{} {} GENERATED ALWAYS AS ({expression}) STORED",
            quoted(&name),
            kind.sql
        ),
        python: code,
        column: Column {
            name,
            kind,
            nullable: true,
            is_filled: true,
            has_default: true,
        },
    })
}

/// An immutable expression over a text or a number, and its type.
pub fn expression(author: &mut Author, columns: &[Column], plain: bool) -> Option<(Kind, String)> {
    let usable: Vec<&Column> = columns
        .iter()
        .filter(|c| {
            (c.kind.is('t') || c.kind.is('n')) && !(plain && c.is_filled && c.name.contains("gen"))
        })
        .collect();
    let column = *author.dice.any(&usable).as_ref()?;
    let q = quoted(&column.name);
    let text = author.state.kinds[10].clone();
    if column.kind.is('n') {
        let forms = [
            format!("{q} + 1"),
            format!("{q} * 2 - 1"),
            format!("({q} % 7)"),
            format!("CASE WHEN {q} > 0 THEN {q} END"),
        ];
        let kind = if column.kind.is('i') {
            author.state.kinds[2].clone()
        } else {
            column.kind.clone()
        };
        if !column.kind.is('i') {
            return Some((kind, format!("abs({q})")));
        }
        return Some((kind, author.dice.pick(&forms).clone()));
    }
    let own: Vec<String> = author
        .state
        .functions
        .iter()
        .filter(|function| function.role == "text")
        .map(|function| function.place.sql())
        .collect();
    if let Some(function) = author.dice.any(&own).filter(|_| author.dice.chance(50)) {
        return Some((text, format!("{function}({q})")));
    }
    let odd = literal(author.text());
    let forms = [
        format!("lower({q})"),
        format!("upper({q}) || {odd}"),
        format!("COALESCE({q}, {odd})"),
        format!("replace({q}, {odd}, ':x')"),
        format!("\"left\"({q}, 3)"),
        format!("btrim({q}) COLLATE \"C\""),
    ];
    Some((text, author.dice.pick(&forms).clone()))
}

fn partitioned(author: &mut Author) -> Option<()> {
    let place = author.place("parts");
    let q = place.sql();
    let key = author.name("at");
    let (kind, how, parts): (usize, &str, &[&str]) = match author.dice.below(3) {
        0 => (
            17,
            "RANGE",
            &[
                "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
                "FOR VALUES FROM ('2021-01-01') TO (MAXVALUE)",
                "DEFAULT",
            ],
        ),
        1 => (
            1,
            "HASH",
            &[
                "FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            ],
        ),
        _ => (
            10,
            "LIST",
            &[
                "FOR VALUES IN ('a', 'it''s :x 100%', NULL)",
                "FOR VALUES IN ('b')",
                "DEFAULT",
            ],
        ),
    };
    let kind = author.state.kinds[kind].clone();
    let other = plain(author, true);
    let name = quoted(&key);
    author.sql(&format!(
        "CREATE TABLE {q} ({name} {}, {}) PARTITION BY {how} ({name})",
        kind.sql, other.sql
    ))?;
    for bound in parts.iter().take(1 + author.dice.below(parts.len())) {
        let part = author.place("part");
        author.sql(&format!(
            "CREATE TABLE {} PARTITION OF {q} {bound}",
            part.sql()
        ))?;
    }
    let column = Column {
        name: key,
        kind,
        nullable: true,
        is_filled: false,
        has_default: false,
    };
    author.state.tables.push(Table {
        place,
        columns: vec![column, other.column],
        key: Vec::new(),
        uniques: Vec::new(),
        constraints: Vec::new(),
        has_rows: false,
        is_partitioned: true,
        is_closed: false,
        is_child: false,
    });
    Some(())
}

fn inherited(author: &mut Author) -> Option<()> {
    let parent = author
        .any_table()
        .filter(|table| !table.is_partitioned && !table.is_child)?;
    let place = author.place("child");
    let mut table = Table {
        place,
        key: Vec::new(),
        uniques: Vec::new(),
        constraints: Vec::new(),
        has_rows: false,
        is_closed: true,
        is_child: true,
        ..parent.clone()
    };
    let mut columns = String::new();
    if author.dice.chance(50) {
        let more = plain(author, true);
        columns = more.sql;
        table.columns.push(more.column);
        author.state.table(&parent.place)?.is_closed = true;
    }
    let statement = format!(
        "CREATE TABLE {} ({columns}) INHERITS ({})",
        table.sql(),
        parent.sql()
    );
    author.state.tables.push(table);
    author.sql(&statement)
}

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

/// Names of columns, as `list` writes them.
pub fn column_names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// Kept here for the constraints' file.
pub fn python_list(columns: &[Column]) -> String {
    list(&column_names(columns))
}
