//! A place in a file of the project, for messages.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A line of a file, with the column where the thing in question begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line as it stands, without its line break.
    pub source_line: String,
}

impl Location {
    /// The first line of a file whose text is of no interest.
    pub fn of_file(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            line: 1,
            column: 1,
            source_line: String::new(),
        }
    }
}
