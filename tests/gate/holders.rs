//! Other holders of our revisions: configured environments, other databases of the server.

use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Answer, Lab, Module};

/// The codes of the findings about version tables and other holders.
fn codes(answer: &Answer) -> Vec<String> {
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    let codes = findings
        .iter()
        .map(|f| f["code"].as_str().unwrap().to_owned());
    codes
        .filter(|code| {
            ["RD21", "RD23", "RD24"]
                .iter()
                .any(|family| code.starts_with(family))
        })
        .collect()
}

fn finding(answer: &Answer, code: &str) -> Value {
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    let found = findings.into_iter().find(|finding| finding["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}:\n{}", answer.stdout))
}

fn check(lab: &Lab, arguments: &[&str]) -> Answer {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    lab.redistill(&all)
}

fn configure(lab: &Lab, name: &str, url: &str) {
    lab.write(
        "redistill.toml",
        &format!("[environments]\n{name} = {{ url = \"{url}\" }}\n"),
    );
}

#[test]
fn an_environment_that_stands_at_our_revision_refuses() {
    let lab = Lab::with_module(&Module::default());
    // Another server: an environment is seldom on the developer's own.
    let other = Lab::new();
    other.create_database("app");
    other.sql(
        "app",
        "create table alembic_version (version_num varchar(32))",
    );
    let url = other.url("psycopg", "app");
    lab.write(
        "redistill.toml",
        "[environments]\nstaging = { url_env = \"STAGING_URL\" }\n",
    );
    let with =
        |arguments: &[&str], url: &str| lab.redistill_with(arguments, &[("STAGING_URL", url)]);
    let clear = with(&["check"], &url).expect(0);
    assert!(
        clear.stdout.contains("none of these revisions"),
        "{}",
        clear.stdout
    );
    other.sql("app", "insert into alembic_version values ('n001')");
    let refused = with(&["check", "--format", "json"], &url).expect(1);
    assert_eq!(codes(&refused), ["RD231"]);
    let found = finding(&refused, "RD231");
    assert_eq!(found["location"]["line"], 2);
    let seen = found["evidence"][0].as_str().unwrap();
    assert!(
        seen.starts_with("row of public.alembic_version in 127.0.0.1:"),
        "{seen}"
    );
    assert!(seen.ends_with("n001"), "{seen}");
    assert_eq!(refused.json()["environments"][0]["at"][0], "n001");
    let password = other.target("app").password.unwrap();
    assert!(!refused.stdout.contains(password.expose()));
    with(&["plan"], &url).expect(1);
    // The same revision in a table of another name, and in a schema.
    other.sql(
        "app",
        "drop table alembic_version; create schema t; \
         create table t.versions (version_num text); insert into t.versions values ('n002')",
    );
    assert_eq!(
        codes(&with(&["check", "--format", "json"], &url).expect(1)),
        ["RD231"]
    );
}

#[test]
fn an_environment_that_cannot_be_seen_refuses_with_the_reason() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "redistill.toml",
        "[environments]\nstaging = { url_env = \"STAGING_URL\" }\n",
    );
    let unset = check(&lab, &[]).expect(1);
    assert_eq!(codes(&unset), ["RD232"]);
    let found = finding(&unset, "RD232");
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .contains("STAGING_URL is not set")
    );
    let next = found["remedy"]["command"].as_str().unwrap();
    assert!(next.starts_with("export STAGING_URL="), "{next}");
    // Nobody listens; then the wrong password; then no right to read the table.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    configure(
        &lab,
        "staging",
        &format!("postgresql://dev@127.0.0.1:{port}/app"),
    );
    assert_eq!(codes(&check(&lab, &[]).expect(1)), ["RD232"]);
    let other = Lab::with_module(&Module::default());
    other.sql("app", "create role reader login password 'p'");
    let url = other.url("psycopg", "app").replace("postgres:", "reader:");
    configure(&lab, "staging", &url);
    assert_eq!(codes(&check(&lab, &[]).expect(1)), ["RD232", "RD237"]);
    let target = other.target("app");
    let url = url.replace(target.password.as_ref().unwrap().expose(), "p");
    configure(&lab, "staging", &url);
    let unread = check(&lab, &[]).expect(1);
    assert_eq!(codes(&unread), ["RD232", "RD237"]);
    let message = finding(&unread, "RD232")["message"].to_string();
    assert!(message.contains("may not read it"), "{message}");
    other.sql("app", "grant select on alembic_version to reader");
    assert_eq!(codes(&check(&lab, &[]).expect(1)), ["RD231", "RD237"]);
}

#[test]
fn an_environment_that_is_the_modules_own_database_is_a_note() {
    let lab = Lab::with_module(&Module::default());
    configure(&lab, "local", &lab.url("asyncpg", "app"));
    assert_eq!(codes(&check(&lab, &[]).expect(0)), ["RD237", "RD238"]);
}

#[test]
fn a_static_check_connects_to_nobody() {
    let lab = Lab::with_module(&Module::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    configure(
        &lab,
        "staging",
        &format!("postgresql://dev@127.0.0.1:{port}/app"),
    );
    lab.write(
        ".env",
        &format!("DATABASE_URL=postgresql://dev@127.0.0.1:{port}/app\n"),
    );
    lab.redistill(&["check", "--static"]).expect(0);
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn an_address_in_a_file_is_shown_and_not_connected_to() {
    let lab = Lab::with_module(&Module::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgresql://dev:hunter2@127.0.0.1:{port}/staged");
    lab.write(
        ".env.staging",
        &format!("# where\nexport DATABASE_URL='{url}'\n"),
    );
    lab.write(
        ".env",
        &format!("DATABASE_URL={}\n", lab.url("psycopg", "app")),
    );
    let container = "services:\n  api:\n    environment:\n      - URL=postgresql://u:p@db/app\n";
    lab.write("compose.yaml", container);
    let ini = lab.read("api/alembic.ini");
    lab.write(
        "api/alembic.ini",
        &format!("{ini}\n[old]\nsqlalchemy.url = {url}2\n"),
    );
    let found = check(&lab, &[]).expect(0);
    assert_eq!(codes(&found), ["RD239", "RD239"]);
    assert!(!found.stdout.contains("hunter2"), "{}", found.stdout);
    let place = finding(&found, "RD239")["location"].clone();
    assert_eq!(
        (place["path"].as_str(), place["line"].as_u64()),
        (Some(".env.staging"), Some(2))
    );
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn another_database_of_the_server_at_our_revision_refuses() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("postgres", "create database app_bob template app");
    lab.sql("postgres", "create database wiki");
    lab.sql(
        "wiki",
        "create table alembic_version (version_num varchar(32)); \
         insert into alembic_version values ('77aa')",
    );
    let refused = check(&lab, &[]).expect(1);
    assert_eq!(codes(&refused), ["RD233"]);
    let next = finding(&refused, "RD233")["remedy"]["command"]
        .as_str()
        .unwrap()
        .to_owned();
    let url = next.split('\'').nth(1).unwrap().to_owned();
    assert!(url.ends_with("/app_bob"), "{next}");
    // The command that is named is the one that changes the answer.
    let password = lab.target("app").password.unwrap();
    lab.redistill_with(
        &["mark", "disposable", "--url", &url, "--confirm", "app_bob"],
        &[("PGPASSWORD", password.expose())],
    )
    .expect(0);
    assert_eq!(codes(&check(&lab, &[]).expect(0)), ["RD234"]);
}

#[test]
fn a_shared_development_server_is_not_refused() {
    let lab = Lab::with_module(&Module::default());
    // Own test databases, another project that counts alike, one that is closed to us, a scratch
    // of another run, a template.
    lab.sql("postgres", "create database test_app template app");
    lab.sql("postgres", "create database app_gw0 template app");
    lab.sql("postgres", "create database wiki");
    lab.sql(
        "wiki",
        "create table alembic_version (version_num varchar(32)); create table pages (x integer); \
         insert into alembic_version values ('n002')",
    );
    lab.sql(
        "postgres",
        "create database redistill_scratch_x_a template app",
    );
    lab.sql(
        "postgres",
        "comment on database redistill_scratch_x_a is 'redistill: scratch other 1 1'",
    );
    lab.sql(
        "postgres",
        "create database mould template app is_template true",
    );
    let found = check(&lab, &[]).expect(0);
    assert_eq!(codes(&found), ["RD234", "RD234", "RD240"]);
}

#[test]
fn a_database_that_is_closed_to_the_role_is_named_and_does_not_refuse() {
    let lab = Lab::with_module(&Module::default());
    let url = lab.url("psycopg", "app");
    let password = lab.target("app").password.unwrap();
    lab.sql("postgres", "create database app_bob template app");
    lab.sql(
        "postgres",
        &format!(
            "create role dev login password '{}' in role pg_monitor; \
             revoke connect on database app_bob from public",
            password.expose()
        ),
    );
    lab.sql("app", "grant select on alembic_version, notes to dev");
    let ini = lab.read("api/alembic.ini");
    lab.write(
        "api/alembic.ini",
        &ini.replace(&url, &url.replace("postgres:", "dev:")),
    );
    let found = check(&lab, &[]).expect(0);
    assert_eq!(codes(&found), ["RD235"]);
    let seen = finding(&found, "RD235")["evidence"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        seen.contains("app_bob: the role dev may not connect"),
        "{seen}"
    );
    // Named with a role that may, it is looked at.
    configure(&lab, "bob", &lab.url("psycopg", "app_bob"));
    assert_eq!(codes(&check(&lab, &[]).expect(1)), ["RD231", "RD237"]);
}

#[test]
fn the_databases_of_the_projects_own_modules_are_no_other_holders() {
    let lab = Lab::new();
    for (folder, database) in [("one", "first"), ("two", "second")] {
        lab.add(&Module {
            folder,
            database,
            ..Module::default()
        });
        lab.create_database(database);
        lab.alembic(folder, &["upgrade", "heads"]);
    }
    // Both trees have the same identifiers; each database is its own module's.
    assert_eq!(codes(&check(&lab, &[]).expect(0)), [""; 0]);
}

#[test]
fn a_module_alone_knows_the_rows_of_its_neighbours() {
    let lab = Lab::with_module(&Module::default());
    lab.add(&Module {
        folder: "stock",
        models: "",
        revisions: &[(
            "s001.py",
            "revision = 's001'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n\n\n\
             def downgrade():\n    pass\n",
        )],
        ..Module::default()
    });
    lab.sql("app", "insert into alembic_version values ('s001')");
    let found = check(&lab, &["--module", "api"]);
    assert!(
        !codes(&found).contains(&"RD211".to_owned()),
        "{}",
        found.stdout
    );
    let message = finding(&found, "RD212")["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("s001 of module stock"), "{message}");
    lab.sql("app", "insert into alembic_version values ('zz99')");
    assert!(codes(&check(&lab, &["--module", "api"]).expect(1)).contains(&"RD211".to_owned()));
}

#[test]
fn an_environment_for_a_module_that_is_misspelt_is_a_mistake() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "redistill.toml",
        "[environments]\nstaging = { url_env = \"X\", modules = [\"apy\"] }\n",
    );
    lab.redistill(&["check"])
        .expect(2)
        .says(&["staging", "apy", "the modules are: api"]);
}
