//! Schemas, types, tables and their columns: made, changed, renamed, dropped.

use std::fmt::Write as _;

use super::author::{Author, Draw, list, quoted_list, schema_argument};
use super::state::{Column, Table};
use super::types::Kind;
use super::words::{literal, python, quoted};

pub const MAKING: &[(usize, Draw)] = &[
    (2, create_schema),
    (20, create_table),
    (2, partitioned),
    (2, inherited),
];

/// A column in both languages.
pub struct Spec {
    pub column: Column,
    pub sql: String,
    pub python: Option<String>,
}

fn create_schema(author: &mut Author) -> Option<()> {
    let name = author.name("area");
    author.state.schemas.push(name.clone());
    author.sql(&format!("CREATE SCHEMA {}", quoted(&name)))
}

/// A plain column of any type.
pub fn plain(author: &mut Author, is_volatile_ok: bool) -> Spec {
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
        write!(sql, " COLLATE {collation}").unwrap();
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
        write!(sql, " DEFAULT {default}").unwrap();
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

pub fn integer(author: &mut Author) -> Kind {
    author.state.kinds[author.dice.below(3)].clone()
}

/// A key that the server fills.
pub fn counter(author: &mut Author) -> Spec {
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

/// Names of columns, as `list` writes them.
pub fn column_names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// Kept here for the constraints' file.
pub fn python_list(columns: &[Column]) -> String {
    list(&column_names(columns))
}
