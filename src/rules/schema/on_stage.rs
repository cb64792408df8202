//! Tables, types and keys for the tests of the schema rules.

use crate::evidence::{LiveColumn, LiveEnum, LiveKey, LiveTable, MetadataEnum, MetadataTable};
use crate::model::QualifiedName;

/// A table of the metadata: columns with their compiled types.
pub fn table(name: &str, columns: &[(&str, &str)]) -> MetadataTable {
    MetadataTable {
        schema: None,
        name: name.to_owned(),
        columns: columns
            .iter()
            .map(|(column, kind)| pair(column, kind))
            .collect(),
        foreign_keys: Vec::new(),
        enums: Vec::new(),
        unnamed: Vec::new(),
        named: Vec::new(),
    }
}

pub fn pair(left: &str, right: &str) -> (String, String) {
    (left.to_owned(), right.to_owned())
}

pub fn enumeration(column: &str, name: &str, labels: &[&str]) -> MetadataEnum {
    MetadataEnum {
        column: column.to_owned(),
        schema: None,
        name: name.to_owned(),
        labels: labels.iter().map(ToString::to_string).collect(),
    }
}

pub fn public(name: &str) -> QualifiedName {
    QualifiedName {
        schema: "public".to_owned(),
        name: name.to_owned(),
    }
}

/// A live table; a type that ends in `_enum` is an ENUM.
pub fn live_table(name: &str, columns: &[(&str, &str)]) -> LiveTable {
    let column = |(name, kind): &(&str, &str)| LiveColumn {
        name: (*name).to_owned(),
        data_type: (*kind).to_owned(),
        is_enum: kind.ends_with("_enum"),
    };
    LiveTable {
        name: public(name),
        columns: columns.iter().map(column).collect(),
    }
}

pub fn live_enum(name: &str, labels: &[&str], columns: &[(&str, &str)]) -> LiveEnum {
    LiveEnum {
        name: public(name),
        labels: labels.iter().map(ToString::to_string).collect(),
        columns: columns
            .iter()
            .map(|(table, column)| (public(table), (*column).to_owned()))
            .collect(),
        is_used_elsewhere: false,
    }
}

pub fn live_key(table: &str, column: &str, to_table: &str, to_column: &str) -> LiveKey {
    LiveKey {
        constraint: format!("{table}_{column}_fkey"),
        table: public(table),
        column: column.to_owned(),
        to_table: public(to_table),
        to_column: to_column.to_owned(),
    }
}
