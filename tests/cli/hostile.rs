//! Projects whose code, names and settings misbehave; nothing secret and nothing raw comes out.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::support::{Answer, Lab, Module};

fn show(answer: Answer) -> Answer {
    println!(
        "exit code {}\n{}{}",
        answer.code, answer.stdout, answer.stderr
    );
    answer
}

/// Puts a statement before everything that env.py does.
fn first_in_env(lab: &Lab, statement: &str) {
    let env = lab.read("api/alembic/env.py");
    lab.write("api/alembic/env.py", &format!("{statement}\n{env}"));
}

#[test]
fn an_env_py_that_prints_megabytes() {
    let lab = Lab::with_module(&Module::default());
    first_in_env(
        &lab,
        "import os, sys\nfor n in range(300):\n    print('out' * 5000)\n    \
         print('err' * 5000, file=sys.stderr)\nos.write(1, b'\\xff\\x1b[2J' * 100000)",
    );
    let answer = lab.redistill(&["plan"]).expect(0);
    assert!(answer.stderr.len() < 10_000, "{}", answer.stderr.len());
    raw_free(&answer);
    raw_free(&lab.redistill(&["plan", "--verbose"]).expect(0));
}

#[test]
fn an_env_py_that_ends_its_process_or_asks() {
    let lab = Lab::with_module(&Module::default());
    let good = lab.read("api/alembic/env.py");
    let before = (lab.databases(), lab.dump("app", &[]));
    for (statement, said) in [
        ("import sys; sys.exit(3)", "3"),
        (
            "import sys; sys.exit('set APP_ENV first')",
            "set APP_ENV first",
        ),
        ("import os; os._exit(7)", "exit code 7"),
        ("import os; os.kill(os.getpid(), 11)", "signal 11"),
        ("input('Which environment? ')", "standard input"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def again(): again()\nagain()", "RecursionError"),
        ("def broken(:", "env.py:1"),
    ] {
        first_in_env(&lab, statement);
        let answer = show(lab.redistill(&["plan"]).expect(3)).says(&[said, "alembic current"]);
        raw_free(&answer);
        lab.write("api/alembic/env.py", &good);
    }
    assert_eq!((lab.databases(), lab.dump("app", &[])), before);
}

#[test]
fn names_that_are_not_utf_8() {
    for (name, text) in [
        (
            &b"n003_caf\xe9.py"[..],
            "revision = 'n003'\ndown_revision = 'n002'\ndef upgrade(): pass\n",
        ),
        (b"read\xffme.txt", "notes\n"),
    ] {
        let lab = Lab::with_module(&Module::default());
        let path = lab
            .root()
            .join("api/alembic/versions")
            .join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(&path, text).unwrap();
        for command in ["check", "chain"] {
            raw_free(&lab.redistill(&[command]));
        }
        let answer = show(lab.redistill(&["plan"]));
        assert!([1, 3].contains(&answer.code), "{}", answer.code);
        let whole = format!("{}{}", answer.stdout, answer.stderr);
        assert!(whole.contains("UTF-8"), "{whole}");
        assert!(whole.contains("api/alembic/versions"), "{whole}");
        raw_free(&answer);
        assert!(path.exists());
    }
}

/// No control byte but the line feed, no bidirectional character, no traceback.
#[track_caller]
fn raw_free(answer: &Answer) {
    for text in [&answer.stdout, &answer.stderr] {
        let raw = text.chars().find(|c| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(raw, None, "{text:?}");
        assert!(
            !text.contains("Traceback (most recent call last)"),
            "{text}"
        );
    }
}

#[test]
fn escape_sequences_in_names_reach_no_terminal() {
    let lab = Lab::new();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{9b}31m";
    let python = r"\x1b]0;owned\x07\x1b[2J\u202e\x9b31m";
    let revision = format!(
        "\"\"\"first {evil}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision = 'e1{python}'\ndown_revision = None\n\n\ndef upgrade():\n    \
         op.create_table('notes', sa.Column('id', sa.Integer(), primary_key=True))\n    \
         op.execute(\"comment on table notes is '{python}'\")\n    \
         op.execute('create view \"v{python}\" as select 1 as one')\n    print('{python}')\n\n\n\
         def downgrade():\n    op.execute('drop view \"v{python}\"')\n    op.drop_table('notes')\n"
    );
    let name = format!("e1_{evil}.py").replace('/', "");
    lab.add(&Module {
        revisions: &[(&name, &revision)],
        ..Module::default()
    });
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    for command in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["check", "--static"],
        &["chain"],
        &["chain", "--format", "json"],
        &["plan", "--verbose"],
        &["plan", "--format", "json"],
        &["verify"],
        &["reset", "--plan", evil],
        &["undo", evil],
        &["show", evil],
        &["explain", evil],
        &["check", "--module", evil],
        &["check", "--project", evil],
        &["check", "--python", evil],
    ] {
        let answer = lab.redistill(command);
        println!("{command:?}: {}\n{}", answer.code, answer.stderr);
        assert!(answer.code >= 0 && answer.code != 70, "{}", answer.code);
        if command.contains(&"json") || command.contains(&"sarif") {
            answer.json();
            raw_free(&Answer {
                stdout: answer.stdout.replace('\u{202e}', ""),
                ..answer
            });
        } else {
            raw_free(&answer);
        }
    }
    let digest = lab.plan(&[]);
    let answer = lab.redistill(&["reset", "--plan", &digest]).expect(0);
    raw_free(&answer);
    let log = lab.redistill(&["log", "--format", "json"]).json();
    let id = log["runs"][0]["id"].as_str().unwrap().to_owned();
    for command in [&["log"][..], &["show", &id], &["undo", &id]] {
        raw_free(&lab.redistill(command).expect(0));
    }
}

#[test]
fn a_module_that_is_not_there_and_one_that_is_broken() {
    let lab = Lab::new();
    for (folder, database) in [("good", "good"), ("broken", "broken")] {
        lab.add(&Module {
            folder,
            database,
            ..Module::default()
        });
        lab.create_database(database);
        lab.alembic(folder, &["upgrade", "head"]);
    }
    lab.write("broken/app/models.py", "import not_installed_anywhere\n");
    // Both modules have the same identifiers; without its env.py nobody knows whose database it is.
    lab.sql(
        "broken",
        "comment on database broken is 'redistill: disposable'",
    );
    let before = lab.tree();
    show(lab.redistill(&["plan", "--module", "goood"]))
        .expect(2)
        .says(&["goood", "broken, good"]);
    show(lab.redistill(&["plan"])).expect(3).says(&[
        "broken: ",
        "not_installed_anywhere",
        "broken/app/models.py:1",
    ]);
    assert_eq!(lab.tree(), before);
    lab.redistill(&["plan", "--module", "good"]).expect(0);
}

#[test]
fn a_configuration_that_cannot_be_followed() {
    let lab = Lab::with_module(&Module::default());
    for (name, text, said) in [
        (
            "redistill.toml",
            "backup = 'old'\n",
            &["redistill.toml", "line 1", "backup"][..],
        ),
        (
            "redistill.toml",
            "\n[modules.api]\ncolour = 1\n",
            &["line 3", "colour"],
        ),
        ("redistill.toml", "[modules.apj]\nx = []\n", &["apj", "api"]),
        (
            "redistill.toml",
            "backups = \n",
            &["redistill.toml", "line 1"],
        ),
        ("redistill.toml", "backups = 7\n", &["line 1", "string"]),
        (
            "redistill.toml",
            "backups = '/elsewhere'\n",
            &["backups", "/elsewhere"],
        ),
        (
            "redistill.toml",
            "backups = '../elsewhere'\n",
            &["backups", "../elsewhere"],
        ),
        (
            "redistill.toml",
            "notes = '/elsewhere'\n",
            &["notes", "/elsewhere"],
        ),
        (
            "pyproject.toml",
            "[tool.redistill]\nbackup = 'old'\n",
            &["pyproject.toml", "backup"],
        ),
    ] {
        lab.write(name, text);
        show(lab.redistill(&["plan"])).expect(2).says(said);
        std::fs::remove_file(lab.root().join(name)).unwrap();
    }
    for arguments in [
        &["plan", "--source", "nothing"][..],
        &["reset"],
        &["nonsense"],
    ] {
        show(lab.redistill(arguments)).expect(2);
    }
}

#[test]
fn the_password_appears_nowhere() {
    let lab = Lab::with_module(&Module::default());
    let target = lab.target("app");
    let password = target.password.as_ref().unwrap().expose().to_owned();
    let state = lab.beside("state");
    let state_text = state.to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let answer = lab.redistill_with(arguments, &[("REDISTILL_STATE", &state_text)]);
        for text in [&answer.stdout, &answer.stderr] {
            assert!(!text.contains(&password), "{arguments:?}\n{text}");
        }
        answer
    };
    // Code that is as careless as it gets.
    first_in_env(
        &lab,
        "from alembic import context as c\nprint('using', c.config.get_main_option('sqlalchemy.url'))",
    );
    for format in ["text", "json", "sarif", "github"] {
        run(&["check", "--format", format, "--verbose"]);
    }
    let planned = run(&["plan", "--format", "json"]).expect(0).json();
    run(&["plan", "--verbose"]).expect(0);
    run(&["verify", "--verbose"]);
    let digest = planned["digest"].as_str().unwrap();
    run(&["reset", "--plan", digest, "--verbose"]).expect(0);
    let log = run(&["log", "--format", "json"]).expect(0).json();
    let id = log["runs"][0]["id"].as_str().unwrap().to_owned();
    run(&["show", &id, "--format", "json"]).expect(0);
    let kept = ["backups", ".redistill"].map(|folder| lab.root().join(folder));
    for folder in kept.iter().chain([&state.join("plans")]) {
        assert!(holds_no(&password, folder), "{}", folder.display());
    }
    let archive = std::process::Command::new("sh")
        .args(["-c", "cat backups/*/versions.tar.gz | gunzip"])
        .current_dir(lab.root())
        .output()
        .unwrap();
    assert!(archive.stdout.len() > 1000);
    assert!(!String::from_utf8_lossy(&archive.stdout).contains(&password));
    run(&["undo", &id, "--verbose"]).expect(0);
    // What fails says no more.
    let good = lab.read("api/alembic/env.py");
    first_in_env(
        &lab,
        "from alembic import context as c\n\
         raise RuntimeError('cannot use ' + c.config.get_main_option('sqlalchemy.url'))",
    );
    run(&["plan"])
        .expect(3)
        .says(&["cannot use", "postgres:***@"]);
    lab.write("api/alembic/env.py", &good);
    lab.sql("postgres", "drop database app");
    run(&["plan"]).expect(3);
}

/// Whether no file below a folder holds the text.
fn holds_no(text: &str, folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().all(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds_no(text, &path);
        }
        let bytes = std::fs::read(&path).unwrap();
        !String::from_utf8_lossy(&bytes).contains(text)
    })
}
