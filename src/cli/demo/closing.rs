//! The figures at the end of a demo, in the field's terms.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::bugs::Fixed;
use crate::demo::Ran;
use crate::model::text::{count, elapsed, safe};

/// What the demo came to.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    pub(super) bugs: Vec<Fixed>,
    pub(super) modules: Vec<ModuleFigures>,
    /// Tables of the live databases.
    pub(super) tables: usize,
    /// Their rows, the same before and after.
    pub(super) rows: usize,
    /// The run.
    pub(super) id: String,
    /// Relative to the project, as is the note.
    pub(super) archive: Option<String>,
    pub(super) note: Option<String>,
    /// The folder that stays.
    pub(super) kept: Option<PathBuf>,
    /// The project in it.
    pub(super) project: Option<PathBuf>,
    pub(super) time: Duration,
}

/// One module's part.
#[derive(Clone, Debug)]
pub(super) struct ModuleFigures {
    pub(super) name: &'static str,
    pub(super) database: &'static str,
    pub(super) revisions: usize,
    pub(super) baseline: String,
    pub(super) baseline_path: String,
    pub(super) proof: Vec<Ran>,
}

impl Figures {
    fn revisions(&self) -> usize {
        self.modules.iter().map(|module| module.revisions).sum()
    }

    /// The one line.
    fn sentence(&self) -> String {
        format!(
            "{} fixed, {} archived, {} created, upgrade/rollback/repeatability passed for {}.",
            count(self.bugs.len(), "bug"),
            count(self.revisions(), "revision"),
            count(self.modules.len(), "baseline"),
            count(self.modules.len(), "module"),
        )
    }
}

/// For people.
pub(super) fn text(figures: &Figures) -> String {
    let mut lines = vec![String::new(), figures.sentence(), String::new()];
    for module in &figures.modules {
        lines.push(format!("baseline  {}", safe(&module.baseline_path)));
    }
    for (what, path) in [("archive ", &figures.archive), ("note    ", &figures.note)] {
        lines.extend(path.iter().map(|path| format!("{what}  {}", safe(path))));
    }
    lines.push(String::new());
    if let (Some(folder), Some(project)) = (&figures.kept, &figures.project) {
        let (folder, project) = (shell(folder), shell(project));
        lines.extend([
            format!("It is kept in {folder}; its server is stopped."),
            format!("start it      redistill demo --serve {folder}"),
            format!(
                "take it back  redistill --project {project} undo {}",
                figures.id
            ),
            format!("look around   redistill --project {project} check"),
        ]);
    } else {
        lines.push("Project, databases and server are gone again.".to_owned());
        lines.push("to keep them and play: redistill demo --keep DIR".to_owned());
    }
    lines.push(format!("took {}", elapsed(figures.time)));
    lines.join("\n") + "\n"
}

/// For programs: one object on one line.
pub(super) fn json(figures: &Figures) -> String {
    let modules: Vec<_> = figures
        .modules
        .iter()
        .map(|module| {
            let proof: Vec<_> = module
                .proof
                .iter()
                .map(|ran| {
                    json!({
                        "database": ran.database,
                        "command": ran.command,
                        "answer": ran.answer,
                    })
                })
                .collect();
            json!({
                "name": module.name,
                "database": module.database,
                "revisions": module.revisions,
                "baseline": module.baseline,
                "baseline_path": module.baseline_path,
                "proof": proof,
            })
        })
        .collect();
    let bugs: Vec<_> = figures
        .bugs
        .iter()
        .map(|bug| {
            json!({
                "pattern": bug.pattern,
                "title": bug.title,
                "found": bug.found,
                "commit": bug.commit,
            })
        })
        .collect();
    let value = json!({
        "schema": "redistill.demo/1",
        "outcome": "done",
        "summary": figures.sentence(),
        "bugs_fixed": figures.bugs.len(),
        "revisions_archived": figures.revisions(),
        "baselines_created": figures.modules.len(),
        "bugs": bugs,
        "modules": modules,
        "tables": figures.tables,
        "rows": figures.rows,
        "rows_unchanged": true,
        "id": figures.id,
        "archive": figures.archive,
        "note": figures.note,
        "kept": figures.kept,
        "project": figures.project,
        "milliseconds": u64::try_from(figures.time.as_millis()).unwrap_or(u64::MAX),
    });
    format!("{value}\n")
}

/// A path as it can be typed into a shell.
pub(super) fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", safe(&text).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_can_be_typed() {
        assert_eq!(shell(Path::new("/a/b-c")), "/a/b-c");
        assert_eq!(shell(Path::new("/my demo's")), r"'/my demo'\''s'");
    }
}
