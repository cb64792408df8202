//! Draws lanes: one column for each line of descent, newest revision first.
//!
//! ```text
//! *   a merge takes a lane more
//! |\
//! * | and a branch point takes it back
//! | *
//! |/
//! *
//! ```

use std::collections::HashMap;

use crate::model::{Chain, RevisionId};

/// One line of the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The lanes.
    pub(super) lanes: String,
    /// The revision that stands on this line, by its place in the chain.
    pub(super) revision: Option<usize>,
}

/// The whole drawing.
pub(super) fn rows(chain: &Chain) -> Vec<Row> {
    let mut drawing = Drawing::default();
    // The first place of each identifier: the search must not grow with the square of the chain.
    let mut places: HashMap<&RevisionId, usize> = HashMap::new();
    for (index, revision) in chain.revisions.iter().enumerate() {
        places.entry(&revision.id).or_insert(index);
    }
    for (index, revision) in chain.revisions.iter().enumerate().rev() {
        let mut parents: Vec<&RevisionId> = Vec::new();
        for parent in &revision.down {
            // A parent that comes later in the drawing does not exist in a chain, but in a circle.
            let follows = places.get(parent).is_some_and(|place| *place < index);
            if follows && !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        drawing.revision(index, &revision.id, &parents);
    }
    drawing.rows
}

/// Each lane waits for the revision that it leads down to.
#[derive(Default)]
struct Drawing<'c> {
    lanes: Vec<&'c RevisionId>,
    rows: Vec<Row>,
}

impl<'c> Drawing<'c> {
    fn revision(&mut self, index: usize, id: &'c RevisionId, parents: &[&'c RevisionId]) {
        let lane = self.lanes.iter().position(|waits| *waits == id);
        let lane = lane.unwrap_or_else(|| {
            self.lanes.push(id);
            self.lanes.len() - 1
        });
        while let Some(other) = self.lanes.iter().rposition(|waits| *waits == id)
            && other > lane
        {
            self.join(lane, other);
        }
        let mut places = vec!["|"; self.lanes.len()];
        places[lane] = "*";
        self.push(places.join(" "), Some(index));
        match parents.split_first() {
            None => self.end(lane),
            Some((first, others)) => {
                self.lanes[lane] = first;
                for other in others.iter().rev() {
                    self.fork(lane, other);
                }
            }
        }
    }

    fn push(&mut self, lanes: String, revision: Option<usize>) {
        self.rows.push(Row { lanes, revision });
    }

    /// The lane `from` runs into `to`, left of it; what is right of it moves left.
    fn join(&mut self, to: usize, from: usize) {
        let mut drawn = vec![' '; self.lanes.len() * 2];
        for lane in 0..from {
            drawn[lane * 2] = '|';
        }
        for place in &mut drawn[to * 2 + 1..from * 2 - 1] {
            if *place == ' ' {
                *place = '_';
            }
        }
        for lane in from..self.lanes.len() {
            drawn[lane * 2 - 1] = '/';
        }
        self.lanes.remove(from);
        self.push(drawn.into_iter().collect(), None);
    }

    /// A new lane right of `lane`; what is right of it moves right.
    fn fork(&mut self, lane: usize, to: &'c RevisionId) {
        let mut drawn = vec![' '; self.lanes.len() * 2 + 1];
        for left in 0..=lane {
            drawn[left * 2] = '|';
        }
        for right in lane..self.lanes.len() {
            drawn[right * 2 + 1] = '\\';
        }
        self.lanes.insert(lane + 1, to);
        self.push(drawn.into_iter().collect(), None);
    }

    /// The lane ends at a base; what is right of it moves left.
    fn end(&mut self, lane: usize) {
        self.lanes.remove(lane);
        if lane == self.lanes.len() {
            return;
        }
        let mut drawn = vec![' '; self.lanes.len() * 2 + 2];
        for left in 0..lane {
            drawn[left * 2] = '|';
        }
        for right in lane..self.lanes.len() {
            drawn[right * 2 + 1] = '/';
        }
        self.push(drawn.into_iter().collect(), None);
    }
}
