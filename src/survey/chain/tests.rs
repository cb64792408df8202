#![expect(
    clippy::disallowed_methods,
    reason = "the tests build folders for Alembic to read"
)]

use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use super::*;
use crate::model::{ChainProblem, ConfigSource, Flavour, ModuleName};
use crate::survey::test_python;
use crate::system::RealFiles;

fn module(folder: &Path, recursive: bool, sourceless: bool) -> Module {
    Module {
        name: ModuleName("m".to_owned()),
        config: ConfigSource::Ini {
            path: folder.join("alembic.ini"),
            section: "alembic".to_owned(),
        },
        flavour: Flavour::Plain,
        directory: folder.to_owned(),
        script_location: folder.to_owned(),
        version_locations: vec![folder.join("versions")],
        recursive,
        sourceless,
        written_url: None,
        branch: None,
    }
}

#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    #[serde(default)]
    heads: BTreeSet<String>,
    #[serde(default)]
    effective: BTreeSet<String>,
    #[serde(default)]
    bases: BTreeSet<String>,
    #[serde(default)]
    down: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    needs: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    before: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    doc: BTreeMap<String, String>,
}

const ORACLE: &str = r"
import json, sys, warnings
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
warnings.simplefilter('error')
answers = []
for folder, recursive in json.loads(sys.argv[1]):
    try:
        script = ScriptDirectory(folder, recursive_version_locations=recursive)
        map_ = script.revision_map
        revisions = [r for k, r in map_._revision_map.items() if r is not None and r.revision == k]
        answers.append({
            'heads': map_.heads, 'effective': map_._real_heads, 'bases': map_.bases,
            'down': {r.revision: r._versioned_down_revisions for r in revisions},
            'needs': {r.revision: r._resolved_dependencies for r in revisions},
            'before': {r.revision: [a.revision for a in map_._get_ancestor_nodes([r])
                if a.revision != r.revision] for r in revisions},
            'doc': {r.revision: r.longdoc for r in revisions},
        })
    except Exception as e:
        answers.append({'error': type(e).__name__ + ': ' + str(e)})
print(json.dumps(answers))
";

fn ask_alembic(folders: &[(PathBuf, bool)]) -> Vec<Answer> {
    let question = serde_json::to_string(folders).unwrap();
    serde_json::from_str(&test_python::run(ORACLE, &[&question])).unwrap()
}

/// A reproducible source of choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'t>(&mut self, from: &'t [String]) -> &'t str {
        &from[self.roll(from.len())]
    }
}

fn quoted(items: &[String], dice: &mut Dice) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("'{item}'")).collect();
    match (quoted.as_slice(), dice.roll(3)) {
        ([], 0) => "()".to_owned(),
        ([], 1) => "[]".to_owned(),
        ([], _) => "None".to_owned(),
        ([one], 0) => one.clone(),
        ([one], 1) => format!("({one},)"),
        (several, 2) => format!("[{}]  # why", several.join(", ")),
        (several, _) => format!("({},)", several.join(", ")),
    }
}

/// Writes one folder of revisions; about a third of them are broken in some way.
fn write_folder(folder: &Path, dice: &mut Dice) {
    let versions = folder.join("versions");
    fs::create_dir_all(&versions).unwrap();
    let mut ids: Vec<String> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    let is_broken = dice.roll(3) == 0;
    for n in 0..=dice.roll(14) {
        let id = format!("{:c<4}{n}", ["a", "ff", "word_"][dice.roll(3)]);
        let mut down = Vec::new();
        if !ids.is_empty() && dice.roll(8) > 0 {
            down.push(dice.pick(&ids).to_owned());
            if dice.roll(4) == 0 {
                down.push(dice.pick(&ids).to_owned());
            }
        }
        let mut needs = Vec::new();
        if !ids.is_empty() && dice.roll(5) == 0 {
            needs.push(dice.pick(&ids).to_owned());
        }
        if !labels.is_empty() && dice.roll(6) == 0 {
            needs.push(dice.pick(&labels).to_owned());
        }
        let mut own = Vec::new();
        if dice.roll(6) == 0 {
            own.push(format!("label{n}"));
        }
        if is_broken && dice.roll(6) == 0 {
            match dice.roll(6) {
                0 => down.push("gone".to_owned()),
                1 => needs.push(format!("{id}@head")),
                2 => down.push(id.clone()),
                3 => own.push("label0".to_owned()),
                4 => needs.push(format!("{:c<4}{}", "a", n + 1)),
                _ => down.push(format!("{:c<4}{}", "ff", n + 1)),
            }
        }
        let mut code = format!("\"\"\"Step {n}\n\nMore.\n\"\"\"\n");
        let annotation = [": str", ""][dice.roll(2)];
        writeln!(code, "revision{annotation} = '{id}'").unwrap();
        writeln!(code, "down_revision = {}", quoted(&down, dice)).unwrap();
        if dice.roll(4) > 0 {
            writeln!(code, "branch_labels = {}", quoted(&own, dice)).unwrap();
            labels.extend(own);
        }
        if dice.roll(4) > 0 {
            writeln!(code, "depends_on = {}", quoted(&needs, dice)).unwrap();
        }
        fs::write(versions.join(format!("{n:03}_step.py")), code).unwrap();
        ids.push(id);
    }
}

fn names(ids: &[crate::model::RevisionId]) -> BTreeSet<String> {
    ids.iter().map(|id| id.0.clone()).collect()
}

#[test]
fn the_graph_is_alembics() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let folders: Vec<(PathBuf, bool)> = (0..250)
        .map(|n| {
            let path = folder.path().join(n.to_string());
            write_folder(&path, &mut dice);
            (path, false)
        })
        .collect();
    let mut refused = 0;
    for ((path, _), answer) in folders.iter().zip(ask_alembic(&folders)) {
        let chain = read(&module(path, false, false), &RealFiles);
        assert_eq!(chain.unreadable, []);
        if let Some(error) = answer.error {
            refused += 1;
            assert_ne!(chain.problems(), [], "{}: {error}", path.display());
            continue;
        }
        assert_eq!(chain.problems(), [], "{}", path.display());
        assert_eq!(names(&chain.heads()), answer.heads);
        assert_eq!(names(&chain.effective_heads()), answer.effective);
        assert_eq!(names(&chain.bases()), answer.bases);
        let mut placed = BTreeSet::new();
        for revision in &chain.revisions {
            let id = &revision.id.0;
            assert_eq!(names(&revision.down), answer.down[id]);
            assert_eq!(names(&chain.dependencies(revision)), answer.needs[id]);
            assert_eq!(
                names(&chain.ancestors(std::slice::from_ref(&revision.id))),
                answer.before[id]
            );
            assert!(answer.before[id].is_subset(&placed));
            assert_eq!(revision.doc, answer.doc[id]);
            placed.insert(id.clone());
        }
        assert_eq!(placed.len(), answer.down.len());
    }
    assert!((20..200).contains(&refused), "{refused} of 250 were broken");
}

#[test]
fn files_are_chosen_as_alembic_chooses_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let versions = root.join("versions");
    fs::create_dir_all(versions.join("2024/deep")).unwrap();
    fs::create_dir_all(versions.join("__pycache__")).unwrap();
    let code = |id: &str| format!("revision = '{id}'\ndown_revision = None\n");
    for (path, id) in [
        ("a.py", "a"),
        ("2024/b.py", "b"),
        ("2024/deep/c.py", "c"),
        ("__pycache__/never.py", "never"),
        ("__init__.py", "init"),
        (".#lock.py", "lock"),
        ("note.txt", "note"),
        (".hidden.py", "hidden"),
        ("abc123.py", "slug_only"),
    ] {
        fs::write(versions.join(path), code(id)).unwrap();
    }
    fs::write(versions.join("def456.py"), "down_revision = None\n").unwrap();
    std::os::unix::fs::symlink("a.py", versions.join("z.py")).unwrap();
    fs::create_dir_all(root.join("elsewhere")).unwrap();
    fs::write(root.join("elsewhere/linked.py"), code("linked")).unwrap();
    std::os::unix::fs::symlink(root.join("elsewhere"), versions.join("linked_folder")).unwrap();
    std::os::unix::fs::symlink(root.join("elsewhere/linked.py"), versions.join("l.py")).unwrap();

    // Alembic only warns of the file that is linked twice.
    fs::remove_file(versions.join("z.py")).unwrap();
    let answers = ask_alembic(&[(root.to_owned(), false), (root.to_owned(), true)]);
    std::os::unix::fs::symlink("a.py", versions.join("z.py")).unwrap();
    for (recursive, answer) in [false, true].into_iter().zip(answers) {
        assert_eq!(answer.error, None);
        let chain = read(&module(root, recursive, false), &RealFiles);
        assert_eq!(chain.unreadable, []);
        assert_eq!(names(&chain.heads()), answer.heads);
        assert_eq!(chain.revisions.len(), answer.heads.len());
    }
}

#[test]
fn bytecode_without_source_is_named_where_alembic_would_load_it() {
    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("versions");
    fs::create_dir_all(versions.join("__pycache__")).unwrap();
    fs::write(
        versions.join("a.py"),
        "revision = 'a'\ndown_revision = None\n",
    )
    .unwrap();
    for name in [
        "__pycache__/a.cpython-311.pyc",
        "__pycache__/__init__.cpython-311.pyc",
        "__pycache__/gone.cpython-311.pyc",
        "a.pyc",
        "old.pyc",
    ] {
        fs::write(versions.join(name), b"\0").unwrap();
    }
    assert_eq!(
        read(&module(folder.path(), false, false), &RealFiles).unreadable,
        []
    );
    let chain = read(&module(folder.path(), false, true), &RealFiles);
    let left: Vec<_> = chain
        .unreadable
        .iter()
        .map(|unreadable| unreadable.path.strip_prefix(&versions).unwrap())
        .collect();
    assert_eq!(
        left,
        [
            Path::new("__pycache__/gone.cpython-311.pyc"),
            Path::new("old.pyc")
        ]
    );
}

#[test]
fn a_file_that_alembic_cannot_load_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("versions");
    fs::create_dir_all(&versions).unwrap();
    fs::write(versions.join("helpers.py"), "def f(): pass\n").unwrap();
    fs::write(
        versions.join("a.py"),
        "revision = 'a'\ndown_revision = 'b'\n",
    )
    .unwrap();
    let answer = &ask_alembic(&[(folder.path().to_owned(), false)])[0];
    assert!(answer.error.as_deref().unwrap().contains("helpers.py"));
    let chain = read(&module(folder.path(), false, false), &RealFiles);
    assert_eq!(chain.unreadable.len(), 1);
    assert!(matches!(
        chain.problems().as_slice(),
        [ChainProblem::MissingParent { .. }]
    ));
    assert_eq!(paths(&chain).len(), 2);
}

#[test]
fn many_files_are_read_by_several_threads_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("versions");
    fs::create_dir_all(&versions).unwrap();
    for n in 0..300 {
        let down = match n {
            0 => "None".to_owned(),
            n => format!("'r{:04}'", n - 1),
        };
        fs::write(
            versions.join(format!("{n}.py")),
            format!("revision = 'r{n:04}'\ndown_revision = {down}\n"),
        )
        .unwrap();
    }
    let chain = read(&module(folder.path(), false, false), &RealFiles);
    assert!(chain.is_linear());
    assert_eq!(chain.problems(), []);
    assert_eq!(chain.revisions.len(), 300);
    assert!(
        chain
            .revisions
            .is_sorted_by_key(|revision| revision.id.clone())
    );
}
