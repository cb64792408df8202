//! The tables, types and keys of a live database, as the schema rules look at them.

use serde::{Deserialize, Serialize};

use crate::model::QualifiedName;

/// What a live database has of tables, ENUM types and foreign keys. Extensions' own objects and the
/// server's schemas are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSchema {
    /// Tables in their own right, by name: no partitions, no inherited children, no version tables.
    pub tables: Vec<LiveTable>,
    /// ENUM types, by name.
    pub enums: Vec<LiveEnum>,
    /// Foreign keys, one entry a pair of columns, by table and constraint.
    pub foreign_keys: Vec<LiveKey>,
}

impl LiveSchema {
    /// The table of this name.
    pub fn table(&self, name: &QualifiedName) -> Option<&LiveTable> {
        self.tables.iter().find(|table| table.name == *name)
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTable {
    /// Its name.
    pub name: QualifiedName,
    /// Its columns in order.
    pub columns: Vec<LiveColumn>,
}

impl LiveTable {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveColumn {
    /// Its name.
    pub name: String,
    /// `format_type` text; an ENUM's own name without its schema.
    pub data_type: String,
    /// Whether the type is an ENUM.
    pub is_enum: bool,
}

/// An ENUM type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEnum {
    /// Its name.
    pub name: QualifiedName,
    /// Its labels in their order.
    pub labels: Vec<String>,
    /// The columns of tables that have it, arrays of it included: table and column.
    pub columns: Vec<(QualifiedName, String)>,
    /// Whether anything else uses it: a function, a view, a domain, a composite type, a cast.
    pub is_used_elsewhere: bool,
}

/// One pair of columns of a foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveKey {
    /// The constraint's name.
    pub constraint: String,
    /// The table.
    pub table: QualifiedName,
    /// Its column.
    pub column: String,
    /// The table referred to.
    pub to_table: QualifiedName,
    /// Its column.
    pub to_column: String,
}
