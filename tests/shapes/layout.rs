//! Where the files of a module lie.

use super::{Way, revision};
use crate::support::{Lab, Module, NOTES_CHAIN};

#[test]
fn two_modules_with_equal_file_names() {
    let lab = Lab::new();
    for (folder, database) in [("admin", "admin"), ("query", "query")] {
        lab.add(&Module {
            folder,
            database,
            ..Module::default()
        });
        lab.create_database(database);
        lab.alembic(folder, &["upgrade", "head"]);
    }
    Way {
        modules: &[("admin", &[]), ("query", &[])],
        databases: &["admin", "query"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn a_module_folder_with_a_space() {
    let lab = Lab::with_module(&Module {
        folder: "my module",
        ..Module::default()
    });
    Way {
        modules: &[("my module", &[])],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn the_whole_project_below_a_folder_with_a_space() {
    let lab = Lab::in_folder("my project");
    lab.add(&Module::default());
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

/// Rewrites env.py so that no ini is needed for the URL.
fn url_in_code(lab: &Lab) {
    let url = lab.url("psycopg", "app");
    let environment = lab.read("api/alembic/env.py").replace(
        "config.get_section(config.config_ini_section, {})",
        &format!("{{\"sqlalchemy.url\": \"{url}\"}}"),
    );
    lab.write("api/alembic/env.py", &environment);
}

#[test]
fn settings_in_pyproject() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    url_in_code(&lab);
    std::fs::remove_file(lab.root().join("api/alembic.ini")).unwrap();
    lab.write(
        "api/pyproject.toml",
        "[project]\nname = \"api\"\nversion = \"1\"\n\n[tool.alembic]\n\
         script_location = \"%(here)s/alembic\"\nprepend_sys_path = [\".\"]\n\
         file_template = \"%%(year)d/%%(rev)s_%%(slug)s\"\nrecursive_version_locations = true\n",
    );
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn several_version_locations_and_folders_by_year() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        revisions: &[],
        ..Module::default()
    });
    let [(first, one), (second, two)] = NOTES_CHAIN else {
        panic!("two revisions")
    };
    lab.write(&format!("api/alembic/versions/2023/11/{first}"), one);
    lab.write(&format!("api/more/2024/{second}"), two);
    lab.write("api/more/README", "kept");
    let ini = lab.read("api/alembic.ini")
        + "path_separator = newline\nversion_locations =\n    %(here)s/alembic/versions\n    %(here)s/more\n\
           recursive_version_locations = true\nfile_template = %%(year)d/%%(month).2d_%%(rev)s_%%(slug)s\n";
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn the_script_folder_is_named_by_package() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    let from = lab.root().join("api");
    std::fs::rename(from.join("alembic"), from.join("app/migrations")).unwrap();
    let ini = lab
        .read("api/alembic.ini")
        .replace("%(here)s/alembic", "app:migrations");
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn bytecode_does_not_bring_the_old_head_back() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    let ini = lab.read("api/alembic.ini") + "sourceless = true\n";
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    let status = std::process::Command::new(crate::support::interpreter())
        .args(["-m", "compileall", "-q", "alembic/versions"])
        .current_dir(lab.root().join("api"))
        .status()
        .unwrap();
    assert!(status.success());
    Way::default().go(&lab);
    // Bytecode alone is a revision that nobody can read: refused, and named.
    std::fs::remove_file(lab.root().join("api/alembic/versions/n002_state.py")).unwrap();
    let before = (lab.tree(), lab.dump("app", &[]));
    let answer = lab.redistill(&["plan"]).expect(1);
    let said = answer.stdout + &answer.stderr;
    assert!(said.contains("n002_state"), "{said}");
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn files_beside_the_revisions_stay() {
    let lab = Lab::new();
    lab.create_database("app");
    let up =
        "import pathlib\nop.execute(pathlib.Path(__file__).with_name(\"view.sql\").read_text())";
    let text = revision("n003", "\"n002\"", up, None);
    lab.add(&Module {
        revisions: &[NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_view.py", &text)],
        ..Module::default()
    });
    lab.write(
        "api/alembic/versions/view.sql",
        "CREATE VIEW open_notes AS SELECT id FROM notes WHERE state = 'open'",
    );
    lab.write("api/alembic/versions/.gitkeep", "");
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    lab.reset(&[]);
    for kept in ["view.sql", ".gitkeep", "__init__.py"] {
        assert!(
            lab.root().join("api/alembic/versions").join(kept).exists(),
            "{kept}"
        );
    }
}

#[test]
fn a_linked_versions_folder_loses_nothing() {
    let lab = Lab::with_module(&Module::default());
    let folder = lab.root().join("api/alembic/versions");
    let real = lab.root().join("shared_versions");
    std::fs::rename(&folder, &real).unwrap();
    std::os::unix::fs::symlink(&real, &folder).unwrap();
    let before = (lab.tree(), lab.dump("app", &[]));
    let answer = lab.redistill(&["plan", "--format", "json"]);
    if answer.code == 0 {
        Way::default().go(&lab);
    } else {
        answer.expect(1).says(&["versions"]);
    }
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    assert!(folder.is_symlink());
}
