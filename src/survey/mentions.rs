//! Finds addresses of databases that are written in files: `.env*`, compose files, other sections of
//! the modules' ini files.
//!
//! Called by the engine after the modules' own databases are known. Reads lines; nothing is
//! interpolated, executed or connected to, and no password leaves here. What cannot be read as an
//! address is passed over: these are hints, and nothing rests on their being complete.

use std::path::{Path, PathBuf};

use crate::evidence::{Evidence, Mention};
use crate::model::{ConfigSource, Host, Location, Target};
use crate::survey::ini::Ini;
use crate::system::{FileKind, ReadFiles, connect};

use super::holders::address;

/// Larger files are none of these.
const LARGEST: u64 = 256 * 1024;
/// Endings of files that hold examples, not addresses.
const EXAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "tmpl", "bak"];
/// Variables that make up an address: host, database, port, role.
const PARTS: [[&str; 4]; 4] = [
    [
        "POSTGRES_HOST",
        "POSTGRES_DB",
        "POSTGRES_PORT",
        "POSTGRES_USER",
    ],
    ["PGHOST", "PGDATABASE", "PGPORT", "PGUSER"],
    ["DB_HOST", "DB_NAME", "DB_PORT", "DB_USER"],
    [
        "DATABASE_HOST",
        "DATABASE_NAME",
        "DATABASE_PORT",
        "DATABASE_USER",
    ],
];

/// A setting as a file has it.
struct Setting {
    key: String,
    value: String,
    line: usize,
}

/// Finds the addresses that lead to other databases than `own`, each once.
pub fn find(evidence: &Evidence, own: &[&Target], files: &dyn ReadFiles) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    for path in candidates(evidence, files) {
        let Ok(bytes) = files.read(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        let settings = if is_compose(&path) {
            of_compose(&text)
        } else {
            of_env(&text)
        };
        add(&mut mentions, &path, settings, own);
    }
    for (path, settings) in of_ini_files(evidence, files) {
        add(&mut mentions, &path, settings, own);
    }
    mentions
}

fn add(mentions: &mut Vec<Mention>, path: &Path, settings: Vec<Setting>, own: &[&Target]) {
    for setting in settings {
        let Some(target) = target(&setting.value) else {
            continue;
        };
        let label = target.to_string();
        let is_own = own.iter().any(|own| is_same(own, &target));
        if is_own || mentions.iter().any(|known| known.label == label) {
            continue;
        }
        let url = address(&target, &target.database);
        let mut location = Location::of_file(path);
        location.line = setting.line;
        location.source_line = format!("{} = {url}", setting.key);
        mentions.push(Mention {
            location,
            key: setting.key,
            label,
            url,
        });
    }
}

/// Where a value leads, if it is a whole address: one with variables in it is not.
fn target(value: &str) -> Option<Target> {
    if !value.starts_with("postgres") || value.contains(['$', '{', '<']) {
        return None;
    }
    let asked = connect::asked_by_url(value).ok()?;
    // Without host or database it is a default that says nothing.
    asked.host.as_deref().filter(|host| !host.is_empty())?;
    asked.database.as_deref()?;
    connect::parse_url(value).ok()
}

/// Whether two addresses are one database as far as names can tell. In a compose file the host is
/// the name of a container, which the developer reaches through a port of this machine.
fn is_same(own: &Target, found: &Target) -> bool {
    if own.database != found.database {
        return false;
    }
    let is_local = |host: &Host| match host {
        Host::Socket(_) => true,
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
    };
    match (&own.host, &found.host) {
        (own_host, host) if is_local(own_host) && is_local(host) => own.port == found.port,
        (own_host, Host::Tcp(name)) if is_local(own_host) && !name.contains(['.', ':']) => true,
        (own_host, host) => own_host == host && own.port == found.port,
    }
}

/// The files of the project's folder and of the modules' folders that may hold addresses, sorted.
fn candidates(evidence: &Evidence, files: &dyn ReadFiles) -> Vec<PathBuf> {
    let mut folders = vec![evidence.root.clone()];
    folders.extend(evidence.modules.iter().map(|m| m.module.directory.clone()));
    folders.sort();
    folders.dedup();
    let entries = folders.iter().filter_map(|folder| files.list(folder).ok());
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|path| is_env(path) || is_compose(path))
        .filter(|path| {
            let stat = files.stat(path).ok().flatten();
            stat.is_some_and(|stat| stat.kind == FileKind::File && stat.size <= LARGEST)
        })
        .collect();
    found.sort();
    found
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn is_env(path: &Path) -> bool {
    let name = name_of(path);
    let is_example = name.split('.').any(|part| EXAMPLES.contains(&part));
    (name.starts_with(".env") || path.extension().is_some_and(|end| end == "env")) && !is_example
}

fn is_compose(path: &Path) -> bool {
    let name = name_of(path);
    let is_yaml = path
        .extension()
        .is_some_and(|end| end == "yml" || end == "yaml");
    is_yaml && (name.starts_with("compose") || name.starts_with("docker-compose"))
}

/// Settings as python-dotenv reads them, a line each: `export`, quotes, comments.
fn of_env(text: &str) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        if let Some((key, value)) = line.split_once('=') {
            settings.push(Setting {
                key: key.trim().to_owned(),
                value: plain(value.trim()),
                line: index + 1,
            });
        }
    }
    let composed: Vec<Setting> = PARTS
        .iter()
        .filter_map(|parts| of_parts(&settings, parts))
        .collect();
    settings.extend(composed);
    settings
}

/// An address of which the parts stand in variables of their own.
fn of_parts(settings: &[Setting], [host, database, port, user]: &[&str; 4]) -> Option<Setting> {
    let get = |name: &str| settings.iter().rev().find(|setting| setting.key == name);
    let value = |name: &str| get(name).map(|setting| setting.value.as_str());
    let at = get(host).filter(|setting| !setting.value.is_empty())?;
    let port = value(port).unwrap_or("5432");
    // The port of MySQL: the other names are anyone's.
    if port == "3306" {
        return None;
    }
    let login = value(user).map_or(String::new(), |user| format!("{user}@"));
    Some(Setting {
        key: (*host).to_owned(),
        value: format!(
            "postgresql://{login}{}:{port}/{}",
            at.value,
            value(database)?
        ),
        line: at.line,
    })
}

/// `KEY: value` and `- KEY=value` of a compose file, wherever they stand.
fn of_compose(text: &str) -> Vec<Setting> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let line = line.trim();
            let line = line
                .strip_prefix("- ")
                .unwrap_or(line)
                .trim_start_matches(['"', '\'']);
            let end = line.find(['=', ':'])?;
            let (key, value) = (line[..end].trim(), line[end + 1..].trim());
            if key.starts_with('#') {
                return None;
            }
            let value = plain(value);
            let value = value.trim_end_matches(['"', '\'']);
            // `${DATABASE_URL:-postgresql://…}`: what holds where nobody sets the variable.
            let value = match value
                .strip_prefix("${")
                .and_then(|rest| rest.split_once(":-"))
            {
                Some((_, rest)) => rest.strip_suffix('}')?,
                None => value,
            };
            Some(Setting {
                key: key.to_owned(),
                value: value.to_owned(),
                line: index + 1,
            })
        })
        .collect()
}

/// A value without its quotes, or without the comment behind it.
fn plain(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or_default().to_owned();
        }
    }
    value
        .split(" #")
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// URLs in sections of the modules' ini files that are no modules themselves (the multidb template).
fn of_ini_files(evidence: &Evidence, files: &dyn ReadFiles) -> Vec<(PathBuf, Vec<Setting>)> {
    let sections: Vec<(&PathBuf, &str)> = evidence
        .modules
        .iter()
        .filter_map(|seen| match &seen.module.config {
            ConfigSource::Ini { path, section } => Some((path, section.as_str())),
            ConfigSource::Pyproject { .. } => None,
        })
        .collect();
    let mut paths: Vec<&PathBuf> = sections.iter().map(|(path, _)| *path).collect();
    paths.sort();
    paths.dedup();
    let read = |path: &PathBuf| {
        let text = String::from_utf8_lossy(&files.read(path).ok()?).into_owned();
        let ini = Ini::parse(&text, &path.parent()?.to_string_lossy()).ok()?;
        let others = ini
            .sections()
            .filter(|name| !sections.contains(&(path, name)));
        let settings = others.filter_map(|name| {
            // A section that inherits the URL from [DEFAULT] says nothing of its own.
            ini.own_keys(name).find(|key| *key == "sqlalchemy.url")?;
            let setting = ini.raw(name, "sqlalchemy.url")?;
            Some(Setting {
                key: format!("[{name}] sqlalchemy.url"),
                value: setting.value.trim().replace("%%", "%"),
                line: setting.line,
            })
        });
        Some((path.clone(), settings.collect()))
    };
    paths.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(settings: &[Setting]) -> Vec<(usize, String)> {
        let found = settings.iter().filter_map(|setting| {
            let target = target(&setting.value)?;
            Some((setting.line, address(&target, &target.database)))
        });
        found.collect()
    }

    fn at(line: usize, url: &str) -> (usize, String) {
        (line, url.to_owned())
    }

    #[test]
    fn lines_of_env_files() {
        let found = of_env(
            "# DATABASE_URL=postgresql://no@no/no\n\
             export STAGING_URL=\"postgresql+asyncpg://u:p#w@stage:6543/app\" # there\n\
             A = 'postgres://u@b.example/one'\nB=postgresql://u:x@c/two # three\n\
             C=postgresql://u:${PASSWORD}@d/four\nD=mysql://u@e/five\nE=postgresql://\n\
             POSTGRES_HOST=db.internal\nPOSTGRES_DB=shop\nPOSTGRES_USER=me\nDB_HOST=h\nDB_NAME=d\n\
             DB_PORT=3306\n",
        );
        assert_eq!(
            urls(&found),
            [
                at(2, "postgresql://u@stage:6543/app"),
                at(3, "postgresql://u@b.example:5432/one"),
                at(4, "postgresql://u@c:5432/two"),
                at(8, "postgresql://me@db.internal:5432/shop"),
            ]
        );
    }

    #[test]
    fn lines_of_compose_files() {
        let found = of_compose(
            "services:\n  api:\n    environment:\n      DATABASE_URL: postgresql://u:p@db:5432/app\n  \
             worker:\n    environment:\n      - \"DATABASE_URL=postgresql://u:p@other.host/app\"\n      \
             - URL=${URL:-postgresql://u@fallback/app}\n    # OLD: postgresql://u@old/app\n",
        );
        assert_eq!(
            urls(&found),
            [
                at(4, "postgresql://u@db:5432/app"),
                at(7, "postgresql://u@other.host:5432/app"),
                at(8, "postgresql://u@fallback:5432/app"),
            ]
        );
    }

    #[test]
    fn a_container_of_this_machine_is_the_modules_own_database() {
        let own = target("postgresql://u@localhost:5433/app").unwrap();
        for (url, expected) in [
            ("postgresql://x@127.0.0.1:5433/app", true),
            ("postgresql://x@db:5432/app", true),
            ("postgresql://x@localhost:5432/app", false),
            ("postgresql://x@localhost:5433/other", false),
            ("postgresql://x@db.example/app", false),
        ] {
            assert_eq!(is_same(&own, &target(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn names_of_files() {
        for (name, expected) in [
            (".env", true),
            (".env.staging", true),
            (".envrc", true),
            ("prod.env", true),
            (".env.example", false),
            ("environment.py", false),
        ] {
            assert_eq!(is_env(Path::new(name)), expected, "{name}");
        }
        assert!(is_compose(Path::new("docker-compose.prod.yml")));
        assert!(!is_compose(Path::new("mkdocs.yml")));
    }
}
