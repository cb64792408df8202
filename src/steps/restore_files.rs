//! Brings removed files back: from the trash of the run that removed them, else from the archive.
//!
//! Either copy is enough, and each file is proven by its hash before anything is moved. What
//! stands in a file's place is never replaced.

use std::collections::BTreeMap;

use super::archive;
use super::tracked::{self, Found};
use super::{Context, Foreseen, Standing, StepError};
use crate::journal::run_folder;
use crate::model::text::count;
use crate::plan::FileRef;

/// Every place must be free by then and every file have a proven copy.
pub fn check(
    run: &str,
    archive: &str,
    files: &[FileRef],
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    let second = Second::read(archive, context);
    let mut problems = Vec::new();
    for file in files {
        match foreseen.at(&file.path, context) {
            Err(error) => problems.push(error),
            Ok(found) if found.is(file) => {}
            Ok(Found::Nothing) => match origin(run, file, &second, context) {
                Ok(_) => {}
                Err(error) => problems.push(error),
            },
            Ok(_) => problems.push(StepError::InTheWay {
                path: file.path.clone(),
            }),
        }
        foreseen.will_hold(&file.path, &file.sha256);
    }
    problems
}

/// Done if all are in place.
pub fn standing(files: &[FileRef], context: &Context<'_>) -> Result<Standing, StepError> {
    let mut back = 0;
    for file in files {
        if tracked::look(&context.resolve(&file.path)?, context)?.is(file) {
            back += 1;
        }
    }
    Ok(match back {
        n if n == files.len() => Standing::Done,
        0 => Standing::NotDone,
        n => Standing::Torn {
            why: format!("{n} of {} are back", count(files.len(), "file")),
        },
    })
}

/// Restores what is not in place.
pub fn apply(
    run: &str,
    archive: &str,
    files: &[FileRef],
    context: &Context<'_>,
) -> Result<String, StepError> {
    let second = Second::read(archive, context);
    for file in files {
        let place = context.resolve(&file.path)?;
        match tracked::look(&place, context)? {
            found if found.is(file) => {
                // A copy between file systems that was interrupted may have left the origin.
                let trash = trash_of(run, file, context);
                if tracked::look(&trash, context)?.is(file) {
                    tracked::relocate(file, &trash, &place, 0o755, context)?;
                }
            }
            Found::Nothing => match origin(run, file, &second, context)? {
                Origin::Trash => {
                    let trash = trash_of(run, file, context);
                    tracked::relocate(file, &trash, &place, 0o755, context)?;
                }
                Origin::Archive(contents) => {
                    tracked::create_parent(&place, 0o755, context)?;
                    tracked::sweep(place.parent().unwrap_or(&place), context)?;
                    context
                        .files()
                        .write_new(&place, &contents, file.mode)
                        .map_err(StepError::files("write", &place))?;
                }
            },
            _ => {
                return Err(StepError::InTheWay {
                    path: file.path.clone(),
                });
            }
        }
    }
    Ok(format!("{} restored", count(files.len(), "file")))
}

fn trash_of(run: &str, file: &FileRef, context: &Context<'_>) -> std::path::PathBuf {
    run_folder(&context.world.root, run)
        .join("trash")
        .join(&file.path)
}

enum Origin {
    Trash,
    Archive(Vec<u8>),
}

fn origin(
    run: &str,
    file: &FileRef,
    second: &Second,
    context: &Context<'_>,
) -> Result<Origin, StepError> {
    let trash = match tracked::look(&trash_of(run, file, context), context)? {
        found if found.is(file) => return Ok(Origin::Trash),
        Found::Nothing => "not there".to_owned(),
        _ => "changed".to_owned(),
    };
    let archive = match second {
        Second::Proven(members) => match members.get(&file.path) {
            Some(contents) if tracked::hash(contents) == file.sha256 => {
                return Ok(Origin::Archive(contents.clone()));
            }
            Some(_) => "holds another version".to_owned(),
            None => "does not hold it".to_owned(),
        },
        Second::Unproven(why) => why.clone(),
    };
    Err(StepError::NoCopy {
        path: file.path.clone(),
        trash,
        archive,
    })
}

/// The second copy, read and proven once.
enum Second {
    Proven(BTreeMap<String, Vec<u8>>),
    Unproven(String),
}

impl Second {
    fn read(folder: &str, context: &Context<'_>) -> Self {
        if folder.is_empty() {
            return Self::Unproven("there is none".to_owned());
        }
        let proven = context
            .resolve(folder)
            .map_err(|error| error.to_string())
            .and_then(|path| {
                archive::contents(context.files(), &path).map_err(|error| error.to_string())
            });
        match proven {
            Ok(members) => Self::Proven(members),
            Err(why) => Self::Unproven(why),
        }
    }
}
