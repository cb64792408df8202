//! What a range of revisions means for the version: from messages and from operations.
//!
//! Called by `redistill message bump`. Reads files only: no project code, no connection.

use std::collections::BTreeSet;

use super::{Engine, failures};
use crate::error::Failure;
use crate::evidence::Evidence;
use crate::model::text::safe;
use crate::model::{Chain, ModuleName, Revision, RevisionId};
use crate::rules::message::change::{self, Bump};
use crate::rules::message::convention::{parse, without_header};
use crate::survey::sources;

/// A partial identifier must have so many characters, as for Alembic.
const FEWEST: usize = 4;

/// One revision's share.
#[derive(Clone, Debug)]
pub struct RevisionBump {
    /// The identifier.
    pub id: RevisionId,
    /// The first line of its message.
    pub message: String,
    /// What the message says; none where it does not follow the convention.
    pub by_message: Option<Bump>,
    /// What `upgrade` does.
    pub by_operations: Bump,
    /// What `upgrade` changes, in words.
    pub reasons: Vec<String>,
}

impl RevisionBump {
    /// The larger of both.
    pub fn bump(&self) -> Bump {
        self.by_operations.max(self.by_message.unwrap_or_default())
    }
}

/// One module's share.
#[derive(Clone, Debug)]
pub struct ModuleBump {
    /// The module.
    pub name: ModuleName,
    /// Its revisions in the range, parents first.
    pub revisions: Vec<RevisionBump>,
}

impl ModuleBump {
    /// The largest of its revisions.
    pub fn bump(&self) -> Bump {
        largest(self.revisions.iter().map(RevisionBump::bump))
    }
}

/// The largest; none of nothing.
pub fn largest(bumps: impl Iterator<Item = Bump>) -> Bump {
    bumps.max().unwrap_or_default()
}

impl Engine<'_> {
    /// Derives the bump of `FROM..TO`, of all revisions without a range.
    pub fn bump(&self, range: Option<&str>) -> Result<Vec<ModuleBump>, Failure> {
        let discovered = self.discover()?;
        let (from, to) = ends(range)?;
        let mut evidence = Evidence::of(self.request.root.clone(), Vec::new());
        for (module, chain) in discovered.modules {
            if let Some(file) = chain.unreadable.first() {
                return Err(Failure::refused(format!(
                    "{}: {} cannot be read: {}",
                    safe(&module.name.0),
                    safe(&failures::shown(&self.request.root, &file.path)),
                    safe(&file.why)
                ))
                .with_hint("repair the file, then look again: redistill chain"));
            }
            if holds(&chain, from)? && holds(&chain, to)? {
                evidence
                    .modules
                    .push(self.seen(module, chain, super::Depth::Static));
            }
        }
        if evidence.modules.is_empty() {
            return Err(Failure::usage(format!(
                "no module has the revisions of {}",
                safe(range.unwrap_or_default())
            ))
            .with_hint("see them: redistill chain"));
        }
        let read = sources::gather(&evidence, &[], &self.files);
        let mut bumps = Vec::new();
        for module in &evidence.modules {
            let facts = read.of(&module.module.name);
            let chosen = chosen(&module.chain, from, to)?;
            let revisions = module
                .chain
                .revisions
                .iter()
                .filter(|revision| chosen.contains(&revision.id))
                .map(|revision| {
                    let changes = facts
                        .operations_of(revision)
                        .map(change::changes)
                        .unwrap_or_default();
                    RevisionBump {
                        id: revision.id.clone(),
                        message: revision.message.clone(),
                        by_message: by_message(revision),
                        by_operations: change::largest(&changes),
                        reasons: changes.into_iter().map(|change| change.what).collect(),
                    }
                })
                .collect();
            bumps.push(ModuleBump {
                name: module.module.name.clone(),
                revisions,
            });
        }
        Ok(bumps)
    }
}

fn by_message(revision: &Revision) -> Option<Bump> {
    let message = parse(&without_header(&revision.doc)).ok()?;
    message.has_known_type().then(|| message.bump())
}

/// `FROM..TO`; either may be left out.
fn ends(range: Option<&str>) -> Result<(Option<&str>, Option<&str>), Failure> {
    let Some(range) = range else {
        return Ok((None, None));
    };
    let Some((from, to)) = range.split_once("..") else {
        return Err(Failure::usage(format!("{} is no range", safe(range)))
            .with_hint("write FROM..TO, FROM.. or ..TO: redistill message bump 4f2a..77aa"));
    };
    let is_open = |end: &str| matches!(end, "" | "head" | "heads");
    Ok((
        Some(from).filter(|from| !from.is_empty()),
        Some(to).filter(|to| !is_open(to)),
    ))
}

/// Whether the chain has the revision; an end that is left out is in every chain.
fn holds(chain: &Chain, end: Option<&str>) -> Result<bool, Failure> {
    end.map_or(Ok(true), |end| Ok(resolve(chain, end)?.is_some()))
}

/// The revision of this identifier, or the one that begins so.
fn resolve(chain: &Chain, end: &str) -> Result<Option<RevisionId>, Failure> {
    if let Some(revision) = chain.get(&RevisionId::from(end)) {
        return Ok(Some(revision.id.clone()));
    }
    if end.chars().count() < FEWEST {
        return Ok(None);
    }
    let like: BTreeSet<&RevisionId> = chain
        .revisions
        .iter()
        .map(|revision| &revision.id)
        .filter(|id| id.0.starts_with(end))
        .collect();
    match like.len() {
        0 => Ok(None),
        1 => Ok(like.first().map(|id| (*id).clone())),
        _ => Err(
            Failure::usage(format!("several revisions begin with {}", safe(end)))
                .with_hint("write more of the identifier: redistill chain"),
        ),
    }
}

/// The revisions after `from` up to `to`.
fn chosen(
    chain: &Chain,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<BTreeSet<RevisionId>, Failure> {
    let up_to = |end: &str| -> Result<BTreeSet<RevisionId>, Failure> {
        let ids: Vec<RevisionId> = resolve(chain, end)?.into_iter().collect();
        let mut all: BTreeSet<RevisionId> = chain.ancestors(&ids).into_iter().collect();
        all.extend(ids);
        Ok(all)
    };
    let mut chosen = match to {
        Some(to) => up_to(to)?,
        None => chain
            .revisions
            .iter()
            .map(|revision| revision.id.clone())
            .collect(),
    };
    if let Some(from) = from {
        let before = up_to(from)?;
        chosen.retain(|id| !before.contains(id));
    }
    Ok(chosen)
}
