//! Where the objects of the old chain come from: which revision made them, which changed them last.
//!
//! Filled by the rehearsal from what the replay saw; read where pieces get their headings and where
//! the plan lists what is carried. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ObjectKey, Piece};
use crate::model::text::safe;

/// The side of an object that a revision touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The object itself.
    Object,
    /// Its comment.
    Comment,
    /// Its privileges.
    Acl,
    /// Row security, storage parameters, whether it is enabled.
    State,
    /// The rows of a table.
    Rows,
}

/// The revisions behind one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Whence {
    /// The one that made it.
    pub made: String,
    /// The last one that changed it; none where that is the same.
    pub changed: Option<String>,
}

/// The origins of all objects of a replayed chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    known: BTreeMap<(ObjectKey, Facet), Whence>,
    /// What stood as reference, where no single revision is known: `the old chain`.
    reference: &'static str,
}

impl Origins {
    /// For a reference under this name.
    pub const fn new(reference: &'static str) -> Self {
        Self {
            known: BTreeMap::new(),
            reference,
        }
    }

    /// Adds what is known of one facet. Where two catalogs speak of it, both count.
    pub fn add(&mut self, key: ObjectKey, facet: Facet, whence: Whence, order: &[String]) {
        let place = |id: &String| order.iter().position(|one| one == id);
        match self.known.entry((key, facet)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(whence);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let mut all: Vec<String> = [entry.get(), &whence]
                    .into_iter()
                    .flat_map(|one| [Some(one.made.clone()), one.changed.clone()])
                    .flatten()
                    .collect();
                all.sort_by_key(place);
                let made = all.first().cloned().unwrap_or_default();
                let last = all.pop().filter(|last| *last != made);
                entry.insert(Whence {
                    made,
                    changed: last,
                });
            }
        }
    }

    /// Where the object of a piece comes from.
    pub fn of(&self, piece: &Piece) -> Option<&Whence> {
        let (key, facet) = subject(&piece.key());
        self.known.get(&(key, facet))
    }

    /// The same in words: `r002`, `r002, changed in r004`, `the old chain`.
    pub fn words(&self, piece: &Piece) -> String {
        match self.of(piece) {
            Some(whence) => whence.words(),
            None if self.reference.is_empty() => "the old chain".to_owned(),
            None => self.reference.to_owned(),
        }
    }
}

impl Whence {
    /// `r002`, or `r002, changed in r004`.
    pub fn words(&self) -> String {
        let made = safe(&self.made);
        match &self.changed {
            Some(changed) => format!("{made}, changed in {}", safe(changed)),
            None => made.into_owned(),
        }
    }
}

/// The object that a piece is about, and the side of it: `comment of table` speaks of the table.
fn subject(key: &ObjectKey) -> (ObjectKey, Facet) {
    let about = |kind: &str| ObjectKey {
        kind: kind.to_owned(),
        ..key.clone()
    };
    if key.kind == "rows" {
        return (about("table"), Facet::Rows);
    }
    let Some((what, kind)) = key.kind.split_once(" of ") else {
        return (key.clone(), Facet::Object);
    };
    let facet = match what {
        // Every row that takes a number moves it on: no one revision did.
        "value" => Facet::Rows,
        "comment" => Facet::Comment,
        "privileges" => Facet::Acl,
        "row security" | "force row security" | "replica identity" | "storage parameters"
        | "state" => Facet::State,
        _ => Facet::Object,
    };
    (about(kind), facet)
}
