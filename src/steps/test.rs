//! Asks the project's own Alembic whether everything agrees. Changes nothing.

use super::{Context, StepError};
use crate::model::text::count;
use crate::plan::{DatabaseRef, Step};

/// The lines under the title.
pub fn preview(
    database: Option<&DatabaseRef>,
    current: &[String],
    heads: &[String],
    known: &[String],
) -> Vec<String> {
    let words = |ids: &[String]| {
        if ids.is_empty() {
            "nothing".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let mut lines = vec![format!("  alembic heads must give {}", words(heads))];
    if let Some(database) = database {
        lines.push(format!(
            "  alembic current on {} must give {}",
            database.label,
            words(current)
        ));
        lines.push(if known.is_empty() {
            "  alembic check must find no difference".to_owned()
        } else {
            format!(
                "  alembic check may find the {} that are there now, and no other",
                count(known.len(), "difference")
            )
        });
    }
    lines
}

/// The connection must have been given.
pub fn check(database: Option<&DatabaseRef>, context: &Context<'_>) -> Vec<StepError> {
    database
        .filter(|database| !context.world.databases.contains_key(&database.label))
        .map(|database| StepError::NoConnection {
            label: database.label.clone(),
        })
        .into_iter()
        .collect()
}

/// Asks, and compares with the plan.
pub fn apply(step: &Step, context: &Context<'_>) -> Result<String, StepError> {
    let Step::Test {
        module,
        database,
        current,
        heads,
        known_differences,
    } = step
    else {
        unreachable!("dispatched by kind")
    };
    let target =
        match database {
            None => None,
            Some(database) => Some(context.world.databases.get(&database.label).ok_or_else(
                || StepError::NoConnection {
                    label: database.label.clone(),
                },
            )?),
        };
    let seen = context
        .world
        .tester
        .inspect(module, target)
        .map_err(|why| StepError::Silent {
            module: module.to_string(),
            why,
        })?;
    let compare = |what: &'static str, expected: &[String], found: &[String]| {
        let (expected, found) = (sorted(expected), sorted(found));
        if expected == found {
            return Ok(());
        }
        Err(StepError::Disagrees {
            module: module.to_string(),
            what,
            expected: Some(expected),
            found: Some(found),
        })
    };
    compare("alembic heads", heads, &seen.heads)?;
    if target.is_some() {
        compare("alembic current", current, &seen.current)?;
    }
    let differences: Vec<_> = seen
        .differences
        .into_iter()
        .filter(|difference| !known_differences.contains(difference))
        .collect();
    if !differences.is_empty() {
        return Err(StepError::Differences {
            module: module.to_string(),
            differences,
        });
    }
    Ok(format!("at {}", sorted(heads).join(", ")))
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}
