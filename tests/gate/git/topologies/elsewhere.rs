//! Others have it, and the way there is a long one.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::Answer::Refused;
use super::super::Topology;
use super::{SHARED, cloned, orphan, row};

pub static ROWS: &[Topology] = &[
    row("several remotes, one has it", Refused(SHARED), |p| {
        p.start();
        p.commit_as("Grace", "work");
        p.git("branch empty");
        p.remote("origin");
        p.remote("fork");
        p.git("push --quiet fork main");
        p.git("push --quiet origin main:old");
    }),
    row(
        "refs elsewhere by the remote's own setting",
        Refused(SHARED),
        |p| {
            p.shared();
            p.git("config remote.origin.fetch +refs/heads/*:refs/upstream/*");
            p.git("update-ref refs/upstream/main refs/remotes/origin/main");
            p.git("update-ref -d refs/remotes/origin/main");
        },
    ),
    row("a mirror", Refused(SHARED), |p| {
        cloned(p, "");
        p.git("config remote.origin.fetch +refs/*:refs/*");
        p.git("update-ref -d refs/remotes/origin/main");
        p.git("symbolic-ref --delete refs/remotes/origin/HEAD");
    }),
    row("a pull request that was fetched", Refused(SHARED), |p| {
        p.start();
        p.commit_as("Grace", "work");
        p.git("update-ref refs/pull/1/head HEAD");
    }),
    row("sha256, shared", Refused(SHARED), |p| {
        p.git("init --quiet --object-format=sha256 --initial-branch=main .");
        p.module("work");
        p.commit();
        p.commit_as("Grace", "work");
        p.git("update-ref refs/remotes/origin/main HEAD");
    }),
    row("replaced objects", Refused(SHARED), |p| {
        p.shared();
        let tree = p.git("hash-object -t tree /dev/null -w");
        let empty = p.git(&format!("commit-tree -m x {tree}"));
        let commits = p.git("rev-list HEAD");
        for commit in commits.lines() {
            p.git(&format!("replace {commit} {empty}"));
        }
    }),
    row("grafts", Refused(SHARED), |p| {
        p.shared();
        p.git("rm --quiet -r alembic");
        p.commit();
        p.git("push --quiet origin main");
        let tip = p.git("rev-parse HEAD");
        p.git("reset --quiet --hard HEAD~1");
        orphan(p);
        fs::remove_dir_all(p.at("work/.git/logs")).unwrap();
        p.write("work/.git/info/grafts", &format!("{tip}\n"));
    }),
    row("a subfolder of a monorepo", Refused(SHARED), |p| {
        p.git("init --quiet --initial-branch=main .");
        p.module("work/services/api");
        p.commit();
        p.commit_as("Grace", "work");
        p.remote("origin");
        p.git("push --quiet origin main");
        p.look_at("work/services/api");
    }),
    row("a linked work tree", Refused(SHARED), |p| {
        p.shared();
        p.git("worktree add --quiet ../linked");
        p.look_at("linked");
    }),
    row("a bare repository with a work tree", Refused(SHARED), |p| {
        cloned(p, "");
        p.git_in(".", "clone --quiet --bare origin.git bare.git");
        p.git_in(
            "bare.git",
            "fetch --quiet origin +refs/heads/*:refs/remotes/origin/*",
        );
        p.git_in("bare.git", "worktree add --quiet ../tree");
        p.look_at("tree");
    }),
    row("a submodule", Refused(SHARED), |p| {
        cloned(p, "");
        let url = format!("file://{}", p.at("origin.git").display());
        p.git_in(".", "init --quiet --initial-branch=main super");
        p.git_in(
            "super",
            &format!("-c protocol.file.allow=always submodule --quiet add {url} api"),
        );
        p.commit_as("Ada", "super");
        p.look_at("super/api");
    }),
    row(
        "a project around a submodule that has the module",
        Refused(SHARED),
        |p| {
            cloned(p, "");
            let url = format!("file://{}", p.at("origin.git").display());
            p.git_in(".", "init --quiet --initial-branch=main super");
            p.git_in(
                "super",
                &format!("-c protocol.file.allow=always submodule --quiet add {url} api"),
            );
            p.commit_as("Ada", "super");
            p.look_at("super");
        },
    ),
    row("a repository inside the project", Refused(SHARED), |p| {
        p.shared();
        p.git_in(".", "init --quiet --initial-branch=main outer");
        p.write("outer/README", "x\n");
        p.commit_as("Ada", "outer");
        fs::rename(p.at("work"), p.at("outer/api")).unwrap();
        p.look_at("outer");
    }),
    row(
        "a repository inside a folder without one",
        Refused(SHARED),
        |p| {
            p.shared();
            fs::create_dir(p.at("outer")).unwrap();
            fs::rename(p.at("work"), p.at("outer/api")).unwrap();
            p.look_at("outer");
        },
    ),
    row(
        "a version folder linked from another repository",
        Refused(SHARED),
        |p| {
            p.shared();
            p.git_in(".", "init --quiet --initial-branch=main linking");
            p.module("linking");
            fs::remove_dir_all(p.at("linking/alembic/versions")).unwrap();
            symlink(
                p.at("work/alembic/versions"),
                p.at("linking/alembic/versions"),
            )
            .unwrap();
            p.commit_as("Ada", "linking");
            p.look_at("linking");
        },
    ),
    row("a project reached by a link", Refused(SHARED), |p| {
        p.shared();
        symlink(p.at("work"), p.at("link")).unwrap();
        p.look_at("link");
    }),
    row("names of hostile letters", Refused(SHARED), |p| {
        p.git("init --quiet --initial-branch=main .");
        p.module("work/a \"b\"\t\u{202e}[c]*");
        p.commit();
        p.commit_as("Grace", "work");
        p.remote("origin");
        p.git("push --quiet origin main");
    }),
    row("line ends are converted", Refused(SHARED), |p| {
        p.start();
        p.commit_as("Grace", "work");
        p.remote("origin");
        p.git("push --quiet origin main");
        for name in ["a1_x.py", "a2_x.py"] {
            let path = p.at(&format!("work/alembic/versions/{name}"));
            let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
            fs::write(&path, text).unwrap();
        }
    }),
    row(
        "a setting that hides what is followed",
        Refused(SHARED),
        |p| {
            p.shared();
            p.git("config log.follow true");
            p.git("config log.showRoot false");
            p.git("config diff.orderFile /nowhere");
            p.git("config log.mailmap false");
            p.git("config transfer.hideRefs refs/remotes");
        },
    ),
];
