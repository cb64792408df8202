//! Taking objects out of a database: which statements, in which order, and what stands in the way.
//!
//! Called for the strategy `recreate`, with the live catalog for the way there and the baseline's
//! for the way back. Pure. No statement says CASCADE: what depends on an object and is not to go
//! is named here, and refused by the server should this have missed it.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::sql;
use super::{Catalog, ObjectKey};

/// How a set of objects is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teardown {
    /// The objects that go, without the parts of tables; sequences and statistics that go with a
    /// table are among them.
    pub objects: Vec<ObjectKey>,
    /// The statements, dependants first.
    pub statements: Vec<String>,
    /// What would be dragged along, or cannot be dropped: `view report needs table notes`.
    pub hindrances: Vec<String>,
}

/// Takes the objects that `is_own` names out of a database with this catalog. Parts (columns,
/// indexes, triggers) go with their table whoever made them. A schema in which something stays
/// stays, too: `occupied` names those that hold what the catalog does not show.
pub fn teardown(
    catalog: &Catalog,
    is_own: impl Fn(&ObjectKey) -> bool,
    occupied: &[&str],
) -> Teardown {
    let wholes = Wholes::of(catalog);
    let mut own: BTreeSet<ObjectKey> = catalog
        .objects
        .keys()
        .filter(|key| key.table.is_empty() && is_droppable(key) && is_own(key))
        .cloned()
        .collect();
    own.extend(wholes.going_along(&own));
    let occupied: BTreeSet<&str> = catalog
        .objects
        .keys()
        .filter(|key| key.kind != "schema" && !own.contains(&wholes.of_key(key)))
        .map(|key| key.schema.as_str())
        .chain(occupied.iter().copied())
        .collect();
    own.retain(|key| key.kind != "schema" || !occupied.contains(key.name.as_str()));
    let mut hindrances = wholes.dragged_along(&own);
    let mut statements = Vec::new();
    let mut left: BTreeSet<ObjectKey> = own
        .iter()
        .filter(|key| wholes.of_key(key) == **key)
        .cloned()
        .collect();
    while !left.is_empty() {
        let group = wholes.next(&left);
        if group.is_empty() {
            hindrances.push(format!("{} depend on each other", listed(&left)));
            break;
        }
        match statement(&group) {
            Some(statement) => statements.push(statement),
            None => hindrances.push(format!("{} cannot be dropped by redistill", listed(&group))),
        }
        left.retain(|key| !group.contains(key));
    }
    Teardown {
        objects: own.into_iter().collect(),
        statements,
        hindrances,
    }
}

/// Facts about the database, and its first schema, are no objects that could be made again.
fn is_droppable(key: &ObjectKey) -> bool {
    key.kind != "default privileges" && !(key.kind == "schema" && key.name == "public")
}

fn listed(keys: &BTreeSet<ObjectKey>) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// Tables that refer to each other go in one statement; everything else alone.
fn statement(group: &BTreeSet<ObjectKey>) -> Option<String> {
    let mut keys = group.iter();
    let mut text = format!("DROP {}", sql::subject(keys.next()?)?);
    for key in keys {
        text.push_str(", ");
        text.push_str(&sql::qualified(key));
    }
    Some(text)
}

/// The catalog seen as whole objects: a column stands for its table, a SERIAL's sequence, too.
struct Wholes<'a> {
    catalog: &'a Catalog,
    /// Sequences and statistics that go with a table.
    along: BTreeMap<ObjectKey, ObjectKey>,
    /// Who needs whom.
    needs: BTreeSet<(ObjectKey, ObjectKey)>,
}

impl<'a> Wholes<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let mut wholes = Self {
            catalog,
            along: BTreeMap::new(),
            needs: BTreeSet::new(),
        };
        for (key, object) in &catalog.objects {
            let table = match key.kind.as_str() {
                "sequence" => catalog.owner_of(key).map(|(table, _)| table),
                "statistics" => object
                    .needs()
                    .iter()
                    .find_map(|need| wholes.relation_of(need)),
                _ => None,
            };
            wholes.along.extend(table.map(|table| (key.clone(), table)));
        }
        let mut needs = BTreeSet::new();
        for (key, object) in &catalog.objects {
            let whole = wholes.of_key(key);
            let schema = ObjectKey {
                kind: "schema".to_owned(),
                schema: String::new(),
                table: String::new(),
                name: key.schema.clone(),
            };
            for need in object.needs().into_iter().chain([schema]) {
                let need = wholes.of_key(&need);
                if need != whole {
                    needs.insert((whole.clone(), need));
                }
            }
        }
        Self { needs, ..wholes }
    }

    fn relation_of(&self, key: &ObjectKey) -> Option<ObjectKey> {
        let name = if key.table.is_empty() {
            &key.name
        } else {
            &key.table
        };
        self.catalog.relation(&key.schema, name)
    }

    fn of_key(&self, key: &ObjectKey) -> ObjectKey {
        let whole = if key.table.is_empty() {
            key.clone()
        } else {
            self.relation_of(key).unwrap_or_else(|| key.clone())
        };
        self.along.get(&whole).cloned().unwrap_or(whole)
    }

    /// What goes with these without being named.
    fn going_along(&self, own: &BTreeSet<ObjectKey>) -> Vec<ObjectKey> {
        let along = self.along.iter().filter(|(_, table)| own.contains(table));
        along.map(|(key, _)| key.clone()).collect()
    }

    /// What is not to go, but needs something that goes. A schema drags nothing along.
    fn dragged_along(&self, own: &BTreeSet<ObjectKey>) -> Vec<String> {
        let stays = |key: &ObjectKey| !own.contains(key) && key.kind != "default privileges";
        self.needs
            .iter()
            .filter(|(whole, need)| own.contains(need) && stays(whole))
            .map(|(whole, need)| format!("{whole} needs {need}"))
            .collect()
    }

    /// The next to be dropped: one that no other of these needs, else all tables that only tables
    /// need.
    fn next(&self, left: &BTreeSet<ObjectKey>) -> BTreeSet<ObjectKey> {
        let needed_by = |key: &ObjectKey, by: &dyn Fn(&ObjectKey) -> bool| {
            self.needs
                .iter()
                .any(|(whole, need)| need == key && left.contains(whole) && by(whole))
        };
        if let Some(free) = left.iter().find(|key| !needed_by(key, &|_| true)) {
            return BTreeSet::from([free.clone()]);
        }
        left.iter()
            .filter(|key| key.kind == "table" && !needed_by(key, &|by| by.kind != "table"))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Object;
    use super::*;
    use crate::schema::testing::key;

    fn catalog(objects: &[(ObjectKey, &[ObjectKey])]) -> Catalog {
        let object = |needs: &[ObjectKey]| {
            let lines: Vec<String> = needs
                .iter()
                .map(|n| [&*n.kind, &n.schema, &n.table, &n.name].join("\u{1f}"))
                .collect();
            let mut object = Object::default();
            object
                .attributes
                .insert("~needs".to_owned(), lines.join("\n"));
            object
        };
        Catalog {
            objects: objects
                .iter()
                .map(|(key, needs)| (key.clone(), object(needs)))
                .collect(),
        }
    }

    fn shop() -> Catalog {
        let (notes, tags) = (key("table", "", "notes"), key("table", "", "tags"));
        catalog(&[
            (notes.clone(), &[key("enum", "", "mood")]),
            (tags.clone(), &[]),
            (
                key("constraint", "tags", "to"),
                std::slice::from_ref(&notes),
            ),
            (key("constraint", "notes", "fro"), &[tags]),
            (key("enum", "", "mood"), &[]),
            (key("view", "", "report"), &[key("column", "notes", "id")]),
            (key("column", "notes", "id"), &[]),
        ])
    }

    #[test]
    fn dependants_go_first_and_a_circle_of_tables_in_one_statement() {
        let found = teardown(&shop(), |_| true, &[]);
        assert!(found.hindrances.is_empty(), "{:?}", found.hindrances);
        assert_eq!(
            found.statements,
            [
                "DROP VIEW public.report",
                "DROP TABLE public.notes, public.tags",
                "DROP TYPE public.mood",
            ]
        );
    }

    #[test]
    fn what_stays_and_needs_what_goes_is_named() {
        let found = teardown(&shop(), |key| key.kind != "view", &[]);
        assert_eq!(found.hindrances, ["view report needs table notes"]);
    }
}
