//! What is drawn of a chain, made once with the survey: a frame costs what is in sight, however
//! long the chain is.

use std::collections::HashMap;

use crate::model::Chain;
use crate::report::chain::{Drawn, drawing};

/// A chain, ready to be drawn.
#[derive(Debug)]
pub struct Outline {
    /// The graph, newest revision first.
    pub rows: Vec<Drawn>,
    /// How many of the rows are revisions.
    pub revisions: usize,
    /// The heads.
    pub heads: Vec<String>,
    /// Why it is no chain.
    pub problems: Vec<String>,
    places: HashMap<String, usize>,
}

impl Outline {
    /// The outline of a chain.
    pub fn of(chain: &Chain) -> Self {
        let rows = drawing(chain);
        let ids = chain.revisions.iter().map(|revision| revision.id.0.clone());
        Self {
            revisions: rows.iter().filter(|row| row.revision.is_some()).count(),
            rows,
            heads: chain.heads().into_iter().map(|id| id.0).collect(),
            problems: (chain.problems().iter()).map(ToString::to_string).collect(),
            places: ids.zip(0..).collect(),
        }
    }

    /// The place of a revision in the chain.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }
}
