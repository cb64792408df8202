//! The way from one schema to another: what is dropped, made and changed in a database that has
//! rows, each change with the difference that it settles and what it may lose.
//!
//! Called by the rehearsal, once for the way there and once for the way back; both are tried on a
//! copy of the live schema, so that what is missed here is a refusal and never a surprise. Pure.
//!
//! ```text
//! drops (parts, views, columns, tables) → types, sequences, functions → columns → the rest
//!       → drops (functions, types, sequences)
//! ```

mod columns;
mod drops;
mod enums;
mod loss;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use loss::{is_widening, of_statement};

use super::carry::sql;
use super::source::execute;
use super::{Catalog, Difference, Object, ObjectKey, Piece, Stage, carry, compare};

/// One change of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The code, as a revision's `upgrade()` would have it.
    pub up: String,
    /// What it settles, in words.
    pub settles: String,
    /// What it may lose, or on what rows it may fail; none where it keeps everything.
    pub loses: Option<String>,
    /// A query whose answer is true while rows would be lost that came after the change which this
    /// one takes back.
    pub guard: Option<String>,
}

/// All changes, and what cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alter {
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// Differences for which there is no statement.
    pub cannot: Vec<Difference>,
}

/// A column that comes to a table that is there, and has a value in every row at once. To drop it
/// again cannot be told from dropping what came since.
pub fn fills_itself(before: &Catalog, after: &Catalog) -> Option<ObjectKey> {
    let comes = after.objects.iter().find(|(key, column)| {
        let is_new = key.kind == "column" && !before.objects.contains_key(key);
        is_new
            && before.relation(&key.schema, &key.table).is_some()
            && columns::fills_itself(column)
    });
    comes.map(|(key, _)| key.clone())
}

/// The part of a database that belongs to these objects: they themselves, what belongs to them, and
/// the sequences of their columns.
pub fn within(catalog: &Catalog, wholes: &BTreeSet<ObjectKey>) -> Catalog {
    let is_part = |schema: &str, table: &str| {
        catalog
            .relation(schema, table)
            .is_some_and(|relation| wholes.contains(&relation))
    };
    let objects = catalog.objects.iter().filter(|(key, _)| {
        if key.table.is_empty() {
            let owner = catalog.owner_of(key);
            wholes.contains(key) || owner.is_some_and(|(table, _)| wholes.contains(&table))
        } else {
            is_part(&key.schema, &key.table)
        }
    });
    Catalog {
        objects: objects
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect(),
    }
}

/// The objects of a catalog that stand for themselves.
pub fn wholes(catalog: &Catalog) -> BTreeSet<ObjectKey> {
    let keys = catalog.objects.keys();
    keys.filter(|key| key.table.is_empty()).cloned().collect()
}

/// The changes that make `from` equal `to`.
pub fn alter(from: &Catalog, to: &Catalog) -> Alter {
    let mut writer = Writer {
        from,
        to,
        middle: from.clone(),
        rebuilt: BTreeSet::new(),
        alter: Alter::default(),
    };
    let differences = compare(to, from);
    writer.rebuilt = drops::rebuilt(from, to, &differences);
    let mut changes = drops::parts(&mut writer, &differences);
    let last = drops::wholes(&mut writer, &differences, &mut changes);
    let mut columns = enums::changes(&mut writer, &differences);
    columns.extend(columns::changes(&mut writer, &differences));
    columns.extend(writer.others(&differences));
    let carried = carry::carry(to, &writer.middle, &[]);
    writer.alter.cannot.extend(carried.cannot);
    let pieces: Vec<Piece> = carried
        .pieces
        .into_iter()
        .filter(|piece| !piece.up.trim().is_empty())
        .collect();
    let (early, late): (Vec<Piece>, Vec<Piece>) = pieces
        .into_iter()
        .partition(|piece| piece.stage < Stage::Tables);
    let has_functions = early
        .iter()
        .chain(&late)
        .any(|piece| matches!(piece.stage, Stage::Functions | Stage::LateFunctions));
    if has_functions {
        changes.push(Change {
            up: execute("SET LOCAL check_function_bodies = off"),
            settles: "bodies of functions may name what comes later".to_owned(),
            loses: None,
            guard: None,
        });
    }
    changes.extend(
        early
            .into_iter()
            .map(|piece| carried_change(&writer, piece)),
    );
    changes.append(&mut columns);
    changes.extend(late.into_iter().map(|piece| carried_change(&writer, piece)));
    changes.extend(last);
    writer.alter.changes = changes;
    writer.alter
}

/// A piece as a change. What is made anew loses nothing; a key or check may find rows that it does
/// not allow, and then nothing changes at all.
fn carried_change(writer: &Writer<'_>, piece: Piece) -> Change {
    let key = piece.key();
    let settles = match piece.kind.split_once(" of ") {
        Some((fact, kind)) => {
            let about = ObjectKey {
                kind: kind.to_owned(),
                ..key
            };
            format!("{about}: {fact}")
        }
        None if writer.rebuilt.contains(&key) => format!("{key}: made again"),
        None => format!("{key}: missing"),
    };
    Change {
        up: piece.up,
        settles,
        loses: None,
        guard: None,
    }
}

/// Gathers changes; `middle` is what stands when the first pieces are carried.
struct Writer<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    middle: Catalog,
    /// Objects that are dropped and made again.
    rebuilt: BTreeSet<ObjectKey>,
    alter: Alter,
}

impl Writer<'_> {
    /// An attribute on both sides.
    fn pair(&self, key: &ObjectKey, attribute: &str) -> (Option<&str>, Option<&str>) {
        (
            self.from.objects.get(key).and_then(|o| o.get(attribute)),
            self.to.objects.get(key).and_then(|o| o.get(attribute)),
        )
    }

    /// Takes what a statement sets from `to` into `middle`; facts beside the object stay as they
    /// were, for their own statements.
    fn settle(&mut self, key: &ObjectKey) {
        let Some(wanted) = self.to.objects.get(key) else {
            return;
        };
        let present = self.from.objects.get(key);
        let beside = |name: &str| carry::is_beside(&key.kind, name);
        let mut attributes: BTreeMap<String, String> = wanted
            .attributes
            .iter()
            .filter(|(name, _)| !beside(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let kept = present.into_iter().flat_map(|object| &object.attributes);
        attributes.extend(
            kept.filter(|(name, _)| beside(name))
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let object = Object {
            attributes,
            definition: wanted.definition.clone(),
        };
        self.middle.objects.insert(key.clone(), object);
    }

    /// Functions that are replaced, sequences and tables that are altered.
    fn others(&mut self, differences: &[Difference]) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut seen = BTreeSet::new();
        for difference in differences {
            let Difference::Changed {
                object, attribute, ..
            } = difference
            else {
                continue;
            };
            if carry::is_beside(&object.kind, attribute) || self.rebuilt.contains(object) {
                continue;
            }
            let statement = match object.kind.as_str() {
                "function" | "procedure" => self
                    .to
                    .objects
                    .get(object)
                    .and_then(|o| o.definition.clone()),
                "sequence" => self.sequence(object),
                "table" if attribute == "persistence" => {
                    let (_, wanted) = self.pair(object, attribute);
                    let word = if wanted.is_some() {
                        "UNLOGGED"
                    } else {
                        "LOGGED"
                    };
                    Some(format!("ALTER TABLE {} SET {word}", sql::qualified(object)))
                }
                _ => continue,
            };
            if !seen.insert(object.clone()) {
                continue;
            }
            match statement {
                Some(statement) => {
                    self.settle(object);
                    changes.push(Change {
                        up: execute(&statement),
                        settles: words(difference),
                        loses: None,
                        guard: None,
                    });
                }
                None => self.alter.cannot.push(difference.clone()),
            }
        }
        changes
    }

    /// The options of a sequence; the value that it has reached stays.
    fn sequence(&self, key: &ObjectKey) -> Option<String> {
        let object = self.to.objects.get(key)?;
        let get = |attribute| object.get(attribute).unwrap_or_default();
        let cycle = if get("cycle") == "true" {
            "CYCLE"
        } else {
            "NO CYCLE"
        };
        Some(format!(
            "ALTER SEQUENCE {} AS {} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {cycle} OWNED BY {}",
            sql::qualified(key),
            get("type"),
            get("increment"),
            get("minimum"),
            get("maximum"),
            get("start"),
            get("cache"),
            object.get("owned by").unwrap_or("NONE"),
        ))
    }
}

/// A difference between what is wanted (left) and what is there (right), in words.
fn words(difference: &Difference) -> String {
    match difference {
        Difference::Missing { object, .. } => format!("{object}: missing"),
        Difference::Extra { object, .. } => format!("{object}: additional"),
        Difference::Changed {
            object,
            attribute,
            left,
            right,
        } => format!("{object}: {attribute} {right:?} becomes {left:?}"),
    }
}
