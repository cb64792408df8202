//! The project's files as the steps so far will have left them.
//!
//! Lets all steps of a plan be checked before the first one runs, although a later one may write
//! where an earlier one removes. Called by `check` of each step; changes nothing.

use std::collections::BTreeMap;

use super::tracked::{self, Found};
use super::{Context, StepError};
use crate::plan::FileRef;

/// Changes that are foreseen, by path.
#[derive(Debug, Default)]
pub struct Foreseen {
    files: BTreeMap<String, Option<String>>,
}

impl Foreseen {
    /// What will be at a path: the foreseen state, else the present one.
    pub fn at(&self, path: &str, context: &Context<'_>) -> Result<Found, StepError> {
        match self.files.get(path) {
            Some(Some(sha256)) => Ok(Found::File(sha256.clone())),
            Some(None) => Ok(Found::Nothing),
            None => tracked::look(&context.resolve(path)?, context),
        }
    }

    /// The path will hold a file with this hash.
    pub fn will_hold(&mut self, path: &str, sha256: &str) {
        self.files.insert(path.to_owned(), Some(sha256.to_owned()));
    }

    /// The path will be free.
    pub fn will_be_free(&mut self, path: &str) {
        self.files.insert(path.to_owned(), None);
    }

    /// Why the file will not be there as the plan knows it; none if it will.
    pub fn missing(&self, file: &FileRef, context: &Context<'_>) -> Option<StepError> {
        let path = file.path.clone();
        match self.at(&file.path, context) {
            Err(error) => Some(error),
            Ok(Found::File(sha256)) if sha256 == file.sha256 => None,
            Ok(Found::File(_)) => Some(StepError::Changed { path }),
            Ok(Found::Nothing) => Some(StepError::Missing { path }),
            Ok(Found::Other) => Some(StepError::NotAFile { path }),
        }
    }
}
