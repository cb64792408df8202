//! Where the version table lies.

use super::{Way, revision};
use crate::support::{Lab, Module, NOTES_CHAIN};

#[test]
fn a_version_table_of_another_name_in_another_schema() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.sql("app", "create schema bookkeeping");
    lab.add(&Module {
        configure: "version_table=\"history\", version_table_schema=\"bookkeeping\",",
        ..Module::default()
    });
    // The scratch databases have no such schema until env.py creates it.
    let environment = lab.read("api/alembic/env.py").replace(
        "        context.configure(",
        "        connection.exec_driver_sql(\"create schema if not exists bookkeeping\")\n        \
         connection.commit()\n        context.configure(",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        hide: &["bookkeeping.history"],
        prepare: "CREATE SCHEMA bookkeeping;",
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn the_schema_of_the_version_table_was_made_by_hand() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.sql("app", "create schema bookkeeping");
    lab.add(&Module {
        configure: "version_table_schema=\"bookkeeping\", include_schemas=True,",
        ..Module::default()
    });
    // With `include_schemas` Alembic would drop the version table of another schema.
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        hide: &["bookkeeping.alembic_version"],
        prepare: "CREATE SCHEMA bookkeeping;",
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn a_module_in_a_schema_of_its_own_by_search_path() {
    let lab = Lab::new();
    lab.create_database("app");
    let more = revision(
        "n003",
        "\"n002\"",
        "op.execute(\"CREATE FUNCTION late(n notes) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT n.state = ''done'''\")\n\
         op.execute(\"CREATE VIEW open_notes AS SELECT id FROM notes WHERE state = 'open'\")\n\
         op.execute(\"INSERT INTO notes (title, state) VALUES ('first', 'open')\")",
        None,
    );
    lab.add(&Module {
        revisions: &[NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003.py", &more)],
        before: "        connection.exec_driver_sql('create schema if not exists own')\n        \
                 connection.exec_driver_sql('set search_path to own')\n        \
                 connection.dialect.default_schema_name = 'own'\n        connection.commit()\n",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        hide: &["own.alembic_version"],
        prepare: "CREATE SCHEMA own;",
        ..Way::default()
    }
    .go(&lab);
}
