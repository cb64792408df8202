//! Facts beside an object: comment, row security, storage, the state of a trigger.

use crate::model::quote_literal;
use crate::schema::source::{escape_binds, execute, string};
use crate::schema::{Object, ObjectKey, Stage};

use super::{Writer, sql};

/// Whether an attribute is set by a statement of its own, beside the one that makes the object.
pub fn is_beside(kind: &str, attribute: &str) -> bool {
    matches!(
        (kind, attribute),
        (
            _,
            "comment" | "privileges" | "enabled" | "index comment" | "comment on not null"
        ) | (
            "table",
            "row security"
                | "force row security"
                | "replica identity"
                | "clustered on"
                | "storage parameters"
                | "toast parameters",
        ) | (
            "column",
            "storage" | "compression" | "statistics target" | "options" | "not null constraint",
        ) | ("statistics", "target")
            | ("index", "statistics")
            | ("materialized view", "clustered on")
    )
}

/// Whether the attribute can be altered on a drafted column.
fn is_alterable(attribute: &str) -> bool {
    matches!(attribute, "default" | "not null")
}

/// Sets an attribute of `key` to what the old chain has.
pub fn change(writer: &mut Writer<'_>, key: &ObjectKey, attribute: &str) -> bool {
    let value = |object: Option<&Object>| object.and_then(|o| o.get(attribute)).map(str::to_owned);
    let wanted = value(writer.a.objects.get(key));
    let present = value(writer.b.objects.get(key));
    if attribute == "comment" {
        return comment(writer, key, wanted.as_deref(), present.as_deref());
    }
    if attribute == "comment on not null" {
        return comment_on_not_null(writer, key, wanted.as_deref());
    }
    if (key.kind.as_str(), attribute) == ("index", "statistics") {
        return index_statistics(writer, key, wanted.as_deref());
    }
    // Parameters are compared as a set, and written in the order in which they lie there.
    let in_order = writer.a.objects.get(key);
    let in_order = in_order.and_then(|object| object.get(&format!("~{attribute}")));
    let wanted = in_order.map(str::to_owned).or(wanted);
    let Some((stage, statement)) = statement(key, attribute, wanted.as_deref()) else {
        return false;
    };
    // What hangs on a view waits for it.
    let is_of_view = writer
        .a
        .relation(&key.schema, &key.table)
        .is_some_and(|relation| relation.kind == "materialized view");
    let stage = if is_of_view { Stage::Views } else { stage };
    let what = if attribute == "enabled" {
        "state"
    } else {
        attribute
    };
    writer.push_beside(stage, what, key, execute(&statement), String::new());
    true
}

/// Alters the default or NOT NULL of a drafted column.
pub fn alter_column(writer: &mut Writer<'_>, key: &ObjectKey, attribute: &str) -> bool {
    let Some(object) = writer
        .a
        .objects
        .get(key)
        .filter(|_| is_alterable(attribute))
    else {
        return false;
    };
    let (table, column) = (sql::table(key), sql::name(&key.name));
    let alembic = |setting: String| {
        let arguments = match key.schema.as_str() {
            "public" => String::new(),
            schema => format!(", schema={}", string(schema)),
        };
        format!(
            "op.alter_column({}, {}, {setting}{arguments})",
            string(&key.table),
            string(&key.name)
        )
    };
    let up = if attribute == "not null" {
        let nullable = if object.get("not null") == Some("yes") {
            "False"
        } else {
            "True"
        };
        alembic(format!("nullable={nullable}"))
    } else {
        match object.get("default") {
            None => alembic("server_default=None".to_owned()),
            // DDL doubles a percent sign and reads `:name` in sa.text(); plain SQL does not.
            Some(default) if default.contains('%') || escape_binds(default) != default => execute(
                &format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default}"),
            ),
            Some(default) => alembic(format!("server_default=sa.text({})", string(default))),
        }
    };
    writer.push_beside(Stage::Tables, attribute, key, up, String::new());
    true
}

fn comment(
    writer: &mut Writer<'_>,
    key: &ObjectKey,
    wanted: Option<&str>,
    present: Option<&str>,
) -> bool {
    let Some(subject) = sql::subject(key) else {
        return false;
    };
    let set = |text: Option<&str>| {
        let text = text.map_or_else(|| "NULL".to_owned(), quote_literal);
        execute(&format!("COMMENT ON {subject} IS {text}"))
    };
    let up = match (key.kind.as_str(), wanted) {
        ("table", Some(text)) => {
            let schema = match key.schema.as_str() {
                "public" => String::new(),
                schema => format!(", schema={}", string(schema)),
            };
            format!(
                "op.create_table_comment({}, {}{schema})",
                string(&key.name),
                string(text)
            )
        }
        _ => set(wanted),
    };
    // What outlives the downgrade gets its old comment back.
    let down = if key.kind == "schema" && writer.b.objects.contains_key(key) {
        set(present)
    } else {
        String::new()
    };
    writer.push_beside(Stage::Comments, "comment", key, up, down);
    true
}

/// A column's NOT NULL is named by its column, as a person or the server named it.
fn comment_on_not_null(writer: &mut Writer<'_>, key: &ObjectKey, wanted: Option<&str>) -> bool {
    let named = writer
        .a
        .objects
        .get(key)
        .and_then(|object| object.get("not null constraint"))
        .and_then(|text| text.strip_prefix("CONSTRAINT ")?.split(" NOT NULL ").next());
    let usual = || sql::name(&super::object_name(&key.table, &key.name, "not_null"));
    let name = named.map_or_else(usual, str::to_owned);
    let text = wanted.map_or_else(|| "NULL".to_owned(), quote_literal);
    let table = sql::table(key);
    let up = execute(&format!(
        "COMMENT ON CONSTRAINT {name} ON {table} IS {text}"
    ));
    writer.push_beside(
        Stage::Comments,
        "comment on not null",
        key,
        up,
        String::new(),
    );
    true
}

/// Statistics targets of an index's expressions: `1 300, 2 50`.
fn index_statistics(writer: &mut Writer<'_>, key: &ObjectKey, wanted: Option<&str>) -> bool {
    let Some((list, subject)) = wanted.zip(sql::subject(key)) else {
        return false;
    };
    let lines: Vec<String> = list
        .split(", ")
        .filter_map(|one| one.split_once(' '))
        .map(|(place, target)| {
            execute(&format!(
                "ALTER {subject} ALTER COLUMN {place} SET STATISTICS {target}"
            ))
        })
        .collect();
    let stage = super::object::stage(writer.a, key, "index").unwrap_or(Stage::Indexes);
    writer.push_beside(stage, "statistics", key, lines.join("\n"), String::new());
    true
}

/// A view's column may have a default of its own, for rows that are put in through the view.
pub fn view_default(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) {
    if let Some(default) = object.get("default") {
        let (view, column) = (sql::table(key), sql::name(&key.name));
        let up = format!("ALTER VIEW {view} ALTER COLUMN {column} SET DEFAULT {default}");
        writer.push_beside(Stage::Views, "default", key, execute(&up), String::new());
    }
}

/// Gives a NOT NULL the name or state of the old chain's. One that is only named otherwise is
/// renamed, since a primary key lets none be dropped.
fn not_null(key: &ObjectKey, wanted: &str) -> String {
    let (table, column) = (sql::table(key), sql::name(&key.name));
    let name = wanted
        .strip_prefix("CONSTRAINT ")
        .and_then(|rest| rest.split_once(" NOT NULL "))
        .map_or("", |(name, _)| name);
    if wanted.ends_with(" NO INHERIT") || wanted.ends_with(" NOT VALID") {
        return format!("ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL, ADD {wanted}");
    }
    let usual = super::object_name(&key.table, &key.name, "not_null");
    format!(
        "ALTER TABLE {table} RENAME CONSTRAINT {} TO {name}",
        sql::name(&usual)
    )
}

fn statement(key: &ObjectKey, attribute: &str, wanted: Option<&str>) -> Option<(Stage, String)> {
    let own = sql::qualified(key);
    let switch = |on: &str, off: &str| {
        if wanted.is_some() {
            on.to_owned()
        } else {
            off.to_owned()
        }
    };
    Some(match (key.kind.as_str(), attribute) {
        ("table", "row security") => {
            let word = switch("ENABLE", "DISABLE");
            (
                Stage::Policies,
                format!("ALTER TABLE {own} {word} ROW LEVEL SECURITY"),
            )
        }
        ("table", "force row security") => {
            let word = switch("FORCE", "NO FORCE");
            (
                Stage::Policies,
                format!("ALTER TABLE {own} {word} ROW LEVEL SECURITY"),
            )
        }
        // After the indexes that it may name.
        ("table", "replica identity") => {
            let identity = wanted.unwrap_or("DEFAULT");
            (
                Stage::ForeignKeys,
                format!("ALTER TABLE {own} REPLICA IDENTITY {identity}"),
            )
        }
        (_, "index comment") => {
            let text = wanted.map_or_else(|| "NULL".to_owned(), quote_literal);
            let (schema, index) = (sql::name(&key.schema), sql::name(&key.name));
            (
                Stage::Comments,
                format!("COMMENT ON INDEX {schema}.{index} IS {text}"),
            )
        }
        ("materialized view", "clustered on") => (
            Stage::Views,
            format!("ALTER TABLE {own} CLUSTER ON {}", sql::name(wanted?)),
        ),
        ("column", "not null constraint") => (Stage::Tables, not_null(key, wanted?)),
        ("table", "clustered on") => {
            let index = wanted.map_or_else(
                || "SET WITHOUT CLUSTER".to_owned(),
                |index| format!("CLUSTER ON {}", sql::name(index)),
            );
            (Stage::ForeignKeys, format!("ALTER TABLE {own} {index}"))
        }
        ("table", "storage parameters" | "toast parameters") => (
            Stage::Tables,
            format!("ALTER TABLE {own} SET ({})", wanted?),
        ),
        ("column", _) => {
            let alter = format!(
                "ALTER TABLE {} ALTER COLUMN {}",
                sql::table(key),
                sql::name(&key.name)
            );
            let setting = match attribute {
                "storage" => format!("SET STORAGE {}", wanted?),
                "compression" => format!("SET COMPRESSION {}", wanted.unwrap_or("default")),
                "statistics target" => format!("SET STATISTICS {}", wanted.unwrap_or("-1")),
                "options" => format!("SET ({})", wanted?),
                _ => return None,
            };
            (Stage::Tables, format!("{alter} {setting}"))
        }
        ("statistics", "target") => (
            Stage::Indexes,
            format!(
                "ALTER STATISTICS {own} SET STATISTICS {}",
                wanted.unwrap_or("-1")
            ),
        ),
        ("trigger", "enabled") => {
            let word = wanted.unwrap_or("ENABLE");
            let name = sql::name(&key.name);
            (
                Stage::Triggers,
                format!("ALTER TABLE {} {word} TRIGGER {name}", sql::table(key)),
            )
        }
        ("rule", "enabled") => {
            let word = wanted.unwrap_or("ENABLE");
            let name = sql::name(&key.name);
            (
                Stage::Triggers,
                format!("ALTER TABLE {} {word} RULE {name}", sql::table(key)),
            )
        }
        ("event trigger", "enabled") => (
            Stage::Triggers,
            format!("ALTER EVENT TRIGGER {own} {}", wanted.unwrap_or("ENABLE")),
        ),
        _ => return None,
    })
}
