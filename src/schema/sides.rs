//! One object as several databases have it, side by side. Called by the rehearsal; the faces show
//! it beside each difference. It decides nothing: what counts is [`compare`](super::compare).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::catalog::is_compared;
use super::{Catalog, Difference, Object, ObjectKey};

/// What an object is in each database; none where it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// The object, as `--leave-out` names it.
    pub object: String,
    /// As the old chain builds it.
    pub old: Option<String>,
    /// As the baseline builds it.
    pub baseline: Option<String>,
    /// As the live database has it.
    pub live: Option<String>,
}

/// The catalogs that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Three<'a> {
    /// The old chain's, or what stands in for it.
    pub old: &'a Catalog,
    /// The baseline's.
    pub baseline: &'a Catalog,
    /// The live database's, where there is one.
    pub live: Option<&'a Catalog>,
}

/// The objects with these names, and those of the differences, as each catalog has them; in the
/// order of their keys, each once.
pub fn sides<'a>(
    three: Three<'a>,
    named: &BTreeSet<String>,
    differences: impl Iterator<Item = &'a Difference>,
) -> Vec<Sides> {
    let mut wanted: BTreeMap<&ObjectKey, BTreeSet<&str>> = BTreeMap::new();
    for key in three.old.objects.keys() {
        if named.contains(&key.to_string()) {
            wanted.entry(key).or_default();
        }
    }
    for difference in differences {
        let attributes = wanted.entry(difference.object()).or_default();
        if let Difference::Changed { attribute, .. } = difference {
            attributes.insert(attribute);
        }
    }
    wanted
        .into_iter()
        .map(|(key, attributes)| Sides {
            object: key.to_string(),
            old: side(three.old, key, &attributes),
            baseline: side(three.baseline, key, &attributes),
            live: three.live.and_then(|live| side(live, key, &attributes)),
        })
        .collect()
}

/// How many objects of each kind both have and agree on, but for those named.
pub fn equal(
    left: &Catalog,
    right: &Catalog,
    besides: &BTreeSet<String>,
) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (key, object) in &left.objects {
        let other = right.objects.get(key);
        if other.is_some_and(|other| is_equal(object, other)) && !besides.contains(&key.to_string())
        {
            *counts.entry(key.kind.clone()).or_default() += 1;
        }
    }
    counts
}

fn is_equal(left: &Object, right: &Object) -> bool {
    let compared = |object: &Object| -> Vec<(String, String)> {
        object
            .attributes
            .iter()
            .filter(|(name, _)| is_compared(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    compared(left) == compared(right)
}

/// The object as one catalog has it. What the differences are about is there in any case.
fn side(catalog: &Catalog, key: &ObjectKey, attributes: &BTreeSet<&str>) -> Option<String> {
    let object = catalog.objects.get(key)?;
    let mut text = match key.kind.as_str() {
        "table" => table(catalog, key),
        "column" => column(key, object),
        _ => object.definition.clone().unwrap_or_default(),
    };
    let is_bare = text.is_empty();
    for (name, value) in &object.attributes {
        let is_told = text.contains(value.as_str()) && !value.is_empty();
        let is_asked = attributes.contains(name.as_str()) || is_bare;
        if is_compared(name) && is_asked && !is_told {
            let line = if text.is_empty() { "" } else { "\n" };
            write!(text, "{line}-- {name}: {value}").expect("writing to a String cannot fail");
        }
    }
    Some(text)
}

/// `CREATE TABLE`, as far as it helps to recognise it: the columns in their order.
fn table(catalog: &Catalog, key: &ObjectKey) -> String {
    let columns: Vec<String> = catalog
        .columns_of(key)
        .into_iter()
        .map(|(key, object)| format!("    {}", column(key, object)))
        .collect();
    let name = if key.schema == "public" {
        key.name.clone()
    } else {
        format!("{}.{}", key.schema, key.name)
    };
    format!("CREATE TABLE {name} (\n{}\n)", columns.join(",\n"))
}

fn column(key: &ObjectKey, object: &Object) -> String {
    let mut text = format!("{} {}", key.name, object.get("type").unwrap_or("?"));
    if let Some(default) = object.get("default") {
        text.push_str(" DEFAULT ");
        text.push_str(default);
    }
    if let Some(generated) = object.get("generated") {
        text.push(' ');
        text.push_str(generated);
    }
    if object.get("not null") == Some("yes") {
        text.push_str(" NOT NULL");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::compare;
    use crate::schema::testing::{key, object};

    fn catalog(type_of_b: &str) -> Catalog {
        let objects = [
            (key("table", "", "t"), object(&[("present", "yes")], None)),
            (
                key("column", "t", "a"),
                object(
                    &[("type", "integer"), ("not null", "yes"), ("position", "1")],
                    None,
                ),
            ),
            (
                key("column", "t", "b"),
                object(&[("type", type_of_b), ("position", "2")], None),
            ),
        ];
        Catalog {
            objects: objects.into_iter().collect(),
        }
    }

    #[test]
    fn what_differs_stands_side_by_side_and_the_rest_is_counted() {
        let (mut old, built, live) = (catalog("text"), catalog("varchar"), catalog("text"));
        let trigger = key("trigger", "t", "touch");
        let definition = "CREATE TRIGGER touch BEFORE UPDATE ON t";
        old.objects.insert(
            trigger.clone(),
            object(&[("enabled", "O")], Some(definition)),
        );
        let three = Three {
            old: &old,
            baseline: &built,
            live: Some(&live),
        };
        let differences = compare(&old, &built);
        let named = [trigger.to_string()].into();
        let found = sides(three, &named, differences.iter());
        let told: Vec<_> = found
            .iter()
            .map(|s| {
                (
                    &*s.object,
                    s.old.as_deref(),
                    s.baseline.as_deref(),
                    s.live.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (
                    "column t.b",
                    Some("b text"),
                    Some("b varchar"),
                    Some("b text")
                ),
                ("trigger touch on t", Some(definition), None, None),
            ]
        );
        let counts = equal(&old, &built, &named);
        let counts: Vec<_> = counts.iter().map(|(kind, n)| (&**kind, *n)).collect();
        assert_eq!(counts, [("column", 1), ("table", 1)]);
    }

    #[test]
    fn an_attribute_that_no_definition_tells_stands_beside_it() {
        let index = key("index", "t", "ix");
        let with = |privileges: &str| Catalog {
            objects: [(
                index.clone(),
                object(&[("comment", privileges)], Some("CREATE INDEX ix ON t (a)")),
            )]
            .into(),
        };
        let (old, built) = (with("for search"), with("none"));
        let differences = compare(&old, &built);
        let three = Three {
            old: &old,
            baseline: &built,
            live: None,
        };
        let found = sides(three, &BTreeSet::new(), differences.iter());
        assert_eq!(
            found[0].old.as_deref(),
            Some("CREATE INDEX ix ON t (a)\n-- comment: for search")
        );
        let table = sides(
            Three {
                old: &catalog("text"),
                baseline: &built,
                live: None,
            },
            &["table t".to_owned()].into(),
            [].iter(),
        );
        assert_eq!(
            table[0].old.as_deref(),
            Some("CREATE TABLE t (\n    a integer NOT NULL,\n    b text\n)")
        );
    }
}
