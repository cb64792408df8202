//! Branches, heads, bases.

use super::{Way, borrowed, revision};
use crate::support::{Lab, Module};

#[test]
fn branches_that_were_merged_and_two_heads() {
    let lab = Lab::new();
    lab.create_database("app");
    let table = |name: &str| {
        format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))")
    };
    let drop = |name: &str| format!("op.drop_table(\"{name}\")");
    let file = |id: &str, down: &str, name: &str| {
        (
            format!("{id}.py"),
            revision(id, down, &table(name), Some(&drop(name))),
        )
    };
    let files = [
        file("first", "None", "a"),
        file("left", "\"first\"", "b"),
        file("right", "\"first\"", "c"),
        (
            "merge.py".to_owned(),
            revision("merge", "(\"left\", \"right\")", "pass", Some("pass")),
        ),
        file("one", "\"merge\"", "d"),
        file("two", "\"merge\"", "e"),
    ];
    let models = ["a", "b", "c", "d", "e"].iter().fold(String::new(), |all, name| {
        format!("{all}\nclass T{name}(Base):\n    __tablename__ = \"{name}\"\n    id: Mapped[int] = mapped_column(primary_key=True)\n")
    });
    lab.add(&Module {
        models: &models,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "heads"]);
    Way::default().go(&lab);
}
