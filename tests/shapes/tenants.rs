//! Tenants: env.py walks over schemas or databases.

use super::{Way, revision};
use crate::support::{Lab, Module, NOTES_CHAIN};

/// env.py that walks over schemas, as Alembic's cookbook does.
const WALK: &str = r#"import os
from alembic import context
from sqlalchemy import engine_from_config, pool, text

from app.models import Base

config = context.config
engine = engine_from_config(config.get_section(config.config_ini_section, {}), poolclass=pool.NullPool)
with engine.connect() as connection:
    for tenant in (os.environ.get("TENANTS") or "one,two,three").split(","):
        connection.execute(text(f'create schema if not exists "{tenant}"'))
        connection.execute(text(f'set search_path to "{tenant}"'))
        connection.commit()
        connection.dialect.default_schema_name = tenant
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
"#;

const TABLES: [&str; 3] = [
    "one.alembic_version",
    "two.alembic_version",
    "three.alembic_version",
];

pub fn walking(more: &str) -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    let third = revision("n003", "\"n002\"", more, None);
    lab.add(&Module {
        revisions: &[NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_more.py", &third)],
        ..Module::default()
    });
    lab.write("api/alembic/env.py", WALK);
    lab.alembic("api", &["upgrade", "head"]);
    lab
}

fn rows(lab: &Lab) -> Vec<String> {
    let rows = TABLES.map(|table| format!("select version_num from {table}"));
    lab.column("app", &rows.join(" union all "))
}

#[test]
fn tenants_in_schemas_are_proven_and_stamped_in_one_go() {
    let lab = walking(
        "op.execute(\"CREATE VIEW open_notes AS SELECT id FROM notes WHERE state = 'open'\")\n\
         op.execute(\"CREATE FUNCTION late(n notes) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT n.id > 7'\")\n\
         op.execute(\"INSERT INTO notes (title, state) VALUES ('mail@one.com', 'open')\")",
    );
    lab.sql(
        "app",
        "insert into two.notes (title, state) values ('two''s', 'done')",
    );
    let way = Way {
        hide: &TABLES,
        prepare: "CREATE SCHEMA one; CREATE SCHEMA two; CREATE SCHEMA three;",
        ..Way::default()
    };
    way.go(&lab);
    let id = lab.reset(&[]);
    let stamped = rows(&lab);
    assert_eq!(stamped.len(), 3);
    assert!(
        stamped
            .iter()
            .all(|row| *row == stamped[0] && row != "n003"),
        "{stamped:?}"
    );
    // No tenant's name is in the file: the next tenant gets the same.
    let tree = lab.tree();
    let (_, baseline) = tree
        .iter()
        .find(|(path, _)| path.ends_with("_initial_schema.py"))
        .unwrap();
    let baseline = String::from_utf8_lossy(baseline);
    let code = baseline
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let naming = code.filter(|line| ["one.", "'one'"].iter().any(|name| line.contains(name)));
    let naming: Vec<&str> = naming.collect();
    // A row's value is no name.
    assert_eq!(naming.len(), 1, "{naming:?}");
    assert!(naming[0].contains("'mail@one.com'"), "{naming:?}");
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(rows(&lab), ["n003", "n003", "n003"]);
    // One tenant differs, one is behind: nothing is stamped.
    let before = lab.dump("app", &[]);
    lab.sql("app", "alter table two.notes add column aside int");
    let refused = lab.redistill(&["plan"]).expect(1);
    refused.says(&["two.notes.aside"]);
    lab.sql("app", "alter table two.notes drop column aside; update three.alembic_version set version_num = 'n002'");
    let refused = lab.redistill(&["plan"]).expect(1);
    refused.says(&["n002 in three.alembic_version"]);
    lab.sql(
        "app",
        "update three.alembic_version set version_num = 'n003'",
    );
    assert_eq!(lab.dump("app", &[]), before);
}

#[test]
fn a_loop_over_databases_is_refused_with_the_way_out() {
    let lab = Lab::new();
    for name in ["one", "two"] {
        lab.create_database(name);
    }
    lab.add(&Module {
        database: "one",
        ..Module::default()
    });
    let environment = lab.read("api/alembic/env.py").replace(
        "\n\nrun_migrations_online()\n",
        "\n\nurl = config.get_main_option(\"sqlalchemy.url\")\n\
         for name in context.get_x_argument(as_dictionary=True).get(\"database\", \"one,two\").split(\",\"):\n    \
         config.set_main_option(\"sqlalchemy.url\", url.rsplit(\"/\", 1)[0] + \"/\" + name)\n    \
         run_migrations_online()\n",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.alembic("api", &["upgrade", "head"]);
    let before = (lab.tree(), lab.dump("one", &[]), lab.dump("two", &[]));
    lab.redistill(&["plan"]).expect(1).says(&[
        "migrates 2 databases in one run",
        " / one",
        " / two",
        "adopt --urls",
    ]);
    let after = (lab.tree(), lab.dump("one", &[]), lab.dump("two", &[]));
    assert_eq!(after, before);
}

#[test]
fn tenants_that_only_the_database_lists_are_explained() {
    let lab = walking("pass");
    let listed = WALK.replace(
        "(os.environ.get(\"TENANTS\") or \"one,two,three\").split(\",\")",
        "connection.execute(text(\"select nspname from pg_namespace where nspname in ('one', 'two', 'three')\")).scalars().all()",
    );
    lab.write("api/alembic/env.py", &listed);
    lab.alembic("api", &["current"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    let refused = lab.redistill(&["plan"]).expect(1);
    refused.says(&["found nothing to migrate on an empty database", "tenants"]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn the_database_that_is_migrated_is_the_one_that_is_looked_at() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    // The maintenance database comes first, as where env.py creates its own.
    let environment = lab.read("api/alembic/env.py").replace(
        "\n\nrun_migrations_online()\n",
        "\n\nfrom sqlalchemy import create_engine\n\
         url = config.get_main_option(\"sqlalchemy.url\").rsplit(\"/\", 1)[0] + \"/postgres\"\n\
         with create_engine(url, poolclass=pool.NullPool).connect() as other:\n    \
         other.exec_driver_sql(\"select 1\")\nrun_migrations_online()\n",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

/// Alembic's own template for several databases: a chain whose revisions have functions for each.
#[test]
fn the_template_for_several_databases_is_refused_with_the_way_out() {
    let lab = Lab::new();
    for name in ["one", "two"] {
        lab.create_database(name);
    }
    lab.alembic(".", &["init", "-t", "multidb", "migrations"]);
    let ini = lab.read("alembic.ini");
    let url = |name: &str| lab.url("psycopg", name);
    let ini = ini
        .replace(
            "sqlalchemy.url = driver://user:pass@localhost/dbname\n",
            &format!("sqlalchemy.url = {}\n", url("one")),
        )
        .replace(
            "sqlalchemy.url = driver://user:pass@localhost/dbname2\n",
            &format!("sqlalchemy.url = {}\n", url("two")),
        );
    assert!(!ini.contains("driver://"), "{ini}");
    lab.write("alembic.ini", &ini);
    lab.alembic(".", &["revision", "-m", "first", "--rev-id", "m001"]);
    let path = lab.root().join("migrations/versions/m001_first.py");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = ["engine1", "engine2"].iter().fold(text, |text, engine| {
        let empty = format!("\"\"\"Upgrade {engine} schema.\"\"\"\n    pass");
        assert!(text.contains(&empty), "{text}");
        let own = "op.create_table(\"notes\", sa.Column(\"id\", sa.Integer(), primary_key=True))";
        text.replace(&empty, own)
    });
    std::fs::write(&path, text).unwrap();
    lab.alembic(".", &["upgrade", "head"]);
    let before = (lab.tree(), lab.dump("one", &[]), lab.dump("two", &[]));
    lab.redistill(&["check"])
        .expect(1)
        .says(&["migrates 2 databases in one run"]);
    lab.redistill(&["plan"]).expect(1).says(&[
        "migrates 2 databases in one run",
        " / one",
        " / two",
        "migrations/env.py:",
        "hands engine_name to every revision",
        "a script folder and a configuration of its own",
    ]);
    let after = (lab.tree(), lab.dump("one", &[]), lab.dump("two", &[]));
    assert_eq!(after, before);
    // The way out, gone as it is said.
    let text = std::fs::read_to_string(&path).unwrap();
    let header = &text[..text.find("def upgrade(").unwrap()];
    for (name, engine) in [("one", "engine1"), ("two", "engine2")] {
        let functions = &text[text.find(&format!("def upgrade_{engine}(")).unwrap()..];
        let end = functions[4..]
            .find("def upgrade_")
            .map_or(functions.len(), |end| end + 4);
        let own = functions[..end].replace(&format!("_{engine}("), "(");
        lab.add(&Module {
            folder: name,
            database: name,
            models: "",
            revisions: &[("m001_first.py", &format!("{header}{own}"))],
            ..Module::default()
        });
    }
    std::fs::remove_file(lab.root().join("alembic.ini")).unwrap();
    std::fs::remove_dir_all(lab.root().join("migrations")).unwrap();
    for name in ["one", "two"] {
        let current = lab.alembic(name, &["current"]);
        assert!(current.contains("m001 (head)"), "{current}");
    }
    lab.redistill(&["plan"]).expect(0);
}
