//! It cannot be told, and is refused for that.

use std::fs;

use super::super::Answer::Unknown;
use super::super::Topology;
use super::super::place::exists;
use super::{SHALLOW, UNAVAILABLE, UNFETCHED, cloned, row};

pub static ROWS: &[Topology] = &[
    row("a shallow clone", Unknown(SHALLOW), |p| {
        cloned(p, "--depth=1");
    }),
    row("a clone without blobs", Unknown(UNAVAILABLE), |p| {
        cloned(p, "--filter=blob:none");
    }),
    row("a clone without trees", Unknown(UNAVAILABLE), |p| {
        cloned(p, "--filter=tree:0 --no-checkout");
        fs::remove_dir_all(p.at("work/alembic")).ok();
        p.module("work");
    }),
    row("a remote that was never fetched", Unknown(UNFETCHED), |p| {
        p.start();
        p.remote("origin");
    }),
    row(
        "one of two remotes was never fetched",
        Unknown(UNFETCHED),
        |p| {
            p.pushed();
            p.remote("fork");
        },
    ),
    row(
        "a bare clone that follows nothing",
        Unknown(UNFETCHED),
        |p| {
            cloned(p, "");
            p.git_in(".", "clone --quiet --bare origin.git bare.git");
            p.git_in("bare.git", "worktree add --quiet ../tree");
            p.look_at("tree");
        },
    ),
    row("an unborn branch with a remote", Unknown(UNFETCHED), |p| {
        p.git("init --quiet .");
        p.module("work");
        p.remote("origin");
    }),
    row(
        "a branch that follows an address",
        Unknown(UNFETCHED),
        |p| {
            p.start();
            p.git("config branch.main.remote https://example.org/x.git");
        },
    ),
    row(
        "a link to a repository that is nowhere",
        Unknown(UNAVAILABLE),
        |p| {
            p.module("work");
            p.write("work/.git", "gitdir: /nowhere/at/all\n");
        },
    ),
    row(
        "an empty folder named as a repository",
        Unknown(UNAVAILABLE),
        |p| {
            p.module("work");
            fs::create_dir(p.at("work/.git")).unwrap();
        },
    ),
    row("a commit is missing", Unknown(UNAVAILABLE), |p| {
        p.shared();
        let id = p.git("rev-parse HEAD~1");
        fs::remove_file(p.at(&format!("work/.git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    }),
    row("a file's object is missing", Unknown(UNAVAILABLE), |p| {
        p.shared();
        let id = p.git("rev-parse HEAD:alembic/versions/a1_x.py");
        fs::remove_file(p.at(&format!("work/.git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    }),
    row("an object is damaged", Unknown(UNAVAILABLE), |p| {
        p.shared();
        let id = p.git("rev-parse HEAD:alembic");
        let path = p.at(&format!("work/.git/objects/{}/{}", &id[..2], &id[2..]));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "damaged").unwrap();
    }),
    row("packed refs are damaged", Unknown(UNAVAILABLE), |p| {
        p.shared();
        p.git("pack-refs --all");
        p.write("work/.git/packed-refs", "damaged\n");
    }),
    row("a tracking ref is damaged", Unknown(UNAVAILABLE), |p| {
        p.shared();
        p.write("work/.git/refs/remotes/origin/main", "damaged\n");
    }),
    row(
        "a tracking ref leads to nothing",
        Unknown(UNAVAILABLE),
        |p| {
            p.shared();
            p.write(
                "work/.git/refs/remotes/origin/main",
                &format!("{}\n", "1".repeat(40)),
            );
        },
    ),
    row("borrowed objects are gone", Unknown(UNAVAILABLE), |p| {
        cloned(p, "");
        p.git_in(".", "clone --quiet --shared work borrower");
        fs::remove_dir_all(p.at("work")).unwrap();
        p.look_at("borrower");
    }),
    row("an unknown extension", Unknown(UNAVAILABLE), |p| {
        p.start();
        p.git("config core.repositoryFormatVersion 1");
        p.git("config extensions.unheardOf true");
    }),
    row(
        "a configuration that cannot be read",
        Unknown(UNAVAILABLE),
        |p| {
            p.start();
            p.write("work/.git/config", "[core\n");
        },
    ),
    row(
        "a submodule whose repository is gone",
        Unknown(UNAVAILABLE),
        |p| {
            cloned(p, "");
            let url = format!("file://{}", p.at("origin.git").display());
            p.git_in(".", "init --quiet --initial-branch=main super");
            p.git_in(
                "super",
                &format!("-c protocol.file.allow=always submodule --quiet add {url} api"),
            );
            fs::remove_dir_all(p.at("super/.git/modules")).unwrap();
            assert!(exists(&p.at("super/api/.git")));
            p.look_at("super/api");
        },
    ),
    row(
        "a shallow repository inside the project",
        Unknown(SHALLOW),
        |p| {
            cloned(p, "--depth=1");
            p.git_in(".", "init --quiet --initial-branch=main outer");
            fs::rename(p.at("work"), p.at("outer/api")).unwrap();
            p.look_at("outer");
        },
    ),
    row("a repository of somebody else", Unknown(UNAVAILABLE), |p| {
        p.shared();
        if rustix::process::getuid().is_root() {
            for path in ["work", "work/.git"] {
                std::os::unix::fs::chown(p.at(path), Some(12345), Some(12345)).unwrap();
            }
        } else {
            p.write("work/.git/config", "[core\n");
        }
    }),
];
