//! ENUM types whose labels differ: more labels are added in place, any other list is a new type.

use super::{Change, Writer, sql, words};
use crate::model::quote_literal;
use crate::schema::source::execute;
use crate::schema::{Catalog, Difference, ObjectKey};

/// The columns of a type, or of arrays of it.
pub fn columns(catalog: &Catalog, enum_key: &ObjectKey) -> Vec<ObjectKey> {
    let own = sql::qualified(enum_key);
    let array = format!("{own}[]");
    catalog
        .objects
        .iter()
        .filter(|(key, object)| {
            let kind = object.get("type");
            key.kind == "column" && (kind == Some(&*own) || kind == Some(&*array))
        })
        .map(|(key, _)| key.clone())
        .collect()
}

/// The changes of all ENUM types that are on both sides.
pub fn changes(writer: &mut Writer<'_>, differences: &[Difference]) -> Vec<Change> {
    let mut changes = Vec::new();
    for difference in differences {
        let Difference::Changed {
            object: key,
            attribute,
            left,
            right,
        } = difference
        else {
            continue;
        };
        if key.kind != "enum" || attribute != "labels" {
            continue;
        }
        let (wanted, present): (Vec<&str>, Vec<&str>) =
            (left.lines().collect(), right.lines().collect());
        writer.settle(key);
        if is_among(&present, &wanted) {
            changes.extend(add(key, &present, &wanted, difference));
        } else {
            changes.extend(make_again(writer, key, &present, &wanted, difference));
        }
    }
    changes
}

/// Whether labels are only added: all that are there stay, in their order.
pub fn is_growing(present: &str, wanted: &str) -> bool {
    let (present, wanted): (Vec<&str>, Vec<&str>) =
        (present.lines().collect(), wanted.lines().collect());
    is_among(&present, &wanted)
}

/// Whether these stand in those, in the same order.
fn is_among(few: &[&str], many: &[&str]) -> bool {
    let mut many = many.iter();
    few.iter().all(|label| many.any(|other| other == label))
}

fn add(key: &ObjectKey, present: &[&str], wanted: &[&str], difference: &Difference) -> Vec<Change> {
    let mut changes = Vec::new();
    for (place, label) in wanted.iter().enumerate() {
        if present.contains(label) {
            continue;
        }
        let position = match (place.checked_sub(1).map(|p| wanted[p]), present.first()) {
            (Some(before), _) => format!(" AFTER {}", quote_literal(before)),
            (None, Some(first)) => format!(" BEFORE {}", quote_literal(first)),
            (None, None) => String::new(),
        };
        changes.push(Change {
            up: execute(&format!(
                "ALTER TYPE {} ADD VALUE {}{position}",
                sql::qualified(key),
                quote_literal(label)
            )),
            settles: words(difference),
            loses: None,
            guard: None,
        });
    }
    changes
}

/// A type with the wanted labels in the place of the old one.
fn make_again(
    writer: &mut Writer<'_>,
    key: &ObjectKey,
    present: &[&str],
    wanted: &[&str],
    difference: &Difference,
) -> Vec<Change> {
    // Comment and privileges go with the old one.
    if let Some(object) = writer.middle.objects.get_mut(key) {
        object.attributes.remove("comment");
        object.attributes.remove("privileges");
    }
    let gone: Vec<&str> = present
        .iter()
        .filter(|l| !wanted.contains(*l))
        .copied()
        .collect();
    let old = ObjectKey {
        name: format!("redistill_old_{}", key.name)
            .chars()
            .take(60)
            .collect(),
        ..key.clone()
    };
    let (own, was) = (sql::qualified(key), sql::qualified(&old));
    let labels: Vec<String> = wanted.iter().map(|label| quote_literal(label)).collect();
    let mut statements = vec![
        format!("ALTER TYPE {own} RENAME TO {}", sql::name(&old.name)),
        format!("CREATE TYPE {own} AS ENUM ({})", labels.join(", ")),
    ];
    for column in columns(writer.from, key) {
        statements.push(convert(writer, &column, &own));
    }
    statements.push(format!("DROP TYPE {was}"));
    statements
        .into_iter()
        .map(|statement| Change {
            loses: (statement.contains(" USING ") && !gone.is_empty())
                .then(|| format!("nothing, but fails on rows with {}", gone.join(", "))),
            up: execute(&statement),
            settles: words(difference),
            guard: None,
        })
        .collect()
}

fn convert(writer: &Writer<'_>, column: &ObjectKey, own: &str) -> String {
    let name = sql::name(&column.name);
    let (kind, _) = writer.pair(column, "type");
    let is_array = kind.is_some_and(|kind| kind.ends_with("[]"));
    let (text, kind) = if is_array {
        ("text[]", format!("{own}[]"))
    } else {
        ("text", own.to_owned())
    };
    let mut actions = Vec::new();
    let (default, _) = writer.pair(column, "default");
    if default.is_some() {
        actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
    }
    actions.push(format!(
        "ALTER COLUMN {name} TYPE {kind} USING {name}::{text}::{kind}"
    ));
    if let Some(default) = default {
        actions.push(format!("ALTER COLUMN {name} SET DEFAULT {default}"));
    }
    format!("ALTER TABLE {} {}", sql::table(column), actions.join(", "))
}
