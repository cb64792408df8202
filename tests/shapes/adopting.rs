//! Databases of the old history of projects in other shapes, brought home by `adopt`.

use super::borrowed;
use super::graph::{file, models, with};
use super::tenants::walking;
use crate::support::{Answer, Lab, Module};

/// A database in which Alembic itself has run these commands.
fn database(lab: &Lab, name: &str, commands: &[&[&str]]) {
    lab.create_database(name);
    let mark = format!("comment on database {name} is 'redistill: disposable'");
    lab.sql("postgres", &mark);
    at(lab, name, || {
        for command in commands {
            lab.alembic("api", command);
        }
    });
}

/// Does something while the settings lead to another database.
fn at(lab: &Lab, name: &str, what: impl FnOnce()) {
    let ini = lab.read("api/alembic.ini");
    lab.write(
        "api/alembic.ini",
        &ini.replace("/app\n", &format!("/{name}\n")),
    );
    what();
    lab.write("api/alembic.ini", &ini);
}

fn url(lab: &Lab, name: &str) -> String {
    lab.url("psycopg", name).replace("+psycopg", "")
}

fn rows(lab: &Lab, name: &str) -> Vec<String> {
    lab.column(name, "select version_num from alembic_version order by 1")
}

fn outcomes(answer: &Answer) -> Vec<String> {
    let found = answer.json();
    let databases = found["databases"].as_array().unwrap();
    let outcome = |one: &serde_json::Value| one["outcome"].as_str().unwrap().to_owned();
    databases.iter().map(outcome).collect()
}

fn branches() -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    let files = [
        with(file("s001", "None", "items"), "branch_labels = (\"shop\",)"),
        file("s002", "\"s001\"", "orders"),
        with(file("b001", "None", "posts"), "branch_labels = \"blog\""),
        file("b002", "\"b001\"", "replies"),
    ];
    lab.add(&Module {
        models: &models(&["items", "orders", "posts", "replies"]),
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "heads"]);
    lab
}

#[test]
fn branches_of_one_version_table_come_home_one_after_the_other() {
    let lab = branches();
    database(&lab, "at_heads", &[&["upgrade", "heads"]]);
    database(
        &lab,
        "behind",
        &[&["upgrade", "s001"], &["upgrade", "b001"]],
    );
    lab.reset(&[]);
    let home = rows(&lab, "app");
    assert_eq!(home.len(), 2);
    at(&lab, "at_heads", || {
        let answer = lab.redistill(&["adopt", "--format", "json"]).expect(0);
        assert_eq!(outcomes(&answer), ["stamped", "stamped"]);
    });
    // A URL belongs to one of them.
    lab.redistill(&["adopt", "--url", &url(&lab, "behind")])
        .expect(2)
        .says(&["--module NAME", "api@shop"]);
    for module in ["api@shop", "api@blog"] {
        let answer = lab.redistill(&[
            "adopt",
            "--module",
            module,
            "--url",
            &url(&lab, "behind"),
            "--format",
            "json",
        ]);
        assert_eq!(outcomes(&answer.expect(0)), ["upgraded"], "{module}");
    }
    for name in ["at_heads", "behind"] {
        assert_eq!(rows(&lab, name), home, "{name}");
        assert_eq!(lab.dump(name, &["-s"]), lab.dump("app", &["-s"]), "{name}");
    }
}

#[test]
fn heads_that_were_merged_into_one_baseline_come_home_stamped_or_not() {
    let lab = Lab::new();
    lab.create_database("app");
    let files = [
        file("first", "None", "a"),
        file("left", "\"first\"", "b"),
        file("right", "\"first\"", "c"),
    ];
    lab.add(&Module {
        models: &models(&["a", "b", "c"]),
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "heads"]);
    database(&lab, "two_heads", &[&["upgrade", "heads"]]);
    database(&lab, "one_head", &[&["upgrade", "right"]]);
    database(&lab, "unstamped", &[&["upgrade", "heads"]]);
    database(&lab, "half", &[&["upgrade", "left"]]);
    for name in ["unstamped", "half"] {
        lab.sql(name, "drop table alembic_version");
    }
    lab.reset(&[]);
    let mut arguments = vec!["adopt".to_owned(), "--format".to_owned(), "json".to_owned()];
    let names = ["two_heads", "one_head", "unstamped", "half"];
    for name in names {
        arguments.extend(["--url".to_owned(), url(&lab, name)]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = lab.redistill(&arguments).expect(0);
    let expected = ["stamped", "upgraded", "stamped", "upgraded"];
    assert_eq!(outcomes(&answer), expected, "{}", answer.stdout);
    for name in names {
        assert_eq!(rows(&lab, name), rows(&lab, "app"), "{name}");
        assert_eq!(lab.dump(name, &["-s"]), lab.dump("app", &["-s"]), "{name}");
    }
}

#[test]
fn tenants_schemas_come_home_together_or_not_at_all() {
    let lab = walking("op.execute(\"CREATE VIEW open_notes AS SELECT id FROM notes\")");
    database(&lab, "at_head", &[&["upgrade", "head"]]);
    database(&lab, "behind", &[&["upgrade", "n002"]]);
    database(&lab, "apart", &[&["upgrade", "head"]]);
    lab.sql(
        "apart",
        "update two.alembic_version set version_num = 'n002'",
    );
    lab.reset(&[]);
    let of = |name: &str| {
        let one = |tenant| format!("select version_num from {tenant}.alembic_version");
        lab.column(name, &["one", "two", "three"].map(one).join(" union all "))
    };
    let before = lab.dump("apart", &[]);
    let answer = lab.redistill(&[
        "adopt",
        "--format",
        "json",
        "--url",
        &url(&lab, "at_head"),
        "--url",
        &url(&lab, "behind"),
        "--url",
        &url(&lab, "apart"),
    ]);
    let answer = answer.expect(1);
    assert_eq!(
        outcomes(&answer),
        ["stamped", "upgraded", "refused"],
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains("two.alembic_version: n002"),
        "{}",
        answer.stdout
    );
    for name in ["at_head", "behind"] {
        assert_eq!(of(name), of("app"), "{name}");
        assert_eq!(lab.dump(name, &["-s"]), lab.dump("app", &["-s"]), "{name}");
    }
    assert_eq!(lab.dump("apart", &[]), before);
}

#[test]
fn wrong_lines_stop_all_and_a_server_that_is_gone_stops_one() {
    let lab = Lab::with_module(&Module::default());
    database(&lab, "mine", &[&["upgrade", "n002"]]);
    database(&lab, "ahead", &[&["upgrade", "n002"]]);
    lab.sql(
        "ahead",
        "alter table notes add extra int; update alembic_version set version_num = 'n003'",
    );
    lab.reset(&[]);
    let gone = "postgresql://nobody:secret@127.0.0.1:1/gone";
    let good = url(&lab, "mine");
    lab.write(
        "urls",
        &format!("{good}\nmysql://a:secret@h/x\n# {gone}\nnonsense\n"),
    );
    let wrong = lab.redistill(&["adopt", "--urls", "urls"]).expect(2);
    wrong.says(&["urls:2: ", "urls:4: ", "no database was looked at"]);
    assert_eq!(rows(&lab, "mine"), ["n002"]);
    lab.write(
        "urls",
        &format!("{good}\n{gone}\n{}\n{good}\n", url(&lab, "ahead")),
    );
    let before = lab.dump("ahead", &[]);
    let answer = lab.redistill(&["adopt", "--urls", "urls"]).expect(3);
    let words: Vec<&str> = answer
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(words, ["stamped", "failed", "refused"], "{}", answer.stdout);
    assert!(
        answer.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stderr.contains("column notes.extra: additional"),
        "{}",
        answer.stderr
    );
    assert!(!format!("{}{}", answer.stdout, answer.stderr).contains("secret"));
    assert_eq!(rows(&lab, "mine"), rows(&lab, "app"));
    assert_eq!(lab.dump("ahead", &[]), before);
}
