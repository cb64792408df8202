//! What the project's source files say, as data. `survey::sources` fills it; the rules judge it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::message::convention::Convention;
use super::suppression::Ignores;
use crate::model::{Location, ModuleName, Revision, RevisionId};
use crate::python::env::EnvFacts;
use crate::python::operations::RevisionOperations;
use crate::python::{Contents, Identifiers, TableFact};

/// The facts of all modules.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// By module.
    pub modules: BTreeMap<ModuleName, ModuleSources>,
    /// What the configuration says about messages; none where it says nothing.
    pub convention: Option<Convention>,
    /// What asks for findings to be set aside.
    pub ignores: Ignores,
    /// Whether only some of the project's modules were looked at.
    pub is_part: bool,
}

impl Sources {
    /// A module's facts; empty ones if nothing was read.
    pub fn of(&self, module: &ModuleName) -> &ModuleSources {
        static NONE: ModuleSources = ModuleSources::EMPTY;
        self.modules.get(module).unwrap_or(&NONE)
    }
}

/// The facts of one module.
#[derive(Clone, Debug, Default)]
pub struct ModuleSources {
    /// The tables of its models.
    pub tables: Vec<TableFact>,
    /// What its env.py does; none if there is none.
    pub env: Option<EnvFacts>,
    /// What its revisions do, parents first.
    pub revisions: Vec<RevisionOperations>,
    /// What its models name, and what they do not, file by file.
    pub model_names: Vec<Identifiers>,
    /// The same of its revisions.
    pub revision_names: Vec<Identifiers>,
    /// What else its revision files hold, in the same order.
    pub contents: Vec<Contents>,
    /// What else its env.py holds.
    pub env_contents: Option<Contents>,
    /// The URL in its settings file; none if the key is absent.
    pub url: Option<UrlLine>,
    /// What lies around its files.
    pub surroundings: Surroundings,
    /// Files that were left out, and why: too large, unreadable.
    pub left_out: Vec<(PathBuf, String)>,
}

impl ModuleSources {
    const EMPTY: Self = Self {
        tables: Vec::new(),
        env: None,
        revisions: Vec::new(),
        model_names: Vec::new(),
        revision_names: Vec::new(),
        contents: Vec::new(),
        env_contents: None,
        url: None,
        surroundings: Surroundings::EMPTY,
        left_out: Vec::new(),
    };

    /// What a revision's file does.
    pub fn operations_of(&self, revision: &Revision) -> Option<&RevisionOperations> {
        // Byte by byte: the paths are of one listing, and paths compare part by part, slowly.
        let wanted = revision.path.as_os_str();
        self.revisions
            .iter()
            .find(|read| read.path.as_os_str() == wanted)
    }

    /// What else a revision's file holds.
    pub fn contents_of(&self, revision: &Revision) -> Option<&Contents> {
        let wanted = revision.path.as_os_str();
        self.contents
            .iter()
            .find(|read| read.path.as_os_str() == wanted)
    }

    /// Whether the models have a table of this name.
    pub fn owns(&self, table: &str) -> bool {
        self.tables.iter().any(|own| own.qualified() == table)
    }
}

/// What lies around a module's revision files.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names that `import` finds in the module's folders: the application's own packages.
    pub own_packages: BTreeSet<String>,
    /// Files of other tools that name revisions: `head.txt`, `EXPAND_HEAD`.
    pub leftovers: Vec<PathBuf>,
    /// Those of them that hold nothing but heads: a reset lets them follow.
    pub following: Vec<PathBuf>,
    /// Version locations that are links, with what they lead to.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// Where other files of the project name a revision of this module.
    pub quotes: Vec<(RevisionId, Location)>,
    /// Identifiers that were replaced, with the baseline that replaced them; from the baselines
    /// themselves and from the archives of past resets.
    pub replaced: BTreeMap<String, RevisionId>,
    /// Tests of the module's migrations that the project has.
    pub tests: Vec<FoundTests>,
    /// Revision files that no version location reaches.
    pub out_of_reach: Vec<OutOfReach>,
}

/// A revision file in a module's script folder that no version location names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfReach {
    /// Where it begins to say so.
    pub location: Location,
    /// Its identifier.
    pub id: RevisionId,
    /// What it hangs on: a revision of the chain, or another one out of reach. None where the chain is
    /// empty.
    pub parent: Option<String>,
}

/// A migration test of the project's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTests {
    /// What tells it.
    pub location: Location,
    /// What pytest is given to run it, in the module's folder.
    pub arguments: Vec<String>,
}

impl Surroundings {
    const EMPTY: Self = Self {
        own_packages: BTreeSet::new(),
        leftovers: Vec::new(),
        following: Vec::new(),
        links: Vec::new(),
        quotes: Vec::new(),
        replaced: BTreeMap::new(),
        tests: Vec::new(),
        out_of_reach: Vec::new(),
    };
}

/// The line of a settings file with `sqlalchemy.url`. Holds no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlLine {
    /// Where; the password in the source line is `***`.
    pub location: Location,
    /// The value, its password `***`.
    pub value: String,
    /// Whether a password stands in it.
    pub has_password: bool,
    /// Whether a `%` stands in it that `ConfigParser` takes for an interpolation.
    pub has_bare_percent: bool,
}

impl UrlLine {
    /// Reads the setting's value; what is kept holds no password.
    pub fn read(path: impl Into<PathBuf>, line: usize, raw: &str) -> Self {
        let (value, has_password) = redact(raw.trim());
        let mut location = Location::of_file(path);
        location.line = line;
        location.source_line = format!("sqlalchemy.url = {value}");
        Self {
            location,
            value,
            has_password,
            has_bare_percent: has_bare_percent(raw),
        }
    }

    /// Whether the value is no address: empty, or the template's `driver://user:pass@localhost/dbname`.
    pub fn is_placeholder(&self) -> bool {
        let value = self.value.trim();
        value.is_empty() || value.starts_with("driver://")
    }

    /// Whether the driver is an asynchronous one.
    pub fn is_async(&self) -> bool {
        is_async_url(&self.value)
    }
}

/// Whether a URL's driver is an asynchronous one.
pub fn is_async_url(url: &str) -> bool {
    ["+asyncpg", "+psycopg_async", "+aiopg"]
        .iter()
        .any(|driver| url.contains(driver))
}

/// Whether a `%` stands in a text that is neither doubled nor the start of `%(name)s`.
pub fn has_bare_percent(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        match rest.chars().next() {
            Some('%') => rest = &rest[1..],
            Some('(') => {}
            _ => return true,
        }
    }
    false
}

/// `scheme://user:***@host/…`, and whether there was a password.
fn redact(url: &str) -> (String, bool) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), false);
    };
    // The last `@` before the query: a password may hold one that nobody encoded.
    let end = rest.find('?').unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else {
        return redact_query(url);
    };
    let (credentials, address) = rest.split_at(at);
    match credentials.split_once(':') {
        Some((user, password)) if !password.is_empty() => {
            let (address, _) = redact_query(address);
            (format!("{scheme}://{user}:***{address}"), true)
        }
        _ => redact_query(url),
    }
}

/// `?password=…` in a query.
fn redact_query(text: &str) -> (String, bool) {
    let Some(at) = text.find("password=") else {
        return (text.to_owned(), false);
    };
    let start = at + "password=".len();
    let length = text[start..].find('&').unwrap_or(text.len() - start);
    let shown = format!("{}***{}", &text[..start], &text[start + length..]);
    (shown, length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_never_stay() {
        for (raw, shown, has) in [
            ("postgresql://a:b@c/d", "postgresql://a:***@c/d", true),
            ("postgresql://a:b@c@d/e", "postgresql://a:***@d/e", true),
            ("postgresql://a@c/d", "postgresql://a@c/d", false),
            (
                "postgresql://c/d?user=a&password=b&x=y",
                "postgresql://c/d?user=a&password=***&x=y",
                true,
            ),
            (
                "postgresql:///d?host=/run",
                "postgresql:///d?host=/run",
                false,
            ),
            ("", "", false),
        ] {
            assert_eq!(redact(raw), (shown.to_owned(), has), "{raw}");
        }
    }

    #[test]
    fn percent_signs() {
        assert!(has_bare_percent("a%40b") && has_bare_percent("a%"));
        assert!(!has_bare_percent("a%%40b") && !has_bare_percent("%(here)s"));
        assert!(has_bare_percent("%%%40"));
    }
}
