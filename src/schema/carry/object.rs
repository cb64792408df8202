//! Objects that one statement of the server's own makes: types, functions, views, triggers …

use crate::schema::source::execute;
use crate::schema::{Catalog, Object, ObjectKey, Stage};

use super::{Writer, sql};

/// Where an object of this kind stands in the baseline; none where redistill cannot write it.
pub fn stage(a: &Catalog, key: &ObjectKey, kind: &str) -> Option<Stage> {
    Some(match kind {
        "schema" => Stage::Schemas,
        "extension" => Stage::Extensions,
        "enum" | "collation" => Stage::Types,
        "domain"
        | "domain constraint"
        | "composite type"
        | "range type"
        | "language"
        | "access method"
        | "foreign data wrapper"
        | "foreign server"
        | "user mapping"
        | "text search template"
        | "text search parser"
        | "text search dictionary"
        | "text search configuration" => by_needs(a, key, Stage::Types),
        "function" | "procedure" | "aggregate" | "operator" | "operator class"
        | "operator family" | "cast" | "conversion" | "transform" => {
            by_needs(a, key, Stage::Functions)
        }
        "sequence" => Stage::Sequences,
        "table" | "foreign table" => Stage::Tables,
        "index" => match a.relation(&key.schema, &key.table) {
            Some(relation) if relation.kind == "materialized view" => Stage::Views,
            _ => Stage::Indexes,
        },
        "statistics" => Stage::Indexes,
        "view" | "materialized view" => Stage::Views,
        "trigger" | "rule" | "event trigger" => Stage::Triggers,
        "policy" | "publication" => Stage::Policies,
        "default privileges" => Stage::Grants,
        _ => return None,
    })
}

/// Types and functions stand as early as what they need allows.
fn by_needs(a: &Catalog, key: &ObjectKey, mut earliest: Stage) -> Stage {
    let mut seen = vec![key.clone()];
    let mut next = 0;
    while next < seen.len() {
        let needs = a
            .objects
            .get(&seen[next])
            .map(Object::needs)
            .unwrap_or_default();
        for need in needs {
            let needed = match need.kind.as_str() {
                "view" | "materialized view" => Stage::Views,
                "table" | "foreign table" | "column" => Stage::LateFunctions,
                "function" | "procedure" | "aggregate" | "operator" | "operator class"
                | "operator family" => Stage::Functions,
                _ => Stage::Types,
            };
            earliest = earliest.max(needed);
            // What a table needs stands before the table in any case.
            let is_early = matches!(needed, Stage::Types | Stage::Functions | Stage::Views);
            if is_early && !seen.contains(&need) {
                seen.push(need);
            }
        }
        next += 1;
    }
    earliest
}

/// What belongs to an object and is written with it.
pub fn parts<'a>(a: &'a Catalog, key: &ObjectKey) -> Vec<(ObjectKey, &'a Object)> {
    if a.relation(&key.schema, &key.name).as_ref() != Some(key) {
        return Vec::new();
    }
    let sequences = a.objects.iter().filter(|(sequence, _)| {
        sequence.kind == "sequence" && a.owner_of(sequence).is_some_and(|(owner, _)| owner == *key)
    });
    a.objects
        .iter()
        .filter(|(part, _)| part.table == key.name && part.schema == key.schema)
        .chain(sequences)
        .map(|(part, object)| (part.clone(), object))
        .collect()
}

/// Writes the statement that makes the object, and the one that drops it.
pub fn create(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let Some(stage) = stage(writer.a, key, &key.kind) else {
        return false;
    };
    match key.kind.as_str() {
        "publication" => return publication(writer, key, object),
        "text search configuration" => return text_search(writer, key, object),
        "operator family" => return operator_family(writer, key, object),
        // It goes with its domain. One that need not hold for the rows comes after them.
        "domain constraint" => {
            let definition = object.definition.as_deref().unwrap_or_default();
            let stage = if super::is_not_valid(object) {
                Stage::ForeignKeys
            } else {
                stage
            };
            writer.push(stage, key, execute(definition), String::new());
            return true;
        }
        _ => {}
    }
    if is_unwritable(object) {
        return false;
    }
    let (Some(definition), Some(subject)) = (&object.definition, sql::subject(key)) else {
        return false;
    };
    if let Some(parent) = object.get("partition of") {
        // Comes with its parent's index; under a name of its own it cannot be asked for.
        return !has_index(writer.b, parent);
    }
    // The object cannot be there yet, and a baseline that replaces something hides it.
    let definition = definition
        .strip_prefix("CREATE OR REPLACE ")
        .map_or_else(|| definition.clone(), |rest| format!("CREATE {rest}"));
    let down = match key.kind.as_str() {
        "extension" => format!("DROP {}", subject.replacen(' ', " IF EXISTS ", 1)),
        _ => format!("DROP {subject}"),
    };
    writer.push(stage, key, execute(&definition), execute(&down));
    true
}

/// What no baseline says: an index that is not valid, a place on the server's disk, a secret, a
/// range whose function works on the range itself.
fn is_unwritable(object: &Object) -> bool {
    object.get("valid") == Some("no")
        || object.get("tablespace").is_some()
        || object.get("secret options").is_some()
        || object
            .get("definition")
            .is_some_and(|text| text.starts_with("SUBTYPE") && text.contains("CANONICAL = "))
}

fn has_index(catalog: &Catalog, name: &str) -> bool {
    catalog
        .objects
        .keys()
        .any(|key| key.kind == "index" && key.name == name)
}

/// A publication, from its parts.
fn publication(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let name = sql::name(&key.name);
    let contents = object
        .get("contents")
        .map_or_else(String::new, |list| format!(" FOR {list}"));
    let publish = object.get("publish").unwrap_or_default();
    let mut options = format!("publish = '{publish}'");
    if object.get("by root").is_some() {
        options += ", publish_via_partition_root = true";
    }
    if let Some(which) = object.get("generated columns") {
        options += &[", publish_generated_columns = ", which].concat();
    }
    let up = format!("CREATE PUBLICATION {name}{contents} WITH ({options})");
    let down = format!("DROP PUBLICATION {name}");
    writer.push(Stage::Policies, key, execute(&up), execute(&down));
    true
}

/// A family, with the members that belong to no class of it.
fn operator_family(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let (Some(definition), Some(subject)) = (&object.definition, sql::subject(key)) else {
        return false;
    };
    let mut up = execute(definition);
    if let Some(members) = object.get("members") {
        up += "\n";
        up += &execute(&format!("ALTER {subject} ADD {members}"));
    }
    let stage = by_needs(writer.a, key, Stage::Functions);
    writer.push(stage, key, up, execute(&format!("DROP {subject}")));
    true
}

/// A text search configuration with its mapping.
fn text_search(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let Some(definition) = &object.definition else {
        return false;
    };
    let subject = format!("TEXT SEARCH CONFIGURATION {}", sql::qualified(key));
    let mut up = vec![execute(definition)];
    for line in object.get("mapping").unwrap_or_default().lines() {
        if let Some((token, dictionaries)) = line.split_once(": ") {
            up.push(execute(&format!(
                "ALTER {subject} ADD MAPPING FOR {token} WITH {dictionaries}"
            )));
        }
    }
    let down = execute(&format!("DROP {subject}"));
    let stage = by_needs(writer.a, key, Stage::Types);
    writer.push(stage, key, up.join("\n"), down);
    true
}

/// A sequence; one that a column owns is given to it when the table is there, and goes with it.
pub fn sequence(writer: &mut Writer<'_>, key: &ObjectKey, object: &Object) -> bool {
    let Some(definition) = &object.definition else {
        return false;
    };
    let owned = object.get("owned by");
    let down = match owned {
        Some(_) => String::new(),
        None => execute(&format!("DROP SEQUENCE {}", sql::qualified(key))),
    };
    writer.push(Stage::Sequences, key, execute(definition), down);
    if let Some(owner) = owned {
        let own = format!("ALTER SEQUENCE {} OWNED BY {owner}", sql::qualified(key));
        writer.push_beside(
            Stage::Tables,
            "ownership",
            key,
            execute(&own),
            String::new(),
        );
    }
    true
}

/// Gives a sequence that a SERIAL column made the options of the old chain's.
pub fn alter_sequence(writer: &mut Writer<'_>, key: &ObjectKey) -> bool {
    let Some(object) = writer.a.objects.get(key) else {
        return false;
    };
    let get = |attribute| object.get(attribute).unwrap_or_default();
    let cycle = if get("cycle") == "true" {
        "CYCLE"
    } else {
        "NO CYCLE"
    };
    let alter = format!(
        "ALTER SEQUENCE {} AS {} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {start} RESTART WITH {start} CACHE {} {cycle} OWNED BY {}",
        sql::qualified(key),
        get("type"),
        get("increment"),
        get("minimum"),
        get("maximum"),
        get("cache"),
        object.get("owned by").unwrap_or("NONE"),
        start = get("start"),
    );
    writer.written.insert(key.clone());
    writer.push_beside(
        Stage::Tables,
        "options",
        key,
        execute(&alter),
        String::new(),
    );
    true
}
