//! Constraints, indexes and statistics.

use super::author::{Author, list, quoted_list, schema_argument};
use super::relations::{column_names, column_of, expression, python_list};
use super::state::{Column, Place, Table};
use super::words::{literal, python, quoted};

pub const CONSTRAINING: &[(usize, fn(&mut Author) -> Option<()>)] = &[
    (3, primary_key),
    (8, unique),
    (8, check),
    (14, foreign_key),
    (3, exclusion),
    (5, drop_constraint),
    (3, rename_constraint),
    (22, index),
    (3, drop_index),
    (3, rename_index),
    (2, index_settings),
    (4, statistics),
];

fn keyable(author: &mut Author, table: &Table, most: usize) -> Option<Vec<Column>> {
    let columns = table.with('b');
    (!columns.is_empty()).then(|| author.dice.some(&columns, most))
}

fn remember(author: &mut Author, table: &Table, name: &str) {
    if let Some(table) = author.state.table(&table.place) {
        table.constraints.push(name.to_owned());
    }
}

fn primary_key(author: &mut Author) -> Option<()> {
    let table = author.any_table().filter(|table| table.key.is_empty())?;
    let columns = column_names(&keyable(author, &table, 2)?);
    let name = author.name("pk");
    let call = format!(
        "op.create_primary_key({}, {}, {}{})",
        python(&name),
        python(&table.place.name),
        list(&columns),
        schema_argument(&table.place.schema, "schema")
    );
    let statement = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})",
        table.sql(),
        quoted(&name),
        quoted_list(&columns)
    );
    author.either(Some(call), &statement)?;
    remember(author, &table, &name);
    author.state.table(&table.place)?.key = columns;
    Some(())
}

fn unique(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let chosen = keyable(author, &table, 3)?;
    let columns = column_names(&chosen);
    let name = author.name("uq");
    let how = *author.dice.pick(&[
        "",
        "",
        "",
        " DEFERRABLE",
        " DEFERRABLE INITIALLY DEFERRED",
        "NND",
        "INCLUDE",
        " WITH (fillfactor = 80)",
    ]);
    let (before, after) = match how {
        "NND" => (" NULLS NOT DISTINCT", String::new()),
        "INCLUDE" => (
            "",
            format!(
                " INCLUDE ({})",
                quoted(&author.dice.pick(&table.columns).name)
            ),
        ),
        other => ("", other.to_owned()),
    };
    let call = (how.is_empty()).then(|| {
        format!(
            "op.create_unique_constraint({}, {}, {}{})",
            python(&name),
            python(&table.place.name),
            python_list(&chosen),
            schema_argument(&table.place.schema, "schema")
        )
    });
    let statement = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} UNIQUE{before} ({}){after}",
        table.sql(),
        quoted(&name),
        quoted_list(&columns)
    );
    author.either(call, &statement)?;
    remember(author, &table, &name);
    if !how.contains("DEFERRABLE") {
        author.state.table(&table.place)?.uniques.push(columns);
    }
    Some(())
}

/// A condition over a column, true of no row or of all.
pub fn condition(author: &mut Author, table: &Table) -> Option<String> {
    let column = author.dice.any(&table.columns)?;
    let q = quoted(&column.name);
    let odd = literal(author.text());
    let mut forms = vec![
        format!("{q} IS NOT NULL OR {q} IS NULL"),
        format!("NOT ({q} IS NULL AND false)"),
    ];
    if column.kind.is('t') {
        let more = [
            format!("{q} <> {odd}"),
            format!("{q} IS DISTINCT FROM {odd}"),
            format!("{q} !~ '^:x\\d+%$'"),
            format!("{q} NOT LIKE '%\\%:y%' ESCAPE '\\'"),
            format!("char_length({q}) < 1000"),
            format!("{q} NOT IN ('q:a', 'r%s', {odd})"),
        ];
        forms.extend(more);
        let own = author
            .state
            .functions
            .iter()
            .filter(|function| function.role == "check");
        forms.extend(own.map(|function| format!("{}({q})", function.place.sql())));
    }
    if column.kind.is('n') {
        forms.extend([
            format!("{q} > -1000000 AND ({q} < 0 OR {q} >= 0)"),
            format!("{q} <> ALL (ARRAY[77, 78])"),
            format!("{q} BETWEEN -9223372036854775808 AND 9223372036854775807"),
        ]);
    }
    if column.kind.is('d') {
        forms.push(format!("{q} > '0100-01-01 BC'"));
    }
    Some(author.dice.pick(&forms).clone())
}

fn check(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let condition = condition(author, &table)?;
    let name = author.name("ck");
    let after = *author.dice.pick(&["", "", "", " NOT VALID", " NO INHERIT"]);
    let call = (after.is_empty()).then(|| {
        format!(
            "op.create_check_constraint({}, {}, sa.text({}){})",
            python(&name),
            python(&table.place.name),
            python(&condition.replace(':', "\\:")),
            schema_argument(&table.place.schema, "schema")
        )
    });
    let statement = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({condition}){after}",
        table.sql(),
        quoted(&name)
    );
    remember(author, &table, &name);
    author.either(call, &statement)
}

fn foreign_key(author: &mut Author) -> Option<()> {
    let from = author.any_table().filter(|table| !table.is_closed)?;
    let to = author.any_table()?;
    let mut targets: Vec<Vec<String>> = to.uniques.clone();
    if !to.key.is_empty() {
        targets.extend([to.key.clone(), to.key.clone()]);
    }
    let target = author.dice.any(&targets)?;
    let mut columns = Vec::new();
    for name in &target {
        let wanted = to.columns.iter().find(|column| column.name == *name)?;
        let fitting = from.columns.iter().filter(|c| {
            c.kind.sql == wanted.kind.sql && !c.is_filled && !columns.contains(&c.name)
        });
        let fitting: Vec<Column> = fitting.cloned().collect();
        if let Some(column) = author.dice.any(&fitting).filter(|_| author.dice.chance(50)) {
            columns.push(column.name);
        } else {
            // A column of its own, as a person would add.
            let name = author.name("ref");
            author.sql(&format!(
                "ALTER TABLE {} ADD COLUMN {} {}",
                from.sql(),
                quoted(&name),
                wanted.kind.sql
            ))?;
            let column = Column {
                name: name.clone(),
                kind: wanted.kind.clone(),
                nullable: true,
                is_filled: false,
                has_default: false,
            };
            author.state.table(&from.place)?.columns.push(column);
            columns.push(name);
        }
    }
    let name = author.name("fk");
    let actions = [
        "",
        "",
        "CASCADE",
        "SET NULL",
        "SET DEFAULT",
        "RESTRICT",
        "NO ACTION",
    ];
    let (delete, update) = (*author.dice.pick(&actions), *author.dice.pick(&actions));
    let full = author.dice.chance(12);
    let when = *author
        .dice
        .pick(&["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]);
    let after = *author.dice.pick(&["", "", "", "", " NOT VALID"]);
    let mut sql = String::new();
    let mut code = String::new();
    if full {
        sql.push_str(" MATCH FULL");
        code.push_str(", match='FULL'");
    }
    for (word, key, action) in [
        ("UPDATE", "onupdate", update),
        ("DELETE", "ondelete", delete),
    ] {
        if !action.is_empty() {
            sql.push_str(&format!(" ON {word} {action}"));
            code.push_str(&format!(", {key}='{action}'"));
        }
    }
    if !when.is_empty() {
        code.push_str(", deferrable=True");
    }
    if when.contains("INITIALLY") {
        code.push_str(", initially='DEFERRED'");
    }
    let call = after.is_empty().then(|| {
        format!(
            "op.create_foreign_key({}, {}, {}, {}, {}{code}{}{})",
            python(&name),
            python(&from.place.name),
            python(&to.place.name),
            list(&columns),
            list(&target),
            schema_argument(&from.place.schema, "source_schema"),
            schema_argument(&to.place.schema, "referent_schema")
        )
    });
    let statement = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){sql}{when}{after}",
        from.sql(),
        quoted(&name),
        quoted_list(&columns),
        to.sql(),
        quoted_list(&target)
    );
    remember(author, &from, &name);
    author.either(call, &statement)
}

fn exclusion(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let name = author.name("ex");
    let ranges = table.with('r');
    let body = if let Some(column) = author.dice.any(&ranges) {
        let after = *author.dice.pick(&["", " DEFERRABLE", " WHERE (1 < 2)"]);
        format!("USING gist ({} WITH &&){after}", quoted(&column.name))
    } else {
        let column = author.dice.any(&table.with('i'))?;
        format!(
            "USING btree ({} WITH =) WHERE ({} > 5)",
            quoted(&column.name),
            quoted(&column.name)
        )
    };
    remember(author, &table, &name);
    author.sql(&format!(
        "ALTER TABLE {} ADD CONSTRAINT {} EXCLUDE {body}",
        table.sql(),
        quoted(&name)
    ))
}

fn constraint_of(author: &mut Author) -> Option<(Table, String)> {
    let table = author.any_table()?;
    let name = author.dice.any(&table.constraints)?;
    Some((table, name))
}

fn drop_constraint(author: &mut Author) -> Option<()> {
    let (table, name) = constraint_of(author)?;
    let call = format!(
        "op.drop_constraint({}, {}{})",
        python(&name),
        python(&table.place.name),
        schema_argument(&table.place.schema, "schema")
    );
    author.either(
        Some(call),
        &format!(
            "ALTER TABLE {} DROP CONSTRAINT {}",
            table.sql(),
            quoted(&name)
        ),
    )?;
    author
        .state
        .table(&table.place)?
        .constraints
        .retain(|other| *other != name);
    Some(())
}

fn rename_constraint(author: &mut Author) -> Option<()> {
    let (table, name) = constraint_of(author)?;
    let new = author.name("con");
    author.sql(&format!(
        "ALTER TABLE {} RENAME CONSTRAINT {} TO {}",
        table.sql(),
        quoted(&name),
        quoted(&new)
    ))?;
    for other in &mut author.state.table(&table.place)?.constraints {
        if *other == name {
            other.clone_from(&new);
        }
    }
    Some(())
}

/// One element of an index in SQL, and in Python where that is simple.
fn element(author: &mut Author, table: &Table) -> Option<(String, Option<String>)> {
    if author.dice.chance(25) {
        let (_, expression) = expression(author, &table.columns, false)?;
        let order = *author
            .dice
            .pick(&["", "", " DESC", " DESC NULLS LAST", " NULLS FIRST"]);
        let sql = format!("({expression}){order}");
        let code = format!("sa.text({})", python(&sql.replace(':', "\\:")));
        return Some((sql, Some(code)));
    }
    let column = author.dice.any(&table.with('b'))?;
    let q = quoted(&column.name);
    let order = *author
        .dice
        .pick(&["", "", "", " DESC", " ASC NULLS FIRST", " DESC NULLS LAST"]);
    if column.kind.is('t') && author.dice.chance(30) {
        let more = *author.dice.pick(&[
            " COLLATE \"C\"",
            " text_pattern_ops",
            " COLLATE \"POSIX\" text_pattern_ops",
            " varchar_pattern_ops",
        ]);
        return Some((format!("{q}{more}{order}"), None));
    }
    if order.is_empty() {
        return Some((q, Some(python(&column.name))));
    }
    let code = format!(
        "sa.text({})",
        python(&format!("{q}{order}").replace(':', "\\:"))
    );
    Some((format!("{q}{order}"), Some(code)))
}

/// A method that takes one column of a fitting type.
fn special_index(author: &mut Author, table: &Table) -> Option<(&'static str, String)> {
    let fitting: Vec<(&str, String)> = table
        .columns
        .iter()
        .filter_map(|column| {
            let q = quoted(&column.name);
            match column.kind.sql.as_str() {
                "jsonb" => Some(("gin", format!("{q} jsonb_path_ops"))),
                "tsvector" | "text[]" | "integer[]" => Some(("gin", q)),
                "point" | "box" | "circle" | "polygon" => Some(("gist", q)),
                "int4range" | "daterange" | "tstzrange" => Some(("spgist", q)),
                "inet" => Some(("gist", format!("{q} inet_ops"))),
                "integer" | "bigint" | "uuid" => Some(("hash", q)),
                "date" | "timestamptz" | "smallint" => Some(("brin", q)),
                _ => None,
            }
        })
        .collect();
    author.dice.any(&fitting)
}

fn index(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let name = author.name("ix");
    let mut method = "btree";
    let mut elements = Vec::new();
    let mut codes: Option<Vec<String>> = Some(Vec::new());
    if author.dice.chance(20)
        && let Some((other, element)) = special_index(author, &table)
    {
        (method, codes) = (other, None);
        elements.push(element);
    } else {
        for _ in 0..=author.dice.below(3) {
            let (sql, code) = element(author, &table)?;
            elements.push(sql);
            codes = codes.zip(code).map(|(mut codes, code)| {
                codes.push(code);
                codes
            });
        }
    }
    let is_unique = method == "btree" && author.dice.chance(15);
    let distinct = if is_unique && author.dice.chance(30) {
        " NULLS NOT DISTINCT"
    } else {
        ""
    };
    let mut sql = String::new();
    let mut code = String::new();
    if method == "btree" && author.dice.chance(12) {
        let column = author.dice.pick(&table.columns).name.clone();
        sql.push_str(&format!(" INCLUDE ({})", quoted(&column)));
        code.push_str(&format!(", postgresql_include=[{}]", python(&column)));
    }
    sql.push_str(distinct);
    if method == "btree" && author.dice.chance(15) {
        sql.push_str(" WITH (fillfactor = 55, deduplicate_items = off)");
        code.push_str(", postgresql_with={'fillfactor': 55, 'deduplicate_items': 'off'}");
    }
    if method != "brin"
        && author.dice.chance(25)
        && let Some(condition) = condition(author, &table)
    {
        sql.push_str(&format!(" WHERE {condition}"));
        code.push_str(&format!(
            ", postgresql_where=sa.text({})",
            python(&condition.replace(':', "\\:"))
        ));
    }
    if is_unique {
        code.push_str(", unique=True");
    }
    let place = Place {
        schema: table.place.schema.clone(),
        name: name.clone(),
    };
    author.state.indexes.push(place);
    let call = codes.filter(|_| distinct.is_empty()).map(|codes| {
        format!(
            "op.create_index({}, {}, [{}]{}{code})",
            python(&name),
            python(&table.place.name),
            codes.join(", "),
            schema_argument(&table.place.schema, "schema")
        )
    });
    let unique = if is_unique { "UNIQUE " } else { "" };
    let rest = format!(
        "{} ON {} USING {method} ({}){sql}",
        quoted(&name),
        table.sql(),
        elements.join(", ")
    );
    if author.dice.chance(5) && !table.is_partitioned {
        let statement =
            python(&format!("CREATE {unique}INDEX CONCURRENTLY {rest}").replace(':', "\\:"));
        return author.say(format!(
            "with op.get_context().autocommit_block():\n    op.execute({statement})"
        ));
    }
    author.either(call, &format!("CREATE {unique}INDEX {rest}"))
}

fn drop_index(author: &mut Author) -> Option<()> {
    let place = author.dice.any(&author.state.indexes)?;
    author.state.indexes.retain(|other| *other != place);
    author.sql(&format!("DROP INDEX {}", place.sql()))
}

fn rename_index(author: &mut Author) -> Option<()> {
    let place = author.dice.any(&author.state.indexes)?;
    let new = author.name("idx");
    author.sql(&format!(
        "ALTER INDEX {} RENAME TO {}",
        place.sql(),
        quoted(&new)
    ))?;
    author.state.indexes.retain(|other| *other != place);
    author.state.indexes.push(Place { name: new, ..place });
    Some(())
}

fn index_settings(author: &mut Author) -> Option<()> {
    let place = author.dice.any(&author.state.indexes)?;
    let clause = *author.dice.pick(&[
        "SET (fillfactor = 60)",
        "ALTER COLUMN 1 SET STATISTICS 300",
        "RESET (fillfactor)",
    ]);
    author.sql(&format!("ALTER INDEX {} {clause}", place.sql()))
}

fn statistics(author: &mut Author) -> Option<()> {
    let (table, _) = column_of(author)?;
    let columns = keyable(author, &table, 3)?;
    let place = author.place("stat");
    let kinds = *author
        .dice
        .pick(&["", " (ndistinct)", " (dependencies, mcv)"]);
    let list = if columns.len() < 2 {
        let (_, expression) = expression(author, &table.columns, false)?;
        return author.sql(&format!(
            "CREATE STATISTICS {} ON ({expression}) FROM {}",
            place.sql(),
            table.sql()
        ));
    } else {
        quoted_list(&column_names(&columns))
    };
    author.sql(&format!(
        "CREATE STATISTICS {}{kinds} ON {list} FROM {}",
        place.sql(),
        table.sql()
    ))
}
