//! Objects as tests write them.

use super::{Object, ObjectKey};

/// An object of the schema `public`.
pub(super) fn key(kind: &str, table: &str, name: &str) -> ObjectKey {
    ObjectKey {
        kind: kind.to_owned(),
        schema: "public".to_owned(),
        table: table.to_owned(),
        name: name.to_owned(),
    }
}

/// What the catalogs say of an object.
pub(super) fn object(attributes: &[(&str, &str)], definition: Option<&str>) -> Object {
    Object {
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        definition: definition.map(str::to_owned),
    }
}
