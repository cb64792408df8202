//! The shapes, one row each: a name, how it is built, what must be said of it.

mod alone;
mod elsewhere;
mod hanging;
mod others;
mod unknown;

use std::fs;

use super::Topology;
use super::place::Place;

const SHARED: &str = "RD201";
const PUSHED: &str = "RD202";
const SHALLOW: &str = "RD203";
const NO_REPOSITORY: &str = "RD204";
const UNAVAILABLE: &str = "RD206";
const HANGING: &str = "RD221";
const OLD: &str = "RD222";
const UNFETCHED: &str = "RD223";

const fn row(name: &'static str, answer: super::Answer, build: fn(&Place)) -> Topology {
    Topology {
        name,
        build,
        answer,
    }
}

/// Sets `work` up by a clone of a repository that Ada and Grace share.
fn cloned(p: &Place, options: &str) {
    p.git_in(".", "init --quiet --initial-branch=main seed");
    p.module("seed");
    p.commit_as("Ada", "seed");
    p.write("seed/README", "x\n");
    p.commit_as("Grace", "seed");
    p.git_in(".", "clone --quiet --bare seed origin.git");
    p.git_in("origin.git", "config uploadpack.allowFilter true");
    fs::remove_dir(p.at("work")).unwrap();
    let url = format!("file://{}", p.at("origin.git").display());
    p.git_in(
        ".",
        &format!("clone --quiet {options} {url} work").replace("  ", " "),
    );
}

fn branch_with_revision(p: &Place, who: &str) {
    p.git("checkout --quiet -b feature/x");
    p.revision("work", "b1", Some("a2"));
    p.commit_as(who, "work");
    p.git("checkout --quiet main");
}

fn deployed(p: &Place, files: &[(&str, &str)]) {
    p.start();
    for (path, text) in files {
        p.write(&format!("work/{path}"), text);
    }
    p.commit();
    p.remote("origin");
    p.git("push --quiet origin main");
}

/// Rewrites the project's history as one commit of Ada's without a common ancestor.
fn orphan(p: &Place) {
    p.git("checkout --quiet --orphan fresh");
    p.commit();
    p.git("branch --quiet -D main");
    p.git("branch --quiet -m main");
}

/// All shapes.
pub fn all() -> Vec<&'static Topology> {
    let tables = [
        alone::ROWS,
        others::ROWS,
        elsewhere::ROWS,
        hanging::ROWS,
        unknown::ROWS,
    ];
    tables.into_iter().flatten().collect()
}
