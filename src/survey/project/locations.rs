//! Turns written locations into folders.
//!
//! Alembic resolves relative locations against the directory it is started in. That directory is
//! not written down anywhere: it is the folder of the configuration file, by convention and by
//! `prepend_sys_path = .`, unless the script location only exists as seen from a folder above it,
//! up to the project's root.

use std::path::{Component, Path, PathBuf};

use crate::system::{FileKind, ReadFiles};

use super::DiscoveryProblem;
use super::settings::{Settings, Written};

/// Where a module's files are.
pub(super) struct Places {
    pub(super) directory: PathBuf,
    pub(super) script_location: PathBuf,
    pub(super) version_locations: Vec<PathBuf>,
    pub(super) recursive: bool,
    pub(super) sourceless: bool,
}

/// Resolves the locations of a module whose configuration lies in `home`.
pub(super) fn resolve(
    settings: &Settings<'_>,
    home: &Path,
    root: &Path,
    files: &dyn ReadFiles,
) -> Result<Places, DiscoveryProblem> {
    let Some(written) = settings.text("script_location")? else {
        let path = settings.ini.map_or(home, |(path, _, _)| path);
        let why = "no `script_location` is set in this section";
        return Err(DiscoveryProblem::refuses(path, None, why));
    };
    if written.value.is_empty() {
        return Err(written.problem("`script_location` is empty"));
    }
    let search = settings.prepend_sys_path()?;
    let from_here = |directory: &Path| {
        let location = coerce(&written.value, directory, root, &search, files)?;
        is_folder(&location, files).then_some(location)
    };
    let above = home
        .ancestors()
        .take_while(|folder| folder.starts_with(root));
    let place = std::iter::once(home)
        .chain(above)
        .find_map(|directory| Some((directory.to_owned(), from_here(directory)?)));
    let Some((directory, script_location)) = place else {
        return Err(written.problem(not_there("script_location", &written.value)));
    };
    let version_locations = match settings.version_locations()? {
        Some(written) => versions(&written, &directory, root, settings, files)?,
        None => vec![script_location.join("versions")],
    };
    Ok(Places {
        directory,
        script_location,
        version_locations,
        recursive: settings.flag("recursive_version_locations")?,
        sourceless: settings.flag("sourceless")?,
    })
}

/// Resolves `version_locations`. Folders that do not exist stay: Alembic passes over them and
/// creates them when it writes a revision.
pub(super) fn versions(
    written: &Written<'_, Vec<String>>,
    directory: &Path,
    root: &Path,
    settings: &Settings<'_>,
    files: &dyn ReadFiles,
) -> Result<Vec<PathBuf>, DiscoveryProblem> {
    let search = settings.prepend_sys_path()?;
    let resolve = |location: &String| {
        coerce(location, directory, root, &search, files)
            .ok_or_else(|| written.problem(not_there("version_locations", location)))
    };
    written.value.iter().map(resolve).collect()
}

fn not_there(key: &str, location: &str) -> String {
    if location.contains(char::REPLACEMENT_CHARACTER) {
        format!(
            "`{key}` names `{location}` in bytes that are not UTF-8, which Alembic cannot read: \
             rename the folder, or write the file as UTF-8"
        )
    } else if location.contains('{') {
        format!("`{key}` is `{location}`, which the application fills in when it runs")
    } else if is_resource(location) {
        format!(
            "`{key}` names the package resource `{location}`, and no such package is found \
             beside the file, along `prepend_sys_path` or at the project's root"
        )
    } else {
        format!("`{key}` names `{location}`, which does not exist")
    }
}

/// `alembic.util.coerce_resource_to_filename`, with packages looked for in folders instead of
/// being imported. None if a package is nowhere.
fn coerce(
    location: &str,
    directory: &Path,
    root: &Path,
    search: &[String],
    files: &dyn ReadFiles,
) -> Option<PathBuf> {
    if !is_resource(location) {
        return Some(clean(&directory.join(location)));
    }
    let mut tokens = location.split(':');
    let package: PathBuf = tokens.next()?.split('.').collect();
    let below: PathBuf = tokens.collect();
    let named = search.iter().map(|entry| directory.join(entry));
    let usual = [directory, root]
        .into_iter()
        .flat_map(|folder| [folder.to_owned(), folder.join("src")]);
    named
        .chain(usual)
        .map(|folder| clean(&folder.join(&package)))
        .find(|folder| is_folder(folder, files))
        .map(|folder| clean(&folder.join(&below)))
}

fn is_resource(location: &str) -> bool {
    !Path::new(location).is_absolute() && location.contains(':')
}

/// Takes `.` and `..` out of an absolute path.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            other => cleaned.push(other),
        }
    }
    cleaned
}

fn is_folder(path: &Path, files: &dyn ReadFiles) -> bool {
    let real = files.canonical(path).and_then(|real| files.stat(&real));
    real.is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::Folder))
}

pub(super) fn has_env_py(folder: &Path, files: &dyn ReadFiles) -> bool {
    files.canonical(&folder.join("env.py")).is_ok()
}

/// Whether the folder's env.py is one of Flask-Migrate's: it asks Flask for the application.
pub(super) fn enters_flask(folder: &Path, files: &dyn ReadFiles) -> bool {
    files.read(&folder.join("env.py")).is_ok_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        text.contains("current_app")
            && text.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with("from flask import") || line.starts_with("import flask")
            })
    })
}
