//! One module's settings: a section of an ini file, and `[tool.alembic]` where both are read.
//!
//! Follows `alembic/config.py`: the ini file first, then the table; the lists have rules of their
//! own.

use std::path::Path;

use crate::survey::ini::Ini;
use crate::survey::pyproject::{AlembicTable, TomlValue};

use super::DiscoveryProblem;

/// A value with the place to point at.
#[derive(Clone, Debug)]
pub(super) struct Written<'a, T> {
    pub(super) value: T,
    pub(super) path: &'a Path,
    pub(super) line: usize,
}

impl<T> Written<'_, T> {
    pub(super) fn problem(&self, why: impl Into<String>) -> DiscoveryProblem {
        DiscoveryProblem::refuses(self.path, Some(self.line), why)
    }
}

/// Where the settings of one module are.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    /// The ini file, parsed, and the section.
    pub(super) ini: Option<(&'a Path, &'a Ini, &'a str)>,
    /// The `pyproject.toml` and its table.
    pub(super) toml: Option<(&'a Path, &'a AlembicTable)>,
}

type Found<'a, T> = Result<Option<Written<'a, T>>, DiscoveryProblem>;

impl<'a> Settings<'a> {
    fn from_ini(&self, key: &str) -> Found<'a, String> {
        let Some((path, ini, section)) = self.ini else {
            return Ok(None);
        };
        match ini.get(section, key) {
            Ok(setting) => Ok(setting.map(|setting| Written {
                value: setting.value,
                path,
                line: setting.line,
            })),
            Err(error) => Err(DiscoveryProblem::refuses(path, Some(error.line), error.why)),
        }
    }

    fn from_toml(&self, key: &str) -> Option<Written<'a, &'a TomlValue>> {
        let (path, table) = self.toml?;
        let (value, line) = table.get(key)?;
        Some(Written { value, path, line })
    }

    /// A string (`Config.get_alembic_option`).
    pub(super) fn text(&self, key: &str) -> Found<'a, String> {
        if let Some(found) = self.from_ini(key)? {
            return Ok(Some(found));
        }
        match self.from_toml(key) {
            None => Ok(None),
            Some(Written {
                value: TomlValue::Text(text),
                path,
                line,
            }) => Ok(Some(Written {
                value: text.clone(),
                path,
                line,
            })),
            Some(other) => Err(other.problem(format!("`{key}` is not a string"))),
        }
    }

    /// A boolean (`Config.get_alembic_boolean_option`): in an ini file exactly `true`.
    pub(super) fn flag(&self, key: &str) -> Result<bool, DiscoveryProblem> {
        if let Some(found) = self.from_ini(key)? {
            return Ok(found.value == "true");
        }
        match self.from_toml(key) {
            None => Ok(false),
            Some(Written {
                value: TomlValue::Flag(flag),
                ..
            }) => Ok(*flag),
            Some(other) => Err(other.problem(format!("`{key}` is not a boolean"))),
        }
    }

    fn toml_list(&self, key: &str) -> Found<'a, Vec<String>> {
        match self.from_toml(key) {
            None => Ok(None),
            Some(Written {
                value: TomlValue::List(items),
                path,
                line,
            }) => Ok(Some(Written {
                value: items.clone(),
                path,
                line,
            })),
            Some(other) => Err(other.problem(format!("`{key}` is not a list of strings"))),
        }
    }

    /// `Config.get_version_locations_list`; none means the default, an empty value as well.
    pub(super) fn version_locations(&self) -> Found<'a, Vec<String>> {
        let Some(found) = self
            .from_ini("version_locations")?
            .filter(|f| !f.value.is_empty())
        else {
            return Ok(self
                .toml_list("version_locations")?
                .filter(|found| !found.value.is_empty()));
        };
        let value = match self.separator(&["path_separator", "version_path_separator"])? {
            Some(separator) => split(&found.value, separator),
            None => split_legacy(&found.value, false),
        };
        Ok(Some(Written {
            value,
            path: found.path,
            line: found.line,
        }))
    }

    /// `Config.get_prepend_sys_paths_list`.
    pub(super) fn prepend_sys_path(&self) -> Result<Vec<String>, DiscoveryProblem> {
        let Some(found) = self
            .from_ini("prepend_sys_path")?
            .filter(|f| !f.value.is_empty())
        else {
            let found = self.toml_list("prepend_sys_path")?;
            return Ok(found.map(|found| found.value).unwrap_or_default());
        };
        Ok(match self.separator(&["path_separator"])? {
            Some(separator) => split(&found.value, separator),
            None => split_legacy(&found.value, true),
        })
    }

    /// `Config._get_file_separator_char`: read from the ini file only, the first name that is set.
    fn separator(&self, names: &[&str]) -> Result<Option<char>, DiscoveryProblem> {
        for name in names {
            let Some(found) = self.from_ini(name)? else {
                continue;
            };
            return match found.value.as_str() {
                "space" => Ok(Some(' ')),
                "newline" => Ok(Some('\n')),
                "os" | ":" => Ok(Some(':')),
                ";" => Ok(Some(';')),
                other => {
                    let hint = if other.contains('#') || other.contains(" ;") {
                        "; a comment needs a line of its own, here it is part of the value"
                    } else {
                        ""
                    };
                    Err(found.problem(format!(
                        "`{name}` is `{other}`, where Alembic knows os, space, newline, `;` and `:`{hint}"
                    )))
                }
            };
        }
        Ok(None)
    }

    /// The URL as written, without its password. A value that ConfigParser cannot interpolate is
    /// taken raw: env.py often never reads it.
    pub(super) fn written_url(&self) -> Option<String> {
        let (_, ini, section) = self.ini?;
        let raw = ini.raw(section, "sqlalchemy.url")?;
        let url = match ini.get(section, "sqlalchemy.url") {
            Ok(Some(setting)) => setting.value,
            _ => raw.value.clone(),
        };
        (!url.is_empty()).then(|| without_password(&url))
    }
}

/// The sections that are modules: they have a `script_location`, their own or that of `DEFAULT`.
/// `elsewhere` says that `pyproject.toml` may supply the location to `[alembic]`.
pub(super) fn module_sections(ini: &Ini, elsewhere: bool) -> Vec<String> {
    // The multidb template lists the sections of its databases, which are no modules.
    let databases: Vec<&str> = ini
        .sections()
        .filter_map(|section| ini.raw(section, "databases"))
        .flat_map(|setting| setting.value.split(','))
        .map(str::trim)
        .collect();
    let has_own = |section: &str| ini.own_keys(section).any(|key| key == "script_location");
    let configures = |section: &str| {
        section == "alembic" || ini.own_keys(section).any(|key| MODULE_KEYS.contains(&key))
    };
    let mut sections: Vec<String> = ini
        .sections()
        .filter(|section| {
            has_own(section)
                || (ini.raw(section, "script_location").is_some()
                    && !is_for_logging(section)
                    && !databases.contains(section)
                    && configures(section))
        })
        .map(str::to_owned)
        .collect();
    if elsewhere && !sections.iter().any(|section| section == "alembic") {
        sections.push("alembic".to_owned());
    }
    // Alembic's own section first: of several for one chain the first is taken.
    sections.sort_by_key(|section| section != "alembic");
    sections
}

/// Keys by which a section that inherits its script location shows that it is a module.
const MODULE_KEYS: &[&str] = &[
    "version_locations",
    "version_table",
    "version_table_schema",
    "sqlalchemy.url",
    "file_template",
    "prepend_sys_path",
    "databases",
];

fn is_for_logging(section: &str) -> bool {
    matches!(
        section,
        "loggers" | "handlers" | "formatters" | "post_write_hooks"
    ) || ["logger_", "handler_", "formatter_"]
        .iter()
        .any(|prefix| section.starts_with(prefix))
}

fn split(value: &str, separator: char) -> Vec<String> {
    value
        .split(separator)
        .filter(|part| !part.is_empty())
        .map(|part| part.trim().to_owned())
        .collect()
}

/// `re.split(r", *|(?: +)", value)`, with `|\:` for search paths.
fn split_legacy(value: &str, colons: bool) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            ',' | ' ' => {
                parts.push(String::new());
                rest = after.trim_start_matches(' ');
            }
            ':' if colons => {
                parts.push(String::new());
                rest = after;
            }
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
                rest = after;
            }
        }
    }
    parts
}

/// Replaces the password of a URL, and any in its query, by `***`.
fn without_password(url: &str) -> String {
    let mut shown = url.to_owned();
    if let Some(start) = shown.find("://").map(|at| at + 3)
        && let Some(at) = shown.rfind('@').filter(|&at| at > start)
        && let Some(colon) = shown[start..at].find(':').map(|colon| start + colon)
    {
        shown.replace_range(colon + 1..at, "***");
    }
    for key in ["password=", "PASSWORD=", "sslpassword="] {
        if let Some(start) = shown.find(key).map(|at| at + key.len()) {
            let end = shown[start..]
                .find(['&', ' '])
                .map_or(shown.len(), |end| start + end);
            shown.replace_range(start..end, "***");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_as_alembic_does() {
        assert_eq!(split_legacy("a, b  c,,d", false), ["a", "b", "c", "", "d"]);
        assert_eq!(split_legacy("a:b c", false), ["a:b", "c"]);
        assert_eq!(split_legacy(".:src", true), [".", "src"]);
        assert_eq!(split("\n a\n\n b ", '\n'), ["a", "b"]);
    }

    #[test]
    fn passwords_do_not_stay() {
        for (url, shown) in [
            (
                "postgresql://u:p@ss:w@h:5432/d",
                "postgresql://u:***@h:5432/d",
            ),
            ("postgresql+psycopg2://u@h/d", "postgresql+psycopg2://u@h/d"),
            (
                "driver://user:pass@localhost/dbname",
                "driver://user:***@localhost/dbname",
            ),
            (
                "postgresql:///d?host=h&password=x&y=1",
                "postgresql:///d?host=h&password=***&y=1",
            ),
            ("%(DB_URL)s", "%(DB_URL)s"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
