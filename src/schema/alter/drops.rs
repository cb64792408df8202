//! What goes: additional objects, and those that can only be made again.

use std::collections::BTreeSet;

use super::super::teardown::teardown;
use super::{Change, Writer, sql, words};
use crate::schema::source::execute;
use crate::schema::{Catalog, Difference, ObjectKey, carry};

/// Objects that are dropped and made again: what no statement changes in place, and what hangs on
/// columns that change or go.
pub fn rebuilt(from: &Catalog, to: &Catalog, differences: &[Difference]) -> BTreeSet<ObjectKey> {
    let mut rebuilt = BTreeSet::new();
    let mut touched: BTreeSet<ObjectKey> = BTreeSet::new();
    for difference in differences {
        let key = difference.object();
        match difference {
            Difference::Changed { attribute, .. } if is_made_again(&key.kind, attribute) => {
                rebuilt.insert(key.clone());
            }
            Difference::Changed { attribute, .. }
                if key.kind == "column"
                    && matches!(attribute.as_str(), "type" | "collation" | "generated") =>
            {
                touched.insert(key.clone());
            }
            Difference::Extra { .. } if key.kind == "column" => {
                touched.insert(key.clone());
            }
            Difference::Changed {
                attribute,
                left,
                right,
                ..
            } if key.kind == "enum"
                && attribute == "labels"
                && !super::enums::is_growing(right, left) =>
            {
                touched.extend(super::enums::columns(from, key));
                rebuilt.extend(of_type(from, to, key));
            }
            _ => {}
        }
    }
    // Views on them, and views on those.
    loop {
        let more: Vec<ObjectKey> = from
            .objects
            .iter()
            .filter(|(key, _)| matches!(key.kind.as_str(), "view" | "materialized view"))
            .filter(|(key, _)| to.objects.contains_key(key) && !rebuilt.contains(*key))
            .filter(|(_, object)| {
                let mut needs = object.needs().into_iter();
                needs.any(|need| touched.contains(&need) || rebuilt.contains(&need))
            })
            .map(|(key, _)| key.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        rebuilt.extend(more);
    }
    rebuilt.extend(references(from, to, differences, &rebuilt));
    rebuilt
}

/// What compares with labels of a type that is made again: it would go on with the old one.
fn of_type(from: &Catalog, to: &Catalog, kind: &ObjectKey) -> Vec<ObjectKey> {
    let objects = from.objects.iter().filter(|(key, object)| {
        matches!(
            key.kind.as_str(),
            "index" | "constraint" | "policy" | "trigger" | "rule"
        ) && to.objects.contains_key(key)
            && object.needs().contains(kind)
    });
    objects.map(|(key, _)| key.clone()).collect()
}

fn is_made_again(kind: &str, attribute: &str) -> bool {
    let is_kind = matches!(
        kind,
        "constraint"
            | "index"
            | "view"
            | "materialized view"
            | "trigger"
            | "policy"
            | "rule"
            | "statistics"
            | "aggregate"
            | "event trigger"
            | "publication"
    );
    is_kind && !carry::is_beside(kind, attribute)
}

/// Foreign keys to tables whose keys go: they hang on them.
fn references(
    from: &Catalog,
    to: &Catalog,
    differences: &[Difference],
    rebuilt: &BTreeSet<ObjectKey>,
) -> Vec<ObjectKey> {
    let is_key = |key: &ObjectKey| {
        let kind = from.objects.get(key).and_then(|object| object.get("type"));
        key.kind == "constraint" && matches!(kind, Some("primary key" | "unique"))
    };
    let goes = |difference: &&Difference| match difference {
        Difference::Extra { object, .. } => is_key(object),
        Difference::Changed { object, .. } => is_key(object) && rebuilt.contains(object),
        Difference::Missing { .. } => false,
    };
    let tables: BTreeSet<(&str, &str)> = differences
        .iter()
        .filter(goes)
        .map(|difference| {
            let key = difference.object();
            (key.schema.as_str(), key.table.as_str())
        })
        .collect();
    from.objects
        .iter()
        .filter(|(key, object)| {
            key.kind == "constraint"
                && object.get("type") == Some("foreign key")
                && to.objects.contains_key(key)
                && object.needs().iter().any(|need| {
                    need.kind == "table" && tables.contains(&(&*need.schema, &*need.name))
                })
        })
        .map(|(key, _)| key.clone())
        .collect()
}

/// Parts of tables, then columns: in the order in which they hang on each other.
pub fn parts(writer: &mut Writer<'_>, differences: &[Difference]) -> Vec<Change> {
    let mut going: Vec<(u8, ObjectKey, String)> = differences
        .iter()
        .filter(|difference| matches!(difference, Difference::Extra { .. }))
        .map(|difference| (difference.object().clone(), words(difference)))
        .chain(
            writer
                .rebuilt
                .iter()
                .map(|key| (key.clone(), format!("{key}: to be made again"))),
        )
        .filter_map(|(key, words)| Some((rank(writer.from, &key)?, key, words)))
        .collect();
    going.sort();
    going.dedup_by(|a, b| a.1 == b.1);
    let mut changes = Vec::new();
    for (_, key, settles) in going {
        let Some(statement) = statement(writer.from, &key) else {
            continue;
        };
        writer.middle.objects.remove(&key);
        let is_gone = !writer.to.objects.contains_key(&key);
        changes.push(Change {
            up: execute(&statement),
            settles,
            loses: is_gone.then(|| loss(&key)).flatten(),
            guard: None,
        });
    }
    changes
}

/// What is lost with a part that is not made again: behaviour that no revision knows of. A key, a
/// check or an index more is a matter of the schema alone.
fn loss(key: &ObjectKey) -> Option<String> {
    matches!(key.kind.as_str(), "trigger" | "policy" | "rule")
        .then(|| format!("the {}, which no revision makes", key.kind))
}

/// The order of drops; none for what is no part, or goes with another object.
fn rank(from: &Catalog, key: &ObjectKey) -> Option<u8> {
    let object = from.objects.get(key)?;
    let is_inherited = object.get("partition of").is_some() && key.kind == "index";
    Some(match key.kind.as_str() {
        _ if key.table.is_empty() || is_inherited => return None,
        "trigger" => 0,
        "rule" | "policy" => 1,
        "constraint" if object.get("type") == Some("foreign key") => 2,
        "constraint" => 3,
        "index" => 4,
        _ => return None,
    })
}

fn statement(from: &Catalog, key: &ObjectKey) -> Option<String> {
    // What belongs to a view that is made again goes with it.
    if from.relation(&key.schema, &key.table)?.kind != "table" && key.kind != "trigger" {
        return None;
    }
    Some(match key.kind.as_str() {
        "constraint" => format!(
            "ALTER TABLE {} DROP CONSTRAINT {}",
            sql::table(key),
            sql::name(&key.name)
        ),
        _ => format!("DROP {}", sql::subject(key)?),
    })
}

/// Whole objects: views, columns and tables at once, the rest (given back) at the end, when nothing
/// hangs on it any more.
pub fn wholes(
    writer: &mut Writer<'_>,
    differences: &[Difference],
    changes: &mut Vec<Change>,
) -> Vec<Change> {
    let is_extra = |difference: &&Difference| matches!(difference, Difference::Extra { .. });
    let going: BTreeSet<ObjectKey> = differences
        .iter()
        .filter(is_extra)
        .map(|difference| difference.object().clone())
        .chain(writer.rebuilt.iter().cloned())
        .filter(|key| key.table.is_empty() && !matches!(&*key.kind, "schema" | "extension"))
        .collect();
    for key in differences.iter().filter(is_extra).map(Difference::object) {
        if matches!(key.kind.as_str(), "schema" | "extension") {
            // Others may have something in it; it stays, and is no difference.
            writer.middle.objects.remove(key);
        }
    }
    let is_view = |key: &ObjectKey| matches!(key.kind.as_str(), "view" | "materialized view");
    changes.extend(group(writer, &going, is_view));
    changes.extend(super::columns::drops(writer, differences));
    changes.extend(group(writer, &going, |key| key.kind == "table"));
    group(writer, &going, |key| !is_view(key) && key.kind != "table")
}

/// The statements for one kind of objects, dependants first.
fn group(
    writer: &mut Writer<'_>,
    going: &BTreeSet<ObjectKey>,
    is_in: impl Fn(&ObjectKey) -> bool,
) -> Vec<Change> {
    // What was dropped before drags nothing along.
    let present = writer.middle.clone();
    let is_own = |key: &ObjectKey| going.contains(key) && is_in(key);
    if !present.objects.keys().any(is_own) {
        return Vec::new();
    }
    let found = teardown(&present, is_own, &[]);
    for key in &found.objects {
        let relation = key.clone();
        writer.middle.objects.retain(|part, _| {
            part != key && !(part.schema == relation.schema && part.table == relation.name)
        });
    }
    let tables: Vec<&ObjectKey> = found.objects.iter().filter(|k| k.kind == "table").collect();
    found
        .statements
        .iter()
        .map(|statement| {
            let is_table = statement.starts_with("DROP TABLE");
            let names: Vec<String> = tables.iter().map(|key| sql::qualified(key)).collect();
            let exists = |name: &String| format!("EXISTS (SELECT FROM {name})");
            Change {
                up: execute(statement),
                settles: format!("{}: goes", statement.trim_start_matches("DROP ")),
                loses: is_table.then(|| format!("the rows of {}", names.join(", "))),
                guard: is_table.then(|| {
                    let all: Vec<String> = names.iter().map(exists).collect();
                    format!("SELECT {}", all.join(" OR "))
                }),
            }
        })
        .collect()
}
