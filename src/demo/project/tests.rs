//! The seeded bugs are real, the edits repair them: real `PostgreSQL`, real Alembic, real git.

use std::time::Duration;

use super::*;
use crate::model::{Host, Secret, TlsMode};
use crate::sandbox::Server;
use crate::system::Session;
use crate::system::process::Process;

mod stage;
use stage::{Stage, interpreter};

#[test]
fn as_created_it_has_the_four_bugs() {
    let stage = Stage::new();
    assert_eq!(
        stage.tables("artstore_admin"),
        "audit_logs user_roles users"
    );
    assert_eq!(
        stage.tables("artstore_storage_01"),
        "search_documents search_queries storage_volumes stored_files"
    );
    let (_, current) = stage.live(ADMIN, &["current"]);
    assert!(
        current.contains("a003") && !current.contains("head"),
        "{current}"
    );

    // P1: the chain stops at a004, and leaves nothing of it behind.
    let (success, said) = stage.live(ADMIN, &["upgrade", "head"]);
    assert!(
        !success && said.contains("are of incompatible types: integer and uuid"),
        "{said}"
    );
    assert_eq!(
        stage.ask("artstore_admin", "SELECT version_num FROM alembic_version"),
        "a003"
    );

    // P2: up, down, up.
    stage.run("CREATE DATABASE scratch_storage");
    stage.succeeds(STORAGE, "scratch_storage", &["upgrade", "head"]);
    stage.succeeds(STORAGE, "scratch_storage", &["downgrade", "base"]);
    assert_eq!(
        stage.left_behind("scratch_storage"),
        "storage_mode_enum storage_status_enum storage_type_enum"
    );
    let said = stage.fails(STORAGE, "scratch_storage", &["upgrade", "head"]);
    assert!(
        said.contains("type \"storage_type_enum\" already exists"),
        "{said}"
    );

    // P3: on a copy of the shared database q001 takes the neighbour's tables away.
    assert_eq!(
        stage.ask(
            "artstore_storage_01",
            "SELECT version_num FROM alembic_version_query"
        ),
        "q001"
    );
    stage.run("CREATE DATABASE copy_of_shared TEMPLATE artstore_storage_01");
    let session = Session::connect(
        &stage.server.target().with_database("copy_of_shared"),
        Duration::from_secs(20),
    )
    .unwrap();
    session
        .batch("DROP TABLE search_documents, search_queries, alembic_version_query")
        .unwrap();
    drop(session);
    stage.succeeds(QUERY, "copy_of_shared", &["upgrade", "head"]);
    assert_eq!(
        stage.tables("copy_of_shared"),
        "search_documents search_queries"
    );
    stage.run("CREATE DATABASE scratch_query");
    let said = stage.fails(QUERY, "scratch_query", &["upgrade", "head"]);
    assert!(said.contains("ix_stored_files_volume_id"), "{said}");

    // P4: no URL.
    let (success, said) = stage.live(QUERY, &["current"]);
    assert!(
        !success && said.contains("sqlalchemy.dialects:driver"),
        "{said}"
    );
}

#[test]
fn the_history_has_one_author_and_nothing_is_left_uncommitted() {
    let stage = Stage::new();
    stage.assert_clean();
    let log = stage.git(&["log", "--format=%an <%ae> %aI %cI"]);
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), HISTORY.len());
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("Mara Lindqvist <mara@artstore.example>"))
    );
    assert!(lines[0].ends_with("2026-10-30T18:05:13+01:00 2026-10-30T18:05:13+01:00"));
    assert_eq!(
        stage.git(&["branch", "--format=%(refname:short)"]),
        "main\n"
    );
    assert_eq!(stage.git(&["remote"]), "");
    let ignored = stage.git(&["status", "--porcelain", "--ignored"]);
    assert_eq!(ignored, "!! .env\n");
}

#[test]
fn after_the_edits_every_chain_builds_goes_back_and_agrees_with_its_models() {
    let stage = Stage::new();
    let before = rows_of_query(&stage, "artstore_storage_01");
    for bug in edits().into_iter().map(|edit| edit.bug) {
        stage.apply(bug);
    }
    for module in super::super::MODULES {
        let (success, said) = stage.live(module, &["current"]);
        let expected = format!("{} (head)", module.head);
        assert!(success && said.contains(&expected), "{said}");
        let (success, said) = stage.live(module, &["check"]);
        assert!(
            success && said.contains("No new upgrade operations"),
            "{said}"
        );
        let scratch = format!("scratch_{}", module.database);
        stage.run(&format!("CREATE DATABASE {scratch}"));
        stage.succeeds(module, &scratch, &["upgrade", "head"]);
        stage.succeeds(module, &scratch, &["check"]);
        assert_eq!(stage.tables(&scratch), stage.tables(module.database));
        stage.succeeds(module, &scratch, &["downgrade", "base"]);
        assert_eq!(stage.left_behind(&scratch), "", "{}", module.name);
        stage.succeeds(module, &scratch, &["upgrade", "head"]);
    }
    assert_eq!(stage.tables("artstore"), "search_documents search_queries");
    assert_eq!(
        stage.tables("artstore_storage_01"),
        "storage_volumes stored_files"
    );
    assert_eq!(rows_of_query(&stage, "artstore"), before);
    assert_eq!(
        stage.ask(
            "artstore_storage_01",
            "SELECT to_regclass('alembic_version_query')::text"
        ),
        ""
    );
    assert_eq!(
        stage.ask(
            "artstore_admin",
            "SELECT count(*)::text FROM service_account_keys"
        ),
        "24"
    );
    assert_eq!(stage.git(&["rev-list", "--count", "HEAD"]), "14\n");
}

/// The rows of query-module as one hash, and the next id.
fn rows_of_query(stage: &Stage, database: &str) -> String {
    stage.ask(
        database,
        "SELECT (SELECT md5(string_agg(d::text, '|' ORDER BY id)) FROM search_documents d) \
             || (SELECT md5(string_agg(q::text, '|' ORDER BY id)) FROM search_queries q) \
             || nextval(pg_get_serial_sequence('search_queries', 'id'))::text",
    )
}

#[test]
fn the_edits_can_be_applied_in_the_other_order_but_only_once() {
    let stage = Stage::new();
    for edit in edits().iter().rev() {
        stage.apply(edit.bug);
        let error = stage.demo.apply(edit).unwrap_err();
        assert!(matches!(error, DemoError::Changed { .. }), "{error}");
    }
    for module in super::super::MODULES {
        let (success, said) = stage.live(module, &["check"]);
        assert!(success, "{said}");
    }
}

#[test]
fn the_projects_own_migration_test_passes_once_the_chain_runs() {
    let stage = Stage::new();
    let run = || {
        Process::new(interpreter())
            .args(["-m", "unittest", "discover", "-s", "tests"])
            .directory(stage.demo.module_folder(ADMIN))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output(Duration::from_mins(2))
            .unwrap()
    };
    let before = run();
    assert!(!before.status.success() && before.text().contains("incompatible types"));
    stage.apply(Bug::ForeignKeyType);
    let after = run();
    assert!(after.status.success(), "{}", after.text());
    let databases = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database \
                     WHERE datname LIKE 'artstore%'";
    assert_eq!(
        stage.ask("postgres", databases),
        "artstore_admin artstore_storage_01"
    );
}

#[test]
fn a_failed_creation_leaves_nothing_and_touches_nothing_it_found() {
    let server = Server::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");

    let error = create(&project, &server.target(), Path::new("/bin/false")).unwrap_err();
    assert!(matches!(error, DemoError::Alembic { .. }), "{error}");
    assert!(!project.exists());
    let target = server.target();
    assert!(!stock::exists(&target, "artstore_admin").unwrap());
    assert!(!stock::exists(&target, "artstore_storage_01").unwrap());

    stock::create_database(&target, "artstore").unwrap();
    let error = create(&project, &target, &interpreter()).unwrap_err();
    assert!(
        matches!(error, DemoError::Stock(StockError::Exists(_))),
        "{error}"
    );
    assert!(stock::exists(&target, "artstore").unwrap());
    assert!(!project.exists());

    tree::write(folder.path(), "mine", "text").unwrap();
    let error = create(folder.path(), &target, &interpreter()).unwrap_err();
    assert!(matches!(error, DemoError::NotEmpty(_)), "{error}");
}

/// The URL that a module's settings give, for a server that need not be there.
fn url_of(server: Target) -> String {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo {
        folder: folder.path().to_owned(),
        server,
        python: interpreter(),
    };
    demo.write_history().unwrap();
    let mode = RealFiles
        .stat(&demo.folder().join(".env"))
        .unwrap()
        .unwrap()
        .mode;
    assert_eq!(mode, 0o600);
    let code = "from app.settings import settings as s; print(s.database.sync_url)";
    let output = Process::new(interpreter())
        .args(["-c", code])
        .directory(demo.module_folder(ADMIN))
        .output(Duration::from_mins(2))
        .unwrap();
    output.text().trim().to_owned()
}

#[test]
fn settings_reach_a_server_by_address_and_by_socket() {
    let tcp = Target {
        host: Host::Tcp("127.0.0.1".to_owned()),
        port: 54_321,
        user: "postgres".to_owned(),
        password: None,
        database: "postgres".to_owned(),
        tls: TlsMode::Disable,
        root_certificate: None,
    };
    assert_eq!(
        url_of(tcp.clone()),
        "postgresql+psycopg://postgres@127.0.0.1:54321/artstore_admin"
    );
    let secured = Target {
        password: Some(Secret::new("p@ss/100%")),
        ..tcp.clone()
    };
    assert_eq!(
        url_of(secured),
        "postgresql+psycopg://postgres:p%40ss%2F100%25@127.0.0.1:54321/artstore_admin"
    );
    let socket = Target {
        host: Host::Socket("/run/post gres".into()),
        ..tcp
    };
    assert_eq!(
        url_of(socket),
        "postgresql+psycopg://postgres@/artstore_admin?host=%2Frun%2Fpost+gres&port=54321"
    );
}

#[test]
fn a_reopened_project_follows_its_server() {
    let stage = Stage::new();
    let moved = Target {
        port: 1,
        ..stage.server.target()
    };
    let lost = Demo::reopen(stage.demo.folder(), &moved, &interpreter()).unwrap();
    assert!(!lost.alembic(ADMIN, &["current"]).unwrap().status.success());
    let found = Demo::reopen(stage.demo.folder(), &stage.server.target(), &interpreter()).unwrap();
    assert!(found.alembic(ADMIN, &["current"]).unwrap().status.success());
    stage.assert_clean();
}
