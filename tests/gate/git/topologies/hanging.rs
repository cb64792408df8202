//! Others build on it.

use std::fs;

use super::super::Answer::Refused;
use super::super::Topology;
use super::super::place::revision;
use super::{HANGING, branch_with_revision, row};

pub static ROWS: &[Topology] = &[
    row("a branch that hangs", Refused(HANGING), |p| {
        p.start();
        branch_with_revision(p, "Grace");
    }),
    row("a remote branch that hangs", Refused(HANGING), |p| {
        p.pushed();
        branch_with_revision(p, "Grace");
        p.git("push --quiet origin feature/x");
        p.git("branch --quiet -D feature/x");
    }),
    row("a stash that hangs", Refused(HANGING), |p| {
        p.start();
        p.revision("work", "b1", Some("a2"));
        p.git("add --all");
        p.git("stash --quiet");
    }),
    row(
        "an old stash with an untracked file",
        Refused(HANGING),
        |p| {
            p.start();
            p.revision("work", "b1", Some("a2"));
            p.git("stash --quiet --include-untracked");
            p.write("work/README", "x\n");
            p.git("stash --quiet --include-untracked");
        },
    ),
    row(
        "a work tree with an uncommitted revision",
        Refused(HANGING),
        |p| {
            p.start();
            p.git("worktree add --quiet ../other");
            p.revision("other", "b1", Some("a2"));
        },
    ),
    row("a detached work tree that hangs", Refused(HANGING), |p| {
        p.start();
        p.git("worktree add --quiet --detach ../other");
        p.revision("other", "b1", Some("a2"));
        p.commit_as("Grace", "other");
        fs::remove_dir_all(p.at("other")).unwrap();
    }),
    row("a merge revision on a branch", Refused(HANGING), |p| {
        p.start();
        p.git("checkout --quiet -b feature");
        let text = revision("m1", None).replace("None", "(\"z9\", \"a2\")");
        p.write("work/alembic/versions/m1.py", &text);
        p.commit_as("Grace", "work");
        p.git("checkout --quiet main");
    }),
    row("a computed revision on a branch", Refused(HANGING), |p| {
        p.start();
        p.git("checkout --quiet -b feature");
        let text = revision("m1", Some("a2")).replace("\"m1\"", "make()");
        p.write("work/alembic/versions/m1.py", &text);
        p.commit_as("Grace", "work");
        p.git("checkout --quiet main");
    }),
];
