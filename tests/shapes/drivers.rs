//! Drivers, and roles that may little.

use super::Way;
use crate::support::{Lab, Module};

#[test]
fn an_asynchronous_environment() {
    let lab = Lab::with_module(&Module {
        driver: "asyncpg",
        ..Module::default()
    });
    Way::default().go(&lab);
}

#[test]
fn the_driver_psycopg2() {
    let lab = Lab::with_module(&Module {
        driver: "psycopg2",
        ..Module::default()
    });
    Way::default().go(&lab);
}

#[test]
fn without_createdb_nothing_is_created_on_the_server() {
    let lab = Lab::new();
    lab.sql(
        "postgres",
        "create role dev login password 'dev' nocreatedb",
    );
    lab.sql("postgres", "create database app owner dev");
    lab.add(&Module::default());
    let url = lab.url("psycopg", "app");
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.rsplit_once('@').unwrap().1;
    let ini = lab
        .read("api/alembic.ini")
        .replace(&url, &format!("{scheme}://dev:dev@{place}"));
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    let made = "select oid from pg_database order by oid";
    let before = (
        lab.column("postgres", made),
        lab.column("postgres", "select rolname from pg_roles order by 1"),
    );
    let id = lab.reset(&[]);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    let after = (
        lab.column("postgres", made),
        lab.column("postgres", "select rolname from pg_roles order by 1"),
    );
    assert_eq!(after, before);
}
