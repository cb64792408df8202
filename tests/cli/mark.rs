//! `redistill mark`: what is written, what is refused, what it changes.

use crate::support::{Lab, Module};

fn comment(lab: &Lab) -> String {
    lab.column(
        "postgres",
        "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database \
         where datname = 'app'",
    )
    .remove(0)
}

#[test]
fn a_production_mark_refuses_and_is_only_lifted_by_hand() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "comment on database app is 'the shop'");
    lab.redistill(&["mark", "production"])
        .expect(2)
        .says(&["--confirm app"]);
    lab.redistill(&["mark", "production", "--confirm", "shop"])
        .expect(5);
    assert_eq!(comment(&lab), "the shop");
    lab.redistill(&["mark", "production", "--confirm", "app"])
        .expect(0);
    assert_eq!(comment(&lab), "the shop\nredistill: production");
    let before = lab.databases();
    let planned = lab.redistill(&["plan"]).expect(1);
    assert!(planned.stdout.contains("RD101"), "{}", planned.stdout);
    assert_eq!(lab.databases(), before);
    lab.redistill(&["mark", "disposable", "--confirm", "app"])
        .expect(1)
        .says(&["COMMENT ON DATABASE"]);
    assert_eq!(comment(&lab), "the shop\nredistill: production");
}

#[test]
fn a_disposable_mark_outranks_a_managed_service() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("postgres", "create role neon_superuser");
    let refused = lab.redistill(&["check"]).expect(1);
    assert!(refused.stdout.contains("RD108"), "{}", refused.stdout);
    let url = lab.url("psycopg", "app");
    lab.redistill(&["mark", "disposable", "--url", &url, "--confirm", "app"])
        .expect(0);
    lab.redistill(&["check"]).expect(0);
    lab.plan(&[]);
}
