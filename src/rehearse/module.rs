//! The rehearsal of one module, phase by phase.

use super::align::align;
use super::baseline::{Built, Drafter};
use super::changes::{Ahead, ahead};
use super::contrast::{additional, drift, model_drift, side_by_side, uncovered};
use super::reference::reference;
use super::{RehearseError, Subject};
use crate::model::Target;
use crate::plan::{Alteration, PlannedModule, Strategy};
use crate::schema::{Catalog, Difference, Three, names_any, remarks};
use crate::worker::WorkerError;

/// The live database, for the comparison and as the reference of last resort.
pub struct Lived {
    /// How to reach it.
    pub target: Target,
    /// Its catalog.
    pub catalog: Catalog,
    /// What `alembic check` says of it now.
    pub check: Vec<String>,
    /// Whether other modules live in it, too.
    pub is_shared: bool,
}

impl Lived {
    /// The same with another part of its catalog.
    fn with(&self, catalog: Catalog) -> Self {
        Self {
            target: self.target.clone(),
            catalog,
            check: self.check.clone(),
            is_shared: self.is_shared,
        }
    }
}

/// What the rehearsal came to.
pub struct Rehearsal {
    /// For the plan; `baseline_path` is relative to the version location.
    pub planned: PlannedModule,
    /// The catalog that the baseline builds.
    pub built: Catalog,
    /// The catalog that stood as reference.
    pub reference: Catalog,
    /// The live database's catalog.
    pub live: Catalog,
    /// The statements that the baseline runs; only for the strategy `recreate`.
    pub script: Vec<String>,
    /// Why the live schema stood as reference, and not the old chain.
    pub not_replayed: Option<WorkerError>,
    /// What was to be left out and is no object of this module, with the names that come near.
    pub unknown: Vec<(String, Vec<String>)>,
    /// For the strategy `keep`: what brings the live database in line, or why nothing does.
    pub alteration: Result<Option<Alteration>, RehearseError>,
}

/// Rehearses one module.
pub fn rehearse(subject: &Subject<'_>, live: Option<&Lived>) -> Result<Rehearsal, RehearseError> {
    let whole = live.map(|live| subject.without_own_schema(live.catalog.clone()));
    let above = whole.clone().map(|whole| subject.above_ground(whole));
    let live = live.zip(above).map(|(live, above)| live.with(above));
    let live = live.as_ref();
    let mut drafter = Drafter::new(subject)?;
    let (reference, not_replayed) = reference(subject, &mut drafter, live)?;
    let Built {
        catalog: built,
        text,
        file_name,
        data,
        carried,
        mut lost,
        mut accepted,
        remarks: of_rows,
        mut unknown,
        hook_error,
    } = drafter.build(&reference)?;
    if built.is_empty_schema() && !reference.is_empty_schema() {
        return Err(RehearseError::Empty {
            objects: reference.objects.len(),
        });
    }
    let differing = lost.iter().chain(&accepted);
    let uncovered = uncovered(subject, &drafter, [&reference, &built], differing)?;
    // An entry of the dump is no object of the catalogs.
    unknown.retain(|(choice, _)| {
        !names_any(choice, uncovered.accepted.iter().map(Difference::object))
    });
    let left_behind = drafter.cycle(&built)?;
    subject.phase("compare")?;
    let drift = drift(subject, &drafter, live, &reference, &built, &accepted);
    let mut remarks = remarks(&reference, &built);
    remarks.extend(of_rows);
    remarks.extend(live.and_then(|live| additional(&reference, &live.catalog)));
    remarks.extend(hook_error.map(|error| format!("a post_write_hook failed: {error}")));
    let model_drift = model_drift(subject, &drafter)?;
    let ahead = match &subject.changes_id {
        Some(id) if !model_drift.is_empty() => ahead(subject, &drafter, &built, id)?,
        _ => None,
    };
    remarks.extend(ahead.iter().flat_map(|ahead| ahead.remarks.clone()));
    let alteration = match live {
        Some(live) if !drift.is_empty() || ahead.is_some() => {
            alteration(subject, live, &built, ahead.as_ref(), &accepted)?
        }
        _ => Ok(None),
    };
    let known_differences = known_differences(live, ahead.is_some(), &model_drift);
    let three = Three {
        old: &reference,
        baseline: &built,
        live: live.map(|live| &live.catalog),
    };
    let (mut sides, equal) = side_by_side(three, &carried, [&lost, &accepted, &drift]);
    sides.extend(uncovered.sides());
    uncovered.join(&mut lost, &mut accepted, &mut remarks);
    let built = ahead.as_ref().map_or(built, |ahead| ahead.built.clone());
    let planned = PlannedModule {
        module: subject.module.name.clone(),
        revisions: subject.chain.ids(),
        old_heads: subject.chain.heads(),
        baseline_id: subject.baseline_id.clone(),
        baseline_path: file_name,
        baseline: text,
        data,
        reference: if not_replayed.is_some() {
            "live"
        } else {
            "replay"
        }
        .to_owned(),
        carried,
        lost,
        accepted,
        drift,
        model_drift,
        known_differences,
        left_behind,
        remarks,
        model_changes: ahead.map(|ahead| ahead.planned),
        sides,
        equal,
    };
    let script = match subject.choices.strategy {
        Strategy::Recreate => drafter.script(&built)?,
        Strategy::Keep | Strategy::Unversioned => Vec::new(),
    };
    Ok(Rehearsal {
        planned,
        built,
        reference,
        live: whole.unwrap_or_default(),
        script,
        not_replayed,
        unknown,
        alteration,
    })
}

/// For the strategy `keep`: what brings the live database in line, or why nothing does.
fn alteration(
    subject: &Subject<'_>,
    live: &Lived,
    built: &Catalog,
    ahead: Option<&Ahead>,
    accepted: &[Difference],
) -> Result<Result<Option<Alteration>, RehearseError>, RehearseError> {
    if subject.choices.strategy != Strategy::Keep {
        return Ok(Ok(None));
    }
    match align(subject, live, built, ahead, accepted) {
        Err(RehearseError::Cancelled) => Err(RehearseError::Cancelled),
        alteration => Ok(alteration),
    }
}

/// What `alembic check` may go on saying of the live database after the reset.
fn known_differences(
    live: Option<&Lived>,
    is_ahead_settled: bool,
    model_drift: &[String],
) -> Vec<String> {
    let lines = live.iter().flat_map(|live| &live.check);
    lines
        .filter(|line| !(is_ahead_settled && model_drift.contains(line)))
        .cloned()
        .collect()
}
