//! Where the tables of the configuration file begin, so that findings can point at them. The lines
//! shown hold no password.

use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use crate::model::Location;

/// A configuration file whose tables can be found.
pub struct Places<'a> {
    path: &'a Path,
    text: &'a str,
    document: Option<Document<&'a str>>,
    prefix: &'a [&'a str],
}

impl<'a> Places<'a> {
    /// Reads the file's text once more, for the places only; `prefix` leads to our own table.
    pub fn new(path: &'a Path, text: &'a str, prefix: &'a [&'a str]) -> Self {
        Self {
            path,
            text,
            document: Document::parse(text).ok(),
            prefix,
        }
    }

    /// The line where `table.key` is set.
    pub fn of_key(&self, table: &str, key: &str) -> Location {
        let start = self.own(table).and_then(|item| {
            let table = item.as_table_like()?;
            let (name, item) = table.get_key_value(key)?;
            name.span().or(item.span())
        });
        self.location(start.map(|span| span.start))
    }

    /// The line where the `index`-th table of an array begins.
    pub fn of_entry(&self, array: &str, index: usize) -> Location {
        let start = self.own(array).and_then(|item| {
            let tables = item
                .as_array_of_tables()
                .and_then(|all| all.get(index)?.span());
            tables.or_else(|| item.as_array()?.get(index)?.span())
        });
        self.location(start.map(|span| span.start))
    }

    fn own(&self, name: &str) -> Option<&Item> {
        let root: &dyn TableLike = self.document.as_ref()?.as_table();
        let own = self
            .prefix
            .iter()
            .try_fold(root, |table, key| table.get(key)?.as_table_like())?;
        own.get(name)
    }

    fn location(&self, offset: Option<usize>) -> Location {
        let mut location = Location::of_file(self.path);
        let Some(before) = offset.and_then(|offset| self.text.get(..offset)) else {
            return location;
        };
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        location.line = before.matches('\n').count() + 1;
        location.column = before[start..].chars().count() + 1;
        let line = self.text[start..].lines().next().unwrap_or_default();
        location.source_line = scrubbed(line);
        location
    }
}

/// A line without the user and password of a URL in it: everything from `://` to the last `@`,
/// since a password may hold any character.
pub fn scrubbed(line: &str) -> String {
    let hidden = match (line.find("://"), line.rfind('@')) {
        (Some(start), Some(end)) if start + 3 < end => {
            format!("{}***{}", &line[..start + 3], &line[end..])
        }
        _ => line.to_owned(),
    };
    match hidden.find("password=") {
        Some(at) => format!("{}***", &hidden[..at + "password=".len()]),
        None => hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_and_hold_no_password() {
        let text = "[tool.redistill.environments]\nx = {url_env = \"X\"}\n\
                    staging = { url = \"postgresql://u:p?@w@h/d\" }\n\
                    [[tool.redistill.waivers]]\nfinding = \"RD201\"\n\
                    [[tool.redistill.waivers]]\nfinding = \"RD231\"\n";
        let places = Places::new(Path::new("/p/pyproject.toml"), text, &["tool", "redistill"]);
        let staging = places.of_key("environments", "staging");
        assert_eq!((staging.line, staging.column), (3, 1));
        assert_eq!(
            staging.source_line,
            "staging = { url = \"postgresql://***@h/d\" }"
        );
        assert_eq!(places.of_entry("waivers", 1).line, 6);
        assert_eq!(places.of_entry("waivers", 7).line, 1);
    }
}
