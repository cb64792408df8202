//! Takes back what redistill wrote: a file or the archive moves into the run's folder.
//!
//! Only what is still as it was written; a file that somebody edited is theirs. A baseline's
//! bytecode goes with it, because a leftover `.pyc` is a revision where `sourceless` is set.

use std::path::{Path, PathBuf};

use super::tracked::{self, Found};
use super::{Context, Foreseen, Inverse, Standing, StepError, archive};
use crate::journal::Before;
use crate::model::ModuleName;
use crate::plan::{FileRef, Step};
use crate::system::FileKind;

/// The file must be as it was written, or gone already (an undo of a run that stopped before it).
pub fn check_file(
    file: &FileRef,
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    let problem = foreseen
        .missing(file, context)
        .filter(|error| !matches!(error, StepError::Missing { .. }));
    foreseen.will_be_free(&file.path);
    problem.into_iter().collect()
}

/// The archive's folder must hold the archive and nothing else.
pub fn check_archive(
    folder: &str,
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    foreseen.will_be_free(folder);
    let is_leaving = |error: &StepError| match error {
        StepError::InTheWay { path } => matches!(foreseen.at(path, context), Ok(Found::Nothing)),
        _ => false,
    };
    let mut problems = strangers(folder, context).unwrap_or_else(|error| vec![error]);
    problems.retain(|error| !is_leaving(error));
    problems
}

fn strangers(folder: &str, context: &Context<'_>) -> Result<Vec<StepError>, StepError> {
    let path = context.resolve(folder)?;
    match context.stat(&path)?.map(|stat| stat.kind) {
        None => return Ok(Vec::new()),
        Some(FileKind::Folder) => {}
        Some(_) => {
            return Err(StepError::NotAFile {
                path: folder.to_owned(),
            });
        }
    }
    let entries = context
        .files()
        .list(&path)
        .map_err(StepError::files("list", &path))?;
    Ok(entries
        .into_iter()
        .filter_map(|entry| Some(entry.file_name()?.to_str()?.to_owned()))
        .filter(|name| name != archive::ARCHIVE && name != archive::MANIFEST)
        .map(|name| StepError::InTheWay {
            path: format!("{folder}/{name}"),
        })
        .collect())
}

/// The text of the file, from which it can be written again.
pub fn before(file: &FileRef, context: &Context<'_>) -> Result<Before, StepError> {
    let path = context.resolve(&file.path)?;
    if tracked::look(&path, context)? == Found::Nothing {
        return Ok(Before::Nothing);
    }
    match String::from_utf8(tracked::read(&path, context)?) {
        Ok(contents) => Ok(Before::Text { contents }),
        Err(_) => Err(StepError::Changed {
            path: file.path.clone(),
        }),
    }
}

/// Done if nothing is left in the place.
pub fn standing(path: &str, context: &Context<'_>) -> Result<Standing, StepError> {
    Ok(match context.stat(&context.resolve(path)?)? {
        None => Standing::Done,
        Some(_) => Standing::NotDone,
    })
}

/// Moves a file away.
pub fn file(
    file: &FileRef,
    folders: &[String],
    context: &Context<'_>,
) -> Result<String, StepError> {
    let place = context.resolve(&file.path)?;
    tracked::sweep(place.parent().unwrap_or(&place), context)?;
    if tracked::look(&place, context)? != Found::Nothing {
        let to = context.retired(&file.path);
        tracked::relocate(file, &place, &to, 0o700, context)?;
    }
    for (path, name) in bytecode(&place, context)? {
        let to = free(&context.retired(&file.path).with_file_name(name), context)?;
        tracked::create_parent(&to, 0o700, context)?;
        context
            .files()
            .rename(&path, &to)
            .map_err(StepError::files("move", &path))?;
    }
    tracked::remove_folders(folders, context)?;
    Ok(format!("{} taken away", file.path))
}

/// The bytecode of a Python file, with names.
fn bytecode(place: &Path, context: &Context<'_>) -> Result<Vec<(PathBuf, String)>, StepError> {
    let (Some(folder), Some(stem)) = (place.parent(), place.file_stem().and_then(|s| s.to_str()))
    else {
        return Ok(Vec::new());
    };
    let cache = folder.join("__pycache__");
    let is_python = place.extension().is_some_and(|extension| extension == "py");
    let is_folder = matches!(context.stat(&cache)?, Some(stat) if stat.kind == FileKind::Folder);
    if !is_python || !is_folder {
        return Ok(Vec::new());
    }
    let entries = context
        .files()
        .list(&cache)
        .map_err(StepError::files("list", &cache))?;
    Ok(entries
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let rest = name.strip_prefix(stem)?.strip_prefix('.')?;
            let is_ours = rest.starts_with("cpython-")
                && path.extension().is_some_and(|extension| extension == "pyc");
            is_ours.then_some((path, name))
        })
        .collect())
}

/// A path that nothing has: the wanted one, else with a number.
pub(super) fn free(path: &Path, context: &Context<'_>) -> Result<PathBuf, StepError> {
    let mut candidate = path.to_owned();
    let mut number = 1;
    while context.stat(&candidate)?.is_some() {
        number += 1;
        candidate = path.with_added_extension(number.to_string());
    }
    Ok(candidate)
}

/// Moves the archive away, and what an interrupted archiving left beside it.
pub fn archive(
    folder: &str,
    folders: &[String],
    context: &Context<'_>,
) -> Result<String, StepError> {
    let place = context.resolve(folder)?;
    if let Some(problem) = strangers(folder, context)?.into_iter().next() {
        return Err(problem);
    }
    archive::remove_partial(&place, context)?;
    if context.stat(&place)?.is_some() {
        let to = free(&context.retired(folder), context)?;
        tracked::create_parent(&to, 0o700, context)?;
        context
            .files()
            .rename(&place, &to)
            .map_err(StepError::files("move", &place))?;
    }
    tracked::remove_folders(folders, context)?;
    Ok(format!("{folder} taken away"))
}

/// The way back of [`archive`], for an undo that is itself taken back.
pub fn put_archive_back(folder: &str, context: &Context<'_>) -> Result<(), StepError> {
    let place = context.resolve(folder)?;
    let from = context.retired(folder);
    if context.stat(&place)?.is_some() || context.stat(&from)?.is_none() {
        return Ok(());
    }
    tracked::create_parent(&place, 0o755, context)?;
    context
        .files()
        .rename(&from, &place)
        .map_err(StepError::files("move", &from))
}

/// The file is written again, where there was one.
pub fn inverse(
    what: &str,
    module: Option<&ModuleName>,
    file: &FileRef,
    before: &Before,
) -> Inverse {
    let Before::Text { contents } = before else {
        return Inverse::Steps(Vec::new());
    };
    Inverse::Steps(vec![Step::WriteFile {
        what: what.to_owned(),
        module: module.cloned(),
        path: file.path.clone(),
        contents: contents.clone(),
        mode: file.mode,
    }])
}
