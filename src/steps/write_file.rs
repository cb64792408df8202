//! Writes a new text file: the note, the baseline. Never replaces one.

use std::path::Path;

use super::tracked::{self, Found};
use super::{Context, Foreseen, Standing, StepError};
use crate::journal::Before;
use crate::model::text::bytes;
use crate::system::FileKind;

/// The line under the title.
pub fn preview(contents: &str, mode: u32) -> String {
    let lines = contents.lines().count();
    format!(
        "  new, {} ({}), mode {mode:03o}",
        crate::model::text::count(lines, "line"),
        bytes(contents.len() as u64)
    )
}

/// The path must be free by then.
pub fn check(
    path: &str,
    contents: &str,
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    let problem = match foreseen.at(path, context) {
        Err(error) => Some(error),
        Ok(Found::Nothing) => None,
        Ok(_) => Some(StepError::InTheWay {
            path: path.to_owned(),
        }),
    };
    foreseen.will_hold(path, &tracked::hash(contents.as_bytes()));
    problem.into_iter().collect()
}

/// The folders above a path that do not exist, outermost first.
pub fn missing_folders(path: &str, context: &Context<'_>) -> Result<Before, StepError> {
    let mut missing = Vec::new();
    for (end, _) in path.match_indices('/') {
        let folder = &path[..end];
        match context.stat(&context.resolve(folder)?)?.map(|s| s.kind) {
            None => missing.push(folder.to_owned()),
            Some(FileKind::Folder | FileKind::Link) => {}
            Some(_) => {
                return Err(StepError::InTheWay {
                    path: folder.to_owned(),
                });
            }
        }
    }
    Ok(Before::Folders { missing })
}

/// Done if the file is there as it was to be.
pub fn standing(path: &str, contents: &str, context: &Context<'_>) -> Result<Standing, StepError> {
    Ok(match tracked::look(&context.resolve(path)?, context)? {
        Found::Nothing => Standing::NotDone,
        Found::File(sha256) if sha256 == tracked::hash(contents.as_bytes()) => Standing::Done,
        Found::File(_) | Found::Other => Standing::Torn {
            why: format!("{path} is not the file that was to be written"),
        },
    })
}

/// Writes it; being there already, as it was to be, is fine. When it cannot be written, the
/// folders made for it go again.
pub fn apply(
    path: &str,
    contents: &str,
    mode: u32,
    before: &Before,
    context: &Context<'_>,
) -> Result<String, StepError> {
    let whole = context.resolve(path)?;
    match standing(path, contents, context)? {
        Standing::Done => {}
        Standing::NotDone => {
            if let Err(error) = write(&whole, contents, mode, context) {
                tracked::remove_folders(&before.folders(), context)?;
                return Err(error);
            }
        }
        Standing::Torn { .. } => {
            return Err(StepError::InTheWay {
                path: path.to_owned(),
            });
        }
    }
    Ok(format!("{path}, {}", bytes(contents.len() as u64)))
}

fn write(whole: &Path, contents: &str, mode: u32, context: &Context<'_>) -> Result<(), StepError> {
    tracked::create_parent(whole, 0o755, context)?;
    tracked::sweep(whole.parent().unwrap_or(whole), context)?;
    context
        .files()
        .write_new(whole, contents.as_bytes(), mode)
        .map_err(StepError::files("write", whole))
}
