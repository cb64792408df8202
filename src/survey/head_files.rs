//! Files of other tools that hold heads of the chain and nothing else: `head.txt`, `EXPAND_HEAD`.
//!
//! Called by the inventory, whose plan lets them follow the reset, and by the survey of what lies
//! around the revisions. Known by what they hold, not by their name: one word a line, a head among
//! them. Reads files only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::{Chain, Module};
use crate::plan::HeadWord;
use crate::system::{FileKind, ReadFiles};

/// Larger files hold more than heads.
const LARGEST: u64 = 16 * 1024;
/// Code, templates and rows of baselines: never a list of heads.
const OTHER_KINDS: [&str; 7] = ["py", "pyc", "pyo", "mako", "ini", "toml", "jsonl"];

/// A file as it is, and what its words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub contents: String,
    /// The words that name revisions of this chain.
    pub words: BTreeMap<String, HeadWord>,
}

/// All of a module's, sorted by path. What cannot be read is none of these.
pub fn find(module: &Module, chain: &Chain, files: &dyn ReadFiles) -> Vec<Found> {
    let words = words(chain);
    let ends = chain.heads();
    let heads: BTreeSet<String> = chain
        .revisions
        .iter()
        .filter(|revision| ends.contains(&revision.id))
        .flat_map(|revision| names(&revision.id.0, &revision.path))
        .map(|(word, _)| word)
        .collect();
    let mut found = Vec::new();
    for folder in folders(module, chain) {
        for path in files.list(&folder).unwrap_or_default() {
            let Some(contents) = short_text(&path, files) else {
                continue;
            };
            let is_list = told(&contents).all(|word| !word.contains(char::is_whitespace))
                && told(&contents).any(|word| heads.contains(word));
            if is_list {
                let own = told(&contents).filter_map(|word| words.get_key_value(word));
                let words = own.map(|(word, kind)| (word.clone(), *kind)).collect();
                found.push(Found {
                    path,
                    contents,
                    words,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The lines that say something.
fn told(contents: &str) -> impl Iterator<Item = &str> {
    let lines = contents.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The version locations, the folders in which revisions lie, and what is above them in the script
/// folder.
fn folders(module: &Module, chain: &Chain) -> BTreeSet<PathBuf> {
    let script = &module.script_location;
    let parents = chain.revisions.iter().filter_map(|one| one.path.parent());
    let locations = module.version_locations.iter().map(PathBuf::as_path);
    let mut folders = BTreeSet::from([script.clone()]);
    for folder in locations.chain(parents) {
        folders.insert(folder.to_owned());
        let above = folder.ancestors().skip(1);
        folders.extend(
            above
                .take_while(|above| above.starts_with(script))
                .map(Path::to_owned),
        );
    }
    folders
}

fn short_text(path: &Path, files: &dyn ReadFiles) -> Option<String> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    if extension.is_some_and(|extension| OTHER_KINDS.contains(&extension)) {
        return None;
    }
    let stat = files.stat(path).ok()??;
    if stat.kind != FileKind::File || stat.size == 0 || stat.size > LARGEST {
        return None;
    }
    String::from_utf8(files.read(path).ok()?).ok()
}

/// How a revision can be named: by identifier, by its file, by the file's name without its ending.
fn words(chain: &Chain) -> BTreeMap<String, HeadWord> {
    let revisions = chain.revisions.iter();
    let mut words: BTreeMap<String, HeadWord> = revisions
        .clone()
        .flat_map(|revision| names(&revision.id.0, &revision.path))
        .collect();
    // Where a file is called as a revision, the identifier is meant.
    words.extend(revisions.map(|revision| (revision.id.0.clone(), HeadWord::Id)));
    words
}

fn names(id: &str, path: &Path) -> Vec<(String, HeadWord)> {
    let text =
        |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
    let file = text(path.file_name()).map(|name| (name, HeadWord::File));
    let stem = text(path.file_stem()).map(|name| (name, HeadWord::Stem));
    let id = (id.to_owned(), HeadWord::Id);
    [Some(id), stem, file].into_iter().flatten().collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write what is read")]
mod tests {
    use super::*;
    use crate::survey::chain;
    use crate::system::RealFiles;

    #[test]
    fn they_are_known_by_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "m/versions/2024/a1_x.py",
            "revision = 'a1'\ndown_revision = None\n",
        );
        write(
            "m/versions/2024/a2_y.py",
            "revision = 'a2'\ndown_revision = 'a1'\n",
        );
        for (name, text) in [
            ("m/versions/EXPAND_HEAD", "a2\n"),
            ("m/HEADS", "# heads\n\nother\n a2\r\n"),
            ("m/versions/2024/max.txt", "a2_y"),
            ("m/versions/2024/list", "a1\na2\n"),
            ("m/versions/2024/notes.txt", "a2 is the head\n"),
            ("m/versions/2024/old.txt", "a1\n"),
            ("m/versions/2024/empty", ""),
            ("m/versions/2024/data.jsonl", "a2\n"),
            ("outside.txt", "a2\n"),
        ] {
            write(name, text);
        }
        let mut module = Module::plain("m", root.to_owned());
        module.script_location = root.join("m");
        module.version_locations = vec![root.join("m/versions/2024")];
        let chain = chain::read(&module, &RealFiles);
        let found = find(&module, &chain, &RealFiles);
        let shown: Vec<(&str, Vec<(&str, HeadWord)>)> = found
            .iter()
            .map(|one| {
                let name = one.path.file_name().unwrap().to_str().unwrap();
                let words = one.words.iter().map(|(word, kind)| (word.as_str(), *kind));
                (name, words.collect())
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("HEADS", vec![("a2", HeadWord::Id)]),
                ("list", vec![("a1", HeadWord::Id), ("a2", HeadWord::Id)]),
                ("max.txt", vec![("a2_y", HeadWord::Stem)]),
                ("EXPAND_HEAD", vec![("a2", HeadWord::Id)]),
            ]
        );
    }
}
