//! Others have it.

use std::fs;

use super::super::Answer::Refused;
use super::super::Topology;
use super::super::place::{Place, revision};
use super::{SHARED, cloned, deployed, orphan, row};

pub static ROWS: &[Topology] = &[
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
];
