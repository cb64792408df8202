//! Databases of the old history come home: proven, stamped, or left exactly as they were.

use crate::support::{Lab, Module};

/// Says that a database may be lost: a reset is refused while others stand at its history.
fn mark(lab: &Lab, name: &str) {
    let mark = format!("comment on database {name} is 'redistill: disposable'");
    lab.sql("postgres", &mark);
}

/// A database made by Alembic itself at a revision of the old chain.
fn tenant(lab: &Lab, name: &str, revision: &str) {
    lab.create_database(name);
    mark(lab, name);
    let ini = lab.read("api/alembic.ini");
    lab.write(
        "api/alembic.ini",
        &ini.replace("/app\n", &format!("/{name}\n")),
    );
    if revision != "base" {
        lab.alembic("api", &["upgrade", revision]);
    }
    lab.write("api/alembic.ini", &ini);
}

fn url(lab: &Lab, name: &str) -> String {
    lab.url("psycopg", name).replace("+psycopg", "")
}

fn version(lab: &Lab, name: &str) -> Vec<String> {
    lab.column(name, "select version_num from alembic_version order by 1")
}

fn baseline(lab: &Lab) -> String {
    let heads = lab.alembic("api", &["heads"]);
    heads.split_whitespace().next().unwrap().to_owned()
}

/// The outcome of each database, in the order of the URLs.
fn outcomes(answer: &crate::support::Answer) -> Vec<String> {
    let found = answer.json();
    let databases = found["databases"].as_array().unwrap();
    let outcomes = databases.iter().map(|one| one["outcome"].as_str().unwrap());
    outcomes.map(str::to_owned).collect()
}

#[test]
fn tenants_at_mixed_revisions_come_home_and_the_rest_is_refused_untouched() {
    let lab = Lab::with_module(&Module::default());
    for (name, revision) in [
        ("at_head", "n002"),
        ("behind", "n001"),
        ("fresh", "base"),
        ("unstamped", "n002"),
        ("unstamped_behind", "n001"),
        ("drifted", "n002"),
        ("stranger", "n002"),
        ("odd", "n002"),
    ] {
        tenant(&lab, name, revision);
    }
    lab.sql("behind", "insert into notes (title) values ('kept')");
    lab.sql("unstamped", "drop table alembic_version");
    lab.sql("unstamped_behind", "drop table alembic_version");
    lab.sql("drifted", "alter table notes drop column title");
    lab.sql("stranger", "update alembic_version set version_num = 'zzz'");
    lab.sql(
        "odd",
        "update alembic_version set version_num = 'zzz'; alter table notes add extra int",
    );
    lab.reset(&[]);
    let base = baseline(&lab);
    let untouched = ["drifted", "odd", "fresh"];
    let before: Vec<String> = untouched.iter().map(|name| lab.dump(name, &[])).collect();
    let list = [
        "# one URL a line",
        &url(&lab, "at_head"),
        "",
        &url(&lab, "behind"),
        &url(&lab, "fresh"),
        &url(&lab, "unstamped"),
        &url(&lab, "unstamped_behind"),
        &url(&lab, "drifted"),
        &url(&lab, "stranger"),
        &url(&lab, "odd"),
        &url(&lab, "app"),
    ]
    .join("\n");
    lab.write("tenants.txt", &list);
    let proven = lab
        .redistill(&[
            "adopt",
            "--urls",
            "tenants.txt",
            "--prove",
            "--format",
            "json",
        ])
        .expect(1);
    let expected = |word: &'static str, other: &'static str| {
        [
            word, other, "empty", word, other, "refused", word, "refused", "already",
        ]
    };
    assert_eq!(outcomes(&proven), expected("provable", "provable"));
    assert_eq!(version(&lab, "at_head"), ["n002"]);
    let answer = lab
        .redistill(&["adopt", "--urls", "tenants.txt", "--format", "json"])
        .expect(1);
    assert_eq!(
        outcomes(&answer),
        expected("stamped", "upgraded"),
        "{}",
        answer.stdout
    );
    for name in [
        "at_head",
        "behind",
        "unstamped",
        "unstamped_behind",
        "stranger",
    ] {
        assert_eq!(version(&lab, name), [base.as_str()], "{name}");
        assert_eq!(lab.dump(name, &["-s"]), lab.dump("app", &["-s"]), "{name}");
    }
    assert_eq!(lab.column("behind", "select title from notes"), ["kept"]);
    let after: Vec<String> = untouched.iter().map(|name| lab.dump(name, &[])).collect();
    assert_eq!(before, after);
    let text = format!("{}{}", answer.stdout, answer.stderr);
    let password = lab.target("app").password.unwrap().expose().to_owned();
    assert!(!text.contains(&password));
    // Given again, there is nothing left to do, and the refused ones are refused again.
    let again = lab
        .redistill(&["adopt", "--urls", "tenants.txt", "--format", "json"])
        .expect(1);
    assert_eq!(
        outcomes(&again),
        [
            "already", "already", "empty", "already", "already", "refused", "already", "refused",
            "already",
        ]
    );
}

#[test]
fn a_teammate_gives_one_command_after_pulling() {
    let lab = Lab::with_module(&Module::default());
    tenant(&lab, "mine", "n002");
    lab.reset(&[]);
    let base = baseline(&lab);
    let ini = lab.read("api/alembic.ini");
    lab.write("api/alembic.ini", &ini.replace("/app\n", "/mine\n"));
    let answer = lab.redistill(&["adopt"]).expect(0);
    assert!(answer.stdout.contains("stamped"), "{}", answer.stdout);
    assert_eq!(version(&lab, "mine"), [base]);
    lab.alembic("api", &["check"]);
}

#[test]
fn two_resets_are_walked_one_after_the_other() {
    let lab = Lab::with_module(&Module::default());
    tenant(&lab, "old", "n001");
    lab.reset(&[]);
    lab.reset(&[]);
    let base = baseline(&lab);
    lab.redistill(&["adopt", "--url", &url(&lab, "old")])
        .expect(0);
    assert_eq!(version(&lab, "old"), [base]);
    assert_eq!(lab.dump("old", &["-s"]), lab.dump("app", &["-s"]));
}

#[test]
fn without_the_archive_the_head_comes_home_and_the_rest_is_refused() {
    let lab = Lab::with_module(&Module::default());
    tenant(&lab, "at_head", "n002");
    tenant(&lab, "behind", "n001");
    lab.reset(&[]);
    std::fs::remove_dir_all(lab.root().join("backups")).unwrap();
    let base = baseline(&lab);
    lab.redistill(&["adopt", "--url", &url(&lab, "at_head")])
        .expect(0);
    assert_eq!(version(&lab, "at_head"), [base]);
    let before = lab.dump("behind", &[]);
    lab.redistill(&["adopt", "--url", &url(&lab, "behind")])
        .expect(1)
        .says(&["n001", "archive", "backups"]);
    assert_eq!(lab.dump("behind", &[]), before);
}

#[test]
fn production_is_proven_and_left_to_a_person() {
    let lab = Lab::with_module(&Module::default());
    tenant(&lab, "shop_prod", "n002");
    lab.reset(&[]);
    let before = lab.dump("shop_prod", &[]);
    let answer = lab
        .redistill(&["adopt", "--url", &url(&lab, "shop_prod")])
        .expect(1)
        .says(&["looks like production", "alembic stamp --purge"]);
    assert!(answer.stdout.contains("refused"), "{}", answer.stdout);
    assert_eq!(lab.dump("shop_prod", &[]), before);
}

#[test]
fn a_project_without_a_reset_has_nothing_to_adopt() {
    let lab = Lab::with_module(&Module::default());
    let answer = lab.redistill(&["adopt"]).expect(0);
    assert!(answer.stdout.contains("already"), "{}", answer.stdout);
    lab.redistill(&["adopt", "--url", "nonsense"]).expect(2);
    lab.redistill(&["adopt", "--urls", "missing.txt"])
        .expect(2)
        .says(&["cannot read missing.txt"]);
    lab.redistill(&["adopt", "--url", "postgresql://nobody@127.0.0.1:1/app"])
        .expect(3);
}
