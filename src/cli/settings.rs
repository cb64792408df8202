//! Settings: flag, then environment (clap reads both), then the configuration file, then default.
//!
//! The file is `redistill.toml`, else `[tool.redistill]` in `pyproject.toml`. Unknown keys are an
//! error with the file's own line, so that a typing mistake is not a silent default.

mod places;
mod user;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml_edit::Datetime;

use crate::error::Failure;
use crate::model::text::safe;
use crate::model::{Location, Secret};
use crate::rules::message::convention::Convention;
use crate::rules::{Ignore, configured_at};
use crate::system::ReadFiles;
use places::{Places, scrubbed};
pub use user::{NAME as USER_FILE, user};

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
    /// Other environments that may stand at our revisions, by name.
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentSettings>,
    /// Findings that the team has agreed to live with.
    #[serde(default)]
    pub waivers: Vec<WaiverSettings>,
    /// The file that was read; none if there is none.
    #[serde(skip)]
    pub path: Option<PathBuf>,
}

/// Another environment: where its database is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "EnvironmentKeys")]
pub struct EnvironmentSettings {
    /// Where its URL is.
    pub address: EnvironmentAddress,
    /// The modules whose revisions are looked for; all if empty.
    pub modules: Vec<String>,
    /// The one version table that is looked at; all if none.
    pub version_table: Option<String>,
    /// Where it stands in the file.
    pub location: Location,
}

/// Where the URL of an environment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentAddress {
    /// In a variable.
    Variable(String),
    /// In the file.
    Written(Secret),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EnvironmentKeys {
    url: Option<Secret>,
    #[serde(alias = "url_env")]
    url_env: Option<String>,
    #[serde(default)]
    modules: Vec<String>,
    #[serde(alias = "version_table")]
    version_table: Option<String>,
}

impl TryFrom<EnvironmentKeys> for EnvironmentSettings {
    type Error = &'static str;

    fn try_from(keys: EnvironmentKeys) -> Result<Self, Self::Error> {
        let address = match (keys.url_env, keys.url) {
            (Some(name), None) => EnvironmentAddress::Variable(name),
            (None, Some(url)) => EnvironmentAddress::Written(url),
            _ => return Err("an environment needs either `url_env` or `url`"),
        };
        Ok(Self {
            address,
            modules: keys.modules,
            version_table: keys.version_table,
            location: Location::of_file(PathBuf::new()),
        })
    }
}

/// A waiver as it is written. What makes it void is judged by the rules, not here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WaiverSettings {
    /// The finding's code.
    pub finding: String,
    /// The module that it concerns.
    pub module: Option<String>,
    /// The head, or the heads, that it was given for.
    #[serde(default)]
    pub head: Heads,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Datetime>,
    /// Where it stands in the file.
    #[serde(skip, default = "nowhere")]
    pub location: Location,
}

/// One head or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Heads {
    /// `head = "4f2a"`
    One(String),
    /// `head = ["4f2a", "77aa"]`
    Several(Vec<String>),
}

impl Default for Heads {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
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

fn nowhere() -> Location {
    Location::of_file(PathBuf::new())
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
    /// The command that ends in Python, where it is started by another program.
    pub runner: Option<Words>,
    /// Arguments that env.py reads with `context.get_x_argument()`.
    #[serde(default)]
    pub x: Vec<String>,
    /// The command that runs the module's own tests at the end of a reset.
    pub tests: Option<Words>,
    /// After so many seconds it is ended; 600 unless set.
    pub test_timeout: Option<NonZeroU64>,
}

/// A command: as one text, split at blanks, or word by word.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// `"docker compose exec -T api python"`
    Text(String),
    /// `["docker", "compose", "exec", "-T", "api", "python"]`
    Words(Vec<String>),
}

impl Words {
    /// The words.
    pub fn words(self) -> Vec<String> {
        match self {
            Self::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
            Self::Words(words) => words,
        }
    }
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
        let read = toml_edit::de::from_str(&text).map_err(|error| broken(&own, &error))?;
        return Ok(placed(read, &own, &Places::new(&own, &text, &[])));
    }
    let pyproject = root.join("pyproject.toml");
    let Some(text) = read(&pyproject, files)? else {
        return Ok(FileSettings::default());
    };
    let parsed: Pyproject =
        toml_edit::de::from_str(&text).map_err(|error| broken(&pyproject, &error))?;
    Ok(match parsed.tool.and_then(|tool| tool.redistill) {
        Some(read) => {
            let places = Places::new(&pyproject, &text, &["tool", "redistill"]);
            placed(read, &pyproject, &places)
        }
        None => FileSettings::default(),
    })
}

/// The settings with the places of what findings may point at.
fn placed(mut settings: FileSettings, path: &Path, places: &Places<'_>) -> FileSettings {
    settings.path = Some(path.to_owned());
    for (name, environment) in &mut settings.environments {
        environment.location = places.of_key("environments", name);
    }
    let ignores = std::mem::take(&mut settings.ignore).into_iter().enumerate();
    settings.ignores = ignores
        .map(|(index, ignore)| {
            let place = places.of_entry("ignore", index);
            Ignore {
                location: configured_at(path, place.line, &place.source_line),
                code: ignore.code,
                path: ignore.path,
                module: ignore.module,
                reason: ignore.reason,
            }
        })
        .collect();
    for (index, waiver) in settings.waivers.iter_mut().enumerate() {
        waiver.location = places.of_entry("waivers", index);
    }
    settings
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
    // The parser quotes the line, and a URL may stand in it.
    let said: Vec<String> = error.to_string().trim_end().lines().map(scrubbed).collect();
    let said = said.join("\n");
    Failure::usage(format!(
        "{} cannot be followed",
        safe(&path.display().to_string())
    ))
    .with_detail(crate::model::text::safe_lines(&said))
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
    fn tests_are_a_text_or_words_with_a_limit() {
        let text = "[modules.api]\ntests = \"pytest -q\"\n\
                    [modules.shop]\ntests = [\"make\", \"my tests\"]\ntest-timeout = 90\n";
        let read = loaded("redistill.toml", text).unwrap();
        let words = |name: &str| read.modules[name].tests.clone().unwrap().words();
        assert_eq!(words("api"), ["pytest", "-q"]);
        assert_eq!(words("shop"), ["make", "my tests"]);
        assert_eq!(read.modules["shop"].test_timeout.unwrap().get(), 90);
        let never = "[modules.api]\ntest-timeout = 0\n";
        let detail = loaded("redistill.toml", never).unwrap_err().detail.unwrap();
        assert!(detail.contains("line 2"), "{detail}");
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
    fn environments_and_waivers_are_read_with_their_places() {
        let own = loaded(
            "redistill.toml",
            "[environments]\nstaging = { url_env = \"STAGING_URL\", modules = [\"api\"] }\n\
             [environments.team]\nurl = \"postgresql://u:secret@h/d\"\nversion-table = \"v\"\n\
             [[waivers]]\nfinding = \"RD201\"\nhead = \"4f2a\"\nreason = \"agreed\"\n\
             until = 2026-12-31\n[[waivers]]\nfinding = \"RD231\"\nhead = [\"a\", \"b\"]\n",
        )
        .unwrap();
        let staging = &own.environments["staging"];
        assert_eq!(staging.location.line, 2);
        assert_eq!(
            staging.address,
            EnvironmentAddress::Variable("STAGING_URL".to_owned())
        );
        assert_eq!(own.environments["team"].version_table.as_deref(), Some("v"));
        assert!(!format!("{own:?}").contains("secret"));
        assert_eq!(own.waivers[0].until.unwrap().to_string(), "2026-12-31");
        assert_eq!(own.waivers[1].location.line, 11);
    }

    #[test]
    fn an_environment_without_address_is_an_error_that_shows_no_password() {
        let text = "[environments]\nstaging = { url = \"postgresql://u:hunter2@h/d\", oops = 1 }\n";
        let failure = loaded("redistill.toml", text).unwrap_err();
        let detail = failure.detail.unwrap();
        assert!(
            detail.contains("line 2") && detail.contains("oops"),
            "{detail}"
        );
        assert!(!detail.contains("hunter2"), "{detail}");
        let failure = loaded("redistill.toml", "\n[environments]\nteam = {}\n").unwrap_err();
        let detail = failure.detail.unwrap();
        assert!(
            detail.contains("line 3") && detail.contains("url_env"),
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
