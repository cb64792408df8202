//! Reads one revision file: identifier, parents, labels, dependencies, docstring.
//!
//! Called by `survey::chain` for every file that Alembic would load. Follows Alembic's
//! `script/base.py` (`Script._from_path`) and `script/revision.py` (`Revision.__init__`), except
//! that nothing is executed: what only execution could tell is [`RevisionReading::Unreadable`].

use std::path::Path;

use crate::model::{Revision, RevisionId, Unreadable};

use super::source::{Source, SourceError};

mod assignments;

use assignments::{Assignments, State, Value};

/// What a file in a version location is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionReading {
    /// A revision.
    Revision(Box<Revision>),
    /// Nothing that Alembic loads: another suffix, `__init__…`, an editor's lock file.
    NotARevision,
    /// Alembic would load it, and it cannot be read statically or not at all.
    Unreadable(Unreadable),
}

/// Which files of a version location Alembic loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loads {
    /// `*.py`.
    SourceOnly,
    /// `*.py`, and bytecode without its source (`sourceless = true`).
    Bytecode,
}

/// What Alembic makes of a file name (`_only_source_rev_file`, `_sourceless_rev_file`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// A source that is loaded.
    Source,
    /// Bytecode that is loaded where its source is missing.
    Bytecode,
    /// Ignored.
    Ignored,
}

impl FileRole {
    /// The role of a file by its name.
    pub fn of(name: &str, loads: Loads) -> Self {
        if name.starts_with(".#") || name.starts_with("__init__") {
            return Self::Ignored;
        }
        if name.ends_with(".py") {
            Self::Source
        } else if loads == Loads::Bytecode && (name.ends_with(".pyc") || name.ends_with(".pyo")) {
            Self::Bytecode
        } else {
            Self::Ignored
        }
    }
}

/// Reads a source file. `path` names it in the result and is not opened.
///
/// A `.py` file without a `revision` is no harmless neighbour: Alembic refuses to load the whole
/// folder because of it, unless the name is hexadecimal, which then is the identifier (the way of
/// Alembic 0.1).
pub fn read(path: &Path, bytes: &[u8]) -> RevisionReading {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    if FileRole::of(&name, Loads::SourceOnly) != FileRole::Source {
        return RevisionReading::NotARevision;
    }
    let read = Source::parse(bytes)
        .map_err(|error| from_source_error(path, error))
        .and_then(|source| interpret(path, &name, &source));
    match read {
        Ok(revision) => RevisionReading::Revision(Box::new(revision)),
        Err(unreadable) => RevisionReading::Unreadable(unreadable),
    }
}

fn from_source_error(path: &Path, error: SourceError) -> Unreadable {
    Unreadable {
        path: path.to_owned(),
        line: error.at.map(|at| at.line),
        column: error.at.map(|at| at.column),
        why: error.why,
        source: error.source_line,
    }
}

fn interpret(path: &Path, name: &str, source: &Source) -> Result<Revision, Unreadable> {
    let file = File { path, source };
    let assignments = Assignments::gather(source);
    let (id, line) = identifier(&file, name, &assignments)?;
    let down = parents(&file, &assignments)?;
    let depends_on = names(&file, &assignments.depends_on, "depends_on")?;
    let labels = names(&file, &assignments.branch_labels, "branch_labels")?;
    let doc = source.docstring().to_owned();
    Ok(Revision {
        id,
        down,
        depends_on,
        labels,
        path: path.to_owned(),
        message: doc.lines().next().unwrap_or("").trim_end().to_owned(),
        doc,
        line,
    })
}

struct File<'a> {
    path: &'a Path,
    source: &'a Source,
}

impl File<'_> {
    fn unreadable(&self, line: Option<usize>, why: impl Into<String>) -> Unreadable {
        Unreadable {
            path: self.path.to_owned(),
            line,
            column: None,
            why: why.into(),
            source: line.map(|line| self.source.line(line).to_owned()),
        }
    }

    fn dynamic(&self, name: &str, line: usize, why: &str) -> Unreadable {
        self.unreadable(
            Some(line),
            format!("`{name}` cannot be read statically: {why}"),
        )
    }
}

fn identifier(
    file: &File<'_>,
    name: &str,
    assignments: &Assignments,
) -> Result<(RevisionId, usize), Unreadable> {
    match &assignments.revision {
        State::Known(Value::Text(id), line) => {
            if let Some(illegal) = id.chars().find(|c| matches!(c, '@' | '-' | '+' | ':')) {
                let why = format!("the identifier `{id}` has a `{illegal}`, which Alembic forbids");
                return Err(file.unreadable(Some(*line), why));
            }
            if id.is_empty() {
                return Err(file.unreadable(Some(*line), "the identifier is empty"));
            }
            Ok((RevisionId(id.clone()), *line))
        }
        State::Known(_, line) => Err(file.unreadable(Some(*line), "`revision` is not a string")),
        State::Dynamic { why, line } => Err(file.dynamic("revision", *line, why)),
        State::Unset => match (legacy_identifier(name), assignments.star_import) {
            (_, Some(line)) => Err(file.dynamic("revision", line, "a star import may define it")),
            (Some(id), None) => Ok((id, 1)),
            (None, None) => Err(file.unreadable(
                None,
                "no `revision` is assigned in it, and Alembic loads no folder with such a file",
            )),
        },
    }
}

/// `_legacy_rev` of Alembic: `([a-f0-9]+)\.py$`.
fn legacy_identifier(name: &str) -> Option<RevisionId> {
    let stem = name.strip_suffix(".py")?;
    let is_hexadecimal = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    (!stem.is_empty() && stem.chars().all(is_hexadecimal)).then(|| RevisionId::from(stem))
}

fn parents(file: &File<'_>, assignments: &Assignments) -> Result<Vec<RevisionId>, Unreadable> {
    let name = "down_revision";
    match (&assignments.down_revision, assignments.star_import) {
        (State::Unset, Some(line)) => Err(file.dynamic(name, line, "a star import may define it")),
        (State::Unset, None) => Err(file.unreadable(None, "`down_revision` is not assigned")),
        (state, _) => Ok(names(file, state, name)?
            .into_iter()
            .map(RevisionId)
            .collect()),
    }
}

/// A value as Alembic's `to_tuple` sees it: one string, or several, or none.
fn names(file: &File<'_>, state: &State, name: &str) -> Result<Vec<String>, Unreadable> {
    match state {
        State::Unset | State::Known(Value::None, _) => Ok(Vec::new()),
        State::Known(Value::Text(text), _) => Ok(vec![text.clone()]),
        State::Known(Value::Several(items), line) => match items.as_slice() {
            // A sequence of one is the value itself (`tuple_rev_as_scalar`).
            [None] if name != "branch_labels" => Ok(Vec::new()),
            items => items
                .iter()
                .cloned()
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| file.unreadable(Some(*line), format!("`{name}` holds a None"))),
        },
        State::Dynamic { why, line } => Err(file.dynamic(name, *line, why)),
    }
}

#[cfg(test)]
mod tests;
