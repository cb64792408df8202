//! How full the tables of a live database are, as far as it could be told.

use serde::{Deserialize, Serialize};

use crate::model::QualifiedName;

/// A table with what is known of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Which table; a leaf where it is partitioned or inherited from.
    pub name: QualifiedName,
    /// Its own rows.
    pub rows: Rows,
}

/// The rows of one table. Statistics are never asked: they may be old, or lost in a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rows", content = "value")]
pub enum Rows {
    /// It was looked at, and none is visible.
    Empty,
    /// So many, counted.
    Counted(u64),
    /// Counting stopped here.
    MoreThan(u64),
    /// They could not be looked at.
    Unknown(Hidden),
}

impl Rows {
    /// The exact number, where it is known.
    pub fn exact(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Counted(rows) => Some(*rows),
            Self::MoreThan(_) | Self::Unknown(_) => None,
        }
    }
}

/// Why the rows of a table could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "hidden", content = "value")]
pub enum Hidden {
    /// The role has no SELECT right on it.
    NoRight,
    /// Row security would hide rows from the role.
    RowSecurity,
    /// Its rows are on another server, which is never asked.
    Foreign,
    /// Another session holds it against every reader; who, in words.
    Locked(String),
    /// The time was not enough.
    TooSlow,
    /// The question failed in a way that nobody foresaw.
    Failed(String),
}

impl Hidden {
    /// The reason, as a lowercase fragment.
    pub fn words(&self) -> String {
        match self {
            Self::NoRight => "the role may not read it".to_owned(),
            Self::RowSecurity => "row security hides rows from the role".to_owned(),
            Self::Foreign => "a foreign table, which is never asked".to_owned(),
            Self::Locked(by) => format!("locked by {by}"),
            Self::TooSlow => "counting took too long".to_owned(),
            Self::Failed(why) => why.clone(),
        }
    }
}

/// What stands between redistill and the server, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Nothing was noticed: two connections have two server processes, both younger than they.
    Direct,
    /// Transactions of one connection run in different server processes, or two connections share
    /// one.
    Transactions,
    /// The server process is older than the connection: something keeps them for others.
    Kept,
}
