//! Compares two catalogs. Called by the rehearsal (old chain and baseline, old chain and live
//! database); nothing is ever left out silently.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::is_compared;
use super::{Catalog, Difference, Object, ObjectKey};
use crate::model::is_same_but_for_lists;

/// All differences, in the order of the objects' keys. What belongs to a table that one side has
/// not is not listed beside the table.
pub fn compare(left: &Catalog, right: &Catalog) -> Vec<Difference> {
    let keys: BTreeSet<&ObjectKey> = left.objects.keys().chain(right.objects.keys()).collect();
    let mut differences = Vec::new();
    for key in keys {
        match (left.objects.get(key), right.objects.get(key)) {
            (Some(object), None) if !goes_with_missing(key, left, right) => {
                differences.push(Difference::Missing {
                    object: key.clone(),
                    definition: object.definition.clone(),
                });
            }
            (None, Some(object)) if !goes_with_missing(key, right, left) => {
                differences.push(Difference::Extra {
                    object: key.clone(),
                    definition: object.definition.clone(),
                });
            }
            (Some(left), Some(right)) => attributes(key, left, right, &mut differences),
            _ => {}
        }
    }
    differences
}

fn attributes(key: &ObjectKey, left: &Object, right: &Object, found: &mut Vec<Difference>) {
    let names: BTreeSet<&String> = left
        .attributes
        .keys()
        .chain(right.attributes.keys())
        .collect();
    for name in names.into_iter().filter(|name| is_compared(name)) {
        let (before, after) = (left.get(name), right.get(name));
        let is_same = match (before, after) {
            (Some(before), Some(after)) => is_same_but_for_lists(before, after),
            _ => before == after,
        };
        if !is_same {
            found.push(Difference::Changed {
                object: key.clone(),
                attribute: name.clone(),
                left: before.unwrap_or_default().to_owned(),
                right: after.unwrap_or_default().to_owned(),
            });
        }
    }
}

/// Whether the object hangs on a relation that `there` has and `other` has not.
fn goes_with_missing(key: &ObjectKey, there: &Catalog, other: &Catalog) -> bool {
    let relation = if key.table.is_empty() {
        there.owner_of(key).map(|(relation, _)| relation)
    } else {
        there.relation(&key.schema, &key.table)
    };
    relation.is_some_and(|relation| !other.objects.contains_key(&relation))
}

/// What does not count as a difference and should still be known: columns in another order, which
/// `COPY` and `SELECT *` see, and owners, which are the environment's.
pub fn remarks(left: &Catalog, right: &Catalog) -> Vec<String> {
    let mut remarks = other_orders(left, right);
    remarks.extend(other_owners(left, right));
    remarks
}

/// One remark a role that owns something on the left only.
fn other_owners(left: &Catalog, right: &Catalog) -> Vec<String> {
    let mut owned = BTreeMap::<&str, Vec<String>>::new();
    for (key, object) in &left.objects {
        let there = right.objects.get(key);
        if let (Some(role), Some(there)) = (object.get("~role"), there)
            && there.get("~role") != Some(role)
        {
            owned.entry(role).or_default().push(key.to_string());
        }
    }
    owned
        .into_iter()
        .map(|(role, objects)| {
            format!(
                "owned by {role}, and by whoever runs the baseline afterwards: {}",
                objects.join(", ")
            )
        })
        .collect()
}

fn other_orders(left: &Catalog, right: &Catalog) -> Vec<String> {
    let names = |catalog: &Catalog, table: &ObjectKey| -> Vec<String> {
        catalog
            .columns_of(table)
            .into_iter()
            .map(|(key, _)| key.name.clone())
            .collect()
    };
    left.objects
        .keys()
        .filter(|key| key.kind == "table" && right.objects.contains_key(key))
        .filter_map(|table| {
            let (before, after) = (names(left, table), names(right, table));
            let is_same_set =
                before.iter().collect::<BTreeSet<_>>() == after.iter().collect::<BTreeSet<_>>();
            (is_same_set && before != after).then(|| {
                format!(
                    "{table}: columns stand in another order: {} instead of {}",
                    after.join(", "),
                    before.join(", ")
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::key;

    fn catalog(objects: &[(ObjectKey, &[(&str, &str)])]) -> Catalog {
        let objects = objects.iter().map(|(key, attributes)| {
            let attributes = attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let object = Object {
                attributes,
                definition: None,
            };
            (key.clone(), object)
        });
        Catalog {
            objects: objects.collect(),
        }
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let left = catalog(&[
            (key("table", "", "t"), &[("present", "yes")]),
            (key("column", "t", "a"), &[("type", "integer")]),
            (key("index", "t", "ix"), &[("definition", "…")]),
        ]);
        let found = compare(&left, &Catalog::default());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].object().name, "t");
        assert_eq!(compare(&Catalog::default(), &left).len(), 1);
    }

    #[test]
    fn attributes_are_compared_one_by_one_and_order_is_only_remarked() {
        let column = |position: &'static str, kind: &'static str| -> Vec<(&str, &str)> {
            vec![("type", kind), ("position", position), ("~needs", position)]
        };
        let (a1, a2, b1, b2) = (
            column("1", "integer"),
            column("2", "text"),
            column("2", "integer"),
            column("1", "bytea"),
        );
        let table = key("table", "", "t");
        let left = catalog(&[
            (table.clone(), &[("present", "yes")]),
            (key("column", "t", "a"), &a1),
            (key("column", "t", "b"), &a2),
        ]);
        let right = catalog(&[
            (table, &[("present", "yes")]),
            (key("column", "t", "a"), &b1),
            (key("column", "t", "b"), &b2),
        ]);
        let found = compare(&left, &right);
        assert_eq!(
            found,
            [Difference::Changed {
                object: key("column", "t", "b"),
                attribute: "type".to_owned(),
                left: "text".to_owned(),
                right: "bytea".to_owned(),
            }]
        );
        assert_eq!(
            remarks(&left, &right),
            ["table t: columns stand in another order: b, a instead of a, b"]
        );
        assert_ne!(left.digest(), right.digest());
    }

    #[test]
    fn an_owner_is_remarked_and_no_difference() {
        let table = key("table", "", "t");
        let left = catalog(&[(table.clone(), &[("present", "yes"), ("~role", "keeper")])]);
        let right = catalog(&[(table, &[("present", "yes")])]);
        assert_eq!(compare(&left, &right), []);
        assert_eq!(left.digest(), right.digest());
        assert_eq!(
            remarks(&left, &right),
            ["owned by keeper, and by whoever runs the baseline afterwards: table t"]
        );
        assert_eq!(remarks(&right, &left), Vec::<String>::new());
    }
}
