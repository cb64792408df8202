//! What a baseline of source `models` carries: what models and autogenerate have no words for.
//!
//! A table, column, key, index or ENUM that the models do not have is not carried: it is a
//! difference that the user sees and accepts, or the plan is refused.

use std::collections::BTreeSet;

use crate::schema::{Catalog, Object, ObjectKey, Piece};

/// Keeps of `pieces`, which would make `b` equal `a`, those that no model can say and that stand on
/// nothing the baseline lacks.
pub fn unsayable(a: &Catalog, b: &Catalog, drafted: &[Piece], pieces: Vec<Piece>) -> Vec<Piece> {
    let mut kept: Vec<Piece> = pieces
        .into_iter()
        .filter(|piece| is_unsayable(a, b, piece) && !is_of_a_column(a, drafted, piece))
        .collect();
    let said: BTreeSet<ObjectKey> = drafted.iter().chain(&kept).map(Piece::key).collect();
    let mut absent: BTreeSet<ObjectKey> = a
        .objects
        .keys()
        .filter(|key| matches!(key.kind.as_str(), "table" | "enum"))
        .filter(|key| !said.contains(key) && !b.objects.contains_key(key))
        .cloned()
        .collect();
    // A view on a view on a table that is not there: until nothing more falls.
    loop {
        let (stands, falls): (Vec<Piece>, Vec<Piece>) = kept
            .into_iter()
            .partition(|piece| !stands_on(a, &about(piece), &absent));
        kept = stands;
        if falls.is_empty() {
            return kept;
        }
        absent.extend(falls.iter().map(Piece::key));
    }
}

/// The object that a piece is about: of `comment of view v` the view.
fn about(piece: &Piece) -> ObjectKey {
    let mut key = piece.key();
    if let Some((_, kind)) = piece.kind.split_once(" of ") {
        kind.clone_into(&mut key.kind);
    }
    key
}

/// A sequence that a column owns belongs to that column, which the models say; but for one that
/// something drafted calls by its name.
fn is_of_a_column(a: &Catalog, drafted: &[Piece], piece: &Piece) -> bool {
    let key = about(piece);
    key.kind == "sequence"
        && a.objects
            .get(&key)
            .is_some_and(|sequence| sequence.get("owned by").is_some())
        && !drafted.iter().any(|other| other.up.contains(&key.name))
}

fn is_unsayable(a: &Catalog, b: &Catalog, piece: &Piece) -> bool {
    let key = about(piece);
    let Some(object) = a.objects.get(&key) else {
        // What only the models have is theirs to say.
        return false;
    };
    if piece.up.trim().is_empty() {
        return false;
    }
    if let Some((fact, kind)) = piece.kind.split_once(" of ") {
        return match kind {
            "table" => fact != "comment",
            "column" => !matches!(fact, "comment" | "default" | "not null"),
            _ => true,
        };
    }
    match key.kind.as_str() {
        "table" => has_parent(object),
        "column" | "enum" => false,
        "index" => a
            .relation(&key.schema, &key.table)
            .is_some_and(|relation| relation.kind != "table"),
        // A check of the same name is the model's own.
        "constraint" => {
            matches!(object.get("type"), Some("check" | "exclusion"))
                && !b.objects.contains_key(&key)
        }
        _ => true,
    }
}

fn has_parent(table: &Object) -> bool {
    ["partition of", "inherits"]
        .iter()
        .any(|attribute| table.get(attribute).is_some())
}

fn stands_on(a: &Catalog, key: &ObjectKey, absent: &BTreeSet<ObjectKey>) -> bool {
    let needs = a.objects.get(key).map(Object::needs).unwrap_or_default();
    let relation = (!key.table.is_empty())
        .then(|| a.relation(&key.schema, &key.table))
        .flatten();
    let owner = a.owner_of(key).map(|(owner, _)| owner);
    // A view needs columns; their table is what can be absent.
    let behind = needs
        .iter()
        .filter(|need| !need.table.is_empty())
        .filter_map(|need| a.relation(&need.schema, &need.table));
    needs
        .iter()
        .cloned()
        .chain(behind)
        .chain(relation)
        .chain(owner)
        .chain([key.clone()])
        .any(|need| absent.contains(&need))
}
