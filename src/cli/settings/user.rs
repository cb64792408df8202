//! A person's own settings of the app: `config.toml` in `$XDG_CONFIG_HOME/redistill`, else in
//! `~/.config/redistill`.
//!
//! Never a project's: a repository must not be able to say what a key does, so `[app]` and `[keys]`
//! are unknown keys in its `redistill.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Places, broken, read};
use crate::error::Failure;
use crate::model::text::{safe, safe_lines};
use crate::system::ReadFiles;
use crate::tui::{Change, Colours, Keymap, Letters};

/// The file's name in the folder of the user's settings.
pub const NAME: &str = "config.toml";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSettings {
    /// The colours.
    pub colours: Option<Colours>,
    /// The symbols.
    pub letters: Option<Letters>,
    /// Whether the mouse is the app's.
    pub mouse: Option<bool>,
    /// The keys.
    pub keymap: Keymap,
    /// The file, if there is one.
    pub path: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    app: App,
    keys: BTreeMap<String, Names>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct App {
    theme: Option<Theme>,
    symbols: Option<Symbols>,
    mouse: Option<bool>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Theme {
    Dark,
    Light,
    HighContrast,
    #[serde(rename = "16")]
    Sixteen,
    None,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Symbols {
    Unicode,
    Ascii,
}

/// One key or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

/// Reads the settings in a folder; no file is fine.
pub fn user(folder: Option<&Path>, files: &dyn ReadFiles) -> Result<UserSettings, Failure> {
    let Some(path) = folder.map(|folder| folder.join(NAME)) else {
        return Ok(UserSettings::default());
    };
    let Some(text) = read(&path, files)? else {
        return Ok(UserSettings::default());
    };
    let file: File = toml_edit::de::from_str(&text).map_err(|error| broken(&path, &error))?;
    let places = Places::new(&path, &text, &[]);
    let changes: Vec<Change> = file
        .keys
        .into_iter()
        .map(|(id, names)| Change {
            line: places.of_key("keys", &id).line,
            id,
            keys: match names {
                Names::One(name) => vec![name],
                Names::Several(names) => names,
            },
        })
        .collect();
    let keymap = Keymap::with(&changes).map_err(|mistakes| {
        let shown = safe(&path.display().to_string()).into_owned();
        let lines: Vec<String> = mistakes
            .iter()
            .map(|mistake| format!("{shown}:{}: {}", mistake.line, safe_lines(&mistake.why)))
            .collect();
        Failure::usage(format!("the keys in {shown} cannot be followed"))
            .with_detail(lines.join("\n"))
            .with_hint(
                "mend the file; all keys and their names stand in docs/guide/configuration.md",
            )
    })?;
    Ok(UserSettings {
        colours: file.app.theme.map(|theme| match theme {
            Theme::Dark => Colours::Dark,
            Theme::Light => Colours::Light,
            Theme::HighContrast => Colours::HighContrast,
            Theme::Sixteen => Colours::Sixteen,
            Theme::None => Colours::None,
        }),
        letters: file.app.symbols.map(|symbols| match symbols {
            Symbols::Unicode => Letters::Unicode,
            Symbols::Ascii => Letters::Ascii,
        }),
        mouse: file.app.mouse,
        keymap,
        path: Some(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{RealFiles, WriteFiles as _};

    fn read(text: &str) -> Result<UserSettings, Failure> {
        let folder = tempfile::tempdir().unwrap();
        RealFiles
            .write_new(&folder.path().join(NAME), text.as_bytes(), 0o644)
            .unwrap();
        user(Some(folder.path()), &RealFiles)
    }

    #[test]
    fn looks_and_keys_are_read() {
        let settings = read(
            "[app]\ntheme = \"16\"\nsymbols = \"ascii\"\nmouse = false\n\
             [keys]\ncopy = [\"Y\", \"ctrl+y\"]\npast = \"U\"\n",
        )
        .unwrap();
        assert_eq!(settings.colours, Some(Colours::Sixteen));
        assert_eq!(settings.letters, Some(Letters::Ascii));
        assert_eq!(settings.mouse, Some(false));
        assert_ne!(settings.keymap, Keymap::default());
        assert_eq!(user(None, &RealFiles).unwrap(), UserSettings::default());
    }

    #[test]
    fn mistakes_are_named_with_file_and_line() {
        for (text, line, fragment) in [
            ("[keys]\n\ncopy = \"e\"\n", "config.toml:3:", "`edit`"),
            ("[keys]\nreset = \"R\"\n", "config.toml:2:", "no action"),
            ("[keys]\nquit = 3\n", "line 2", "quit"),
            ("[app]\n\ntheme = \"pink\"\n", "line 3", "high-contrast"),
            ("[app]\ncolour = \"dark\"\n", "line 2", "colour"),
        ] {
            let detail = read(text).unwrap_err().detail.unwrap();
            assert!(
                detail.contains(line) && detail.contains(fragment),
                "{text}: {detail}"
            );
        }
    }

    #[test]
    fn a_project_says_nothing_about_keys() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["[keys]\ncopy = \"Y\"\n", "[app]\nmouse = false\n"] {
            let path = folder.path().join("redistill.toml");
            RealFiles.replace(&path, text.as_bytes(), 0o644).unwrap();
            let failure = super::super::load(folder.path(), &RealFiles).unwrap_err();
            assert!(failure.detail.unwrap().contains("unknown field"));
        }
    }
}
