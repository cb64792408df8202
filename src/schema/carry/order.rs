//! The order of carried pieces: what is needed comes before what needs it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::QualifiedName;
use crate::schema::{Catalog, Object, ObjectKey, Piece};

/// Sorts by stage, then by need, then by key. A circle (possible only through names in function
/// bodies, which PostgreSQL does not record) keeps the order of keys.
pub fn sort(pieces: &mut Vec<Piece>, a: &Catalog) {
    pieces.sort_by_cached_key(|piece| (piece.stage, beside(piece), piece.key()));
    let mut sorted = Vec::with_capacity(pieces.len());
    let mut rest = std::mem::take(pieces).into_iter().peekable();
    while let Some(stage) = rest.peek().map(|piece| piece.stage) {
        let mut group = Vec::new();
        while let Some(piece) = rest.next_if(|piece| piece.stage == stage) {
            group.push(piece);
        }
        sorted.extend(by_need(group, a));
    }
    *pieces = sorted;
}

/// Orders tables so that rows can be put in: the referenced before the referring. A circle keeps
/// the order given; its foreign keys are created after the rows.
pub fn by_reference(a: &Catalog, tables: &[QualifiedName]) -> Vec<QualifiedName> {
    fn visit(
        a: &Catalog,
        table: &QualifiedName,
        wanted: &[QualifiedName],
        seen: &mut BTreeSet<QualifiedName>,
        order: &mut Vec<QualifiedName>,
    ) {
        if !seen.insert(table.clone()) {
            return;
        }
        let keys = a.objects.iter().filter(|(key, object)| {
            key.kind == "constraint"
                && key.table == table.name
                && key.schema == table.schema
                && object.get("type") == Some("foreign key")
        });
        for need in keys.flat_map(|(_, object)| object.needs()) {
            if need.kind == "table" {
                let target = QualifiedName {
                    schema: need.schema,
                    name: need.name,
                };
                visit(a, &target, wanted, seen, order);
            }
        }
        if wanted.contains(table) {
            order.push(table.clone());
        }
    }
    let mut order = Vec::with_capacity(tables.len());
    let mut seen = BTreeSet::new();
    for table in tables {
        visit(a, table, tables, &mut seen, &mut order);
    }
    order
}

/// Facts beside an object follow the objects of their stage.
fn beside(piece: &Piece) -> bool {
    piece.kind.contains(" of ")
}

fn by_need(group: Vec<Piece>, a: &Catalog) -> Vec<Piece> {
    let places: BTreeMap<ObjectKey, usize> = group
        .iter()
        .enumerate()
        .map(|(place, piece)| (piece.key(), place))
        .collect();
    let mut order = Vec::with_capacity(group.len());
    let mut seen = BTreeSet::new();
    for place in 0..group.len() {
        visit(place, &group, &places, a, &mut seen, &mut order);
    }
    let mut group: Vec<Option<Piece>> = group.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|place| group[place].take())
        .collect()
}

fn visit(
    place: usize,
    group: &[Piece],
    places: &BTreeMap<ObjectKey, usize>,
    a: &Catalog,
    seen: &mut BTreeSet<usize>,
    order: &mut Vec<usize>,
) {
    if !seen.insert(place) {
        return;
    }
    for need in needs(&group[place].key(), a) {
        if let Some(&earlier) = places.get(&need) {
            visit(earlier, group, places, a, seen, order);
        }
    }
    order.push(place);
}

/// What an object needs, with what its columns and constraints' checks need, and the relation
/// behind a needed column.
fn needs(key: &ObjectKey, a: &Catalog) -> Vec<ObjectKey> {
    let mut needs = a.objects.get(key).map(Object::needs).unwrap_or_default();
    if matches!(key.kind.as_str(), "table" | "foreign table") {
        for (_, object) in a.parts_of(key).filter(|(part, _)| part.kind == "column") {
            needs.extend(object.needs());
        }
    }
    if !key.table.is_empty() {
        needs.extend(a.relation(&key.schema, &key.table));
    }
    let relations: Vec<_> = needs
        .iter()
        .filter(|need| !need.table.is_empty())
        .filter_map(|need| a.relation(&need.schema, &need.table))
        .collect();
    needs.extend(relations);
    needs.retain(|need| need != key);
    needs.sort();
    needs.dedup();
    needs
}
