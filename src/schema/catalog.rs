//! Objects and their attributes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::QualifiedName;

/// What names an object: kind, schema, and the name with its signature where names repeat.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectKey {
    /// `table`, `column`, `constraint`, `index`, `sequence`, `enum`, `view`, `function` …
    pub kind: String,
    /// The schema; empty for objects of the database.
    pub schema: String,
    /// The table it belongs to; empty for objects of a schema.
    pub table: String,
    /// The name; a function's with its argument types.
    pub name: String,
}

impl ObjectKey {
    /// As it is shown, but with the schema also where that is `public`: no other object has this
    /// name.
    pub fn qualified(&self) -> String {
        let shown = self.to_string();
        if self.schema == "public" {
            let name = &shown[self.kind.len() + 1..];
            format!("{} public.{name}", self.kind)
        } else {
            shown
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if !self.schema.is_empty() && self.schema != "public" {
            write!(f, "{}.", self.schema)?;
        }
        if self.table.is_empty() {
            f.write_str(&self.name)
        } else if self.kind == "column" {
            write!(f, "{}.{}", self.table, self.name)
        } else {
            write!(f, "{} on {}", self.name, self.table)
        }
    }
}

/// An object's attributes, as the server writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Name → value; compared one by one. Absent and empty are different.
    pub attributes: BTreeMap<String, String>,
    /// The statement(s) that create it (`pg_get_*def` where the server has one); not compared.
    pub definition: Option<String>,
}

impl Object {
    /// An attribute's value.
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    /// What must exist before it, from `pg_depend`.
    pub fn needs(&self) -> Vec<ObjectKey> {
        let lines = self.get("~needs").unwrap_or_default().lines();
        lines
            .filter_map(|line| {
                let mut parts = line.split('\u{1f}').map(str::to_owned);
                Some(ObjectKey {
                    kind: parts.next()?,
                    schema: parts.next()?,
                    table: parts.next()?,
                    name: parts.next()?,
                })
            })
            .collect()
    }
}

/// Whether two databases must agree on an attribute. The place of a column is only remarked;
/// facts with `~` serve the order of creation.
pub(super) fn is_compared(attribute: &str) -> bool {
    !attribute.starts_with('~') && attribute != "position"
}

/// Kinds of objects that other objects can be part of.
const WITH_PARTS: [&str; 6] = [
    "table",
    "view",
    "materialized view",
    "foreign table",
    "composite type",
    "domain",
];

/// Everything in a database that the snapshot covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// By key, hence in a stable order.
    #[serde(with = "pairs")]
    pub objects: BTreeMap<ObjectKey, Object>,
}

impl Catalog {
    /// SHA-256 over all objects and attributes, 64 hexadecimal digits; changes with any DDL that
    /// the snapshot covers, also with the order of columns.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        // Lengths first: no two catalogs share a byte sequence.
        let mut feed = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        for (key, object) in &self.objects {
            for part in [&key.kind, &key.schema, &key.table, &key.name] {
                feed(part);
            }
            for (attribute, value) in &object.attributes {
                if !attribute.starts_with('~') {
                    feed(attribute);
                    feed(value);
                }
            }
        }
        crate::model::text::hex(&hash.finalize())
    }

    /// The tables, partitions and their parents included, sorted by name.
    pub fn tables(&self) -> Vec<QualifiedName> {
        self.objects
            .keys()
            .filter(|key| key.kind == "table")
            .map(|key| QualifiedName {
                schema: key.schema.clone(),
                name: key.name.clone(),
            })
            .collect()
    }

    /// Whether there is nothing but what every new database has.
    pub fn is_empty_schema(&self) -> bool {
        !self
            .objects
            .keys()
            .any(|key| !matches!(key.kind.as_str(), "schema" | "extension"))
    }

    /// The object of this name that has parts: a table, view, composite type, domain. The server
    /// keeps all of them apart by name, since each is a type.
    pub fn relation(&self, schema: &str, name: &str) -> Option<ObjectKey> {
        WITH_PARTS
            .into_iter()
            .map(|kind| ObjectKey {
                kind: kind.to_owned(),
                schema: schema.to_owned(),
                table: String::new(),
                name: name.to_owned(),
            })
            .find(|key| self.objects.contains_key(key))
    }

    /// What belongs to the relation: columns, constraints, indexes, triggers, policies, rules.
    pub(super) fn parts_of<'a>(
        &'a self,
        relation: &'a ObjectKey,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a Object)> {
        self.objects
            .iter()
            .filter(move |(key, _)| key.table == relation.name && key.schema == relation.schema)
    }

    /// The columns of a relation, in their order.
    pub(super) fn columns_of<'a>(
        &'a self,
        relation: &'a ObjectKey,
    ) -> Vec<(&'a ObjectKey, &'a Object)> {
        let mut columns: Vec<_> = self
            .parts_of(relation)
            .filter(|(key, object)| key.kind == "column" && object.get("type").is_some())
            .collect();
        columns.sort_by_key(|(_, object)| {
            object
                .get("position")
                .and_then(|place| place.parse::<u32>().ok())
        });
        columns
    }

    /// The partitioned table of a partition.
    pub(super) fn parent_of(&self, partition: &ObjectKey) -> Option<ObjectKey> {
        let (schema, name) = self
            .objects
            .get(partition)?
            .get("~parent")?
            .split_once('\u{1f}')?;
        self.relation(schema, name)
    }

    /// The table and column that own a sequence.
    pub fn owner_of(&self, sequence: &ObjectKey) -> Option<(ObjectKey, String)> {
        let owner = self.objects.get(sequence)?.get("~owner")?;
        let mut parts = owner.split('\u{1f}');
        let relation = self.relation(parts.next()?, parts.next()?)?;
        Some((relation, parts.next()?.to_owned()))
    }
}

/// JSON has no structured keys; objects are written as a list of pairs.
mod pairs {
    use super::{BTreeMap, Object, ObjectKey};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        objects: &BTreeMap<ObjectKey, Object>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        objects.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ObjectKey, Object>, D::Error> {
        Ok(Vec::<(ObjectKey, Object)>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}

/// One thing that two catalogs disagree about. "Left" and "right" are named by the caller
/// (old chain and baseline; old chain and live database).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "difference")]
pub enum Difference {
    /// Only the left one has it.
    Missing {
        /// The object.
        object: ObjectKey,
        /// Its definition, for display.
        definition: Option<String>,
    },
    /// Only the right one has it.
    Extra {
        /// The object.
        object: ObjectKey,
        /// Its definition, for display.
        definition: Option<String>,
    },
    /// Both have it, with another attribute.
    Changed {
        /// The object.
        object: ObjectKey,
        /// The attribute.
        attribute: String,
        /// Its value on the left.
        left: String,
        /// Its value on the right.
        right: String,
    },
}

impl Difference {
    /// The object that the difference is about.
    pub const fn object(&self) -> &ObjectKey {
        match self {
            Self::Missing { object, .. }
            | Self::Extra { object, .. }
            | Self::Changed { object, .. } => object,
        }
    }
}
