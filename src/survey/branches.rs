//! Splits an environment into its independent branches: labelled ones with bases of their own, with
//! no parent and no dependency across.
//!
//! Called by the engine before it surveys; pure. Each branch becomes a module, gets a baseline, and
//! keeps its label. What has no label stays together, as several heads do, and so does what
//! depends on one another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::model::{Branch, Chain, Module, Revision, RevisionId};

/// The module, or its branches in the order of their names.
pub fn split(module: Module, chain: Chain) -> Vec<(Module, Chain)> {
    let is_whole = chain.unreadable.is_empty() && chain.problems().is_empty();
    let groups = if is_whole {
        groups(&chain)
    } else {
        BTreeMap::new()
    };
    if groups.len() < 2 {
        return vec![(module, chain)];
    }
    groups
        .iter()
        .map(|(name, revisions)| {
            let branch = Branch {
                name: name.clone(),
                revisions: revisions.iter().map(|one| one.id.clone()).collect(),
                others: groups
                    .iter()
                    .filter(|(other, _)| *other != name)
                    .flat_map(|(_, theirs)| theirs.iter().map(|one| one.path.clone()))
                    .collect(),
            };
            let module = Module {
                name: module.name.branch(name),
                branch: Some(branch),
                ..module.clone()
            };
            let own = revisions.iter().map(|one| (*one).clone()).collect();
            (module, Chain::new(own, Vec::new()))
        })
        .collect()
}

/// The revisions that hang together with any of these, in order.
pub fn around(chain: &Chain, of: &BTreeSet<&str>) -> Vec<RevisionId> {
    components(chain)
        .into_iter()
        .filter(|component| component.iter().any(|one| of.contains(one.id.0.as_str())))
        .flatten()
        .map(|one| one.id.clone())
        .collect()
}

/// What two modules read together without being the same chain: the files of one would vanish under
/// the other. One sentence a pair.
pub fn entangled(modules: &[(&Module, &Chain)]) -> Vec<String> {
    let files = |chain: &Chain| -> BTreeSet<PathBuf> {
        chain.revisions.iter().map(|one| one.path.clone()).collect()
    };
    let mut found = Vec::new();
    for (index, (one, chain)) in modules.iter().enumerate() {
        for (other, theirs) in &modules[index + 1..] {
            let (mine, others) = (files(chain), files(theirs));
            let both: Vec<&PathBuf> = mine.intersection(&others).collect();
            if both.is_empty() || mine == others {
                continue;
            }
            let shown = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned());
            let names: Vec<String> = both.into_iter().filter_map(shown).collect();
            found.push(format!(
                "{} and {} both read {}, beside files of their own; let one configuration read all \
                 of them, and name that one alone in `[tool.redistill]`",
                one.name,
                other.name,
                names.join(", ")
            ));
        }
    }
    found
}

/// The branches, each by its label.
fn groups(chain: &Chain) -> BTreeMap<String, Vec<&Revision>> {
    let mut groups: BTreeMap<String, Vec<&Revision>> = BTreeMap::new();
    for component in components(chain) {
        let label = component.iter().find_map(|one| one.labels.first());
        let name = label.map_or(Branch::UNLABELLED, String::as_str).to_owned();
        groups.entry(name).or_default().extend(component);
    }
    groups
}

/// Revisions that are reached from one another by parents and dependencies, in order.
fn components(chain: &Chain) -> Vec<Vec<&Revision>> {
    let mut of: BTreeMap<&RevisionId, usize> = BTreeMap::new();
    let mut found: Vec<Vec<&Revision>> = Vec::new();
    // Parents and dependencies come first in the chain's order.
    for revision in &chain.revisions {
        let needed = chain.dependencies(revision);
        let joined: BTreeSet<usize> = revision
            .down
            .iter()
            .chain(&needed)
            .filter_map(|id| of.get(id).copied())
            .collect();
        let Some(&into) = joined.first() else {
            of.insert(&revision.id, found.len());
            found.push(vec![revision]);
            continue;
        };
        for &other in joined.iter().skip(1) {
            let moved = std::mem::take(&mut found[other]);
            of.extend(moved.iter().map(|one| (&one.id, into)));
            found[into].extend(moved);
        }
        of.insert(&revision.id, into);
        found[into].push(revision);
    }
    found.retain(|component| !component.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Identifier, parents, labels, what it depends on.
    type Written<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

    fn names(written: &[Written<'_>]) -> Vec<(String, Vec<String>)> {
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        let revisions = written
            .iter()
            .map(|(id, down, labels, needs)| Revision {
                labels: texts(labels),
                depends_on: texts(needs),
                down: down.iter().map(|id| RevisionId((*id).to_owned())).collect(),
                ..revision(id)
            })
            .collect();
        let module = Module::plain("api", PathBuf::from("/p"));
        split(module, Chain::new(revisions, Vec::new()))
            .into_iter()
            .map(|(module, chain)| {
                let ids = chain.revisions.iter().map(|one| one.id.0.clone());
                (module.name.0, ids.collect())
            })
            .collect()
    }

    fn revision(id: &str) -> Revision {
        let text = format!("revision = {id:?}\ndown_revision = None\n");
        let path = PathBuf::from(format!("/p/alembic/versions/{id}.py"));
        match crate::python::revision::read(&path, text.as_bytes()) {
            crate::python::RevisionReading::Revision(revision) => *revision,
            _ => panic!("a revision"),
        }
    }

    fn are(found: &[(String, Vec<String>)], expected: &[(&str, &[&str])]) {
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(name, ids)| (name.as_str(), ids.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected
            .iter()
            .map(|(name, ids)| (*name, ids.to_vec()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn labelled_bases_are_branches_and_the_rest_stays_together() {
        let found = names(&[
            ("a1", &[], &["shop"], &[]),
            ("a2", &["a1"], &[], &[]),
            ("b1", &[], &["blog"], &[]),
            ("c1", &[], &[], &[]),
            ("d1", &[], &[], &[]),
        ]);
        are(
            &found,
            &[
                ("api@blog", &["b1"]),
                ("api@shop", &["a1", "a2"]),
                ("api@unlabelled", &["c1", "d1"]),
            ],
        );
    }

    #[test]
    fn one_base_dependencies_and_merges_keep_branches_together() {
        let labels_on_one_base = names(&[
            ("a1", &[], &[], &[]),
            ("a2", &["a1"], &["left"], &[]),
            ("a3", &["a1"], &["right"], &[]),
        ]);
        are(&labels_on_one_base, &[("api", &["a1", "a2", "a3"])]);
        let depending = names(&[
            ("a1", &[], &["shop"], &[]),
            ("b1", &[], &["blog"], &[]),
            ("b2", &["b1"], &[], &["shop"]),
        ]);
        are(&depending, &[("api", &["a1", "b1", "b2"])]);
        let merged = names(&[
            ("a1", &[], &["shop"], &[]),
            ("b1", &[], &["blog"], &[]),
            ("m1", &["a1", "b1"], &[], &[]),
        ]);
        are(&merged, &[("api", &["a1", "b1", "m1"])]);
        let unlabelled = names(&[("a1", &[], &[], &[]), ("b1", &[], &[], &[])]);
        are(&unlabelled, &[("api", &["a1", "b1"])]);
    }
}
