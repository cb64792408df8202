//! `redistill chain`: the revision graph of each module.
//!
//! Text in the manner of `git log --graph`, newest first; JSON for programs. Colour is added by
//! nobody: heads, bases and labels are words. Names from files are escaped.

mod graph;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::model::text::{count, safe};
use crate::model::{Chain, ConfigSource, Module, Revision, RevisionId, Unreadable};

/// The name and version of the JSON's shape.
const SCHEMA: &str = "redistill.chain/1";

/// The graphs as text. Paths are shown relative to `root`.
pub fn text(root: &Path, modules: &[(Module, Chain)]) -> String {
    let mut text = String::new();
    for (index, (module, chain)) in modules.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        write_module(&mut text, root, module, chain);
    }
    text
}

fn write_module(text: &mut String, root: &Path, module: &Module, chain: &Chain) {
    let heads = chain.heads();
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line(format!(
        "{}  {}  {}, {}",
        safe(&module.name.0),
        safe(&origin(root, module)),
        count(chain.revisions.len(), "revision"),
        count(heads.len(), "head"),
    ));
    let parents = parents(chain);
    for row in graph::rows(chain) {
        let described = row
            .revision
            .map(|at| describe(&chain.revisions[at], &parents));
        line(format!("  {} {}", row.lanes, described.unwrap_or_default()));
    }
    for unreadable in &chain.unreadable {
        line(format!(
            "  cannot be read: {}: {}",
            safe(&place(root, unreadable)),
            safe(&unreadable.why)
        ));
        if let Some(source) = &unreadable.source {
            line(format!("      {}", safe(source.trim_end())));
        }
    }
    for problem in chain.problems() {
        line(format!("  not a chain: {}", safe(&problem.to_string())));
    }
}

/// `admin/alembic.ini`, with its section where it is not the usual one.
fn origin(root: &Path, module: &Module) -> String {
    let path = relative(root, module.config.path());
    match &module.config {
        ConfigSource::Ini { section, .. } if section != "alembic" => format!("{path} [{section}]"),
        _ => path,
    }
}

/// One line of a drawing, in parts: for faces that draw only what is in sight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The lanes.
    pub lanes: String,
    /// The revision that stands on this line, by its place in the chain.
    pub revision: Option<usize>,
    /// Its identifier, as it is.
    pub id: String,
    /// `head; label x`, as it is.
    pub marks: String,
    /// Its message, as it is.
    pub message: String,
}

/// The drawing of a chain, newest revision first. Foreign text is not yet escaped.
pub fn drawing(chain: &Chain) -> Vec<Drawn> {
    let parents = parents(chain);
    graph::rows(chain)
        .into_iter()
        .map(|row| {
            let Some(revision) = row.revision.map(|at| &chain.revisions[at]) else {
                return Drawn {
                    lanes: row.lanes,
                    ..Drawn::default()
                };
            };
            Drawn {
                lanes: row.lanes,
                revision: row.revision,
                id: revision.id.0.clone(),
                marks: marks(revision, &parents).join("; "),
                message: revision.message.clone(),
            }
        })
        .collect()
}

/// Everything that is somebody's parent.
fn parents(chain: &Chain) -> HashSet<&RevisionId> {
    let revisions = chain.revisions.iter();
    revisions.flat_map(|revision| &revision.down).collect()
}

fn marks(revision: &Revision, parents: &HashSet<&RevisionId>) -> Vec<String> {
    let mut marks = Vec::new();
    if !parents.contains(&revision.id) {
        marks.push("head".to_owned());
    }
    if revision.down.is_empty() {
        marks.push("base".to_owned());
    }
    if !revision.labels.is_empty() {
        marks.push(format!("label {}", revision.labels.join(", ")));
    }
    if !revision.depends_on.is_empty() {
        marks.push(format!("needs {}", revision.depends_on.join(", ")));
    }
    marks
}

fn describe(revision: &Revision, parents: &HashSet<&RevisionId>) -> String {
    let marks = marks(revision, parents);
    let mut text = safe(&revision.id.0).into_owned();
    if !marks.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, " ({})", safe(&marks.join("; ")));
    }
    if !revision.message.is_empty() {
        let _ = write!(text, "  {}", safe(&revision.message));
    }
    text
}

fn place(root: &Path, unreadable: &Unreadable) -> String {
    let mut place = relative(root, &unreadable.path);
    for number in [unreadable.line, unreadable.column].into_iter().flatten() {
        let _ = write!(place, ":{number}");
    }
    place
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

/// The graphs as JSON: `{schema, modules: [{name, config, section, revisions, heads, bases,
/// unreadable, problems}]}`. Paths are relative to `root` where they lie below it; revisions come
/// parents first.
pub fn json(root: &Path, modules: &[(Module, Chain)]) -> Value {
    let modules: Vec<Value> = modules
        .iter()
        .map(|(module, chain)| module_json(root, module, chain))
        .collect();
    json!({ "schema": SCHEMA, "modules": modules })
}

fn module_json(root: &Path, module: &Module, chain: &Chain) -> Value {
    let section = match &module.config {
        ConfigSource::Ini { section, .. } => Some(section),
        ConfigSource::Pyproject { .. } => None,
    };
    let revisions: Vec<Value> = chain
        .revisions
        .iter()
        .map(|revision| {
            json!({
                "id": revision.id,
                "down": revision.down,
                "depends_on": revision.depends_on,
                "labels": revision.labels,
                "path": relative(root, &revision.path),
                "message": revision.message,
            })
        })
        .collect();
    let unreadable: Vec<Value> = chain
        .unreadable
        .iter()
        .map(|unreadable| {
            json!({
                "path": relative(root, &unreadable.path),
                "line": unreadable.line,
                "column": unreadable.column,
                "why": unreadable.why,
                "source": unreadable.source,
            })
        })
        .collect();
    let problems: Vec<Value> = chain
        .problems()
        .iter()
        .map(|problem| json!({ "problem": problem, "message": problem.to_string() }))
        .collect();
    json!({
        "name": module.name,
        "config": relative(root, module.config.path()),
        "section": section,
        "revisions": revisions,
        "heads": chain.heads(),
        "bases": chain.bases(),
        "unreadable": unreadable,
        "problems": problems,
    })
}

#[cfg(test)]
mod tests;
