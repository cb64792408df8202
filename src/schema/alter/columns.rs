//! Columns: dropped, added, changed in place.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Writer, loss, sql, words};
use crate::model::quote_literal;
use crate::schema::source::execute;
use crate::schema::{Difference, Object, ObjectKey, carry};

/// Columns that go. A generated one holds nothing of its own.
pub fn drops(writer: &mut Writer<'_>, differences: &[Difference]) -> Vec<Change> {
    let mut changes = Vec::new();
    for difference in differences {
        let Difference::Extra { object: key, .. } = difference else {
            continue;
        };
        let Some(column) = own_column(writer.from.objects.get(key), key) else {
            continue;
        };
        changes.push(drop(key, column, words(difference)));
        let owned: Vec<ObjectKey> = writer
            .from
            .objects
            .keys()
            .filter(|sequence| {
                let owner = writer.from.owner_of(sequence);
                owner.is_some_and(|(table, name)| {
                    name == key.name && table.name == key.table && table.schema == key.schema
                })
            })
            .cloned()
            .collect();
        for gone in owned.iter().chain([key]) {
            writer.middle.objects.remove(gone);
        }
    }
    changes
}

/// A column that is not its parent's; none for a fact about a view's column.
fn own_column<'a>(object: Option<&'a Object>, key: &ObjectKey) -> Option<&'a Object> {
    object.filter(|column| {
        key.kind == "column"
            && column.get("type").is_some()
            && column.get("inherited") != Some("yes")
    })
}

fn drop(key: &ObjectKey, column: &Object, settles: String) -> Change {
    let (table, name) = (sql::table(key), sql::name(&key.name));
    let is_derived = column.get("generated").is_some();
    Change {
        up: execute(&format!("ALTER TABLE {table} DROP COLUMN {name}")),
        settles,
        loses: (!is_derived).then(|| format!("the values of {}.{}", key.table, key.name)),
        guard: (!is_derived).then(|| {
            // As text: json, xml and point have no equality.
            let differs = match (column.get("default"), column.get("type")) {
                (Some(default), Some(kind)) if is_constant(default) => {
                    format!("{name}::text IS DISTINCT FROM ({default})::{kind}::text")
                }
                _ => format!("{name} IS NOT NULL"),
            };
            format!("SELECT EXISTS (SELECT FROM {table} WHERE {differs})")
        }),
    }
}

/// Whether every row has a value in the column as soon as it is there, which nobody gave it: to
/// drop it again cannot be told from dropping what came since.
pub(super) fn fills_itself(column: &Object) -> bool {
    let is_filled = |default: &str| !is_constant(default);
    column.get("identity").is_some() || column.get("default").is_some_and(is_filled)
}

/// Whether a default is the same whenever it is asked for.
fn is_constant(default: &str) -> bool {
    !default.contains('(') && !default.to_uppercase().contains("CURRENT_")
}

/// Columns that come, and columns that change.
pub fn changes(writer: &mut Writer<'_>, differences: &[Difference]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut altered: BTreeMap<ObjectKey, Vec<&Difference>> = BTreeMap::new();
    let mut added: BTreeSet<(String, String, u32, ObjectKey)> = BTreeSet::new();
    for difference in differences {
        let key = difference.object();
        if key.kind != "column" {
            continue;
        }
        match difference {
            Difference::Missing { .. } => {
                if let Some(column) = own_column(writer.to.objects.get(key), key) {
                    let place = column.get("position").and_then(|p| p.parse().ok());
                    added.insert((
                        key.schema.clone(),
                        key.table.clone(),
                        place.unwrap_or_default(),
                        key.clone(),
                    ));
                } else {
                    writer.settle(key);
                }
            }
            Difference::Changed { attribute, .. } if !carry::is_beside("column", attribute) => {
                altered.entry(key.clone()).or_default().push(difference);
            }
            _ => {}
        }
    }
    for (_, _, _, key) in added {
        writer.settle(&key);
        let column = &writer.to.objects[&key];
        let line = carry::column_line(&key, column);
        changes.push(Change {
            up: execute(&format!(
                "ALTER TABLE {} ADD COLUMN {line}",
                sql::table(&key)
            )),
            settles: format!("{key}: missing"),
            loses: fails_on_rows(column)
                .then(|| format!("nothing, but fails where {} has rows", key.table)),
            guard: None,
        });
    }
    for (key, differences) in altered {
        change(writer, &key, &differences, &mut changes);
    }
    changes
}

/// All attributes of one column.
fn change(
    writer: &mut Writer<'_>,
    key: &ObjectKey,
    differences: &[&Difference],
    changes: &mut Vec<Change>,
) {
    let settles: Vec<String> = differences.iter().map(|one| words(one)).collect();
    let settles = settles.join("; ");
    if writer.pair(key, "inherited").1 == Some("yes") {
        writer.settle(key);
        return;
    }
    let (was, will) = writer.pair(key, "generated");
    if was != will && will.is_some() {
        made_again(writer, key, settles, changes);
        return;
    }
    let actions = actions(writer, key);
    let Some(actions) = actions.filter(|actions| !actions.is_empty()) else {
        let cannot = differences.iter().map(|one| (*one).clone());
        writer.alter.cannot.extend(cannot);
        return;
    };
    let loses = loses(writer, key);
    let guard = narrowing(writer, key);
    let numbered = numbered(writer, key);
    writer.settle(key);
    changes.push(Change {
        up: execute(&format!(
            "ALTER TABLE {} {}",
            sql::table(key),
            actions.join(", ")
        )),
        settles: settles.clone(),
        loses,
        guard,
    });
    changes.extend(numbered.map(|statement| Change {
        up: execute(&statement),
        settles,
        loses: None,
        guard: None,
    }));
}

/// Whether a new column cannot be filled in the rows that are there.
fn fails_on_rows(column: &Object) -> bool {
    let has = |attribute| column.get(attribute).is_some();
    column.get("not null") == Some("yes")
        && !has("default")
        && !has("identity")
        && !has("generated")
}

/// Asks whether a value would be cut off or rounded by the new type; none where it holds them all.
fn narrowing(writer: &Writer<'_>, key: &ObjectKey) -> Option<String> {
    let (Some(was), Some(will)) = writer.pair(key, "type") else {
        return None;
    };
    let (table, name) = (sql::table(key), sql::name(&key.name));
    (was != will && !loss::is_widening(was, will)).then(|| {
        format!(
            "SELECT EXISTS (SELECT FROM {table} \
             WHERE {name}::text IS DISTINCT FROM {name}::{will}::{was}::text)"
        )
    })
}

/// A column that numbers rows from now on goes on behind those that are there.
fn numbered(writer: &Writer<'_>, key: &ObjectKey) -> Option<String> {
    let (table, name) = (sql::table(key), sql::name(&key.name));
    let (was, will) = writer.pair(key, "default");
    let sequence = match writer.pair(key, "identity") {
        (None, Some(_)) => format!(
            "pg_catalog.pg_get_serial_sequence({}, {})",
            quote_literal(&table),
            quote_literal(&key.name)
        ),
        _ if was.and_then(counter).is_none() => counter(will?)?.to_owned(),
        _ => return None,
    };
    Some(format!(
        "SELECT pg_catalog.setval({sequence}, \
         greatest(max({name})::bigint + 1, pg_catalog.nextval({sequence})), false) FROM {table}"
    ))
}

/// `'public.notes_id_seq'::regclass` of a default that counts.
fn counter(default: &str) -> Option<&str> {
    let counter = default.strip_prefix("nextval(")?.strip_suffix(')')?;
    counter.ends_with("::regclass").then_some(counter)
}

/// A generated column under another expression, or one that was none.
fn made_again(
    writer: &mut Writer<'_>,
    key: &ObjectKey,
    settles: String,
    changes: &mut Vec<Change>,
) {
    let (Some(present), Some(wanted)) = (writer.from.objects.get(key), writer.to.objects.get(key))
    else {
        return;
    };
    changes.push(drop(key, present, settles.clone()));
    writer.settle(key);
    let line = carry::column_line(key, wanted);
    changes.push(Change {
        up: execute(&format!(
            "ALTER TABLE {} ADD COLUMN {line}",
            sql::table(key)
        )),
        settles,
        loses: None,
        guard: None,
    });
}

/// The actions of one ALTER TABLE; none where one of the attributes has none.
fn actions(writer: &Writer<'_>, key: &ObjectKey) -> Option<Vec<String>> {
    let name = sql::name(&key.name);
    let mut actions = Vec::new();
    let pair = |attribute| writer.pair(key, attribute);
    let mut act = |text: String| actions.push(format!("ALTER COLUMN {name} {text}"));
    let (generated, none) = pair("generated");
    if generated != none {
        act("DROP EXPRESSION".to_owned());
    }
    let (default_was, default) = pair("default");
    let ((was, will), collation) = (pair("type"), pair("collation"));
    let is_retyped = was != will || collation.0 != collation.1;
    let (identity_was, identity) = pair("identity");
    if identity_was.is_some() && identity.is_none() {
        act("DROP IDENTITY".to_owned());
    }
    if is_retyped {
        if default_was.is_some() {
            act("DROP DEFAULT".to_owned());
        }
        let (was, will) = (was?, will?);
        let collate = collation
            .1
            .map(|c| format!(" COLLATE {c}"))
            .unwrap_or_default();
        let using = if was == will || loss::is_assigned(was, will) {
            String::new()
        } else {
            format!(" USING {name}::{will}")
        };
        act(format!("TYPE {will}{collate}{using}"));
    }
    match default {
        Some(default) if is_retyped || default_was != Some(default) => {
            act(format!("SET DEFAULT {default}"));
        }
        None if default_was.is_some() && !is_retyped => act("DROP DEFAULT".to_owned()),
        _ => {}
    }
    let (was, will) = pair("not null");
    if was != will {
        let word = if will == Some("yes") { "SET" } else { "DROP" };
        act(format!("{word} NOT NULL"));
    }
    match (identity_was, identity) {
        (None, Some(kind)) => act(format!("ADD GENERATED {kind} AS IDENTITY")),
        (Some(was), Some(kind)) if was != kind => act(format!("SET GENERATED {kind}")),
        _ => {}
    }
    let (was, will) = pair("identity options");
    if identity.is_some() && was != will {
        for option in will
            .unwrap_or_default()
            .split(", ")
            .filter(|o| !o.is_empty())
        {
            act(format!("SET {option}"));
        }
    }
    Some(actions)
}

/// What a change in place may lose, or on what it may fail.
fn loses(writer: &Writer<'_>, key: &ObjectKey) -> Option<String> {
    let mut reasons = Vec::new();
    if let (Some(was), Some(will)) = writer.pair(key, "type")
        && was != will
        && !loss::is_widening(was, will)
    {
        reasons.push(format!(
            "values of {}.{} that do not fit {will}",
            key.table, key.name
        ));
    }
    if let (Some(_), None) = writer.pair(key, "identity") {
        reasons.push("the number that its sequence has reached".to_owned());
    }
    if writer.pair(key, "not null") == (Some("no"), Some("yes")) {
        reasons.push(format!(
            "nothing, but fails on rows without {}.{}",
            key.table, key.name
        ));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
