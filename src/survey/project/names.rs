//! Gives the modules their names: short, and no two alike.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::model::{ConfigSource, ModuleName};

use super::Found;

/// Folder names that say nothing of the module.
const PLAIN: &[&str] = &[
    "src",
    "app",
    "apps",
    "lib",
    "python",
    "db",
    "database",
    "migrations",
    "migration",
    "alembic",
    "config",
    "conf",
    "etc",
];

/// Folder names that only name the layout.
const LAYOUT: &[&str] = &[
    "src",
    "migrations",
    "migration",
    "alembic",
    "conf",
    "config",
];

/// Names every module.
pub(super) fn give(found: &mut [Found], root: &Path) {
    let mut names: Vec<String> = found
        .iter()
        .map(|found| folder_name(&found.home, root))
        .collect();
    // Two folders of one name: their paths tell them apart.
    let clashes = alike(&names, |index| found[index].home.clone());
    for (index, clashes) in clashes.into_iter().enumerate() {
        if clashes {
            names[index] = path_name(&found[index].home, root);
        }
    }
    // Several modules in one folder: file or section tells them apart.
    let several_files = alike(&names, |index| found[index].module.config.path().clone());
    let several_sections = alike(&names, |index| found[index].section.clone());
    for (index, found) in found.iter().enumerate() {
        let suffix = match (&found.section, &found.module.config) {
            (Some(section), _) if several_sections[index] => Some(section.clone()),
            (_, ConfigSource::Ini { path, .. }) if several_files[index] => path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        };
        if let Some(suffix) = suffix {
            names[index] = format!("{}:{suffix}", names[index]);
        }
    }
    let mut taken = BTreeSet::new();
    for (found, name) in found.iter_mut().zip(names) {
        let name = found.given_name.clone().unwrap_or(name);
        let section = found.section.as_deref().unwrap_or("alembic");
        let numbered = (2..).map(|n| format!("{name}:{n}"));
        let unique = [name.clone(), format!("{name}:{section}")]
            .into_iter()
            .chain(numbered)
            .find(|name| !taken.contains(name))
            .unwrap_or_default();
        taken.insert(unique.clone());
        found.module.name = ModuleName(unique);
    }
}

/// For each module, whether another has the same name and another `key`.
fn alike<K: PartialEq>(names: &[String], key: impl Fn(usize) -> K) -> Vec<bool> {
    (0..names.len())
        .map(|one| {
            (0..names.len()).any(|other| names[one] == names[other] && key(one) != key(other))
        })
        .collect()
}

fn components(home: &Path, root: &Path) -> Vec<String> {
    home.strip_prefix(root)
        .unwrap_or(home)
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect()
}

/// The innermost folder that says something; the project's own name if none does.
fn folder_name(home: &Path, root: &Path) -> String {
    let parts = components(home, root);
    let innermost_beyond = |dull: &[&str]| {
        parts
            .iter()
            .rev()
            .find(|part| !dull.contains(&part.to_lowercase().as_str()))
            .cloned()
    };
    innermost_beyond(PLAIN)
        .or_else(|| innermost_beyond(LAYOUT))
        .unwrap_or_else(|| {
            root.file_name().map_or_else(
                || "project".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            )
        })
}

fn path_name(home: &Path, root: &Path) -> String {
    let parts = components(home, root);
    if parts.is_empty() {
        folder_name(home, root)
    } else {
        parts.join("-")
    }
}
