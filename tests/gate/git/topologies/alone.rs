//! Nobody else has it, or a sole author published it.

use std::fs;

use super::super::Answer::{NotShared, Warned};
use super::super::Topology;
use super::super::place::Place;
use super::{NO_REPOSITORY, OLD, PUSHED, branch_with_revision, deployed, row};

pub static ROWS: &[Topology] = &[
    row("no repository at all", Warned(NO_REPOSITORY), |p| {
        p.module("work");
    }),
    row("local only", NotShared, Place::start),
    row("unborn branch without remote", NotShared, |p| {
        p.git("init --quiet .");
        p.module("work");
    }),
    row("two authors, no remote", NotShared, |p| {
        p.start();
        p.commit_as("Grace", "work");
    }),
    row("detached head, no remote", NotShared, |p| {
        p.start();
        p.git("checkout --quiet --detach");
    }),
    row("pushed before the first revision", NotShared, |p| {
        p.git("init --quiet --initial-branch=main .");
        p.write("work/README", "x\n");
        p.commit();
        p.remote("origin");
        p.git("push --quiet origin main");
        p.module("work");
        p.commit();
    }),
    row("remote fetched and empty", NotShared, |p| {
        p.start();
        p.remote("origin");
        p.git("fetch --quiet origin");
    }),
    row("other project of a monorepo is pushed", NotShared, |p| {
        p.git("init --quiet --initial-branch=main .");
        p.write("work/web/index.js", "x\n");
        p.commit_as("Grace", "work");
        p.remote("origin");
        p.git("push --quiet origin main");
        p.module("work/api");
        p.commit();
        p.look_at("work/api");
    }),
    row("tag before the first revision", NotShared, |p| {
        p.git("init --quiet --initial-branch=main .");
        p.write("work/README", "x\n");
        p.commit();
        p.git("tag v0");
        p.module("work");
        p.commit();
    }),
    row("sha256, local only", NotShared, |p| {
        p.git("init --quiet --object-format=sha256 --initial-branch=main .");
        p.module("work");
        p.commit();
    }),
    row("merged branch is kept", NotShared, |p| {
        p.start();
        branch_with_revision(p, "Ada");
        p.git("merge --quiet --no-edit feature/x");
    }),
    row("stash without revisions", NotShared, |p| {
        p.start();
        p.write("work/notes.py", "x = 1\n");
        p.git("stash --quiet --include-untracked");
    }),
    row("work tree at the same commit", NotShared, |p| {
        p.start();
        p.git("worktree add --quiet ../other");
    }),
    row(
        "a merged branch had a revision that was taken out",
        NotShared,
        |p| {
            p.start();
            p.revision("work", "a3", Some("a2"));
            p.commit();
            p.git("branch old");
            fs::remove_file(p.at("work/alembic/versions/a3_x.py")).unwrap();
            p.commit();
        },
    ),
    row("a branch with a chain of its own", NotShared, |p| {
        p.start();
        p.git("checkout --quiet -b other");
        p.revision("work", "z1", None);
        p.commit();
        p.git("checkout --quiet main");
    }),
    row("solo, pushed to main", Warned(PUSHED), Place::pushed),
    row("solo, pushed by two remotes", Warned(PUSHED), |p| {
        p.pushed();
        p.remote("backup");
        p.git("push --quiet backup main");
    }),
    row("solo, two addresses", Warned(PUSHED), |p| {
        p.pushed();
        p.git("config user.name Ada");
        p.git("config user.email ada@home.example");
    }),
    row("solo, two names in a mailmap", Warned(PUSHED), |p| {
        p.start();
        p.commit_as("Adalbert", "work");
        p.write(
            "work/.mailmap",
            "Ada <ada@example.org> <adalbert@example.org>\n",
        );
        p.commit();
        p.remote("origin");
        p.git("push --quiet origin main");
    }),
    row("solo, with a program's commits", Warned(PUSHED), |p| {
        p.start();
        p.commit_as("dependabot[bot]", "work");
        p.remote("origin");
        p.git("push --quiet origin main");
    }),
    row(
        "solo, remote is gone from the configuration",
        Warned(PUSHED),
        |p| {
            p.pushed();
            p.git("update-ref refs/remotes/gone/main HEAD");
            p.git("config --remove-section remote.origin");
        },
    ),
    row("solo, detached head", Warned(PUSHED), |p| {
        p.pushed();
        p.git("checkout --quiet --detach");
    }),
    row("solo, an image that upgrades", Warned(PUSHED), |p| {
        deployed(
            p,
            &[(
                "Dockerfile",
                "CMD alembic upgrade head && uvicorn app:app\n",
            )],
        );
    }),
    row(
        "solo, a compose file for development",
        Warned(PUSHED),
        |p| {
            let text =
                "services:\n  api:\n    command: alembic upgrade head\n    volumes: [.:/app]\n";
            deployed(p, &[("docker-compose.yml", text)]);
        },
    ),
    row("solo, a test job", Warned(PUSHED), |p| {
        let text = "jobs:\n  test:\n    services:\n      postgres:\n        image: postgres:16\n    \
                    steps:\n      - run: alembic upgrade head\n";
        deployed(p, &[(".github/workflows/ci.yml", text)]);
    }),
    row("solo, packed refs", Warned(PUSHED), |p| {
        p.pushed();
        p.git("pack-refs --all");
        p.git("gc --quiet");
    }),
    row("solo, an old push", Warned(OLD), |p| {
        p.start();
        p.git_in(".", "init --quiet --bare --initial-branch=main origin.git");
        let url = p.at("origin.git");
        p.git_as(
            "Ada",
            "work",
            &["remote", "add", "origin", url.to_str().unwrap()],
        );
        let tip = p.git("rev-parse HEAD");
        let log = format!(
            "{} {tip} Ada <a@x> 1500000000 +0000\tupdate by push\n",
            "0".repeat(40)
        );
        p.git("update-ref refs/remotes/origin/main HEAD");
        p.write("work/.git/logs/refs/remotes/origin/main", &log);
    }),
    row(
        "solo, the tracking ref was reset to before the revisions",
        Warned(PUSHED),
        |p| {
            p.git("init --quiet --initial-branch=main .");
            p.write("work/README", "x\n");
            p.commit();
            p.git("branch before");
            p.module("work");
            p.commit();
            p.remote("origin");
            p.git("push --quiet origin main");
            p.git("push --quiet --force origin before:main");
        },
    ),
];
