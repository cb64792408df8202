//! Carry-over: what makes the baseline's database equal to the old chain's, as pieces.
//!
//! Called by the rehearsal: once before the first build ([`surround`]: everything that the draft
//! does not say), and after each build for what still differs ([`carry`]). Pure; what cannot be
//! written is named, never dropped.

mod attributes;
pub(super) mod grants;
mod object;
mod order;
mod partition;
mod predict;
pub(super) mod sql;
mod table;
mod unsayable;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use attributes::is_beside;
pub use order::by_reference;
pub(super) use table::column_line;
pub use unsayable::unsayable;

use super::{Catalog, Difference, Object, ObjectKey, Piece, Stage, compare};

/// What was written, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carry {
    /// The pieces, in an order that respects what needs what.
    pub pieces: Vec<Piece>,
    /// Differences that no piece removes; each a finding.
    pub cannot: Vec<Difference>,
}

/// Writes the pieces that make `b` equal `a`. `leave_out` names objects as [`ObjectKey`] shows
/// them, `view active_users`, or with the schema, `view public.active_users`.
///
/// A piece for an object that has a piece already replaces it (see [`super::merge`]); a piece
/// without code takes it away.
pub fn carry(a: &Catalog, b: &Catalog, leave_out: &[String]) -> Carry {
    let mut writer = Writer {
        a,
        b,
        carry: Carry::default(),
        written: BTreeSet::new(),
    };
    let mut by_object = BTreeMap::<ObjectKey, Vec<Difference>>::new();
    for difference in compare(a, b) {
        let key = difference.object();
        if !is_left_out(key, leave_out) {
            by_object.entry(key.clone()).or_default().push(difference);
        }
    }
    // Tables that must be built anew first: they take their columns and constraints along.
    let rebuilt: BTreeSet<ObjectKey> = by_object
        .values()
        .flatten()
        .filter_map(|difference| table::to_rebuild(a, b, difference))
        .collect();
    for relation in &rebuilt {
        writer.whole(relation);
    }
    for (key, differences) in by_object {
        if writer.written.contains(&key) {
            continue;
        }
        for difference in differences {
            writer.settle(&key, difference);
        }
    }
    let mut carry = writer.carry;
    carry
        .pieces
        .retain(|piece| !is_left_out(&piece.key(), leave_out));
    order::sort(&mut carry.pieces, a);
    carry
}

/// Everything in `a` that a draft does not say: schemas, extensions, types, functions, views and
/// the like, to stand around the drafted pieces before anything is built.
pub fn surround(a: &Catalog, drafted: &[Piece], leave_out: &[String]) -> Carry {
    carry(a, &predict::predict(a, drafted), leave_out)
}

/// Whether a constraint does not hold for what was there before it.
fn is_not_valid(object: &Object) -> bool {
    object
        .get("definition")
        .is_some_and(|definition| definition.ends_with("NOT VALID"))
}

/// The name that the server chooses for a part of a table: the longer part is cut until 63 bytes
/// suffice (`makeObjectName` in PostgreSQL's `indexcmds.c`).
fn object_name(table: &str, column: &str, label: &str) -> String {
    let (mut first, mut second) = (table.len(), column.len());
    while first + second + label.len() + 2 > 63 {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let cut = |text: &str, length: usize| text[..text.floor_char_boundary(length)].to_owned();
    format!("{}_{}_{label}", cut(table, first), cut(column, second))
}

/// Whether the user left the object out, as `kind name`, `kind schema.name` or as it is shown, with
/// its schema or without. A name without a schema is one of `public`, or of no schema.
pub fn is_left_out(key: &ObjectKey, leave_out: &[String]) -> bool {
    let mut forms = vec![key.to_string(), key.qualified()];
    // `column users.id` is a column of the table, and none of a schema `users`.
    if key.kind != "column" {
        forms.push(format!("{} {}.{}", key.kind, key.schema, key.name));
    }
    if matches!(key.schema.as_str(), "" | "public") {
        forms.push(format!("{} {}", key.kind, key.name));
    }
    leave_out.iter().any(|left| forms.contains(left))
}

/// Gathers pieces while the differences are gone through.
struct Writer<'a> {
    a: &'a Catalog,
    b: &'a Catalog,
    carry: Carry,
    /// Objects written as a whole: their attributes need nothing more.
    written: BTreeSet<ObjectKey>,
}

impl Writer<'_> {
    /// Removes one difference.
    fn settle(&mut self, key: &ObjectKey, difference: Difference) {
        if self.written.contains(key) {
            return;
        }
        let settled = match &difference {
            Difference::Missing { .. } => {
                let a = self.a;
                a.objects
                    .get(key)
                    .is_some_and(|object| self.rename_part(key, object))
                    || self.whole(key)
            }
            Difference::Extra { .. } => self.take_away(key),
            Difference::Changed { attribute, .. } => {
                let attribute = attribute.clone();
                self.change(key, &attribute)
            }
        };
        if !settled {
            self.carry.cannot.push(difference);
        }
    }

    /// Writes an object with all that belongs to it. False if that cannot be done.
    fn whole(&mut self, key: &ObjectKey) -> bool {
        let a = self.a;
        let Some(object) = a.objects.get(key) else {
            return false;
        };
        let settled = match key.kind.as_str() {
            "table" | "foreign table" => table::create(self, key, object),
            "constraint" => table::constraint(self, key, object),
            "sequence" => object::sequence(self, key, object),
            "column" => return self.column_facts(key, object),
            "default privileges" => return grants::change(self, key),
            _ => object::create(self, key, object),
        };
        if !settled {
            return false;
        }
        self.written.insert(key.clone());
        self.extras(key, object);
        for (part, part_object) in object::parts(a, key) {
            let is_there = self.b.objects.contains_key(&part);
            match part.kind.as_str() {
                // Built inside CREATE TABLE; the facts beside it are written on their own.
                "column" => {
                    self.column_facts(&part, part_object);
                }
                "constraint" => {
                    if !self.written.contains(&part) {
                        table::constraint(self, &part, part_object);
                    }
                    self.written.insert(part.clone());
                    self.extras(&part, part_object);
                }
                // CREATE DOMAIN says those that hold for all values.
                "domain constraint" if !is_not_valid(part_object) => {
                    self.written.insert(part.clone());
                    self.extras(&part, part_object);
                }
                // A table that is written anew has no SERIAL that would make its sequence.
                _ if is_there && self.b.objects.contains_key(key) && part.kind != "sequence" => {}
                _ if self.written.contains(&part) => {}
                _ => {
                    if !self.whole(&part) {
                        self.carry.cannot.push(Difference::Missing {
                            object: part,
                            definition: part_object.definition.clone(),
                        });
                    }
                }
            }
        }
        true
    }

    /// Comment, privileges, row security and the like of an object that is written anew.
    fn extras(&mut self, key: &ObjectKey, object: &Object) {
        for attribute in object.attributes.keys() {
            if attributes::is_beside(&key.kind, attribute) && !self.change(key, attribute) {
                self.carry.cannot.push(Difference::Changed {
                    object: key.clone(),
                    attribute: attribute.clone(),
                    left: object.get(attribute).unwrap_or_default().to_owned(),
                    right: String::new(),
                });
            }
        }
    }

    /// What stands beside a column's definition.
    fn column_facts(&mut self, key: &ObjectKey, object: &Object) -> bool {
        self.written.insert(key.clone());
        self.extras(key, object);
        let is_of_view = self
            .a
            .relation(&key.schema, &key.table)
            .is_some_and(|relation| relation.kind == "view");
        if is_of_view {
            attributes::view_default(self, key, object);
        }
        true
    }

    /// Gives a partition's own index the name of the old chain's: the parent's brought it along under
    /// a name of the server's choice. False if it brought none.
    fn rename_part(&mut self, key: &ObjectKey, object: &Object) -> bool {
        let Some(parent) = object.get("partition of") else {
            return false;
        };
        let present = self.b.objects.iter().find(|(other, part)| {
            (&other.kind, &other.schema, &other.table) == (&key.kind, &key.schema, &key.table)
                && part.get("partition of") == Some(parent)
                && !self.a.objects.contains_key(other)
        });
        let Some((present, _)) = present else {
            return false;
        };
        let (from, to) = (sql::name(&present.name), sql::name(&key.name));
        let rename = if key.kind == "index" {
            format!(
                "ALTER INDEX {}.{from} RENAME TO {to}",
                sql::name(&key.schema)
            )
        } else {
            format!(
                "ALTER TABLE {} RENAME CONSTRAINT {from} TO {to}",
                sql::table(key)
            )
        };
        let up = super::source::execute(&rename);
        self.push_beside(Stage::Indexes, "name", key, up, String::new());
        self.written.insert(key.clone());
        self.extras(key, object);
        true
    }

    /// Takes an object away that only the baseline has.
    fn take_away(&mut self, key: &ObjectKey) -> bool {
        // A partition's part comes and goes with its parent's.
        let present = self.b.objects.get(key);
        if present.is_some_and(|object| object.get("partition of").is_some() && key.kind != "table")
        {
            return true;
        }
        match key.kind.as_str() {
            // An extension or a schema may be there before the baseline runs; a column's table
            // and a sequence's owner are built anew.
            "schema" | "extension" | "column" => false,
            "constraint" => {
                let drop = format!(
                    "ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}",
                    sql::table(key),
                    sql::name(&key.name)
                );
                let up = super::source::execute(&drop);
                self.push(Stage::ForeignKeys, key, up, String::new());
                true
            }
            kind => {
                let stage = object::stage(self.a, key, kind).unwrap_or(Stage::Tables);
                self.push(stage, key, String::new(), String::new());
                true
            }
        }
    }

    /// Writes one attribute of an object that is there.
    fn change(&mut self, key: &ObjectKey, attribute: &str) -> bool {
        if attribute == "privileges" {
            return grants::change(self, key);
        }
        if attributes::is_beside(&key.kind, attribute) {
            return attributes::change(self, key, attribute);
        }
        match key.kind.as_str() {
            "column" => attributes::alter_column(self, key, attribute),
            "table" | "schema" | "extension" => false,
            // A sequence that SERIAL made is there; the others are made anew.
            "sequence" if self.b.owner_of(key).is_some() => object::alter_sequence(self, key),
            _ => self.whole(key),
        }
    }

    fn push(&mut self, stage: Stage, key: &ObjectKey, up: String, down: String) {
        self.carry.pieces.push(Piece::carried(stage, key, up, down));
    }

    /// A piece for a fact beside an object: its kind says which, so that it replaces nothing else.
    fn push_beside(&mut self, stage: Stage, what: &str, key: &ObjectKey, up: String, down: String) {
        let key = ObjectKey {
            kind: format!("{what} of {}", key.kind),
            ..key.clone()
        };
        self.push(stage, &key, up, down);
    }
}
