//! How a person calls Alembic for a module, and changes its version table, as lines to be copied.
//!
//! Pure. Called by the note and by `adopt`'s hints, which say the same line for the same case. A line
//! is for a POSIX shell, from the project's folder; a statement is for `psql`. What is foreign in
//! them is quoted for where it goes; the caller escapes it for where it is shown.

use std::path::{Component, Path, PathBuf};

use crate::model::{
    ConfigSource, Flavour, Module, QualifiedName, RevisionId, quote_identifier, quote_literal,
};

/// A module's Alembic, as it is called by hand.
#[derive(Clone, Copy)]
pub struct Calling<'a> {
    /// The project's folder, which the lines are run from.
    pub root: &'a Path,
    /// The module.
    pub module: &'a Module,
    /// Its arguments for `context.get_x_argument`.
    pub x: &'a [String],
}

impl Calling<'_> {
    /// `(cd api && alembic -x tenant=a stamp --purge n002)`.
    pub fn line(&self, arguments: &str) -> String {
        self.line_in("", arguments)
    }

    /// The same in a copy of the project that lies in `place`, `../shop-before/`.
    pub fn line_in(&self, place: &str, arguments: &str) -> String {
        let call = format!("{} {arguments}", self.program());
        let folder = from(self.root, &self.module.directory);
        match (place, folder.as_str()) {
            ("", "") => call,
            (place, folder) => format!("(cd {} && {call})", word(&format!("{place}{folder}"))),
        }
    }

    /// What stands before the command.
    fn program(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let module = self.module;
        match (module.flavour, &module.config) {
            (Flavour::FlaskMigrate, _) => {
                words.push("flask db".to_owned());
                let folder = from(&module.directory, &module.script_location);
                if folder != "migrations" {
                    words.push(format!("-d {}", word(&folder)));
                }
            }
            (Flavour::Plain, ConfigSource::Ini { path, section }) => {
                words.push("alembic".to_owned());
                let ini = from(&module.directory, path);
                if ini != "alembic.ini" {
                    words.push(format!("-c {}", word(&ini)));
                }
                if section != "alembic" {
                    words.push(format!("-n {}", word(section)));
                }
            }
            (Flavour::Plain, ConfigSource::Pyproject { path, .. }) => {
                words.push("alembic".to_owned());
                let toml = from(&module.directory, path);
                if toml != "pyproject.toml" {
                    words.push(format!("-c {}", word(&toml)));
                }
            }
        }
        words.extend(self.x.iter().map(|x| format!("-x {}", word(x))));
        words.join(" ")
    }
}

/// Identifiers, one behind the other, for a shell.
pub fn words(ids: &[RevisionId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| word(&id.0)).collect();
    ids.join(" ")
}

/// One word for a shell.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=@:+,%".contains(c);
    // A leading dash would be an option, a leading `=` is not taken as it stands by every shell.
    let begins_plainly = text.starts_with(|c: char| c.is_ascii_alphanumeric() || "_./".contains(c));
    if begins_plainly && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A table as SQL names it; quotes only where it needs them.
pub fn table(name: &QualifiedName) -> String {
    let part = |part: &str| {
        let is_plain = part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if is_plain {
            part.to_owned()
        } else {
            quote_identifier(part)
        }
    };
    format!("{}.{}", part(&name.schema), part(&name.name))
}

/// What puts one revision in the place of a chain's heads. A table without those rows stays as it is.
pub fn replaced(table_name: &QualifiedName, from: &[RevisionId], to: &RevisionId) -> Vec<String> {
    let table = table(table_name);
    let Some((first, others)) = from.split_first() else {
        return Vec::new();
    };
    let mut statements: Vec<String> = others
        .iter()
        .map(|id| format!("DELETE FROM {table} WHERE version_num = {};", literal(id)))
        .collect();
    if first != to {
        statements.push(format!(
            "UPDATE {table} SET version_num = {} WHERE version_num = {};",
            literal(to),
            literal(first)
        ));
    }
    statements
}

/// What puts a chain's heads back into the place of one revision.
pub fn put_back(table_name: &QualifiedName, from: &RevisionId, to: &[RevisionId]) -> Vec<String> {
    if to == [from.clone()] {
        return Vec::new();
    }
    let mut statements = vec![format!(
        "DELETE FROM {} WHERE version_num = {};",
        table(table_name),
        literal(from)
    )];
    statements.extend(inserted(table_name, to));
    statements
}

/// What adds rows; nothing for none.
pub fn inserted(table_name: &QualifiedName, ids: &[RevisionId]) -> Option<String> {
    let values: Vec<String> = ids.iter().map(|id| format!("({})", literal(id))).collect();
    (!values.is_empty()).then(|| {
        format!(
            "INSERT INTO {} (version_num) VALUES {};",
            table(table_name),
            values.join(", ")
        )
    })
}

fn literal(id: &RevisionId) -> String {
    quote_literal(&id.0)
}

/// A path as seen from a folder, with `/`; empty where it is the folder.
fn from(folder: &Path, path: &Path) -> String {
    let shared = folder
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(path.components().skip(shared)).collect();
    relative.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(module: &Module, x: &[&str]) -> String {
        let x: Vec<String> = x.iter().map(|x| (*x).to_owned()).collect();
        let calling = Calling {
            root: Path::new("/p"),
            module,
            x: &x,
        };
        calling.line("upgrade a1")
    }

    #[test]
    fn alembic_is_called_as_the_module_wants_it() {
        let plain = Module::plain("p", PathBuf::from("/p"));
        assert_eq!(called(&plain, &[]), "alembic upgrade a1");
        let apart = Module::plain("api", PathBuf::from("/p/my api"));
        assert_eq!(
            called(&apart, &["tenant=a", "it's=1"]),
            r"(cd 'my api' && alembic -x tenant=a -x 'it'\''s=1' upgrade a1)"
        );
        let section = Module {
            config: ConfigSource::Ini {
                path: PathBuf::from("/p/all.ini"),
                section: "billing".to_owned(),
            },
            ..Module::plain("api", PathBuf::from("/p/api"))
        };
        assert_eq!(
            called(&section, &[]),
            "(cd api && alembic -c ../all.ini -n billing upgrade a1)"
        );
        let toml = Module {
            config: ConfigSource::Pyproject {
                path: PathBuf::from("/p/pyproject.toml"),
                ini: None,
            },
            ..plain.clone()
        };
        assert_eq!(called(&toml, &[]), "alembic upgrade a1");
        let flask = Module {
            flavour: Flavour::FlaskMigrate,
            script_location: PathBuf::from("/p/db/moves"),
            ..plain
        };
        assert_eq!(called(&flask, &[]), "flask db -d db/moves upgrade a1");
    }

    #[test]
    fn a_copy_is_entered_even_for_a_module_at_the_root() {
        let calling = |module| Calling {
            root: Path::new("/p"),
            module,
            x: &[],
        };
        let root = Module::plain("p", PathBuf::from("/p"));
        let api = Module::plain("api", PathBuf::from("/p/api"));
        let place = "../p-before/";
        let line = calling(&root).line_in(place, "current");
        assert_eq!(line, "(cd ../p-before/ && alembic current)");
        let line = calling(&api).line_in(place, "current");
        assert_eq!(line, "(cd ../p-before/api && alembic current)");
    }

    #[test]
    fn words_of_others_stay_one_word() {
        for (text, quoted) in [
            ("n002", "n002"),
            ("-x", "'-x'"),
            ("=a", "'=a'"),
            ("", "''"),
            ("a b", "'a b'"),
            ("a;rm", "'a;rm'"),
            ("$(a)", "'$(a)'"),
            ("~", "'~'"),
        ] {
            assert_eq!(word(text), quoted, "{text:?}");
        }
    }

    #[test]
    fn rows_of_neighbours_stay() {
        let name = |schema: &str| QualifiedName {
            schema: schema.to_owned(),
            name: "alembic_version".to_owned(),
        };
        let id = RevisionId::from;
        assert_eq!(
            replaced(&name("public"), &[id("a"), id("b")], &id("n")),
            [
                "DELETE FROM public.alembic_version WHERE version_num = 'b';",
                "UPDATE public.alembic_version SET version_num = 'n' WHERE version_num = 'a';",
            ]
        );
        assert_eq!(
            put_back(&name("Odd"), &id("n"), &[id("a"), id("b")]),
            [
                "DELETE FROM \"Odd\".alembic_version WHERE version_num = 'n';",
                "INSERT INTO \"Odd\".alembic_version (version_num) VALUES ('a'), ('b');",
            ]
        );
        // The identifier that stays needs no statement.
        assert!(replaced(&name("public"), &[id("a")], &id("a")).is_empty());
        assert!(put_back(&name("public"), &id("a"), &[id("a")]).is_empty());
    }
}
