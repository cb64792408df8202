//! What the drafted pieces alone would build: the ground on which the rest is carried before anything
//! runs. What it foresees wrongly shows in the build and is mended there.

use std::collections::BTreeMap;

use crate::schema::{Catalog, Object, ObjectKey, Piece};

use super::object_name;

/// What a build of the drafted pieces alone would give, if each said all that autogenerate can.
pub fn predict(a: &Catalog, drafted: &[Piece]) -> Catalog {
    let drafted: BTreeMap<ObjectKey, &Piece> =
        drafted.iter().map(|piece| (piece.key(), piece)).collect();
    let table_piece = |schema: &str, name: &str| {
        let key = a.relation(schema, name)?;
        drafted.get(&key).map(|piece| piece.up.as_str())
    };
    let is_drafted_index = |name: &str| {
        drafted
            .keys()
            .any(|key| key.kind == "index" && key.name == name)
    };
    let mut objects = BTreeMap::new();
    for (key, object) in &a.objects {
        // Every new database has it, with comment and privileges; what differs shows in the build.
        if key.kind == "schema" && key.name == "public" {
            objects.insert(key.clone(), object.clone());
            continue;
        }
        let says: Vec<&str> = match key.kind.as_str() {
            "table" => table_piece(&key.schema, &key.name).map_or_else(Vec::new, said_of_table),
            "column" if table_piece(&key.schema, &key.table).is_some() => SAID_OF_COLUMN.to_vec(),
            "constraint" => match table_piece(&key.schema, &key.table) {
                Some(text) if is_said(object, text) => SAID_OF_CONSTRAINT.to_vec(),
                _ => Vec::new(),
            },
            // The parent's index makes it.
            "index" if object.get("partition of").is_some_and(is_drafted_index) => {
                vec!["definition", "partition of"]
            }
            "enum" if drafted.contains_key(key) => vec!["labels", "present"],
            "index" if drafted.contains_key(key) => vec!["definition"],
            "sequence" if is_serial(a, key, &table_piece) => SAID_OF_SERIAL.to_vec(),
            _ => Vec::new(),
        };
        let mut object = object.clone();
        object
            .attributes
            .retain(|name, _| says.contains(&name.as_str()));
        if key.kind == "schema" && !object.attributes.is_empty() {
            // As every new database has it.
            let comment = "standard public schema".to_owned();
            object.attributes.insert("comment".to_owned(), comment);
        }
        if !object.attributes.is_empty() {
            objects.insert(key.clone(), object);
        }
    }
    Catalog { objects }
}

/// What `sa.Column` says.
const SAID_OF_COLUMN: &[&str] = &[
    "type",
    "not null",
    "default",
    "generated",
    "identity",
    "identity options",
    "collation",
    "comment",
    "position",
];

/// What a constraint in `op.create_table`, or the statement behind it, says.
const SAID_OF_CONSTRAINT: &[&str] = &["type", "definition", "index options", "~index options"];

/// What SERIAL says.
const SAID_OF_SERIAL: &[&str] = &[
    "type",
    "start",
    "increment",
    "minimum",
    "maximum",
    "cache",
    "cycle",
    "owned by",
    "~owner",
];

/// What a drafted `op.create_table` says beyond its columns.
fn said_of_table(text: &str) -> Vec<&'static str> {
    let mut says = vec!["present", "comment"];
    for (word, attribute) in [
        ("postgresql_partition_by", "partition key"),
        ("postgresql_with", "storage parameters"),
        ("UNLOGGED", "persistence"),
    ] {
        if text.contains(word) {
            says.push(attribute);
        }
    }
    says
}

/// Whether the draft of its table says a constraint: any but an exclusion goes without saying. A
/// name may be written in many ways; what is taken for said and is not, the comparison finds.
fn is_said(object: &Object, text: &str) -> bool {
    object.get("type") != Some("exclusion")
        || text.contains("EXCLUDE")
        || text.contains("ExcludeConstraint")
}

/// Whether a SERIAL column of a drafted table makes this sequence.
fn is_serial<'a>(
    a: &Catalog,
    sequence: &ObjectKey,
    table_piece: &impl Fn(&str, &str) -> Option<&'a str>,
) -> bool {
    a.owner_of(sequence).is_some_and(|(relation, column)| {
        table_piece(&relation.schema, &relation.name).is_some_and(|text| says_serial(text, &column))
            && sequence.schema == relation.schema
            && sequence.name == serial_name(&relation.name, &column)
    })
}

/// The name that SERIAL gives a sequence.
fn serial_name(table: &str, column: &str) -> String {
    object_name(table, column, "seq")
}

/// Whether the draft leaves the column's sequence to SERIAL: it names none.
fn says_serial(table: &str, column: &str) -> bool {
    // A long column takes a line an argument.
    let name = format!("{},", crate::schema::source::string(column));
    let mut columns = table.split("sa.Column(");
    let column = columns.find(|column| column.trim_start().starts_with(&name));
    column.is_none_or(|column| !column.contains("nextval("))
}
