//! The whole way: plan, reset, undo, compared with what Alembic, `pg_dump` and the files say.

use std::path::Path;

use crate::support::{Lab, Module};

const ROWS: &str = "insert into notes (title, state) values ('one', 'open'), ('two', 'done')";

fn lab_with_rows() -> Lab {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", ROWS);
    lab
}

fn baseline(lab: &Lab) -> String {
    let folder = lab.root().join("api/alembic/versions");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "__init__.py" && Path::new(name).extension() == Some("py".as_ref()))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names.remove(0)
}

#[test]
fn plan_changes_nothing() {
    let lab = lab_with_rows();
    let server = "select datname || coalesce(shobj_description(oid, 'pg_database'), '') \
                  || coalesce(datacl::text, '') from pg_database order by 1";
    let roles = "select rolname from pg_roles order by 1";
    let before = (
        lab.tree(),
        lab.dump("app", &[]),
        lab.column("postgres", server),
        lab.column("postgres", roles),
    );
    let first = lab.redistill(&["plan"]).expect(0);
    assert!(first.stdout.contains("versions.tar.gz"), "{}", first.stdout);
    assert!(
        first
            .stdout
            .contains("DROP TABLE \"public\".\"alembic_version\""),
        "{}",
        first.stdout
    );
    let after = (
        lab.tree(),
        lab.dump("app", &[]),
        lab.column("postgres", server),
        lab.column("postgres", roles),
    );
    assert_eq!(before, after);
    assert!(!lab.root().join(".redistill").exists());
}

#[test]
fn the_baseline_builds_what_the_chain_built() {
    let lab = lab_with_rows();
    let schema = lab.dump("app", &["-s", "-T", "alembic_version"]);
    let rows = lab.dump("app", &["-a", "-T", "alembic_version"]);
    lab.reset(&[]);
    assert_eq!(lab.dump("app", &["-s", "-T", "alembic_version"]), schema);
    assert_eq!(lab.dump("app", &["-a", "-T", "alembic_version"]), rows);
    lab.alembic("api", &["check"]);
    let head = lab.alembic("api", &["heads"]);
    let id = head.split_whitespace().next().unwrap().to_owned();
    assert!(lab.alembic("api", &["current"]).contains(&id));

    // On a database that never saw the old chain.
    lab.sql("postgres", "create database fresh");
    let ini = lab.read("api/alembic.ini");
    lab.write("api/alembic.ini", &ini.replace("/app\n", "/fresh\n"));
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(lab.dump("fresh", &["-s", "-T", "alembic_version"]), schema);
    lab.alembic("api", &["downgrade", "base"]);
    assert!(
        !lab.dump("fresh", &["-s", "-T", "alembic_version"])
            .contains("CREATE")
    );
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
}

#[test]
fn ten_rounds_of_reset_and_undo_end_where_they_began() {
    let lab = lab_with_rows();
    let before = (lab.tree(), lab.dump("app", &[]));
    for _ in 0..10 {
        let id = lab.reset(&[]);
        assert_ne!(lab.tree(), before.0);
        baseline(&lab);
        lab.redistill(&["undo", &id]).expect(0);
        assert_eq!(lab.tree(), before.0);
        assert_eq!(lab.dump("app", &[]), before.1);
    }
    lab.alembic("api", &["check"]);
    let log = lab.redistill(&["log"]).expect(0);
    assert_eq!(log.stdout.matches("undone").count(), 10, "{}", log.stdout);
}

#[test]
fn the_archive_and_the_note_say_what_was_done() {
    let lab = lab_with_rows();
    let id = lab.reset(&["--reason", "forty fix-the-fix revisions"]);
    let folder = format!("backups/migrations_{}", id.split('-').next().unwrap());
    let output = std::process::Command::new("tar")
        .args(["-tzf"])
        .arg(lab.root().join(&folder).join("versions.tar.gz"))
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    for name in ["n001_notes.py", "n002_state.py", "__init__.py"] {
        assert!(
            listed.contains(&format!("api/alembic/versions/{name}")),
            "{listed}"
        );
    }
    let note = lab.read(&format!(
        "backups/MIGRATION_BACKUP_{}.md",
        id.split('-').next().unwrap()
    ));
    for fragment in [
        "forty fix-the-fix revisions",
        "`n002`",
        "redistill undo",
        "stamp --purge",
    ] {
        assert!(note.contains(fragment), "{note}");
    }
    let shown = lab.redistill(&["show", &id]).expect(0);
    assert!(shown.stdout.contains("versions.tar.gz"), "{}", shown.stdout);
    // The helper that lies beside the revisions stays.
    assert!(lab.root().join("api/alembic/versions/__init__.py").exists());
}

#[test]
fn a_second_reset_on_the_same_day_gets_two() {
    let lab = lab_with_rows();
    lab.reset(&[]);
    let id = lab.reset(&[]);
    assert!(id.ends_with("-2"), "{id}");
    let day = id.split('-').next().unwrap();
    assert!(
        lab.root()
            .join(format!("backups/migrations_{day}_2/versions.tar.gz"))
            .exists()
    );
    lab.alembic("api", &["check"]);
}

#[test]
fn unversioned_leaves_the_version_table_away() {
    let lab = lab_with_rows();
    let before = lab.dump("app", &[]);
    let id = lab.reset(&["--strategy", "unversioned"]);
    let tables = "select relname from pg_class where relname like 'alembic%'";
    assert!(lab.column("app", tables).is_empty());
    let undone = lab
        .redistill(&["undo", &id, "--format", "json"])
        .expect(0)
        .lines();
    assert_eq!(lab.dump("app", &[]), before);
    let (last, events) = undone.split_last().unwrap();
    assert_eq!(
        (&last["outcome"], &last["id"]),
        (&"undone".into(), &id.into())
    );
    let declared = events[0]["titles"].as_array().unwrap().len();
    for end in ["step_started", "step_finished"] {
        let told = events.iter().filter(|line| line["event"] == end).count();
        assert_eq!(told, declared, "{events:#?}");
    }
}

#[test]
fn reuse_head_leaves_the_database_alone() {
    let lab = lab_with_rows();
    let before = lab.dump("app", &[]);
    lab.reset(&["--revision-id", "reuse-head"]);
    assert_eq!(lab.dump("app", &[]), before);
    assert!(lab.alembic("api", &["current"]).contains("n002 (head)"));
    lab.alembic("api", &["check"]);
}

#[test]
fn a_world_that_changed_since_the_plan_is_refused() {
    type Change = (&'static str, fn(&Lab));
    let changes: [Change; 4] = [
        ("n001_notes.py", |lab| {
            let path = "api/alembic/versions/n001_notes.py";
            lab.write(path, &(lab.read(path) + "\n# a remark\n"));
        }),
        ("catalog", |lab| {
            lab.sql("app", "alter table notes add column extra int");
        }),
        ("version rows", |lab| {
            lab.sql("app", "update alembic_version set version_num = 'n001'");
        }),
        ("n003", |lab| {
            lab.write(
                "api/alembic/versions/n003_more.py",
                "revision = 'n003'\ndown_revision = 'n002'\ndef upgrade(): pass\n",
            );
        }),
    ];
    for (named, change) in changes {
        let lab = lab_with_rows();
        let digest = lab.plan(&[]);
        change(&lab);
        let before = (lab.tree(), lab.dump("app", &[]));
        let lines = lab
            .redistill(&["reset", "--plan", &digest, "--format", "json"])
            .expect(1)
            .says(&[named, "redistill plan"])
            .lines();
        let last = lines.last().unwrap();
        assert_eq!(last["outcome"], "refused", "{lines:#?}");
        assert!(
            last["next"].to_string().contains("redistill plan"),
            "{last}"
        );
        assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    }
}

#[test]
fn rows_that_change_between_plan_and_reset_are_no_hindrance() {
    let lab = lab_with_rows();
    let digest = lab.plan(&[]);
    lab.sql(
        "app",
        "insert into notes (title, state) values ('three', 'open')",
    );
    lab.redistill(&["reset", "--plan", &digest]).expect(0);
    assert_eq!(lab.column("app", "select count(*) from notes"), ["3"]);
}
