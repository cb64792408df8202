//! `check --fix`: the safe corrections of the findings, as changed files.
//!
//! Called by the faces: first [`Engine::fixes`], then they are shown, then [`Engine::write_fixes`].
//! Never touches a revision (applied history is changed by a person), a file outside of the project,
//! or one that is not as it was read; never writes what does not parse.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::failures::shown;
use super::{Engine, edit};
use crate::error::{Failure, Kind};
use crate::model::text::io_words;
use crate::python::{Source, Syntax, newly_unbound};
use crate::rules::{Finding, LineEdit};
use crate::survey::ini::Ini;
use crate::system::{FileKind, ReadFiles, WriteFiles as _};

/// A file as it is and as it would be.
#[derive(Clone, Debug)]
pub struct FixedFile {
    /// The file, links followed.
    pub path: PathBuf,
    /// What is mended: rule and line, in the order of the file.
    pub mended: Vec<Mended>,
    /// Its bytes.
    pub before: Vec<u8>,
    /// Its bytes with the corrections.
    pub after: Vec<u8>,
    mode: u32,
}

/// One finding that a correction mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// `RD301`.
    pub code: String,
    /// The first line of the correction, in the file as it is.
    pub line: usize,
}

/// What can be corrected, and what cannot.
#[derive(Clone, Debug, Default)]
pub struct Fixes {
    /// By path.
    pub files: Vec<FixedFile>,
    /// Corrections that are shown and not made: rule, file, line, and why.
    pub left: Vec<LeftAlone>,
}

/// A correction that is left to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// `RD302`.
    pub code: String,
    /// The file, as the finding names it.
    pub path: PathBuf,
    /// The line.
    pub line: usize,
    /// Why, as a lowercase fragment.
    pub why: String,
}

impl Engine<'_> {
    /// The corrections of these findings that can be made without judgement.
    pub fn fixes(&self, findings: &[Finding]) -> Fixes {
        let mut edits: Vec<(&str, bool, &LineEdit)> = Vec::new();
        for finding in findings {
            let Some(edit) = &finding.remedy.diff else {
                continue;
            };
            // Two modules may find the same in a file they share.
            if !edits
                .iter()
                .any(|(code, _, known)| *code == finding.code && *known == edit)
            {
                edits.push((&finding.code, finding.remedy.is_safe, edit));
            }
        }
        edits.sort_by(|a, b| (&a.2.path, a.2.line).cmp(&(&b.2.path, b.2.line)));
        let mut files = BTreeMap::new();
        let mut left = Vec::new();
        for (code, is_safe, edit) in edits {
            let done = self
                .writable(is_safe, &edit.path)
                .and_then(|path| self.add_fix(&mut files, &path, code, edit));
            if let Err(why) = done {
                left.push(LeftAlone {
                    code: code.to_owned(),
                    path: edit.path.clone(),
                    line: edit.line,
                    why,
                });
            }
        }
        let files = files.into_values().map(|file| file.fixed).collect();
        Fixes { files, left }
    }

    /// Where a correction would be written, if it may be.
    fn writable(&self, is_safe: bool, path: &Path) -> Result<PathBuf, String> {
        if !is_safe {
            return Err("it needs a decision, or a revision would change".to_owned());
        }
        let real = self
            .files
            .canonical(path)
            .map_err(|error| io_words(&error))?;
        // The root is canonical itself.
        if real.starts_with(&self.request.root) {
            Ok(real)
        } else {
            Err("the file lies outside of the project".to_owned())
        }
    }

    /// Adds one correction to its file, or says why not.
    fn add_fix(
        &self,
        files: &mut BTreeMap<PathBuf, Draft>,
        path: &Path,
        code: &str,
        edit: &LineEdit,
    ) -> Result<(), String> {
        if !files.contains_key(path) {
            let draft = Draft::open(&self.files, path)?;
            files.insert(path.to_owned(), draft);
        }
        let draft = files.get_mut(path).expect("it was just inserted");
        let result = draft.add(code, edit);
        if draft.fixed.mended.is_empty() {
            files.remove(path);
        }
        result
    }

    /// Writes them, each file in one rename; all of them or none.
    ///
    /// # Errors
    /// A file that is no longer as it was shown, or that cannot be written.
    pub fn write_fixes(&self, fixes: &Fixes) -> Result<(), Failure> {
        for file in &fixes.files {
            match self.files.read(&file.path) {
                Ok(now) if now == file.before => {}
                Ok(_) => {
                    return Err(self.unwritten(file, "it has changed since it was shown"));
                }
                Err(error) => return Err(self.unwritten(file, &io_words(&error))),
            }
        }
        for (index, file) in fixes.files.iter().enumerate() {
            let Err(error) = self.files.replace(&file.path, &file.after, file.mode) else {
                continue;
            };
            let mut failure = self.unwritten(file, &io_words(&error));
            for written in &fixes.files[..index] {
                let back = self
                    .files
                    .replace(&written.path, &written.before, written.mode);
                if back.is_err() {
                    let path = shown(&self.request.root, &written.path);
                    failure =
                        failure.with_hint(format!("{path} is changed and could not be put back"));
                }
            }
            return Err(failure);
        }
        Ok(())
    }

    fn unwritten(&self, file: &FixedFile, why: &str) -> Failure {
        let path = shown(&self.request.root, &file.path);
        Failure::new(Kind::Untouched, format!("{path} is not corrected: {why}"))
            .with_hint("look at it again: redistill check --fix")
    }
}

/// A file in the making. Its corrections come in the order of their lines.
struct Draft {
    fixed: FixedFile,
    /// How many lines the corrections so far have added.
    shift: isize,
    /// The first line, in the file as it is, that no correction has touched.
    free_from: usize,
}

impl Draft {
    fn open(files: &dyn ReadFiles, path: &Path) -> Result<Self, String> {
        let words = |error: std::io::Error| io_words(&error);
        let stat = files.stat(path).map_err(words)?;
        let Some(stat) = stat.filter(|stat| stat.kind == FileKind::File) else {
            return Err("it is no regular file".to_owned());
        };
        let before = files.read(path).map_err(words)?;
        is_sound(path, &before)?;
        Ok(Self {
            fixed: FixedFile {
                path: path.to_owned(),
                mended: Vec::new(),
                after: before.clone(),
                before,
                mode: stat.mode,
            },
            shift: 0,
            free_from: 1,
        })
    }

    fn add(&mut self, code: &str, edit: &LineEdit) -> Result<(), String> {
        if edit.line < self.free_from {
            return Err(
                "another correction touches the same lines; check again after it".to_owned(),
            );
        }
        let mut moved = edit.clone();
        moved.line = edit.line.checked_add_signed(self.shift).unwrap_or(0);
        let after = edit::apply(&self.fixed.after, &moved).map_err(|error| error.to_string())?;
        is_sound(&self.fixed.path, &after)
            .map_err(|why| format!("the file could not be read after it: {why}"))?;
        if is_python(&self.fixed.path) {
            let parse = |bytes| Syntax::parse(&self.fixed.path, bytes);
            let missing = newly_unbound(&parse(&self.fixed.after), &parse(&after));
            if !missing.is_empty() {
                return Err(format!("the file does not import {}", missing.join(", ")));
            }
        }
        self.fixed.after = after;
        self.fixed.mended.push(Mended {
            code: code.to_owned(),
            line: edit.line,
        });
        self.shift += edit.after.len().cast_signed() - edit.before.len().cast_signed();
        self.free_from = edit.line + edit.before.len().max(1);
        Ok(())
    }
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// Whether a file can be read for what it is.
fn is_sound(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if is_python(path) {
        return Source::parse(bytes).map(drop).map_err(|error| error.why);
    }
    if path.extension().is_some_and(|extension| extension == "ini") {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        return Ini::parse(text, "").map(drop).map_err(|error| error.why);
    }
    Err("only Python and ini files are changed".to_owned())
}
