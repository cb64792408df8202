//! The dated note, `MIGRATION_BACKUP_YYYYMMDD.md`: what was done, why, and what others do now.
//!
//! Pure. The text is part of the plan, so it speaks of what the plan does, in the past tense that
//! is true once the plan has run; the digest is not in it because it is part of what is digested.

mod back;
mod databases;
mod moved;
mod table;
mod teammates;

use std::collections::BTreeMap;

use super::checklist::review;
use super::plan::difference;
use crate::evidence::{DatabaseEvidence, Evidence};
use crate::model::text::{bytes, count, line, safe};
use crate::model::{ModuleName, RevisionId};
use crate::plan::{
    Alteration, Carried, Choices, Inventory, PlannedModule, Rebuild, Source, Strategy,
};
use crate::python::rows::Moves;
use crate::rules::{Finding, Waived};

/// What the note is made of.
pub struct NoteMaterial<'a> {
    /// The run's identifier.
    pub id: &'a str,
    /// The date in words, `2026-11-22`.
    pub date: &'a str,
    /// The project's name: its folder.
    pub project: &'a str,
    /// Who ran it.
    pub who: &'a str,
    /// What was chosen.
    pub choices: &'a Choices,
    /// What was seen.
    pub evidence: &'a Evidence,
    /// What the rules found.
    pub findings: &'a [Finding],
    /// What the rehearsal came to.
    pub modules: &'a [PlannedModule],
    /// The files, in the order of `modules`.
    pub inventories: &'a [&'a Inventory],
    /// The archive's folder.
    pub archive_folder: &'a str,
    /// Where the note goes, relative to the project.
    pub note_path: &'a str,
    /// The databases that are built again.
    pub rebuilds: &'a BTreeMap<String, Rebuild>,
    /// What brings live databases in line, by module.
    pub alterations: &'a BTreeMap<ModuleName, Alteration>,
    /// The old revisions that moved rows, by module, parents first.
    pub moved: &'a [(ModuleName, Vec<(RevisionId, Moves)>)],
    /// The arguments for `context.get_x_argument`, by module.
    pub x: &'a BTreeMap<ModuleName, Vec<String>>,
}

/// Writes the note.
pub fn note(material: &NoteMaterial<'_>) -> String {
    let mut text = String::new();
    head(&mut text, material);
    for (module, inventory) in material.modules.iter().zip(material.inventories) {
        module_section(&mut text, material, module, inventory);
    }
    databases::sections(&mut text, material);
    moved::section(&mut text, material);
    waived_section(&mut text, material);
    evidence_section(&mut text, material);
    own_tests_section(&mut text, material);
    back::section(&mut text, material);
    teammates::section(&mut text, material);
    review_section(&mut text, material);
    text
}

fn head(text: &mut String, material: &NoteMaterial<'_>) {
    let revisions: usize = material.modules.iter().map(|m| m.revisions.len()).sum();
    line!(
        text,
        "# Migration reset of {}, {}",
        safe(material.project),
        material.date
    );
    line!(text);
    line!(
        text,
        "The Alembic history of {} was reset: {} archived, {} created.",
        count(material.modules.len(), "module"),
        count(revisions, "revision"),
        count(material.modules.len(), "baseline")
    );
    line!(text);
    line!(text, "- Run: `{}`", material.id);
    line!(text, "- By: {}", safe(material.who));
    let reason = material.choices.reason.as_deref().unwrap_or("not given");
    line!(text, "- Reason: {}", safe(reason));
    line!(
        text,
        "- Archive: `{}/versions.tar.gz`",
        material.archive_folder
    );
    line!(
        text,
        "- Source of the baselines: {}",
        source_words(material)
    );
    line!(
        text,
        "- Live databases: {}",
        strategy_words(material.choices.strategy)
    );
    let chosen = &material.choices.leave_out;
    if !chosen.is_empty() {
        let all: Vec<_> = chosen.iter().map(|one| safe(one)).collect();
        line!(text, "- Left out by choice: {}", all.join("; "));
    }
    if material.choices.accept_losses {
        line!(
            text,
            "- What the models do not say was given up as a whole; each item stands below"
        );
    }
    line!(text);
}

fn source_words(material: &NoteMaterial<'_>) -> String {
    let modules = material.modules.iter();
    let modules = modules.map(|module| (&*module.module.0, module.reference == "live"));
    source_of(material.choices.source, &modules.collect::<Vec<_>>())
}

/// With each module: whether the live schema stood for what its chain would have built.
fn source_of(source: Source, modules: &[(&str, bool)]) -> String {
    let replayed = "the old chain, replayed (`chain`)";
    let live = "the live schema (weaker proof: the old chain does not replay)";
    let of_live = modules.iter().filter(|(_, is_live)| *is_live);
    let names: Vec<_> = of_live.map(|(name, _)| safe(name)).collect();
    match source {
        Source::Models => "the models (`models`)".to_owned(),
        Source::Chain if names.is_empty() => replayed.to_owned(),
        Source::Chain if names.len() == modules.len() => live.to_owned(),
        Source::Chain => format!("{replayed}; of {}: {live}", names.join(", ")),
    }
}

const fn strategy_words(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Keep => "rows kept, version table stamped with the baseline (`keep`)",
        Strategy::Recreate => "dumped and built again from the baseline (`recreate`)",
        Strategy::Unversioned => "version table dropped and left away (`unversioned`)",
    }
}

fn module_section(
    text: &mut String,
    material: &NoteMaterial<'_>,
    module: &PlannedModule,
    inventory: &Inventory,
) {
    line!(text, "## {}", safe(&module.module.0));
    line!(text);
    if let Some(database) = database(material, module) {
        line!(
            text,
            "- Database: {}, PostgreSQL {}",
            safe(&database.label),
            database.identity.version_text()
        );
        line!(
            text,
            "- Version table: `{}`",
            safe(&database.version_table.name.to_string())
        );
    }
    line!(text, "- Old head: {}", listed(&module.old_heads));
    line!(
        text,
        "- Baseline: `{}` in `{}`",
        module.baseline_id,
        safe(&module.baseline_path)
    );
    let size = inventory.archive.iter().map(|file| file.size).sum();
    if let Some(changes) = &module.model_changes {
        line!(
            text,
            "- Model changes: `{}` in `{}`, above the baseline",
            changes.id,
            safe(&changes.path)
        );
    }
    line!(
        text,
        "- Archived: {}, {}; removed: {}",
        count(inventory.archive.len(), "file"),
        bytes(size),
        count(inventory.remove.len(), "file")
    );
    line!(text, "- Revisions: {}", listed(&module.revisions));
    named(
        text,
        "Carried into the baseline",
        module.carried.iter().map(Carried::words),
    );
    named(
        text,
        "Knowingly otherwise than before",
        module.accepted.iter().map(difference),
    );
    named(
        text,
        "Models ahead of the chain",
        module.model_drift.iter().cloned(),
    );
    named(text, "Remarks", module.remarks.iter().cloned());
    line!(text);
}

fn named(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    line!(text, "- {title}:");
    for item in items {
        line!(text, "  - {}", safe(&item));
    }
}

fn listed(ids: &[crate::model::RevisionId]) -> String {
    if ids.is_empty() {
        return "none".to_owned();
    }
    ids.iter()
        .map(|id| format!("`{}`", safe(&id.0)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The findings that the team decided to live with.
fn waived_section(text: &mut String, material: &NoteMaterial<'_>) {
    let waived: Vec<(&Finding, &Waived)> = material
        .findings
        .iter()
        .filter_map(|finding| Some((finding, finding.waived.as_ref()?)))
        .collect();
    if waived.is_empty() {
        return;
    }
    line!(text, "## What was waived");
    line!(text);
    for (finding, waived) in waived {
        line!(
            text,
            "- {} {}: {}",
            finding.code,
            finding.name,
            safe(&finding.message)
        );
        for seen in &finding.evidence {
            line!(text, "  - {}", safe(seen));
        }
        line!(
            text,
            "  - waived until {}: {}",
            waived.until,
            safe(&waived.reason)
        );
    }
    line!(text);
}

fn evidence_section(text: &mut String, material: &NoteMaterial<'_>) {
    line!(text, "## What was proven before anything changed");
    line!(text);
    for module in material.modules {
        let reference = if module.reference == "replay" {
            "the old chain, replayed on an empty scratch database"
        } else {
            "the live database (weaker proof: the old chain does not replay)"
        };
        let outcome = outcome(module.lost.len(), module.accepted.len());
        line!(
            text,
            "- {}: the baseline, compared with {reference}, {outcome}; upgrade, downgrade and \
             upgrade left {} behind",
            safe(&module.module.0),
            count(module.left_behind.len(), "object")
        );
    }
    line!(text);
}

/// The project's own tests: which ones the reset ran, and which ones nobody did. The note is written
/// before them, so what they came to stands elsewhere.
fn own_tests_section(text: &mut String, material: &NoteMaterial<'_>) {
    let mut lines: Vec<String> = Vec::new();
    for module in material.modules {
        let name = &module.module;
        let found = material
            .findings
            .iter()
            .find(|finding| finding.code == "RD635" && finding.module.as_ref() == Some(name));
        let line = match (material.evidence.own_tests.get(name), found) {
            (Some(tests), _) => format!(
                "{}: `{}` ran last, after alembic current and check had agreed; what it came to: \
                 `redistill show {}`",
                safe(&name.0),
                safe(&tests.by_hand()),
                material.id
            ),
            (None, Some(found)) => format!(
                "{}: found and not run ({}); {}",
                safe(&name.0),
                safe(&found.evidence.join(", ")),
                safe(&found.remedy.text)
            ),
            (None, None) => continue,
        };
        lines.push(line);
    }
    if lines.is_empty() {
        return;
    }
    line!(text, "## The project's own tests");
    line!(text);
    for line in lines {
        line!(text, "- {line}");
    }
    line!(text);
}

/// What the comparison came to.
fn outcome(lost: usize, accepted: usize) -> String {
    match (lost, accepted) {
        (0, 0) => "builds the same catalog".to_owned(),
        (0, places) => format!(
            "builds the same but for {}",
            count(places, "accepted difference")
        ),
        (objects, _) => format!("differs in {} named above", count(objects, "object")),
    }
}

fn review_section(text: &mut String, material: &NoteMaterial<'_>) {
    line!(text, "## Review before production");
    line!(text);
    line!(
        text,
        "What the rehearsal and the run answer is ticked; the rest is yours: `redistill checklist`."
    );
    line!(text);
    text.push_str(&review(material));
}

fn database<'a>(
    material: &NoteMaterial<'a>,
    module: &PlannedModule,
) -> Option<&'a DatabaseEvidence> {
    let seen = material
        .evidence
        .modules
        .iter()
        .find(|m| m.module.name == module.module)?;
    seen.database.seen()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weaker_proof_is_said_in_the_head() {
        let replayed = source_of(Source::Chain, &[("api", false)]);
        assert_eq!(replayed, "the old chain, replayed (`chain`)");
        let live = source_of(Source::Chain, &[("api", true)]);
        let weaker = "the live schema (weaker proof: the old chain does not replay)";
        assert_eq!(live, weaker);
        let both = source_of(Source::Chain, &[("api", true), ("jobs", false)]);
        assert_eq!(both, format!("{replayed}; of api: {weaker}"));
        let models = source_of(Source::Models, &[("api", true)]);
        assert_eq!(models, "the models (`models`)");
    }

    #[test]
    fn what_was_accepted_is_no_equality() {
        assert_eq!(outcome(0, 0), "builds the same catalog");
        assert_eq!(
            outcome(0, 2),
            "builds the same but for 2 accepted differences"
        );
        assert_eq!(outcome(1, 2), "differs in 1 object named above");
    }
}
