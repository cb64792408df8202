//! In what the old chain, the baseline, the live database and the models differ. Called by the
//! rehearsal of a module, which says what of it is lost, carried or drift.

use std::collections::{BTreeMap, BTreeSet};

use super::baseline::Drafter;
use super::uncovered::{self, Uncovered};
use super::{Lived, RehearseError, Subject};
use crate::plan::{Carried, Source, Strategy};
use crate::schema::{Catalog, Difference, Sides, Three, compare, equal, is_left_out, parts, sides};
use crate::worker::{InspectRequest, Inspected};

/// What the live database lacks of what the baseline stands for, or has otherwise.
pub(super) fn drift(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
    live: Option<&Lived>,
    reference: &Catalog,
    built: &Catalog,
    accepted: &[Difference],
) -> Vec<Difference> {
    match (subject.choices.source, live) {
        (_, None) => Vec::new(),
        (Source::Chain, Some(live)) => lacking(reference, &live.catalog),
        // The models may say something else than the reference; what was accepted stands.
        (Source::Models, Some(live)) => lacking(built, &live.catalog)
            .into_iter()
            .filter(|other| {
                let is_given_up = subject.choices.accept_losses && is_given_up(accepted, other);
                !is_given_up && !is_left_out(other.object(), drafter.leave_out())
            })
            .collect(),
    }
}

/// Whether a difference of the live database is a loss that was accepted as one of many. What the
/// models are ahead by is none: the database lacks it.
fn is_given_up(accepted: &[Difference], other: &Difference) -> bool {
    let is_loss = |one: &&Difference| !matches!(one, Difference::Extra { .. });
    !matches!(other, Difference::Missing { .. })
        && accepted
            .iter()
            .filter(is_loss)
            .any(|one| one.object() == other.object())
}

/// What the live database lacks of the reference, or has otherwise. Objects of others in the same
/// database are no drift.
fn lacking(reference: &Catalog, live: &Catalog) -> Vec<Difference> {
    compare(reference, live)
        .into_iter()
        .filter(|difference| match difference {
            Difference::Missing { .. } | Difference::Changed { .. } => true,
            // A column or constraint more on a table of ours is drift, a table more is not.
            Difference::Extra { object, .. } => {
                !object.table.is_empty() && {
                    reference.objects.keys().any(|key| {
                        key.table.is_empty()
                            && key.schema == object.schema
                            && key.name == object.table
                    })
                }
            }
        })
        .collect()
}

/// Objects of the live database that the reference has not, as a remark.
pub(super) fn additional(reference: &Catalog, live: &Catalog) -> Option<String> {
    let names: Vec<String> = compare(reference, live)
        .into_iter()
        .filter_map(|difference| match difference {
            Difference::Extra { object, .. } if object.table.is_empty() => Some(object.to_string()),
            _ => None,
        })
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "in the live database, but not made by this chain: {}",
            names.join(", ")
        )
    })
}

/// What `pg_dump` shows beyond the catalogs, where the old chain was replayed.
pub(super) fn uncovered<'a>(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
    [reference, built]: [&Catalog; 2],
    explained: impl Iterator<Item = &'a Difference>,
) -> Result<Uncovered, RehearseError> {
    match drafter.replayed_target() {
        Some(replayed) => {
            let mut explained_by = BTreeSet::new();
            for difference in explained {
                let key = difference.object();
                match difference {
                    // A table that is missing is one difference; its sequence goes with it.
                    Difference::Missing { .. } => explained_by.extend(parts(reference, key)),
                    Difference::Extra { .. } => explained_by.extend(parts(built, key)),
                    Difference::Changed { .. } => {
                        explained_by.insert(key.clone());
                    }
                }
            }
            uncovered::look(subject, replayed, drafter.built_target(), &explained_by)
        }
        None => Ok(Uncovered::default()),
    }
}

/// What was carried and what differs as each database has it, and how much is equal besides.
pub(super) fn side_by_side(
    three: Three<'_>,
    carried: &[Carried],
    apart: [&Vec<Difference>; 3],
) -> (Vec<Sides>, BTreeMap<String, usize>) {
    let named = carried.iter().map(Carried::object).collect();
    let differences = apart.into_iter().flatten();
    (
        sides(three, &named, differences),
        equal(three.old, three.baseline, &named),
    )
}

/// What the project's own Alembic says of the database that the new revisions built.
pub(super) fn inspected(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
) -> Result<Inspected, RehearseError> {
    subject
        .call(|call| {
            let request = InspectRequest {
                target: drafter.built_target(),
                read_only: false,
                version_locations: vec![drafter.staging()],
            };
            subject.worker.inspect(&subject.request(), &request, call)
        })
        .map_err(RehearseError::Worker)
}

/// What the models say that the baseline does not, as `alembic check` words it. The last step asks
/// the same of the live database: what cannot be answered here stops the run there.
pub(super) fn model_drift(
    subject: &Subject<'_>,
    drafter: &Drafter<'_>,
) -> Result<Vec<String>, RehearseError> {
    if !subject.described.has_metadata {
        return Ok(Vec::new());
    }
    let inspected = inspected(subject, drafter)?;
    match inspected.check_error {
        Some(why) if subject.choices.strategy != Strategy::Unversioned => {
            Err(RehearseError::Check { why })
        }
        _ => Ok(inspected.differences),
    }
}
