//! locate, describe, upgrade, downgrade, inspect on projects that are as they should be.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use super::project::{ASYNC_ENV, MODELS, SYNC_ENV, query, revision};
use super::{Lab, call};
use crate::worker::{
    Call, ErrorKind, InspectRequest, ModuleRequest, WalkRequest, Worker, WorkerEvent,
};

const NOWHERE: &str = "someone:s%%40cret@db.example.invalid:6543/live";

#[test]
fn every_driver_is_redirected_and_says_where_it_wanted_to_go() {
    let lab = Lab::new();
    for (driver, env) in [
        ("psycopg2", SYNC_ENV),
        ("psycopg", SYNC_ENV),
        ("psycopg", ASYNC_ENV),
        ("asyncpg", ASYNC_ENV),
    ] {
        let url = format!("postgresql+{driver}://{NOWHERE}");
        let (module, _) = lab.with_chain("plain", &url, env);
        let asked = lab.worker.locate(&module, &call()).unwrap();
        assert_eq!(asked.len(), 1, "{driver}");
        assert_eq!(asked[0].driver, driver);
        assert_eq!(asked[0].is_async, env == ASYNC_ENV);
        assert_eq!(asked[0].host.as_deref(), Some("db.example.invalid"));
        assert_eq!(asked[0].port.as_deref(), Some("6543"));
        assert_eq!(asked[0].database.as_deref(), Some("live"));
        assert_eq!(asked[0].password.as_ref().unwrap().expose(), "s@cret");

        let scratch = lab.database();
        let described = lab.worker.describe(&module, &scratch, &call()).unwrap();
        assert_eq!(described.script_heads, ["c3"]);
        assert_eq!(described.tables.len(), 2);
        assert_eq!(
            described.tables[1].columns[1],
            ("name".to_owned(), "VARCHAR(80)".to_owned())
        );
        assert_eq!(described.tables[0].foreign_keys[0].1, "users.id");
        assert_eq!(described.default_schema, "public");
        assert_eq!(described.configured, 1);
        let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1";
        assert!(
            query(&scratch, tables).is_empty(),
            "describe leaves nothing"
        );

        let walk = WalkRequest {
            scratch: &scratch,
            to: "heads",
            version_locations: Vec::new(),
        };
        let done = lab.worker.upgrade(&module, &walk, &call()).unwrap();
        let ids: Vec<_> = done
            .applied
            .iter()
            .map(|one| one.revision.as_str())
            .collect();
        assert_eq!(ids, ["a1", "b2", "c3"]);
        assert_eq!(query(&scratch, tables).len(), 3);

        let inspect = InspectRequest {
            target: &scratch,
            read_only: true,
            version_locations: Vec::new(),
        };
        let seen = lab.worker.inspect(&module, &inspect, &call()).unwrap();
        assert_eq!(seen.current, ["c3"]);
        assert_eq!(seen.heads, ["c3"]);
        assert_eq!(seen.check_error, None);
        assert!(seen.differences.is_empty(), "{:?}", seen.differences);

        let back = WalkRequest { to: "base", ..walk };
        let undone = lab.worker.downgrade(&module, &back, &call()).unwrap();
        assert_eq!(undone.applied.len(), 3);
        assert_eq!(query(&scratch, tables).len(), 1, "only the version table");
    }
}

#[test]
fn the_version_table_comes_from_env_py() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain("plain", "postgresql+psycopg2://h/d", SYNC_ENV);
    let described = lab
        .worker
        .describe(&module, &lab.database(), &call())
        .unwrap();
    assert_eq!(described.version_table, "versions_x");
    assert_eq!(described.version_table_schema, None);
    assert!(described.has_metadata);
}

#[test]
fn progress_is_told_before_and_after_each_revision_with_what_was_printed() {
    let lab = Lab::new();
    let (module, folder) = lab.with_chain("plain", "postgresql+psycopg2://h/d", SYNC_ENV);
    revision(
        &folder.join("migrations/versions"),
        "d4",
        Some("c3"),
        "print('hello\\x1b[31m')",
        "pass",
    );
    let told = Mutex::new(Vec::new());
    let listen = |event| told.lock().unwrap().push(event);
    let call = Call {
        on_event: &listen,
        ..call()
    };
    let scratch = lab.database();
    let walk = WalkRequest {
        scratch: &scratch,
        to: "heads",
        version_locations: Vec::new(),
    };
    lab.worker.upgrade(&module, &walk, &call).unwrap();
    let told = told.into_inner().unwrap();
    let started: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            WorkerEvent::Started(at) => Some((at.revision.as_str(), at.index, at.total)),
            _ => None,
        })
        .collect();
    assert_eq!(
        started,
        [("a1", 1, 4), ("b2", 2, 4), ("c3", 3, 4), ("d4", 4, 4)]
    );
    assert!(told.contains(&WorkerEvent::Log("hello\\u{1b}[31m".to_owned())));
}

#[test]
fn a_folder_with_a_space_and_two_modules_with_one_package_name_run_at_once() {
    let lab = Lab::new();
    let (one, _) = lab.with_chain("admin module", "postgresql+psycopg2://h/d", SYNC_ENV);
    let (two, folder) = lab.with_chain("query", "postgresql+psycopg://h/d", SYNC_ENV);
    fs::write(
        folder.join("app/models.py"),
        MODELS
            .replace("\"users\"", "\"people\"")
            .replace("users.id", "people.id"),
    )
    .unwrap();
    let describe = |module: &ModuleRequest| {
        let described = lab
            .worker
            .describe(module, &lab.database(), &call())
            .unwrap();
        let names = described.tables.into_iter().map(|table| table.name);
        names.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| describe(&one));
        let second = scope.spawn(|| describe(&two));
        assert_eq!(first.join().unwrap(), ["posts", "users"]);
        assert_eq!(second.join().unwrap(), ["people", "posts"]);
    });
}

#[test]
fn version_locations_can_be_replaced_by_a_staging_folder() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain("plain", "postgresql+psycopg2://h/d", SYNC_ENV);
    let staging = lab.folder.path().join("staging area");
    fs::create_dir_all(&staging).unwrap();
    revision(
        &staging,
        "n1",
        None,
        "op.execute('CREATE TABLE n (a int)')",
        "pass",
    );
    let scratch = lab.database();
    let walk = WalkRequest {
        scratch: &scratch,
        to: "heads",
        version_locations: vec![staging],
    };
    let done = lab.worker.upgrade(&module, &walk, &call()).unwrap();
    assert_eq!(done.applied.len(), 1);
    assert_eq!(
        query(&scratch, "SELECT version_num FROM versions_x"),
        ["n1"]
    );
}

#[test]
fn the_failing_revision_is_named_with_its_line_and_its_sqlstate() {
    let lab = Lab::new();
    for (driver, env) in [
        ("psycopg2", SYNC_ENV),
        ("psycopg", SYNC_ENV),
        ("asyncpg", ASYNC_ENV),
    ] {
        let (module, folder) = lab.with_chain("plain", &format!("postgresql+{driver}://h/d"), env);
        let versions = folder.join("migrations/versions");
        revision(
            &versions,
            "d4",
            Some("c3"),
            "pass\n    op.drop_table('nowhere')",
            "pass",
        );
        let scratch = lab.database();
        let walk = WalkRequest {
            scratch: &scratch,
            to: "heads",
            version_locations: Vec::new(),
        };
        let error = lab.worker.upgrade(&module, &walk, &call()).unwrap_err();
        let failed = error.failed().unwrap();
        assert_eq!(failed.kind, ErrorKind::RevisionFailed, "{error}");
        assert_eq!(failed.revision.as_deref(), Some("d4"));
        assert_eq!(
            failed.sqlstate.as_deref(),
            Some("42P01"),
            "{driver}: {error}"
        );
        assert_eq!(failed.message, "table \"nowhere\" does not exist");
        assert_eq!(failed.line, Some(9));
        assert!(failed.file.as_ref().unwrap().ends_with("d4_file.py"));
        assert!(failed.statement.as_ref().unwrap().contains("DROP TABLE"));
    }
}

#[test]
fn a_read_only_inspection_cannot_write() {
    let lab = Lab::new();
    for (driver, env) in [
        ("psycopg2", SYNC_ENV),
        ("psycopg", SYNC_ENV),
        ("asyncpg", ASYNC_ENV),
    ] {
        let url = format!("postgresql+{driver}://h/d");
        let writing = env.replace(
            "with context.begin_transaction():",
            "with connection.exec_driver_sql('CREATE TABLE leak (a int)'):",
        );
        let (module, _) = lab.with_chain("plain", &url, &writing);
        let target = lab.database();
        let inspect = InspectRequest {
            target: &target,
            read_only: true,
            version_locations: Vec::new(),
        };
        let error = lab.worker.inspect(&module, &inspect, &call()).unwrap_err();
        assert_eq!(
            error.failed().unwrap().sqlstate.as_deref(),
            Some("25006"),
            "{error}"
        );
    }
}

#[test]
fn a_search_path_that_the_project_sets_is_kept() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain(
        "plain",
        "postgresql+psycopg2://h/d?options=-csearch_path%%3Dtenant",
        SYNC_ENV,
    );
    let scratch = lab.database();
    crate::system::Session::connect(&scratch, std::time::Duration::from_secs(20))
        .unwrap()
        .batch("CREATE SCHEMA tenant")
        .unwrap();
    let described = lab.worker.describe(&module, &scratch, &call()).unwrap();
    assert_eq!(described.default_schema, "tenant");
}

#[test]
fn a_loop_over_tenants_is_counted() {
    let lab = Lab::new();
    let env = SYNC_ENV.replace("version_table=\"versions_x\")", "version_table_schema=tenant)").replace(
        "        context.configure",
        "      for tenant in ('one', 'two'):\n        connection.exec_driver_sql(f'SET search_path = {tenant}')\n        context.configure",
    );
    let (module, _) = lab.with_chain("plain", "postgresql+psycopg2://h/d", &env);
    let scratch = lab.database();
    crate::system::Session::connect(&scratch, std::time::Duration::from_secs(20))
        .unwrap()
        .batch("CREATE SCHEMA one; CREATE SCHEMA two")
        .unwrap();
    let described = lab.worker.describe(&module, &scratch, &call()).unwrap();
    assert_eq!(described.configured, 2);
    assert_eq!(described.version_table_schema.as_deref(), Some("one"));
    let walk = WalkRequest {
        scratch: &scratch,
        to: "heads",
        version_locations: Vec::new(),
    };
    let done = lab.worker.upgrade(&module, &walk, &call()).unwrap();
    assert_eq!((done.runs, done.applied.len()), (2, 6));
}

#[test]
fn pyproject_and_x_arguments_reach_env_py() {
    let lab = Lab::new();
    let env = format!("from alembic import context as c\nassert c.get_x_argument(as_dictionary=True) == {{'a': 'b'}}\n{}",
        SYNC_ENV.replace("config.get_section(config.config_ini_section)", "{'sqlalchemy.url': config.get_alembic_option('sqlalchemy.url') or 'postgresql+psycopg2://h/toml'}"));
    let (mut module, folder) = lab.module("plain", "", &env);
    let path = folder.join("pyproject.toml");
    fs::remove_file(folder.join("alembic.ini")).unwrap();
    fs::write(
        &path,
        "[tool.alembic]\nscript_location = \"%(here)s/migrations\"\nprepend_sys_path = [\".\"]\n",
    )
    .unwrap();
    module.config = crate::model::ConfigSource::Pyproject { path, ini: None };
    let mut request = ModuleRequest::from(&module);
    request.x = vec!["a=b".to_owned()];
    let asked = lab.worker.locate(&request, &call()).unwrap();
    assert_eq!(asked[0].database.as_deref(), Some("toml"));
}

#[test]
fn a_revision_without_a_downgrade_is_named() {
    let lab = Lab::new();
    let (module, folder) = lab.with_chain("plain", "postgresql+psycopg2://h/d", SYNC_ENV);
    let file = folder.join("migrations/versions/b2_file.py");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.split("def downgrade").next().unwrap()).unwrap();
    let scratch = lab.database();
    let walk = WalkRequest {
        scratch: &scratch,
        to: "heads",
        version_locations: Vec::new(),
    };
    lab.worker.upgrade(&module, &walk, &call()).unwrap();
    let back = WalkRequest { to: "base", ..walk };
    let error = lab.worker.downgrade(&module, &back, &call()).unwrap_err();
    let failed = error.failed().unwrap();
    assert_eq!(failed.kind, ErrorKind::RevisionFailed);
    assert_eq!(failed.revision.as_deref(), Some("b2"));
    assert_eq!(failed.message, "it has no downgrade function");
}

#[test]
fn a_project_whose_folder_is_on_the_import_path_is_found_from_that_folder() {
    let lab = Lab::new();
    let env = format!("import shopcode\n{SYNC_ENV}");
    let (module, _) = lab.with_chain("m", "postgresql+psycopg2://app@db.example/shop", &env);
    let root = lab.folder.path();
    fs::write(root.join("shopcode.py"), "").unwrap();
    // What must wait until the real one is imported.
    fs::create_dir_all(root.join("alembic")).unwrap();
    fs::write(root.join("alembic/__init__.py"), "raise SystemExit(9)").unwrap();
    let arguments = [
        format!("PYTHONPATH={}", root.display()),
        super::project::interpreter().display().to_string(),
    ];
    let worker = Worker::start_by(Path::new("/usr/bin/env"), &arguments, root).unwrap();
    worker.locate(&module, &call()).unwrap();
}
