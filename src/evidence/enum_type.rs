//! An ENUM type as a database has it.

use serde::{Deserialize, Serialize};

use crate::model::QualifiedName;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnPlace {
    /// The table.
    pub table: QualifiedName,
    /// The column.
    pub column: String,
}

/// An ENUM type of a live database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: QualifiedName,
    /// The role that owns it.
    pub owner: String,
    /// The labels in their order.
    pub labels: Vec<String>,
    /// The columns of this type, of arrays of it and of domains over it.
    pub columns: Vec<ColumnPlace>,
}
