//! What published projects brought that no other shape has shown: each a small project of its own.

use crate::support::{Lab, Module, NOTES_CHAIN};

/// The project is installed in place (`pip install -e .`), the settings lie deep in its package, and
/// nothing but the import path leads env.py to the models.
#[test]
fn a_package_that_is_installed_in_place_is_found_from_its_own_root() {
    let lab = Lab::new();
    lab.add(&Module {
        folder: "pkg/storage",
        ..Module::default()
    });
    lab.write("pkg/__init__.py", "");
    lab.write("pkg/storage/__init__.py", "");
    let environment = lab
        .read("pkg/storage/alembic/env.py")
        .replace("app.models", "pkg.storage.app.models");
    lab.write("pkg/storage/alembic/env.py", &environment);
    let ini = lab
        .read("pkg/storage/alembic.ini")
        .replace("prepend_sys_path = .\n", "");
    lab.write("pkg/storage/alembic.ini", &ini);
    lab.create_database("app");

    let root = lab.root().to_str().unwrap();
    let answer = lab.redistill_with(&["check"], &[("PYTHONPATH", root)]);
    let answer = answer.expect(0);
    assert!(
        answer.stdout.contains("at no revision"),
        "{}",
        answer.stdout
    );
}

/// A base chain that `create_all` has to precede, and an env.py that imports the base class alone:
/// Alembic loads the revisions first, and they import the models.
#[test]
fn models_that_only_the_revisions_import_are_told_before_a_reset_takes_those_away() {
    let lab = Lab::new();
    lab.add(&Module {
        revisions: &[(
            "p001_done.py",
            r#"from alembic import op
import sqlalchemy as sa

from app.models import Note

revision = "p001"
down_revision = None


def upgrade():
    op.add_column(Note.__tablename__, sa.Column("done", sa.Boolean()))


def downgrade():
    op.drop_column(Note.__tablename__, "done")
"#,
        )],
        ..Module::default()
    });
    let models = lab.read("api/app/models.py");
    let (base, note) = models.split_once("\n\nclass Note").unwrap();
    lab.write("api/app/base.py", base);
    let imports = "import sqlalchemy as sa\nfrom sqlalchemy.orm import Mapped, mapped_column\n\
                   from app.base import Base\n\n\nclass Note";
    lab.write("api/app/models.py", &format!("{imports}{note}"));
    let environment = lab
        .read("api/alembic/env.py")
        .replace("app.models", "app.base");
    lab.write("api/alembic/env.py", &environment);
    lab.create_database("app");
    lab.sql(
        "app",
        "create type note_state as enum ('open', 'done'); \
         create table notes (id serial primary key, title varchar(80) not null, \
         state note_state not null)",
    );
    lab.alembic("api", &["upgrade", "head"]);

    let answer = lab.redistill(&["plan", "--source", "models"]).expect(3);
    answer.says(&["env.py imports no models", "import the models in env.py"]);
    let environment = environment.replace(
        "from app.base import Base\n",
        "from app.base import Base\nimport app.models\n",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.plan(&["--source", "models", "--accept-losses"]);
}

/// A database that came from a dump shows lists of values in another way.
#[test]
fn a_database_that_was_restored_from_a_dump_is_no_other_schema() {
    let check = NOTES_CHAIN[0].1.replace(
        "        sa.PrimaryKeyConstraint(\"id\"),\n",
        "        sa.PrimaryKeyConstraint(\"id\"),\n        \
         sa.CheckConstraint(\"title IN ('a', 'b')\", name=\"titles\"),\n",
    );
    let lab = Lab::with_module(&Module {
        revisions: &[(NOTES_CHAIN[0].0, &check), NOTES_CHAIN[1]],
        ..Module::default()
    });
    let dump = lab.dump("app", &["--inserts"]);
    let dump = dump.replace(
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "",
    );
    lab.create_database("restored");
    lab.sql("restored", &dump);
    let shown = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'titles'";
    assert_ne!(lab.column("app", shown), lab.column("restored", shown));
    lab.sql("postgres", "drop database app");
    lab.sql("postgres", "alter database restored rename to app");
    let answer = lab.redistill(&["plan", "--format", "json"]).expect(0);
    assert!(
        !answer.stdout.contains("DROP CONSTRAINT"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.json()["modules"][0]["drift"], serde_json::json!([]));
}

/// A history that is written by hand: env.py knows no models, and `alembic check` never begins.
#[test]
fn a_history_without_models_is_reset_to_its_end() {
    let lab = Lab::new();
    lab.add(&Module::default());
    let environment = lab
        .read("api/alembic/env.py")
        .replace("from app.models import Base\n", "")
        .replace("target_metadata = Base.metadata\n", "")
        .replace(", target_metadata=target_metadata", "");
    lab.write("api/alembic/env.py", &environment);
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    let all = (lab.tree(), lab.dump("app", &[]));
    let hidden = ["-T", "alembic_version"];
    let before = lab.dump("app", &hidden);
    let id = lab.reset(&[]);
    assert_eq!(lab.dump("app", &hidden), before);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), all);
}
