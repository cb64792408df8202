//! Settings: flag, then environment (clap reads both), then the configuration file, then default.
//!
//! The file is `redistill.toml`, else `[tool.redistill]` in `pyproject.toml`. Unknown keys are an
//! error with the file's own line, so that a typing mistake is not a silent default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Failure;
use crate::model::text::safe;
use crate::rules::message::convention::Convention;
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
        return toml_edit::de::from_str(&text).map_err(|error| broken(&own, &error));
    }
    let pyproject = root.join("pyproject.toml");
    let Some(text) = read(&pyproject, files)? else {
        return Ok(FileSettings::default());
    };
    let parsed: Pyproject =
        toml_edit::de::from_str(&text).map_err(|error| broken(&pyproject, &error))?;
    Ok(parsed
        .tool
        .and_then(|tool| tool.redistill)
        .unwrap_or_default())
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
    fn a_misspelt_key_is_named_with_its_line() {
        let failure = loaded("redistill.toml", "\nbackup = \"x\"\n").unwrap_err();
        let detail = failure.detail.unwrap();
        assert!(detail.contains("line 2"), "{detail}");
        assert!(detail.contains("backup"), "{detail}");
    }
}
