//! The project: a chain whose revisions run the fixture's statements, as far as the server has them.

use std::fmt::Write as _;

use crate::support::{Lab, Module};

/// What each version of PostgreSQL brought.
const KINDS: [(u32, &str); 7] = [
    (12, include_str!("../../src/schema/tests/kinds/12.sql")),
    (13, include_str!("../../src/schema/tests/kinds/13.sql")),
    (14, include_str!("../../src/schema/tests/kinds/14.sql")),
    (15, include_str!("../../src/schema/tests/kinds/15.sql")),
    (16, include_str!("../../src/schema/tests/kinds/16.sql")),
    (17, include_str!("../../src/schema/tests/kinds/17.sql")),
    (18, include_str!("../../src/schema/tests/kinds/18.sql")),
];

/// A project at the head of that chain; its models are somebody else's affair.
pub fn lab() -> Lab {
    let lab = Lab::new();
    lab.sql("postgres", "create role reader; create role writer");
    lab.create_database("app");
    let chain = chain(lab.server.major());
    let revisions: Vec<(&str, &str)> = chain
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    lab.add(&Module {
        models: "",
        revisions: &revisions,
        configure: "transaction_per_migration=True, include_name=lambda *_: False,",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    lab
}

/// One revision file a section. The statements go to the driver as they are.
fn chain(major: u32) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut down = "None".to_owned();
    let sections = KINDS
        .iter()
        .filter(|(since, _)| *since <= major)
        .flat_map(|(_, text)| text.split("-- revision: ").skip(1));
    for (place, section) in sections.enumerate() {
        let (message, statements) = section.split_once('\n').expect("a section has lines");
        let id = format!("k{:03}", place + 1);
        let literal = serde_json::to_string(statements).expect("text is JSON");
        let mut text = format!("\"\"\"{message}\n\nRevision ID: {id}\n\"\"\"\n");
        write!(
            text,
            "from alembic import op\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\n\
             def upgrade():\n    statements = {literal}\n    \
             op.get_bind().connection.driver_connection.cursor().execute(statements)\n"
        )
        .expect("a string takes everything");
        files.push((format!("{id}_step.py"), text));
        down = format!("\"{id}\"");
    }
    files
}
