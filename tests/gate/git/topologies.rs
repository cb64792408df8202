//! The shapes, one row each: a name, how it is built, what must be said of it.

use std::fs;
use std::os::unix::fs::symlink;

use super::Answer::{NotShared, Refused, Unknown, Warned};
use super::Topology;
use super::place::{Place, exists, revision};

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
pub static TOPOLOGIES: &[Topology] = &[
    // Nobody else has it.
    row("no repository at all", Warned(NO_REPOSITORY), |p| {
        p.module("work")
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
    // A sole author who published.
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
    // Others have it.
    row("two authors, pushed", Refused(SHARED), Place::shared),
    row(
        "the other wrote nothing of the revisions",
        Refused(SHARED),
        |p| {
            p.pushed();
            p.git("checkout --quiet -b docs");
            p.write("work/README", "x\n");
            p.commit_as("Grace", "work");
            p.git("checkout --quiet main");
        },
    ),
    row("the other is a co-author", Refused(SHARED), |p| {
        p.start();
        let message = "--message=x\n\nCo-authored-by: Grace <grace@example.org>";
        p.git_as(
            "Ada",
            "work",
            &["commit", "--quiet", "--allow-empty", message],
        );
        p.remote("origin");
        p.git("push --quiet origin main");
    }),
    row("the other is a committer", Refused(SHARED), |p| {
        p.start();
        let author = "--author=Ada <ada@example.org>";
        let arguments = ["commit", "--quiet", "--allow-empty", "--message=x", author];
        p.git_as("Grace", "work", &arguments);
        p.remote("origin");
        p.git("push --quiet origin main");
    }),
    row("cloned from a colleague", Refused(SHARED), |p| {
        p.pushed();
        p.git("config user.name Grace");
        p.git("config user.email grace@example.org");
    }),
    row(
        "a fresh clone of a shared repository",
        Refused(SHARED),
        |p| cloned(p, ""),
    ),
    row("a lightweight tag", Refused(SHARED), |p| {
        p.start();
        p.git("tag v1");
    }),
    row("an annotated tag", Refused(SHARED), |p| {
        p.start();
        p.git("tag -a -m x v1");
    }),
    row("a tag of a tag", Refused(SHARED), |p| {
        p.start();
        p.git("tag -a -m x v1");
        p.git("-c advice.nestedTag=false tag -a -m x v2 v1");
        p.git("tag -d v1");
    }),
    row("a tag of a tree", Refused(SHARED), |p| {
        p.start();
        p.git("tag tree HEAD^{tree}");
    }),
    row("a tag of a file", Refused(SHARED), |p| {
        p.start();
        p.git("tag file HEAD:alembic/versions/a1_x.py");
    }),
    row(
        "a tag, the revisions rewritten since",
        Refused(SHARED),
        |p| {
            p.start();
            p.git("tag v1");
            orphan(p);
        },
    ),
    row("a release branch", Refused(SHARED), |p| {
        p.pushed();
        p.git("push --quiet origin main:release/1.0");
    }),
    row("a version branch", Refused(SHARED), |p| {
        p.pushed();
        p.git("push --quiet origin main:v1.2");
    }),
    row("pushed to a platform", Refused(SHARED), |p| {
        p.start();
        p.remote("heroku");
        p.git("push --quiet heroku main");
    }),
    row("a Procfile", Refused(SHARED), |p| {
        deployed(p, &[("Procfile", "release: alembic upgrade head\n")]);
    }),
    row("a platform that starts an image", Refused(SHARED), |p| {
        let image = "CMD [\"alembic\", \"upgrade\", \"head\"]\n";
        deployed(p, &[("fly.toml", "app = 'x'\n"), ("Dockerfile", image)]);
    }),
    row("a cluster manifest", Refused(SHARED), |p| {
        let text = "kind: Job\ncommand: [alembic, upgrade, head]\n";
        deployed(p, &[("k8s/migrate.yaml", text)]);
    }),
    row("a pipeline that deploys", Refused(SHARED), |p| {
        let text = "jobs:\n  ship:\n    environment: production\n    steps:\n      \
                    - run: alembic upgrade head\n";
        deployed(p, &[(".github/workflows/ship.yml", text)]);
    }),
    row("a compose file for production", Refused(SHARED), |p| {
        let text = "services:\n  api:\n    command: alembic upgrade head\n";
        deployed(p, &[("docker-compose.prod.yml", text)]);
    }),
    row("deleted at the remote's tip", Refused(SHARED), |p| {
        p.shared();
        p.git("rm --quiet -r alembic");
        p.commit();
        p.git("push --quiet origin main");
        p.git("reset --quiet --hard HEAD~1");
        orphan(p);
    }),
    row("amended after the push", Refused(SHARED), |p| {
        p.shared();
        p.git("commit --quiet --amend --allow-empty --message=y");
        orphan(p);
    }),
    row("squashed by the remote", Refused(SHARED), |p| {
        p.shared();
        let tree = p.git("rev-parse HEAD^{tree}");
        let squashed = p.git_as("Grace", "work", &["commit-tree", "-m", "x", &tree]);
        p.git(&format!("update-ref refs/remotes/origin/main {squashed}"));
    }),
    row("the folder was renamed", Refused(SHARED), |p| {
        p.shared();
        fs::create_dir(p.at("work/db")).unwrap();
        p.git("mv alembic db/migrations");
        p.write(
            "work/alembic.ini",
            "[alembic]\nscript_location = db/migrations\n",
        );
        orphan(p);
    }),
    row(
        "the files were renamed and rewritten, the ids kept",
        Refused(SHARED),
        |p| {
            p.shared();
            for (id, down) in [("a1", None), ("a2", Some("a1"))] {
                fs::remove_file(p.at(&format!("work/alembic/versions/{id}_x.py"))).unwrap();
                let text = format!("{}# anew\n", revision(id, down));
                p.write(&format!("work/alembic/versions/new_{id}.py"), &text);
            }
            orphan(p);
        },
    ),
    row(
        "only in the middle of the remote's history, renamed",
        Refused(SHARED),
        |p| {
            p.shared();
            p.git("mv alembic/versions/a1_x.py alembic/versions/later.py");
            p.git("mv alembic/versions/a2_x.py alembic/versions/latest.py");
            p.commit();
            p.git("push --quiet origin main");
        },
    ),
    row(
        "on a side branch of the remote alone",
        Refused(SHARED),
        |p| {
            p.shared();
            p.git("push --quiet origin main:wip");
            p.git("update-ref -d refs/remotes/origin/main");
        },
    ),
    row(
        "brought by a merge with changes of its own",
        Refused(SHARED),
        |p| {
            p.git("init --quiet --initial-branch=main .");
            p.write("work/README", "x\n");
            p.commit();
            p.git("checkout --quiet -b side");
            p.write("work/other", "x\n");
            p.commit_as("Grace", "work");
            p.git("checkout --quiet main");
            p.write("work/more", "x\n");
            p.commit();
            p.git("merge --quiet --no-commit --no-ff side");
            p.module("work");
            p.commit();
            p.remote("origin");
            p.git("push --quiet origin main");
            orphan(p);
        },
    ),
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
    // Others build on it.
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
    // It cannot be told.
    row("a shallow clone", Unknown(SHALLOW), |p| {
        cloned(p, "--depth=1")
    }),
    row("a clone without blobs", Unknown(UNAVAILABLE), |p| {
        cloned(p, "--filter=blob:none")
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
