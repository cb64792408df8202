//! ini files as Python's `ConfigParser` reads them, with its default settings.
//!
//! Called by `survey::project`. No crate does this: comments only on lines of their own,
//! continuation lines, `[DEFAULT]`, `%(name)s` interpolation and strict duplicates (Python library
//! reference, `configparser`; the algorithm is `RawConfigParser._read`). Keeps line numbers.

use std::collections::{BTreeMap, BTreeSet};

const DEFAULT: &str = "DEFAULT";
/// `configparser.MAX_INTERPOLATION_DEPTH`.
const MAX_DEPTH: usize = 10;

/// Why a file or a value cannot be read; Python raises for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct IniError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, as a lowercase fragment.
    pub why: String,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value; interpolated where it comes from [`Ini::get`].
    pub value: String,
    /// The line of the option, from 1; 0 for what was passed in.
    pub line: usize,
}

type Options = BTreeMap<String, Setting>;

/// A parsed file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ini {
    defaults: Options,
    sections: Vec<(String, usize, Options)>,
}

impl Ini {
    /// Parses a file. `here` is the file's folder, which Alembic passes in as `%(here)s`.
    pub fn parse(text: &str, here: &str) -> Result<Self, IniError> {
        Reader::new(here).read(text)
    }

    /// The section names in order, without `DEFAULT`.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _, _)| name.as_str())
    }

    /// Whether there is such a section; `DEFAULT` is none.
    pub fn has_section(&self, name: &str) -> bool {
        self.section(name).is_some()
    }

    /// The line of a section's header.
    pub fn section_line(&self, name: &str) -> Option<usize> {
        self.sections
            .iter()
            .find(|(section, _, _)| section == name)
            .map(|(_, line, _)| *line)
    }

    /// The keys that a section itself sets, lowercase.
    pub fn own_keys(&self, section: &str) -> impl Iterator<Item = &str> {
        self.section(section)
            .into_iter()
            .flat_map(|options| options.keys().map(String::as_str))
    }

    /// An option's value as written: the section's own, else that of `DEFAULT`. None without such a
    /// section.
    pub fn raw(&self, section: &str, key: &str) -> Option<&Setting> {
        let key = key.to_lowercase();
        let options = self.section(section)?;
        options.get(&key).or_else(|| self.defaults.get(&key))
    }

    /// An option's value with `%(name)s` and `%%` replaced.
    pub fn get(&self, section: &str, key: &str) -> Result<Option<Setting>, IniError> {
        let Some(setting) = self.raw(section, key) else {
            return Ok(None);
        };
        let line = setting.line;
        let look_up = |name: &str| self.raw(section, name).map(|found| found.value.clone());
        interpolate(&setting.value, &look_up)
            .map(|value| Some(Setting { value, line }))
            .map_err(|why| IniError {
                line,
                why: format!("`{key}`: {why}"),
            })
    }

    fn section(&self, name: &str) -> Option<&Options> {
        self.sections
            .iter()
            .find(|(section, _, _)| section == name)
            .map(|(_, _, options)| options)
    }
}

/// Replaces `%(name)s` by what `look_up` gives (itself interpolated) and `%%` by `%`.
pub fn interpolate(
    value: &str,
    look_up: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut text = String::with_capacity(value.len());
    expand(value, look_up, 1, &mut text)?;
    Ok(text)
}

fn expand(
    value: &str,
    look_up: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    text: &mut String,
) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("the interpolation never ends".to_owned());
    }
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let reference = rest.strip_prefix('(').and_then(|rest| {
            let (name, after) = rest.split_once(')')?;
            let after = after.strip_prefix('s')?;
            (!name.is_empty()).then_some((name, after))
        });
        let Some((name, after)) = reference else {
            return Err("a `%` stands alone; write `%%`".to_owned());
        };
        let Some(found) = look_up(&name.to_lowercase()) else {
            return Err(format!("`%({name})s` names no option"));
        };
        expand(&found, look_up, depth + 1, text)?;
        rest = after;
    }
    text.push_str(rest);
    Ok(())
}

/// The state of `RawConfigParser._read`.
struct Reader {
    ini: Ini,
    /// The values being gathered, line by line: section, key, lines, line number.
    place: Place,
    option: Option<String>,
    indent: usize,
    /// What was set, by section, for the strict check.
    set: BTreeSet<(String, String)>,
    /// Python goes on after a line it cannot parse and raises at the end.
    bogus: Option<IniError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Defaults,
    Section(usize),
}

impl Reader {
    fn new(here: &str) -> Self {
        let mut ini = Ini::default();
        ini.defaults.insert(
            "here".to_owned(),
            Setting {
                value: here.to_owned(),
                line: 0,
            },
        );
        Self {
            ini,
            place: Place::Nowhere,
            option: None,
            indent: 0,
            set: BTreeSet::new(),
            bogus: None,
        }
    }

    fn read(mut self, text: &str) -> Result<Ini, IniError> {
        // Python opens the file with universal line ends.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.strip_suffix('\n').unwrap_or(&text);
        for (index, line) in text.split('\n').enumerate() {
            self.line(line, index + 1)?;
        }
        if let Some(error) = self.bogus {
            return Err(error);
        }
        let sections = self.ini.sections.iter_mut().map(|(_, _, options)| options);
        for options in sections.chain([&mut self.ini.defaults]) {
            for setting in options.values_mut() {
                setting.value.truncate(setting.value.trim_end().len());
            }
        }
        Ok(self.ini)
    }

    fn line(&mut self, line: &str, number: usize) -> Result<(), IniError> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        if value.is_empty() {
            // An empty line belongs to the value before it, if that goes on after it.
            self.append("");
            return Ok(());
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if self.option.is_some() && indent > self.indent {
            self.append(value);
            return Ok(());
        }
        self.indent = indent;
        match header(value) {
            Some(name) => self.open(name, number),
            None => self.set(value, number),
        }
    }

    fn options(&mut self) -> Option<&mut Options> {
        match self.place {
            Place::Nowhere => None,
            Place::Defaults => Some(&mut self.ini.defaults),
            Place::Section(index) => Some(&mut self.ini.sections[index].2),
        }
    }

    fn append(&mut self, line: &str) {
        let Some(option) = self.option.clone() else {
            return;
        };
        if let Some(setting) = self.options().and_then(|options| options.get_mut(&option)) {
            setting.value.push('\n');
            setting.value.push_str(line);
        }
    }

    fn open(&mut self, name: &str, line: usize) -> Result<(), IniError> {
        self.option = None;
        if name == DEFAULT {
            self.place = Place::Defaults;
            return Ok(());
        }
        if self.ini.has_section(name) {
            return Err(IniError {
                line,
                why: format!("the section [{name}] is there twice"),
            });
        }
        self.place = Place::Section(self.ini.sections.len());
        self.ini
            .sections
            .push((name.to_owned(), line, Options::new()));
        Ok(())
    }

    fn set(&mut self, text: &str, line: usize) -> Result<(), IniError> {
        let section = match self.place {
            Place::Nowhere => {
                return Err(IniError {
                    line,
                    why: "the file has no section header before its first option".to_owned(),
                });
            }
            Place::Defaults => DEFAULT.to_owned(),
            Place::Section(index) => self.ini.sections[index].0.clone(),
        };
        let split = text.split_once(['=', ':']);
        let Some((key, value)) = split.filter(|(key, _)| !key.trim().is_empty()) else {
            self.bogus.get_or_insert_with(|| IniError {
                line,
                why: "the line is no option, no section and no comment".to_owned(),
            });
            return Ok(());
        };
        let key = key.trim_end().to_lowercase();
        if !self.set.insert((section, key.clone())) {
            return Err(IniError {
                line,
                why: format!("the option `{key}` is there twice"),
            });
        }
        self.option = Some(key.clone());
        let value = value.trim().to_owned();
        if let Some(options) = self.options() {
            options.insert(key, Setting { value, line });
        }
        Ok(())
    }
}

/// `\[(.+)\]` matched at the start: up to the last bracket; what follows it is ignored.
fn header(value: &str) -> Option<&str> {
    let rest = value.strip_prefix('[')?;
    let name = &rest[..rest.rfind(']')?];
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
