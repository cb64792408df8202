//! Settings: flag, then environment (clap reads both), then the configuration file, then default.
//!
//! The file is `redistill.toml`, else `[tool.redistill]` in `pyproject.toml`. Unknown keys are an
//! error with the file's own line, so that a typing mistake is not a silent default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml_edit::Item;

use crate::error::Failure;
use crate::model::text::safe;
use crate::rules::message::convention::Convention;
use crate::rules::{Ignore, configured_at};
use crate::system::ReadFiles;

/// The configuration file's contents. Every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileSettings {
    /// The interpreter for all modules that name none.
    pub python: Option<PathBuf>,
    /// The folder for archives, relative to the project; `backups` unless set.
    pub backups: Option<PathBuf>,
    /// The folder for notes, relative to the project; `claudedocs` where it exists, else the
    /// archives' folder.
    pub notes: Option<PathBuf>,
    /// What messages of revisions look like.
    #[serde(default)]
    pub messages: MessageSettings,
    /// Modules, by name.
    #[serde(default)]
    pub modules: BTreeMap<String, ModuleSettings>,
    /// Findings that are set aside.
    #[serde(default)]
    ignore: Vec<IgnoreSettings>,
    /// The same, with their places in the file.
    #[serde(skip)]
    pub ignores: Vec<Ignore>,
}

/// One `[[ignore]]`. What is missing is a finding and no error: a check says it best.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct IgnoreSettings {
    code: String,
    path: Option<String>,
    module: Option<String>,
    reason: String,
}

/// `[messages]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MessageSettings {
    /// `conventional` or `none`; unless set, messages are judged where most follow the convention.
    pub convention: Option<Convention>,
}

/// One module's part of the configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModuleSettings {
    /// The module's `alembic.ini` or `pyproject.toml`, relative to the project. Where any module
    /// names one, nothing is searched for.
    pub config: Option<PathBuf>,
    /// The section of the ini file.
    pub section: Option<String>,
    /// The interpreter.
    pub python: Option<PathBuf>,
    /// Arguments that env.py reads with `context.get_x_argument()`.
    #[serde(default)]
    pub x: Vec<String>,
}

#[derive(Deserialize)]
struct Pyproject {
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    redistill: Option<FileSettings>,
}

/// Reads the configuration file of the project at `root`; none is fine.
pub fn load(root: &Path, files: &dyn ReadFiles) -> Result<FileSettings, Failure> {
    let own = root.join("redistill.toml");
    if let Some(text) = read(&own, files)? {
        let settings: FileSettings =
            toml_edit::de::from_str(&text).map_err(|error| broken(&own, &error))?;
        return Ok(settings.with_places(&own, &text, &[]));
    }
    let pyproject = root.join("pyproject.toml");
    let Some(text) = read(&pyproject, files)? else {
        return Ok(FileSettings::default());
    };
    let parsed: Pyproject =
        toml_edit::de::from_str(&text).map_err(|error| broken(&pyproject, &error))?;
    let settings = parsed.tool.and_then(|tool| tool.redistill);
    Ok(settings
        .unwrap_or_default()
        .with_places(&pyproject, &text, &["tool", "redistill"]))
}

impl FileSettings {
    /// Gives every `[[ignore]]` its line, so that a finding about it can point there.
    fn with_places(mut self, path: &Path, text: &str, tables: &[&str]) -> Self {
        let lines = ignore_lines(text, tables);
        let ignores = std::mem::take(&mut self.ignore).into_iter().enumerate();
        self.ignores = ignores
            .map(|(index, ignore)| {
                let line = lines.get(index).copied().unwrap_or(1);
                let source_line = text.lines().nth(line - 1).unwrap_or_default();
                Ignore {
                    location: configured_at(path, line, source_line),
                    code: ignore.code,
                    path: ignore.path,
                    module: ignore.module,
                    reason: ignore.reason,
                }
            })
            .collect();
        self
    }
}

/// The lines of the `ignore` entries below these tables: headers, or inline tables of an array.
fn ignore_lines(text: &str, tables: &[&str]) -> Vec<usize> {
    let Ok(document) = toml_edit::Document::parse(text) else {
        return Vec::new();
    };
    let mut table = Some(document.as_item());
    for name in tables.iter().chain(&["ignore"]) {
        table = table.and_then(|item| item.get(name));
    }
    let spans: Vec<_> = match table {
        Some(Item::ArrayOfTables(entries)) => entries.iter().map(toml_edit::Table::span).collect(),
        Some(Item::Value(toml_edit::Value::Array(entries))) => {
            entries.iter().map(toml_edit::Value::span).collect()
        }
        _ => Vec::new(),
    };
    spans
        .into_iter()
        .map(|span| span.map_or(1, |span| text[..span.start].matches('\n').count() + 1))
        .collect()
}

fn read(path: &Path, files: &dyn ReadFiles) -> Result<Option<String>, Failure> {
    match files.read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Failure::usage(format!(
            "cannot read {}: {error}",
            safe(&path.display().to_string())
        ))),
    }
}

fn broken(path: &Path, error: &toml_edit::de::Error) -> Failure {
    Failure::usage(format!(
        "{} cannot be followed",
        safe(&path.display().to_string())
    ))
    .with_detail(crate::model::text::safe_lines(error.to_string().trim_end()))
    .with_hint("mend the file, then: redistill check")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{RealFiles, WriteFiles as _};

    fn loaded(name: &str, text: &str) -> Result<FileSettings, Failure> {
        let folder = tempfile::tempdir().unwrap();
        RealFiles
            .write_new(&folder.path().join(name), text.as_bytes(), 0o644)
            .unwrap();
        load(folder.path(), &RealFiles)
    }

    #[test]
    fn both_files_are_read() {
        let own = loaded(
            "redistill.toml",
            "backups = \"old\"\n[modules.api]\npython = \"p\"\n",
        );
        let own = own.unwrap();
        assert_eq!(own.backups, Some(PathBuf::from("old")));
        assert_eq!(own.modules["api"].python, Some(PathBuf::from("p")));
        let tool = loaded(
            "pyproject.toml",
            "[project]\nname='x'\n[tool.redistill]\nnotes='n'\n",
        );
        assert_eq!(tool.unwrap().notes, Some(PathBuf::from("n")));
        assert_eq!(loaded("other.toml", "").unwrap(), FileSettings::default());
    }

    #[test]
    fn the_convention_is_one_of_two_words() {
        let read = |word: &str| {
            loaded(
                "redistill.toml",
                &format!("[messages]\nconvention = \"{word}\"\n"),
            )
        };
        assert_eq!(
            read("conventional").unwrap().messages.convention,
            Some(Convention::Conventional)
        );
        assert_eq!(
            read("none").unwrap().messages.convention,
            Some(Convention::None)
        );
        let detail = read("angular").unwrap_err().detail.unwrap();
        assert!(
            detail.contains("line 2") && detail.contains("conventional"),
            "{detail}"
        );
    }

    #[test]
    fn suppressions_know_their_lines() {
        let text = "backups = \"b\"\n\n[[ignore]]\ncode = \"RD302\"\nreason = \"r\"\n\n\
                    [[ignore]]\ncode = \"RD301\"\npath = \"a/**\"\n";
        let seen = |ignores: &[Ignore]| -> Vec<(String, usize, String)> {
            let seen = |one: &Ignore| (one.code.clone(), one.location.line, one.reason.clone());
            ignores.iter().map(seen).collect()
        };
        let own = loaded("redistill.toml", text).unwrap();
        let [first, second] = ["RD302", "RD301"].map(str::to_owned);
        let expected = [(first, 3, "r".to_owned()), (second, 7, String::new())];
        assert_eq!(seen(&own.ignores), expected);
        assert_eq!(own.ignores[0].location.source_line, "[[ignore]]");
        let tool = text
            .replace("backups", "[tool.redistill]\nbackups")
            .replace("[[ignore", "[[tool.redistill.ignore");
        let tool = loaded("pyproject.toml", &tool).unwrap();
        assert_eq!(tool.ignores[1].location.line, 8);
        let inline = loaded(
            "redistill.toml",
            "ignore = [\n  { code = \"RD302\", reason = \"r\" },\n]\n",
        );
        assert_eq!(inline.unwrap().ignores[0].location.line, 2);
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let failure = loaded("redistill.toml", "\nbackup = \"x\"\n").unwrap_err();
        let detail = failure.detail.unwrap();
        assert!(detail.contains("line 2"), "{detail}");
        assert!(detail.contains("backup"), "{detail}");
    }
}
