//! Wrong input: a clear message, the right exit code, and nothing changed.

use crate::support::{Lab, Module};

/// Spoils a good project, plans, and expects a failure that says `fragments` and changed nothing.
#[track_caller]
fn spoiled(spoil: impl FnOnce(&Lab), code: i32, fragments: &[&str]) {
    let lab = Lab::with_module(&Module::default());
    spoil(&lab);
    refused(&lab, code, fragments);
}

#[track_caller]
fn refused(lab: &Lab, code: i32, fragments: &[&str]) {
    let before = (lab.tree(), lab.databases());
    let answer = lab.redistill(&["plan"]);
    let text = format!("{}{}", answer.stdout, answer.stderr);
    println!("exit code {}\n{text}", answer.code);
    assert_eq!(answer.code, code, "{text}");
    for fragment in fragments {
        assert!(text.contains(fragment), "no {fragment:?} in:\n{text}");
    }
    for forbidden in ["Traceback (most recent call last)", "panicked at"] {
        assert!(!text.contains(forbidden), "{text}");
    }
    assert_eq!((lab.tree(), lab.databases()), before);
}

#[test]
fn no_alembic_project() {
    refused(&Lab::new(), 2, &["alembic.ini", "--project"]);
}

#[test]
fn the_server_is_down() {
    spoiled(
        |lab| {
            let port = lab.target("app").port.to_string();
            let ini = lab.read("api/alembic.ini");
            lab.write("api/alembic.ini", &ini.replace(&format!(":{port}/"), ":1/"));
        },
        3,
        &["127.0.0.1:1"],
    );
}

#[test]
fn the_password_is_wrong() {
    spoiled(
        |lab| {
            let ini = lab.read("api/alembic.ini");
            let target = lab.target("app");
            let password = target.password.as_ref().unwrap().expose().to_owned();
            lab.write("api/alembic.ini", &ini.replace(&password, "nonsense"));
        },
        3,
        &["password", "postgres"],
    );
}

#[test]
fn the_database_does_not_exist() {
    spoiled(
        |lab| {
            let ini = lab.read("api/alembic.ini");
            lab.write("api/alembic.ini", &ini.replace("/app\n", "/nowhere\n"));
        },
        3,
        &["nowhere"],
    );
}

#[test]
fn the_interpreter_has_no_alembic() {
    let lab = Lab::with_module(&Module::default());
    let bare = lab.beside("bare");
    let made = std::process::Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&bare)
        .status()
        .unwrap();
    assert!(made.success());
    let python = bare.join("bin/python");
    let answer = lab.redistill(&["plan", "--python", python.to_str().unwrap()]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    answer.says(&["alembic", "--python"]);
    let answer = lab.redistill(&["plan", "--python", "/nowhere/python"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    answer.says(&["/nowhere/python"]);
}

#[test]
fn env_py_raises() {
    spoiled(
        |lab| {
            let env = lab.read("api/alembic/env.py");
            lab.write(
                "api/alembic/env.py",
                &env.replace("run_migrations_online()\n\n", "").replacen(
                    "config = ",
                    "raise RuntimeError('no settings here')\nconfig = ",
                    1,
                ),
            );
        },
        3,
        &["no settings here", "env.py"],
    );
}

#[test]
fn the_models_do_not_import() {
    spoiled(
        |lab| lab.write("api/app/models.py", "import not_installed_anywhere\n"),
        3,
        &["not_installed_anywhere", "models.py"],
    );
}

#[test]
fn a_revision_with_a_syntax_error() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic/versions/n003_bad.py",
                "revision = 'n003'\ndown_revision = 'n002'\ndef upgrade(:\n    pass\n",
            );
        },
        1,
        &["n003_bad.py", "3"],
    );
}

#[test]
fn a_revision_with_conflict_markers() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic/versions/n003_bad.py",
                "revision = 'n003'\n<<<<<<< ours\ndown_revision = 'n001'\n=======\n\
                 down_revision = 'n002'\n>>>>>>> theirs\ndef upgrade():\n    pass\n",
            );
        },
        1,
        &["n003_bad.py", "conflict"],
    );
}

#[test]
fn a_missing_parent() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic/versions/n003.py",
                "revision = 'n003'\ndown_revision = 'gone'\ndef upgrade(): pass\n",
            );
        },
        1,
        &["gone", "n003.py"],
    );
}

#[test]
fn a_cycle() {
    spoiled(
        |lab| {
            let text = lab.read("api/alembic/versions/n001_notes.py");
            lab.write(
                "api/alembic/versions/n001_notes.py",
                &text.replace("down_revision = None", "down_revision = 'n002'"),
            );
        },
        1,
        &["n001", "n002"],
    );
}

#[test]
fn duplicate_ids() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic/versions/again.py",
                "revision = 'n002'\ndown_revision = 'n001'\ndef upgrade(): pass\n",
            );
        },
        1,
        &["n002", "again.py", "n002_state.py"],
    );
}

#[test]
fn the_old_chain_fails_at_a_revision() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic/versions/n003_bad.py",
                "from alembic import op\nrevision = 'n003'\ndown_revision = 'n002'\n\
                 def upgrade():\n    op.execute('select * from no_such_table')\n\
                 def downgrade(): pass\n",
            );
            lab.sql("app", "update alembic_version set version_num = 'n003'");
        },
        3,
        &["n003", "no_such_table"],
    );
}

#[test]
fn every_module_that_fails_is_told_at_once() {
    spoiled(
        |lab| {
            let stock = Module {
                folder: "stock",
                database: "stock",
                ..Module::default()
            };
            lab.add(&stock);
            lab.create_database("stock");
            for (folder, database, table) in [
                ("api", "app", "no_such_table"),
                ("stock", "stock", "none_such"),
            ] {
                lab.alembic(folder, &["upgrade", "heads"]);
                lab.write(
                    &format!("{folder}/alembic/versions/n003_bad.py"),
                    &format!(
                        "from alembic import op\nrevision = 'n003'\ndown_revision = 'n002'\n\
                         def upgrade():\n    op.execute('select * from {table}')\n\
                         def downgrade(): pass\n"
                    ),
                );
                lab.sql(database, "update alembic_version set version_num = 'n003'");
            }
        },
        3,
        &["api", "no_such_table", "also: stock", "none_such"],
    );
}

#[test]
fn a_placeholder_url() {
    spoiled(
        |lab| {
            lab.write(
                "api/alembic.ini",
                "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\n\
                 sqlalchemy.url = driver://user:pass@localhost/dbname\n",
            );
        },
        3,
        &["sqlalchemy.url"],
    );
}

#[test]
fn the_digest_of_another_plan() {
    let lab = Lab::with_module(&Module::default());
    let before = lab.tree();
    lab.redistill(&["reset", "--plan", &"0".repeat(64)])
        .expect(2)
        .says(&["redistill plan"]);
    lab.redistill(&["reset", "--plan", "nonsense"])
        .expect(2)
        .says(&["digest"]);
    lab.redistill(&["reset"]).expect(2);
    let other = Lab::with_module(&Module::default());
    let digest = other.plan(&[]);
    lab.redistill(&["reset", "--plan", &digest])
        .expect(1)
        .says(&["redistill plan"]);
    assert_eq!(lab.tree(), before);
}

#[test]
fn a_live_revision_that_the_tree_does_not_know() {
    spoiled(
        |lab| lab.sql("app", "update alembic_version set version_num = 'f00d'"),
        1,
        &["f00d"],
    );
}

#[test]
fn a_foreign_row_in_the_version_table() {
    spoiled(
        |lab| lab.sql("app", "insert into alembic_version values ('f00d')"),
        1,
        &["f00d"],
    );
}

#[test]
fn a_live_database_that_is_behind() {
    spoiled(
        |lab| {
            lab.alembic("api", &["downgrade", "n001"]);
        },
        1,
        &["n001", "alembic upgrade head"],
    );
}

#[test]
fn a_live_database_that_drifted() {
    // To drop what a hand added would lose it.
    spoiled(
        |lab| lab.sql("app", "alter table notes add column by_hand text"),
        1,
        &["by_hand", "--accept-destructive"],
    );
}

#[test]
fn a_file_that_is_no_project() {
    let lab = Lab::new();
    let answer = lab.redistill(&["plan", "--project", "/nowhere/at/all"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    answer.says(&["/nowhere/at/all"]);
}
