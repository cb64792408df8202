//! What becomes of the files that hold nothing but heads of a chain: they follow it. Pure.
//!
//! Called by the draft. The old file is moved away with the revisions, the new one is written with
//! the baseline, and an undo takes both back as any other step.

use std::collections::BTreeMap;
use std::path::Path;

use super::draft::Inventory;
use super::{FileRef, PlannedModule};
use crate::model::ModuleName;

/// How a word of such a file names a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadWord {
    /// By its identifier.
    Id,
    /// By its file's name without the ending.
    Stem,
    /// By its file's name.
    File,
}

/// A file that holds heads of a module's chain, maybe beside those of others, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadFile {
    /// The file.
    pub file: FileRef,
    /// Its text.
    pub contents: String,
    /// Its words that name revisions of the module.
    pub words: BTreeMap<String, HeadWord>,
}

/// A file that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The first module whose head it names.
    pub module: ModuleName,
    /// The file as it is.
    pub file: FileRef,
    /// The text that takes its place.
    pub contents: String,
}

/// The files that say something else after the reset, each once, in the order of the modules.
pub fn followed(
    modules: &[PlannedModule],
    inventories: &BTreeMap<ModuleName, Inventory>,
) -> Vec<Followed> {
    let mut all: Vec<Followed> = Vec::new();
    for module in modules {
        let heads = inventories.get(&module.module).map(|own| &own.heads);
        for head in heads.into_iter().flatten() {
            // Branches of one folder share it: what the first has changed stands.
            let known = all.iter_mut().find(|one| one.file.path == head.file.path);
            match known {
                Some(one) => one.contents = rewritten(&one.contents, &head.words, module),
                None => all.push(Followed {
                    module: module.module.clone(),
                    file: head.file.clone(),
                    contents: rewritten(&head.contents, &head.words, module),
                }),
            }
        }
    }
    let was = |one: &Followed| {
        let heads = inventories.values().flat_map(|own| &own.heads);
        let mut same = heads.filter(|head| head.file.path == one.file.path);
        same.next().map(|head| head.contents.clone())
    };
    all.retain(|one| was(one).as_ref() != Some(&one.contents));
    all
}

/// The text with the new head in the first line that names the old chain, and without the others.
fn rewritten(contents: &str, words: &BTreeMap<String, HeadWord>, module: &PlannedModule) -> String {
    let mut text = String::with_capacity(contents.len());
    let mut is_told = false;
    for line in contents.split_inclusive('\n') {
        match words.get_key_value(line.trim()) {
            None => text.push_str(line),
            Some(_) if is_told => {}
            Some((word, kind)) => {
                text.push_str(&line.replacen(word.as_str(), &named(module, *kind), 1));
                is_told = true;
            }
        }
    }
    text
}

/// The new head, as such a word names it.
fn named(module: &PlannedModule, kind: HeadWord) -> String {
    let changes = module.model_changes.as_ref();
    let path = Path::new(changes.map_or(&module.baseline_path, |changes| &changes.path));
    let part = match kind {
        HeadWord::Id => return module.head().0.clone(),
        HeadWord::Stem => path.file_stem(),
        HeadWord::File => path.file_name(),
    };
    part.unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RevisionId;

    fn module(name: &str, id: &str) -> PlannedModule {
        PlannedModule {
            module: ModuleName(name.to_owned()),
            revisions: Vec::new(),
            old_heads: Vec::new(),
            baseline_id: RevisionId(id.to_owned()),
            baseline_path: format!("m/versions/{id}_initial_schema.py"),
            baseline: String::new(),
            data: Vec::new(),
            reference: "replay".to_owned(),
            carried: Vec::new(),
            lost: Vec::new(),
            accepted: Vec::new(),
            drift: Vec::new(),
            model_drift: Vec::new(),
            known_differences: Vec::new(),
            left_behind: Vec::new(),
            remarks: Vec::new(),
            model_changes: None,
            sides: Vec::new(),
            equal: BTreeMap::new(),
        }
    }

    fn inventory(path: &str, contents: &str, words: &[(&str, HeadWord)]) -> Inventory {
        let file = FileRef {
            path: path.to_owned(),
            size: contents.len() as u64,
            sha256: String::new(),
            mode: 0o644,
        };
        let words = words.iter().map(|(word, kind)| ((*word).to_owned(), *kind));
        Inventory {
            heads: vec![HeadFile {
                file,
                contents: contents.to_owned(),
                words: words.collect(),
            }],
            ..Inventory::default()
        }
    }

    #[test]
    fn a_shared_file_is_replaced_once_with_the_heads_of_both() {
        let modules = [module("expand", "new1"), module("contract", "new2")];
        let text = "# heads\n e1\nx\nc0\nc1";
        let inventories = BTreeMap::from([
            (
                modules[0].module.clone(),
                inventory("m/HEADS", text, &[("e1", HeadWord::Id)]),
            ),
            (
                modules[1].module.clone(),
                inventory(
                    "m/HEADS",
                    text,
                    &[("c0", HeadWord::Id), ("c1", HeadWord::Id)],
                ),
            ),
        ]);
        let found = followed(&modules, &inventories);
        let texts: Vec<&str> = found.iter().map(|one| one.contents.as_str()).collect();
        assert_eq!(texts, ["# heads\n new1\nx\nnew2\n"]);
        assert_eq!(found[0].module.0, "expand");
    }

    #[test]
    fn the_file_is_named_as_it_was_and_what_stays_the_same_is_left_alone() {
        let modules = [module("m", "n1")];
        let name = modules[0].module.clone();
        let with = |text: &str, word: &str, kind| {
            let own = inventory("m/head.txt", text, &[(word, kind)]);
            followed(&modules, &BTreeMap::from([(name.clone(), own)]))
        };
        let texts = |found: Vec<Followed>| -> Vec<String> {
            found.into_iter().map(|one| one.contents).collect()
        };
        let stem = with("a1_x\r\n", "a1_x", HeadWord::Stem);
        assert_eq!(texts(stem), ["n1_initial_schema\r\n"]);
        let file = with("a1_x.py", "a1_x.py", HeadWord::File);
        assert_eq!(texts(file), ["n1_initial_schema.py"]);
        // `reuse-head`
        assert!(with("n1\n", "n1", HeadWord::Id).is_empty());
    }
}
