//! Shapes of projects: each is reset, agreed to by Alembic, and undone.

use crate::support::{Lab, Module};

/// Resets, lets Alembic look at it, undoes, and compares.
#[track_caller]
fn there_and_back(lab: &Lab, folders: &[&str], databases: &[&str], hide: &[&str]) {
    let dumps = |extra: &[&str]| -> Vec<String> {
        databases.iter().map(|name| lab.dump(name, extra)).collect()
    };
    let mut without: Vec<&str> = vec![];
    for table in hide {
        without.extend(["-T", table]);
    }
    let before = (lab.tree(), dumps(&[]), dumps(&without));
    let id = lab.reset(&[]);
    assert_eq!(dumps(&without), before.2);
    for folder in folders {
        lab.alembic(folder, &["check"]);
        let heads = lab.alembic(folder, &["heads"]);
        assert_eq!(heads.lines().filter(|l| l.ends_with("(head)")).count(), 1, "{heads}");
    }
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), dumps(&[])), (before.0, before.1));
}

fn notes_as(text: &str, table: &str, id: &str) -> String {
    text.replace("n00", id).replace("notes", table).replace("note_state", &format!("{table}_state"))
}

#[test]
fn two_modules_with_equal_file_names() {
    let lab = Lab::new();
    for (folder, database) in [("admin", "admin"), ("query", "query")] {
        lab.add(&Module { folder, database, ..Module::default() });
        lab.create_database(database);
        lab.alembic(folder, &["upgrade", "head"]);
    }
    there_and_back(&lab, &["admin", "query"], &["admin", "query"], &["alembic_version"]);
}

#[test]
fn two_modules_in_one_database() {
    let lab = Lab::new();
    lab.create_database("shared");
    for (folder, table, id) in [("admin", "admins", "a00"), ("query", "queries", "q00")] {
        let chain: Vec<(String, String)> = crate::support::NOTES_CHAIN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), notes_as(text, table, id)))
            .collect();
        let chain: Vec<(&str, &str)> =
            chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let own = format!(
            "version_table=\"{folder}_alembic_version\", include_name=lambda name, kind, parents: \
             kind != \"table\" or name == \"{table}\","
        );
        lab.add(&Module {
            folder,
            database: "shared",
            models: &notes_as(crate::support::NOTES_MODEL, table, id),
            revisions: &chain,
            configure: &own,
            ..Module::default()
        });
        lab.alembic(folder, &["upgrade", "head"]);
    }
    there_and_back(
        &lab,
        &["admin", "query"],
        &["shared"],
        &["admin_alembic_version", "query_alembic_version"],
    );
}

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
    there_and_back(&lab, &["api"], &["app"], &["bookkeeping.history"]);
}

#[test]
fn an_asynchronous_environment() {
    let lab = Lab::with_module(&Module { driver: "asyncpg", ..Module::default() });
    there_and_back(&lab, &["api"], &["app"], &["alembic_version"]);
}

#[test]
fn a_module_folder_with_a_space() {
    let lab = Lab::with_module(&Module { folder: "my module", ..Module::default() });
    there_and_back(&lab, &["my module"], &["app"], &["alembic_version"]);
}

#[test]
fn the_whole_project_below_a_folder_with_a_space() {
    let lab = Lab::in_folder("my project");
    lab.add(&Module::default());
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    there_and_back(&lab, &["api"], &["app"], &["alembic_version"]);
}
