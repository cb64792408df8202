//! Modules that share a database, a version table or a script folder.

use std::fmt::Write as _;

use super::{Way, borrowed, notes_as};
use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};

#[test]
fn two_modules_in_one_database() {
    let lab = Lab::new();
    lab.create_database("shared");
    for (folder, table, id) in [("admin", "admins", "a00"), ("query", "queries", "q00")] {
        let chain: Vec<(String, String)> = NOTES_CHAIN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), notes_as(text, table, id)))
            .collect();
        let chain: Vec<(&str, &str)> = chain
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let own = format!(
            "version_table=\"{folder}_alembic_version\", include_name=lambda name, kind, parents: \
             kind != \"table\" or name == \"{table}\","
        );
        lab.add(&Module {
            folder,
            database: "shared",
            models: &notes_as(NOTES_MODEL, table, id),
            revisions: &chain,
            configure: &own,
            ..Module::default()
        });
        lab.alembic(folder, &["upgrade", "head"]);
    }
    Way {
        modules: &[("admin", &[]), ("query", &[])],
        databases: &["shared"],
        hide: &["admin_alembic_version", "query_alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn two_sections_of_one_ini_share_the_script_folder() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        folder: "api",
        models: &(notes_as(NOTES_MODEL, "notes", "n00")
            + &notes_as(NOTES_MODEL, "tasks", "t00").replace("class Note", "class Task")),
        revisions: &[],
        configure: "version_table=config.get_main_option(\"version_table\"), include_object=lambda \
                    object, name, kind, reflected, other: kind != \"table\" or name == \
                    config.get_main_option(\"own\"),",
        ..Module::default()
    });
    let url = lab.url("psycopg", "app");
    let mut ini = format!(
        "[DEFAULT]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\nsqlalchemy.url = {url}\n"
    );
    for (section, table, id) in [("notes", "notes", "n00"), ("tasks", "tasks", "t00")] {
        write!(
            ini,
            "\n[{section}]\nversion_locations = %(here)s/versions/{section}\nversion_table = {section}_version\nown = {table}\n"
        )
        .unwrap();
        for (name, text) in NOTES_CHAIN {
            lab.write(
                &format!("api/versions/{section}/{name}"),
                &notes_as(text, table, id),
            );
        }
    }
    lab.write("api/alembic.ini", &ini);
    for section in ["notes", "tasks"] {
        lab.alembic("api", &["-n", section, "upgrade", "head"]);
    }
    Way {
        modules: &[("api", &["-n", "notes"]), ("api", &["-n", "tasks"])],
        hide: &["notes_version", "tasks_version"],
        ..Way::default()
    }
    .go(&lab);
}

/// Two modules whose folders know nothing of each other, at their heads in one table.
pub fn two_in_one_version_table() -> Lab {
    let lab = Lab::new();
    lab.create_database("shared");
    lab.sql("shared", "create schema aside");
    for (folder, table, id) in [("admin", "admins", "a00"), ("query", "queries", "q00")] {
        let chain: Vec<(String, String)> = NOTES_CHAIN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), notes_as(text, table, id)))
            .collect();
        lab.add(&Module {
            folder,
            database: "shared",
            models: &notes_as(NOTES_MODEL, table, id),
            revisions: &borrowed(&chain),
            configure: &format!(
                "include_name=lambda name, kind, parents: kind != \"table\" or name == \"{table}\","
            ),
            ..Module::default()
        });
        lab.sql(
            "shared",
            "alter table if exists alembic_version set schema aside",
        );
        lab.alembic(folder, &["upgrade", "head"]);
    }
    lab.sql(
        "shared",
        "insert into alembic_version select * from aside.alembic_version; drop schema aside cascade",
    );
    lab
}

#[test]
fn two_modules_in_one_version_table() {
    let lab = two_in_one_version_table();
    let before = (lab.tree(), lab.dump("shared", &[]));
    // Alone, it takes its own row out and leaves the neighbour's and the table.
    let alone = lab.redistill(&["plan", "--module", "admin"]).expect(0);
    assert!(!alone.stdout.contains("DROP TABLE"), "{}", alone.stdout);
    assert!(alone.stdout.contains("DELETE FROM"), "{}", alone.stdout);
    assert_eq!((lab.tree(), lab.dump("shared", &[])), before);
    let oid = "select 'alembic_version'::regclass::oid";
    let table = lab.column("shared", oid);
    let id = lab.reset(&[]);
    assert_eq!(lab.column("shared", oid), table, "the table stays");
    let mut heads = Vec::new();
    for folder in ["admin", "query"] {
        let said = lab.alembic(folder, &["heads"]);
        heads.push(said.split_whitespace().next().unwrap().to_owned());
    }
    heads.sort();
    let rows = "select version_num from alembic_version order by 1";
    assert_eq!(lab.column("shared", rows), heads);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("shared", &[])), before);
}

#[test]
fn a_neighbours_table_that_check_complains_of_is_no_hindrance() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "create table neighbour (id int primary key)");
    let before = (lab.tree(), lab.dump("app", &[]));
    let id = lab.reset(&[]);
    assert!(lab.dump("app", &["-s"]).contains("neighbour"));
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}
