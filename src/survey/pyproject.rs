//! `[tool.alembic]` of a `pyproject.toml`, as Alembic 1.16 and later read it.
//!
//! Called by `survey::project`. Only the values that say where revisions are; values are
//! interpolated with `%(here)s` alone (`Config._get_toml_config_value`).

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::ini::interpolate;

/// Why the file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct PyprojectError {
    /// The line, from 1, where one is known.
    pub line: Option<usize>,
    /// What is wrong, as a lowercase fragment.
    pub why: String,
}

/// A value of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TomlValue {
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
    /// A boolean.
    Flag(bool),
    /// Anything else; Alembic has no use for it here.
    Other,
}

/// The table `[tool.alembic]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlembicTable {
    /// The line of the table's header.
    pub line: usize,
    values: BTreeMap<String, (TomlValue, usize)>,
}

impl AlembicTable {
    /// A value as written, with its line.
    pub fn get(&self, key: &str) -> Option<(&TomlValue, usize)> {
        self.values.get(key).map(|(value, line)| (value, *line))
    }
}

/// Reads the table; none if the file has none. `here` is the file's folder.
pub fn parse(text: &str, here: &str) -> Result<Option<AlembicTable>, PyprojectError> {
    let line_of =
        |span: Option<Range<usize>>| span.map(|span| text[..span.start].matches('\n').count() + 1);
    let document = Document::parse(text).map_err(|error| PyprojectError {
        line: line_of(error.span()),
        why: error.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    let tool = document.get("tool").and_then(Item::as_table_like);
    let Some(item) = tool.and_then(|tool| tool.get("alembic")) else {
        return Ok(None);
    };
    let line = line_of(item.span()).unwrap_or(1);
    let Some(table) = item.as_table_like() else {
        return Err(PyprojectError {
            line: Some(line),
            why: "`tool.alembic` is not a table".to_owned(),
        });
    };
    let mut values = BTreeMap::new();
    for (key, item) in TableLike::iter(table) {
        let line = line_of(item.span()).unwrap_or(line);
        let value = read(item, here).map_err(|why| PyprojectError {
            line: Some(line),
            why: format!("`{key}`: {why}"),
        })?;
        values.insert(key.to_owned(), (value, line));
    }
    Ok(Some(AlembicTable { line, values }))
}

fn read(item: &Item, here: &str) -> Result<TomlValue, String> {
    // The folder is put in as it is; only ConfigParser would look for `%` in it again.
    let escaped = here.replace('%', "%%");
    let fill = |text: &str| interpolate(text, &|name| (name == "here").then(|| escaped.clone()));
    Ok(match item {
        Item::Value(Value::String(text)) => TomlValue::Text(fill(text.value())?),
        Item::Value(Value::Boolean(flag)) => TomlValue::Flag(*flag.value()),
        Item::Value(Value::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            match texts {
                Some(texts) => {
                    TomlValue::List(texts.into_iter().map(fill).collect::<Result<_, _>>()?)
                }
                None => TomlValue::Other,
            }
        }
        _ => TomlValue::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_with_lines() {
        let text = "[project]\nname = 'x'\n\n[tool.alembic]\nscript_location = '%(here)s/m'\n\
                    version_locations = [\n  '%(here)s/a', 'b%%c'\n]\nsourceless = true\n";
        let table = parse(text, "/p%q").unwrap().unwrap();
        assert_eq!(table.line, 4);
        assert_eq!(
            table.get("script_location"),
            Some((&TomlValue::Text("/p%q/m".to_owned()), 5))
        );
        assert_eq!(
            table.get("version_locations").unwrap().0,
            &TomlValue::List(vec!["/p%q/a".to_owned(), "b%c".to_owned()])
        );
        assert_eq!(table.get("sourceless").unwrap().0, &TomlValue::Flag(true));
        assert_eq!(parse("[tool.ruff]\n", "/p").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_has_a_line() {
        assert_eq!(parse("a = 1\nb = = 2\n", "/p").unwrap_err().line, Some(2));
        let error = parse("[tool.alembic]\nx = 1\nscript_location = '%(a)s'\n", "/p").unwrap_err();
        assert_eq!(error.line, Some(3));
        assert!(parse("[tool]\nalembic = 3\n", "/p").is_err());
    }
}
