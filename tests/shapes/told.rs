//! What the note tells is true: its very lines, run by a shell, Alembic and psql on real databases.

use std::path::PathBuf;
use std::process::Command;

use super::{borrowed, notes_as, revision};
use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};

/// A block to be copied from a note: its language and its text.
type Block = (String, String);

/// The note of the one run.
fn note(lab: &Lab) -> String {
    let mut files = lab.tree().into_iter();
    let found = files.find(|(path, _)| path.contains("MIGRATION_BACKUP_"));
    let (_, text) = found.expect("a note was written");
    String::from_utf8(text).unwrap()
}

/// What stands behind a heading or the beginning of a case, up to the next one.
#[track_caller]
fn part<'n>(note: &'n str, beginning: &str) -> &'n str {
    let at = note.find(beginning);
    let at = at.unwrap_or_else(|| panic!("no {beginning:?} in:\n{note}"));
    let rest = &note[at + beginning.len()..];
    let end = ["\n**", "\n### ", "\n## "]
        .iter()
        .filter_map(|next| rest.find(next))
        .min();
    &rest[..end.unwrap_or(rest.len())]
}

fn blocks(part: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for line in part.lines() {
        match line.strip_prefix("```") {
            Some("") if open => open = false,
            Some(language) => {
                open = true;
                found.push((language.to_owned(), String::new()));
            }
            None if open => {
                let (_, text) = found.last_mut().unwrap();
                *text += &format!("{line}\n");
            }
            None => {}
        }
    }
    found
}

/// A folder with the commands that a person has: `alembic`, `psql`, `pg_dump`.
fn path(lab: &Lab) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = lab.beside("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let alembic = folder.join("alembic");
    let python = lab.python.display();
    let text = format!("#!/bin/sh\nexec {python} -B -m alembic \"$@\"\n");
    std::fs::write(&alembic, text).unwrap();
    std::fs::set_permissions(&alembic, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Runs blocks as they stand: in the project's folder, statements in the database.
#[track_caller]
fn run(lab: &Lab, database: &str, blocks: &[Block]) {
    let programs = lab.server.program("psql").unwrap();
    let programs = programs.parent().unwrap().display().to_string();
    let given = std::env::var("PATH").unwrap();
    let url = |name: &str| lab.url("psycopg", name).replace("+psycopg", "");
    for (language, text) in blocks {
        let mut command = match &**language {
            "sh" => {
                let mut command = Command::new("sh");
                command.args(["-e", "-c", text]);
                command
            }
            "sql" => {
                let mut command = Command::new(lab.server.program("psql").unwrap());
                command.args(["-v", "ON_ERROR_STOP=1", &url(database), "-c", text]);
                command
            }
            other => panic!("a block of {other}"),
        };
        let output = command
            .current_dir(lab.root())
            .env(
                "PATH",
                format!("{}:{programs}:{given}", path(lab).display()),
            )
            .env("DATABASE", url(database))
            .env("FRESH", url("fresh"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{text}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Lets env.py connect to this database from now on.
fn point(lab: &Lab, folder: &str, from: &str, to: &str) {
    let ini = lab.read(&format!("{folder}/alembic.ini"));
    let there = ini.replace(&format!("/{from}\n"), &format!("/{to}\n"));
    assert_ne!(there, ini);
    lab.write(&format!("{folder}/alembic.ini"), &there);
}

/// A copy of a database; `redistill` may take it for one that may be lost.
fn copy(lab: &Lab, of: &str, name: &str) {
    lab.sql("postgres", &format!("create database {name} template {of}"));
    mark(lab, name);
}

fn mark(lab: &Lab, name: &str) {
    let mark = format!("comment on database {name} is 'redistill: disposable'");
    lab.sql("postgres", &mark);
}

fn rows(lab: &Lab, database: &str, table: &str) -> Vec<String> {
    lab.column(
        database,
        &format!("select version_num from {table} order by 1"),
    )
}

fn baseline(lab: &Lab, folder: &str) -> String {
    let heads = lab.alembic(folder, &["heads"]);
    heads.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn every_case_of_one_module_is_brought_home_by_its_lines() {
    let lab = Lab::new();
    lab.create_database("behind");
    mark(&lab, "behind");
    lab.add(&Module {
        database: "behind",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "n001"]);
    copy(&lab, "behind", "app");
    point(&lab, "api", "behind", "app");
    lab.alembic("api", &["upgrade", "head"]);
    for name in ["at_head", "unstamped", "mine"] {
        copy(&lab, "app", name);
    }
    lab.create_database("fresh");
    lab.sql("unstamped", "drop table alembic_version");
    let before = lab.tree();
    lab.reset(&[]);
    let base = baseline(&lab, "api");
    let told = note(&lab);
    let schema = lab.dump("app", &["-s"]);
    let mut at = "app";
    // The fresh one is what the unstamped one is held against.
    for (case, database) in [
        ("**At the old head**", "at_head"),
        ("**Empty, or with nothing worth keeping**", "fresh"),
        (
            "**Without a row, or with one that nobody knows**",
            "unstamped",
        ),
    ] {
        point(&lab, "api", at, database);
        at = database;
        run(&lab, database, &blocks(part(&told, case)));
        assert_eq!(
            rows(&lab, database, "alembic_version"),
            std::slice::from_ref(&base)
        );
        assert_eq!(lab.dump(database, &["-s"]), schema, "{database}");
    }
    point(&lab, "api", at, "behind");
    let steps = blocks(part(&told, "**Behind it**"));
    run(&lab, "behind", &steps);
    assert_eq!(rows(&lab, "behind", "alembic_version"), ["n002"]);
    run(&lab, "behind", &blocks(part(&told, "**At the old head**")));
    assert_eq!(
        rows(&lab, "behind", "alembic_version"),
        std::slice::from_ref(&base)
    );
    assert_eq!(lab.dump("behind", &["-s"]), schema);
    // A revision of one's own above the old head gets the line that stands there.
    let line = &blocks(part(&told, "**Ahead of it**"))[0].1;
    let own = revision(
        "x003",
        "\"n002\"",
        "op.execute(\"CREATE TABLE mine ()\")",
        None,
    );
    let own = own.replace("down_revision = \"n002\"\n", line);
    assert!(own.contains(&base), "{own}");
    lab.write("api/alembic/versions/x003.py", &own);
    lab.sql(
        "mine",
        "create table mine (); update alembic_version set version_num = 'x003'",
    );
    point(&lab, "api", "behind", "mine");
    assert!(lab.alembic("api", &["current"]).contains("x003 (head)"));
    std::fs::remove_file(lab.root().join("api/alembic/versions/x003.py")).unwrap();
    // What differs is not stamped.
    point(&lab, "api", "mine", "unstamped");
    lab.sql(
        "unstamped",
        "drop table alembic_version; alter table notes add odd int",
    );
    let steps = blocks(part(
        &told,
        "**Without a row, or with one that nobody knows**",
    ));
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(&lab, "unstamped", &steps);
    }));
    assert!(refused.is_err());
    for left in ["it.sql", "fresh.sql"] {
        std::fs::remove_file(lab.root().join(left)).unwrap();
    }
    // And all of it back, by hand.
    point(&lab, "api", "unstamped", "app");
    run(&lab, "app", &blocks(by_hand(&told)));
    std::fs::remove_dir_all(lab.root().join("backups")).unwrap();
    assert_eq!(lab.tree(), before);
    assert_eq!(rows(&lab, "app", "alembic_version"), ["n002"]);
    lab.alembic("api", &["check"]);
}

/// How a reset is taken back without redistill.
fn by_hand(told: &str) -> &str {
    let back = &told[told.find("## How to take it back").unwrap()..];
    part(back, "Without redistill:")
}

#[test]
fn a_baseline_with_the_old_identifier_asks_for_nothing() {
    let moving = "op.execute(\"UPDATE notes SET title = 'none' WHERE title = ''\")";
    let moving = revision("n003", "\"n002\"", moving, Some("pass"));
    let lab = Lab::with_module(&Module {
        revisions: &[NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_titles.py", &moving)],
        ..Module::default()
    });
    copy(&lab, "app", "mine");
    lab.reset(&["--revision-id", "reuse-head"]);
    let told = note(&lab);
    let moved = part(&told, "## Revisions that moved rows");
    assert!(moved.contains("`n003`: nothing but rows"), "{told}");
    assert!(moved.contains("UPDATE notes SET title = 'none'"), "{told}");
    let head = part(&told, "**At the old head**");
    assert!(head.contains("Nothing is to be done"), "{told}");
    assert_eq!(blocks(head), []);
    point(&lab, "api", "app", "mine");
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
}

#[test]
fn arguments_and_a_version_table_elsewhere_are_in_the_lines() {
    let lab = Lab::new();
    lab.create_database("behind");
    mark(&lab, "behind");
    lab.add(&Module {
        folder: "my api",
        database: "behind",
        configure: "version_table=\"history\", version_table_schema=\"Books\",",
        before: "        tenant = context.get_x_argument(as_dictionary=True)[\"tenant\"]\n        \
                 connection.exec_driver_sql('create schema if not exists \"Books\"')\n        \
                 connection.commit()\n",
        ..Module::default()
    });
    let x = ["-x", "tenant=it's one"];
    lab.alembic("my api", &[&x[..], &["upgrade", "n001"]].concat());
    copy(&lab, "behind", "app");
    point(&lab, "my api", "behind", "app");
    lab.alembic("my api", &[&x[..], &["upgrade", "head"]].concat());
    copy(&lab, "app", "lost");
    lab.sql("lost", "update \"Books\".history set version_num = 'zzz'");
    lab.create_database("fresh");
    lab.write(
        "redistill.toml",
        "[modules.\"my api\"]\nx = [\"tenant=it's one\"]\n",
    );
    lab.reset(&[]);
    let told = note(&lab);
    let base = rows(&lab, "app", "\"Books\".history");
    let home = blocks(part(&told, "**At the old head**"));
    let behind = [blocks(part(&told, "**Behind it**")), home].concat();
    let mut at = "app";
    for (database, steps) in [
        ("behind", behind),
        ("fresh", blocks(part(&told, "**Empty"))),
        ("lost", blocks(part(&told, "**Without a row"))),
    ] {
        point(&lab, "my api", at, database);
        at = database;
        run(&lab, database, &steps);
        assert_eq!(
            rows(&lab, database, "\"Books\".history"),
            base,
            "{database}"
        );
    }
    run(&lab, "lost", &blocks(part(&told, "Where it stands:")));
    // Undone by hand, in the database that env.py reaches.
    run(&lab, "lost", &blocks(by_hand(&told)));
    assert_eq!(rows(&lab, "lost", "\"Books\".history"), ["n002"]);
}

/// Two labelled branches with bases of their own, at their heads.
fn branches() -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    let chain = |table: &str, id: &str| {
        let mut files: Vec<(String, String)> = NOTES_CHAIN
            .iter()
            .map(|(name, text)| (format!("{id}{name}"), notes_as(text, table, id)))
            .collect();
        files[0].1 += &format!("\n\nbranch_labels = (\"{table}\",)\n");
        files
    };
    let files = [chain("shop", "s00"), chain("blog", "b00")].concat();
    let blog = notes_as(NOTES_MODEL, "blog", "b00").replace("class Note", "class Post");
    lab.add(&Module {
        models: &(notes_as(NOTES_MODEL, "shop", "s00") + &blog),
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "shop@head"]);
    lab.alembic("api", &["upgrade", "b001"]);
    copy(&lab, "app", "behind");
    lab.alembic("api", &["upgrade", "heads"]);
    copy(&lab, "app", "mine");
    lab.create_database("fresh");
    lab
}

#[test]
fn branches_are_stamped_together() {
    let lab = branches();
    lab.reset(&[]);
    let told = note(&lab);
    let bases = rows(&lab, "app", "alembic_version");
    assert_eq!(bases.len(), 2);
    let schema = lab.dump("app", &["-s"]);
    let home = blocks(part(&told, "**At the old head**"));
    assert_eq!(home[0].1.lines().count(), 1, "{home:?}");
    let behind = [blocks(part(&told, "**Behind it**")), home.clone()].concat();
    let mut at = "app";
    for (database, steps) in [
        ("mine", home),
        ("behind", behind),
        ("fresh", blocks(part(&told, "**Empty"))),
    ] {
        point(&lab, "api", at, database);
        at = database;
        run(&lab, database, &steps);
        // Alembic has nothing more to build: neither chain is applied a second time.
        lab.alembic("api", &["upgrade", "heads"]);
        assert_eq!(rows(&lab, database, "alembic_version"), bases, "{database}");
        assert_eq!(lab.dump(database, &["-s"]), schema, "{database}");
    }
    run(&lab, "fresh", &blocks(by_hand(&told)));
    assert_eq!(rows(&lab, "fresh", "alembic_version"), ["b002", "s002"]);
    lab.alembic("api", &["check"]);
}

#[test]
fn one_branch_leaves_the_row_of_the_other() {
    let lab = branches();
    lab.reset(&["--module", "api@shop"]);
    let told = note(&lab);
    let stamped = rows(&lab, "app", "alembic_version");
    assert!(stamped.contains(&"b002".to_owned()), "{stamped:?}");
    let home = blocks(part(&told, "**At the old head**"));
    point(&lab, "api", "app", "mine");
    run(&lab, "mine", &home);
    assert_eq!(rows(&lab, "mine", "alembic_version"), stamped);
    // One that is behind in the other branch stays behind there.
    point(&lab, "api", "mine", "behind");
    run(&lab, "behind", &home);
    let behind = rows(&lab, "behind", "alembic_version");
    assert!(behind.contains(&"b001".to_owned()), "{behind:?}");
    lab.alembic("api", &["upgrade", "heads"]);
    assert_eq!(rows(&lab, "behind", "alembic_version"), stamped);
    point(&lab, "api", "behind", "mine");
    run(&lab, "mine", &blocks(by_hand(&told)));
    assert_eq!(rows(&lab, "mine", "alembic_version"), ["b002", "s002"]);
}

#[test]
fn modules_of_one_version_table_keep_each_others_rows() {
    let lab = super::sharing::two_in_one_version_table();
    copy(&lab, "shared", "mine");
    copy(&lab, "shared", "behind");
    let behind = "update alembic_version set version_num = 'a001' where version_num = 'a002'";
    lab.sql("behind", behind);
    lab.reset(&[]);
    let told = note(&lab);
    let stamped = rows(&lab, "shared", "alembic_version");
    assert_eq!(stamped.len(), 2, "{stamped:?}");
    let home = blocks(part(&told, "**At the old head**"));
    run(&lab, "mine", &home);
    assert_eq!(rows(&lab, "mine", "alembic_version"), stamped);
    // The row of a module that is not at its old head stays.
    run(&lab, "behind", &home);
    let rows_behind = rows(&lab, "behind", "alembic_version");
    assert!(rows_behind.contains(&"a001".to_owned()), "{rows_behind:?}");
    assert!(
        rows_behind.iter().any(|row| stamped.contains(row)),
        "{rows_behind:?}"
    );
    let back = blocks(by_hand(&told));
    run(&lab, "mine", &back[1..]);
    assert_eq!(rows(&lab, "mine", "alembic_version"), ["a002", "q002"]);
}
