//! Objects and their attributes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

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

/// Everything in a database that the snapshot covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// By key, hence in a stable order.
    #[serde(with = "pairs")]
    pub objects: BTreeMap<ObjectKey, Object>,
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
