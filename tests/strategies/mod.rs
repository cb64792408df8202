//! What becomes of live databases: the strategies, and the live schema as reference.

mod beyond;
mod changes;
mod interrupted;
mod keep;
mod outside;
mod recreate;
mod reference;

use crate::support::Lab;

/// A revision file whose functions have these bodies.
fn revision(id: &str, down: &str, up: &str, back: &str) -> String {
    let body = |text: &str| {
        let lines = text.trim_matches('\n').lines();
        lines.fold(String::new(), |all, line| format!("{all}    {line}\n"))
    };
    format!(
        "\"\"\"{id}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n{}\n\n\
         def downgrade():\n{}",
        body(up),
        body(back)
    )
}

/// The schema without the version table.
fn schema(lab: &Lab) -> String {
    lab.dump("app", &["-s", "-T", "alembic_version"])
}

/// Everything that must be as it was.
fn everything(lab: &Lab) -> (std::collections::BTreeMap<String, Vec<u8>>, String) {
    (lab.tree(), lab.dump("app", &[]))
}

/// Lets Alembic build a fresh database, gives its schema, and puts the live one back.
fn fresh(lab: &Lab, prepare: &str) -> String {
    lab.sql("postgres", "alter database app rename to app_live");
    lab.create_database("app");
    lab.sql("app", prepare);
    lab.alembic("api", &["upgrade", "heads"]);
    let found = schema(lab);
    lab.alembic("api", &["downgrade", "base"]);
    lab.alembic("api", &["upgrade", "heads"]);
    assert_eq!(schema(lab), found, "after the second upgrade");
    lab.sql("postgres", "drop database app");
    lab.sql("postgres", "alter database app_live rename to app");
    found
}
