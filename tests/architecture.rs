//! Who may import whom: the table of `docs/ARCHITECTURE.md`, read against the `use crate::…` lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::repository;

/// Each room and the rooms it may import. A room may always import itself.
type Table = BTreeMap<String, BTreeSet<String>>;

/// The rooms of the page's table `| room | what it is | may import |`; `data` stands for the rooms
/// that the line `*data*: …` below it names.
fn table() -> Table {
    let page = std::fs::read_to_string(repository("docs/ARCHITECTURE.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| !line.starts_with("| room |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let rooms = |cell: &str| -> BTreeSet<String> {
        cell.split(['`', ',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let data = page.lines().find_map(|line| line.strip_prefix("*data*: "));
    let data = rooms(data.unwrap());
    let mut table = Table::new();
    for row in &rows {
        let mut below = rooms(row[2]);
        if below.remove("data") {
            below.extend(data.iter().cloned());
        }
        for room in rooms(row[0]) {
            table.insert(room, below.clone());
        }
    }
    table
}

pub fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files and folders of the modules that a file declares for tests only.
fn test_modules(file: &Path, text: &str) -> Vec<PathBuf> {
    let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib" | "main") => file.parent().unwrap().to_owned(),
        _ => file.with_extension(""),
    };
    text.split("#[cfg(test)]\nmod ")
        .skip(1)
        .filter_map(|rest| rest.split_once(';').map(|(name, _)| name))
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .flat_map(|name| [folder.join(name), folder.join(format!("{name}.rs"))])
        .collect()
}

/// The source without its tests: relative path and text.
fn code() -> Vec<(PathBuf, String)> {
    let source = repository("src");
    let mut files = Vec::new();
    source_files(&source, &mut files);
    let sources: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (file, text)
        })
        .collect();
    let exempt: Vec<PathBuf> = sources
        .iter()
        .flat_map(|(file, text)| test_modules(file, text))
        .collect();
    sources
        .into_iter()
        .filter(|(file, _)| !exempt.iter().any(|test| file.starts_with(test)))
        .map(|(file, text)| {
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let relative = file.strip_prefix(&source).unwrap().to_owned();
            (relative, code.to_owned())
        })
        .collect()
}

/// The room of a file below `src/`.
fn room(file: &Path) -> String {
    let first = file.components().next().unwrap().as_os_str();
    first.to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The rooms named by `use crate::…` (also in braces) and by `crate::room::` in the code; the
/// binary names them through the library.
fn imports(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in text.lines() {
        // Documentation may point anywhere.
        let line = line.trim_start();
        if line.starts_with("//") {
            continue;
        }
        for name in ["crate::", "redistill::"] {
            for part in line.split(name).skip(1) {
                assert!(
                    !part.starts_with('{'),
                    "one room a line, for this test: {line}"
                );
                let word = |c: &char| c.is_alphanumeric() || *c == '_';
                rooms.insert(part.chars().take_while(word).collect());
            }
        }
    }
    rooms
}

#[test]
fn imports_point_downwards() {
    let table = table();
    let mut wrong = Vec::new();
    for (file, text) in code() {
        let room = room(&file);
        if room == "lib" {
            continue;
        }
        let Some(allowed) = table.get(&room) else {
            wrong.push(format!("{}: `{room}` is not a room", file.display()));
            continue;
        };
        for import in imports(&text) {
            if table.contains_key(&import) && import != room && !allowed.contains(&import) {
                wrong.push(format!("{}: imports `{import}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_the_rooms_that_are_there() {
    let mut there: BTreeSet<String> = code().iter().map(|(file, _)| room(file)).collect();
    there.remove("lib");
    let table = table();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), there);
    for (room, below) in &table {
        assert!(below.is_subset(&there), "{room}: {below:?}");
    }
}

#[test]
fn the_table_has_no_circle() {
    fn reaches(table: &Table, from: &str, to: &str) -> bool {
        table[from]
            .iter()
            .any(|room| room == to || reaches(table, room, to))
    }
    let table = table();
    for room in table.keys() {
        assert!(!reaches(&table, room, room), "{room} reaches itself");
    }
}
