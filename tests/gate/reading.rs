//! Reading shapes: what is read from source is the graph that Alembic itself loads, or it is said to
//! be unreadable. Never another graph.
//!
//! One folder a case; real Alembic answers for all of them in one process.

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use redistill::model::{Chain, ConfigSource, Flavour, Module, ModuleName};
use redistill::survey::chain;
use redistill::system::RealFiles;
use serde::Deserialize;

use crate::support::interpreter;

/// What must come out, beside that no other graph than Alembic's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// Alembic loads it, and we read the same.
    Same,
    /// Whatever Alembic does: we say that it cannot be read.
    Unreadable,
    /// Alembic refuses it, and we name a problem.
    Refused,
    /// Alembic may refuse it, for an import or for its Python's age; the graph can be read.
    Read,
}
use Expected::{Read, Refused, Same, Unreadable};

#[derive(Debug, Deserialize)]
struct Answer {
    error: Option<String>,
    #[serde(default)]
    graph: Graph,
}

/// A graph, as far as both sides tell.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Graph {
    down: BTreeMap<String, BTreeSet<String>>,
    depends_on: BTreeMap<String, BTreeSet<String>>,
    labels: BTreeMap<String, BTreeSet<String>>,
    heads: BTreeSet<String>,
    bases: BTreeSet<String>,
}

const ORACLE: &str = r"
import contextlib, io, json, os, sys
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
def texts(items):
    return [str(item) for item in items]
answers = {}
for name in sorted(os.listdir(sys.argv[1])):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            script = ScriptDirectory(os.path.join(sys.argv[1], name))
            map_ = script.revision_map
            found = [r for k, r in map_._revision_map.items() if r is not None and r.revision == k]
            answers[name] = {'graph': {
                'down': {str(r.revision): texts(r._versioned_down_revisions) for r in found},
                'depends_on': {str(r.revision): texts(to_tuple(r.dependencies, default=())) for r in found},
                'labels': {str(r.revision): texts(r._orig_branch_labels) for r in found},
                'heads': texts(map_.heads), 'bases': texts(map_.bases),
            }}
    except BaseException as error:
        answers[name] = {'error': '%s: %s' % (type(error).__name__, error)}
print(json.dumps(answers))
";

fn ask_alembic(root: &Path) -> BTreeMap<String, Answer> {
    let output = Command::new(interpreter())
        .args(["-B", "-W", "ignore", "-c", ORACLE])
        .arg(root)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(folder: &Path) -> Chain {
    let module = Module {
        name: ModuleName("m".to_owned()),
        config: ConfigSource::Ini {
            path: folder.join("alembic.ini"),
            section: "alembic".to_owned(),
        },
        flavour: Flavour::Plain,
        directory: folder.to_owned(),
        script_location: folder.to_owned(),
        version_locations: vec![folder.join("versions")],
        recursive: false,
        sourceless: false,
        written_url: None,
        branch: None,
    };
    chain::read(&module, &RealFiles)
}

fn graph(chain: &Chain) -> Graph {
    let ids = |ids: &[redistill::model::RevisionId]| ids.iter().map(|id| id.0.clone()).collect();
    let mut graph = Graph {
        heads: ids(&chain.heads()),
        bases: ids(&chain.bases()),
        ..Graph::default()
    };
    for revision in &chain.revisions {
        let id = &revision.id.0;
        graph.down.insert(id.clone(), ids(&revision.down));
        let needs = revision.depends_on.iter().cloned().collect();
        graph.depends_on.insert(id.clone(), needs);
        let labels = revision.labels.iter().cloned().collect();
        graph.labels.insert(id.clone(), labels);
    }
    graph
}

/// Why a case came out otherwise than it must; none if it did not.
fn fault(expected: Expected, answer: &Answer, chain: &Chain) -> Option<String> {
    let ours = graph(chain);
    let is_read = chain.unreadable.is_empty();
    let is_whole = is_read && chain.problems().is_empty();
    if answer.error.is_none() && is_whole && ours != answer.graph {
        return Some(format!(
            "ANOTHER GRAPH\nalembic: {:?}\nours:    {ours:?}",
            answer.graph
        ));
    }
    let said = || {
        format!(
            "alembic: {answer:?}\nours: {ours:?}, {:?}",
            chain.unreadable
        )
    };
    let is_right = match expected {
        Same => answer.error.is_none() && is_whole,
        Unreadable => !is_read,
        Refused => answer.error.is_some() && !is_whole,
        Read => is_read,
    };
    (!is_right).then(said)
}

#[test]
fn the_graph_is_alembics_or_it_is_said_to_be_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let root: PathBuf = folder.path().canonicalize().unwrap();
    let cases = cases::all();
    assert!(cases.len() >= 60, "{}", cases.len());
    for (index, (_, _, files)) in cases.iter().enumerate() {
        let versions = root.join(format!("{index:03}/versions"));
        std::fs::create_dir_all(&versions).unwrap();
        for (name, bytes) in files {
            std::fs::write(versions.join(name), bytes).unwrap();
        }
    }
    let answers = ask_alembic(&root);
    assert_eq!(answers.len(), cases.len());
    let faults: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(index, (name, expected, _))| {
            let number = format!("{index:03}");
            let chain = read(&root.join(&number));
            let fault = fault(*expected, &answers[&number], &chain)?;
            Some(format!("{name} ({expected:?}): {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
