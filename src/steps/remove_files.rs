//! Clears a module's revision files: each one is renamed into the run's trash.
//!
//! `docs/design/0002-remove-by-rename.md` says why. Every half-way state is recognised file by
//! file, by hash, so an interrupted step goes on or back from wherever it stopped.

use super::tracked::{self, Found};
use super::{Context, Foreseen, Standing, StepError};
use crate::model::text::count;
use crate::plan::FileRef;

/// Every file must be there by then, as the plan knows it.
pub fn check(files: &[FileRef], foreseen: &mut Foreseen, context: &Context<'_>) -> Vec<StepError> {
    let mut problems = Vec::new();
    for file in files {
        problems.extend(foreseen.missing(file, context));
        foreseen.will_be_free(&file.path);
    }
    problems
}

/// Done if all are in the trash, not done if all are in place.
pub fn standing(files: &[FileRef], context: &Context<'_>) -> Result<Standing, StepError> {
    let mut moved = 0;
    for file in files {
        let here = tracked::look(&context.resolve(&file.path)?, context)?;
        let there = tracked::look(&context.trash(&file.path), context)?;
        match (here, there) {
            (Found::Nothing, there) if there.is(file) => moved += 1,
            (here, _) if here.is(file) => {}
            _ => {
                return Ok(Standing::Torn {
                    why: format!("{} is not in place and not in the trash", file.path),
                });
            }
        }
    }
    Ok(match moved {
        0 if !files.is_empty() => Standing::NotDone,
        n if n == files.len() => Standing::Done,
        n => Standing::Torn {
            why: format!("{n} of {} are in the trash", count(files.len(), "file")),
        },
    })
}

/// Moves what is still in place. All of that is looked at before the first is moved, so that one
/// changed file leaves the others where they are.
pub fn apply(files: &[FileRef], context: &Context<'_>) -> Result<String, StepError> {
    for file in files {
        let here = tracked::look(&context.resolve(&file.path)?, context)?;
        if here == Found::Nothing && tracked::look(&context.trash(&file.path), context)?.is(file) {
            continue;
        }
        if !here.is(file) {
            let path = file.path.clone();
            return Err(match here {
                Found::Nothing => StepError::Missing { path },
                Found::File(_) => StepError::Changed { path },
                Found::Other => StepError::NotAFile { path },
            });
        }
    }
    for file in files {
        let from = context.resolve(&file.path)?;
        tracked::relocate(file, &from, &context.trash(&file.path), 0o700, context)?;
    }
    Ok(format!("{} moved to the trash", count(files.len(), "file")))
}
