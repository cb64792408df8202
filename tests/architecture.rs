//! Who may import whom: the table of `docs/ARCHITECTURE.md`, read against the `use crate::…` lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may import. A room may always import itself.
const TABLE: &[(&str, &[&str])] = &[
    // faces
    ("main", &["cli", "exit"]),
    (
        "cli",
        &[
            "engine", "demo", "report", "rules", "plan", "journal", "progress", "events",
            "evidence", "model", "error", "exit", "system",
        ],
    ),
    // the verbs
    (
        "engine",
        &[
            "survey", "rehearse", "execute", "report", "steps", "journal", "worker", "sandbox",
            "rules", "plan", "undo", "schema", "python", "progress", "events", "evidence", "model",
            "error", "system",
        ],
    ),
    ("demo", &["sandbox", "model", "system"]),
    // effects
    (
        "survey",
        &[
            "python", "schema", "plan", "rules", "evidence", "model", "system",
        ],
    ),
    (
        "rehearse",
        &[
            "survey", "worker", "sandbox", "schema", "plan", "events", "evidence", "model",
            "system",
        ],
    ),
    (
        "execute",
        &[
            "steps", "journal", "undo", "plan", "progress", "events", "model", "system",
        ],
    ),
    ("steps", &["journal", "plan", "model", "system"]),
    ("journal", &["plan", "model", "system"]),
    ("worker", &["schema", "evidence", "model", "system"]),
    ("sandbox", &["model", "system"]),
    // pure
    (
        "report",
        &[
            "rules", "plan", "journal", "schema", "progress", "events", "evidence", "model",
        ],
    ),
    ("undo", &["journal", "steps", "plan", "model"]),
    ("progress", &["events", "model"]),
    ("rules", &["python", "schema", "evidence", "model"]),
    ("plan", &["schema", "evidence", "model"]),
    ("schema", &["model"]),
    ("python", &["model"]),
    // data
    ("evidence", &["schema", "model"]),
    ("events", &["model"]),
    ("error", &["exit"]),
    ("exit", &[]),
    ("model", &[]),
    // the door
    ("system", &["evidence", "model"]),
];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms named by `use crate::…` (also in braces) and by `crate::room::` in the code.
fn imports(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if c.is_alphanumeric() || c == '_' {
                    word.push(c);
                    continue;
                }
                if depth == 1 || depth == 0 || c == ':' || c == '{' {
                    rooms.insert(std::mem::take(&mut word));
                }
                word.clear();
                if depth == 0 {
                    break;
                }
            }
        } else {
            rooms.insert(
                part.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    rooms
}

#[test]
fn imports_point_downwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&source, &mut files);
    let rooms: BTreeSet<&str> = TABLE.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&source).unwrap();
        let room = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let room = room.trim_end_matches(".rs");
        if room == "lib" {
            continue;
        }
        let allowed = TABLE
            .iter()
            .find(|(name, _)| *name == room)
            .map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            wrong.push(format!(
                "{}: the room `{room}` is not in the table",
                relative.display()
            ));
            continue;
        };
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests may reach for the real server and interpreter.
        let code = text.split("#[cfg(test)]").next().unwrap();
        for import in imports(code) {
            if rooms.contains(import.as_str())
                && import != room
                && !allowed.contains(&import.as_str())
            {
                wrong.push(format!("{}: imports `{import}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_has_no_circle() {
    fn reaches(from: &str, to: &str) -> bool {
        let below = TABLE
            .iter()
            .find(|(room, _)| *room == from)
            .map_or(&[][..], |(_, b)| b);
        below.iter().any(|room| *room == to || reaches(room, to))
    }
    for (room, _) in TABLE {
        assert!(!reaches(room, room), "{room} reaches itself");
    }
}
