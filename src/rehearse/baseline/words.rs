//! What the baseline's file says of itself: its message, its labels, what it stands for.

use super::Drafter;
use crate::model::text::{count, safe};
use crate::survey::replaced::replaced;
use crate::system::RealFiles;

impl Drafter<'_> {
    /// A branch says which one it is: its file may lie beside another's.
    pub(super) fn message(&self) -> String {
        let chosen = self.subject.choices.message.as_deref();
        let message = chosen.unwrap_or("initial_schema");
        match &self.subject.module.branch {
            Some(branch) => format!("{message} {}", branch.name),
            None => message.to_owned(),
        }
    }

    /// The labels of all revisions that it stands for: `LABEL@head` goes on meaning something.
    pub(super) fn labels(&self) -> Vec<String> {
        let revisions = self.subject.chain.revisions.iter();
        let mut labels: Vec<String> = revisions.flat_map(|one| one.labels.clone()).collect();
        labels.sort();
        labels.dedup();
        labels
    }

    /// The identifiers that the baseline stands for, oldest first, without the one that it keeps:
    /// the old chain's, and those that a baseline in it stood for already.
    pub(super) fn replaced(&self) -> Vec<String> {
        let chain = self.subject.chain;
        let mut ids = replaced(chain, &RealFiles);
        ids.extend(chain.revisions.iter().map(|revision| revision.id.0.clone()));
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| *id != self.subject.baseline_id.0 && seen.insert(id.clone()));
        ids
    }

    /// What the docstring says of it: `Replaces 12 revisions that ended at a012.`
    pub(super) fn about(&self) -> String {
        let chain = self.subject.chain;
        let heads: Vec<String> = chain
            .heads()
            .iter()
            .map(|head| safe(&head.0).into_owned())
            .collect();
        format!(
            "Replaces {} that ended at {}.",
            count(chain.revisions.len(), "revision"),
            heads.join(" and ")
        )
    }
}
