//! What a step read before it touched anything: recorded when it starts, used when it is undone.

use serde::{Deserialize, Serialize};

use crate::model::QualifiedName;

/// What was read before a step touched anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "before")]
pub enum Before {
    /// The plan itself holds everything.
    Nothing,
    /// Folders that the step will create, outermost first.
    Folders {
        /// Relative paths.
        missing: Vec<String>,
    },
    /// The rows of the version tables, in the order in which they lie in the table: after an undo
    /// even a dump is the same.
    Rows {
        /// Each table that exists.
        tables: Vec<(QualifiedName, Vec<String>)>,
    },
    /// The text of a file that goes.
    Text {
        /// The contents.
        contents: String,
    },
}

impl Before {
    /// The folders that the step creates.
    pub fn folders(&self) -> Vec<String> {
        match self {
            Self::Folders { missing } => missing.clone(),
            Self::Nothing | Self::Rows { .. } | Self::Text { .. } => Vec::new(),
        }
    }
}
