//! The checklist as a plan answers it: what its note says of the review.
//!
//! Like the rest of the note it speaks of what is true once the plan has run.

use std::collections::BTreeMap;

use super::text::sections;
use super::{Checklist, Cycle, Facts, LastReset, Went};
use crate::evidence::Observed;
use crate::model::TestCommand;
use crate::model::text::bytes;
use crate::plan::Strategy;
use crate::report::note::NoteMaterial;
use crate::rules::{Finding, Scope};

/// Evaluates what the plan answers; what only people know is open.
pub fn of_plan(material: &NoteMaterial<'_>) -> Checklist {
    let findings = remaining(material);
    let heads: BTreeMap<String, Vec<String>> = material
        .modules
        .iter()
        .map(|module| (module.module.0.clone(), vec![module.head().0.clone()]))
        .collect();
    let files = material
        .inventories
        .iter()
        .map(|files| files.archive.len())
        .sum();
    let modules = material.modules.iter();
    let commands = modules
        .filter_map(|module| material.evidence.own_tests.get(&module.module))
        .map(TestCommand::by_hand)
        .collect();
    let facts = Facts {
        project: material.project.to_owned(),
        scope: Scope::Full,
        findings: &findings,
        unseen: Vec::new(),
        cycles: Observed::Seen(material.modules.iter().map(cycle).collect()),
        last: Some(LastReset {
            id: material.id.to_owned(),
            heads: heads.clone(),
            keeps_rows: material.choices.strategy == Strategy::Keep,
            note: Some(material.note_path.to_owned()),
            archive: Ok(files),
            restored: Ok(files),
            undo: Some(Ok(())),
            tests: Vec::new(),
            own_tests: Vec::new(),
        }),
        heads,
        bare_keys: Observed::NotAsked,
        // A size changes by itself, and the note is part of what is digested.
        sizes: Vec::new(),
        own_tests: commands,
    };
    Checklist::new(&facts, &[])
}

/// What the rules found in files that stay: the old revisions go.
fn remaining(material: &NoteMaterial<'_>) -> Vec<Finding> {
    let root = &material.evidence.root;
    let goes = |finding: &Finding| {
        let place = finding.location.as_ref();
        place.is_some_and(|place| {
            material
                .inventories
                .iter()
                .flat_map(|files| &files.remove)
                .any(|file| root.join(&file.path) == place.path)
        })
    };
    let findings = material.findings.iter();
    findings.filter(|finding| !goes(finding)).cloned().collect()
}

fn cycle(module: &crate::plan::PlannedModule) -> Cycle {
    Cycle {
        module: module.module.0.clone(),
        went: Went::Through {
            revisions: 1,
            left_behind: module.left_behind.clone(),
            differences: Vec::new(),
        },
    }
}

/// How large the databases are, in one line; none where none was seen.
pub fn sizes(evidence: &crate::evidence::Evidence) -> Vec<String> {
    let sizes: Vec<String> = evidence
        .modules
        .iter()
        .filter_map(|seen| {
            let database = seen.database.seen()?;
            let size = u64::try_from(*database.signals.size.seen()?).ok()?;
            Some(format!("{} {}", seen.module.name, bytes(size)))
        })
        .collect();
    if sizes.is_empty() {
        return sizes;
    }
    vec![format!("databases: {}", sizes.join(", "))]
}

/// The review as the note has it.
pub fn review(material: &NoteMaterial<'_>) -> String {
    let mut text = String::new();
    sections(&mut text, &of_plan(material), "###");
    text
}
