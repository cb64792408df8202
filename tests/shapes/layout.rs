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

#[test]
fn a_history_that_was_squashed_before_keeps_its_old_files_where_they_lie() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    // The history before the last squash: of another chain, in folders that Alembic does not read.
    for place in ["alembic/versions_before_2023", "alembic/versions/old"] {
        let gone = revision("0001", "None", "op.create_table(\"gone\")", None);
        lab.write(&format!("api/{place}/0001_gone.py"), &gone);
    }
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    lab.reset(&[]);
    for place in ["alembic/versions_before_2023", "alembic/versions/old"] {
        assert!(
            lab.read(&format!("api/{place}/0001_gone.py"))
                .contains("gone")
        );
    }
}

#[test]
fn folders_by_release_and_branch_and_names_without_the_identifier() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        revisions: &[],
        ..Module::default()
    });
    let [(_, one), (_, two)] = NOTES_CHAIN else {
        panic!("two revisions")
    };
    lab.write("api/alembic/versions/v1/expand/0001_notes.py", one);
    lab.write("api/alembic/versions/v2/contract/state_of_notes.py", two);
    lab.write("api/alembic/versions/v3/expand/.gitkeep", "");
    let folder = "%(here)s/alembic/versions";
    let locations = ["v1/expand", "v2/contract", "v3/expand"].map(|one| format!("{folder}/{one}"));
    let ini = format!(
        "{}path_separator = os\nversion_locations = {}\n",
        lab.read("api/alembic.ini"),
        locations.join(":")
    );
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn an_empty_versions_folder_has_nothing_to_reset() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        revisions: &[],
        ..Module::default()
    });
    std::fs::remove_file(lab.root().join("api/alembic/versions/__init__.py")).unwrap();
    lab.write("api/alembic/versions/.gitkeep", "");
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan"]).expect(1).says(&[
        "api: it has no revisions, so there is no history to reset",
        "alembic revision --autogenerate",
    ]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

/// A template that does things of its own in both functions, imports from the application, and
/// states the house's rules.
const TEMPLATE_WITH_WILL: &str = r#""""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

Policy: no DROP without a review.
"""
from alembic import op
import sqlalchemy as sa
from app.models import Base
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    op.execute("SET LOCAL lock_timeout = '5s'")
    assert Base.metadata is not None
    ${upgrades if upgrades else "pass"}


def downgrade():
    op.execute("SET LOCAL lock_timeout = '5s'")
    ${downgrades if downgrades else "pass"}
"#;

#[test]
fn a_template_with_statements_of_its_own_keeps_them() {
    let lab = Lab::with_module(&Module::default());
    lab.write("api/alembic/script.py.mako", TEMPLATE_WITH_WILL);
    Way::default().go(&lab);
    lab.reset(&[]);
    let tree = lab.tree();
    let written = tree
        .iter()
        .find(|(path, _)| path.ends_with("_initial_schema.py"))
        .unwrap();
    let written = String::from_utf8_lossy(written.1);
    assert_eq!(written.matches("lock_timeout").count(), 2, "{written}");
    for kept in ["Policy: no DROP", "from app.models import Base"] {
        assert!(written.contains(kept), "{written}");
    }
}

#[test]
fn version_locations_that_only_env_py_sets() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    std::fs::rename(
        lab.root().join("api/alembic/versions"),
        lab.root().join("api/elsewhere"),
    )
    .unwrap();
    let environment = lab.read("api/alembic/env.py").replace(
        "config = context.config\n",
        "config = context.config\nimport os\n\n\
         context.script.version_locations = [os.path.join(os.path.dirname(__file__), \"..\", \"elsewhere\")]\n\
         context.script.__dict__.pop(\"_version_locations\", None)\n",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.alembic("api", &["upgrade", "head"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan"]).expect(1).says(&[
        "env.py sets version locations that no setting names",
        "elsewhere",
        "version_locations in alembic.ini",
    ]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}
