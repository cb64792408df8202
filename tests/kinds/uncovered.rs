//! What the snapshot does not cover and `pg_dump` shows is said, refused, and can be left out.

use crate::support::{Lab, Module};

/// One revision that does what no catalog query of redistill asks for, and the usual notes.
const CHAIN: &str = r#""""notes

Revision ID: n001
"""
from alembic import op
import sqlalchemy as sa

revision = "n001"
down_revision = None


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.execute("CREATE EXTENSION pg_trgm")
    op.execute("REVOKE EXECUTE ON FUNCTION similarity(text, text) FROM PUBLIC")
"#;

const MODEL: &str = r#"
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
"#;

#[test]
fn what_only_the_dumps_show_is_lost_until_it_is_left_out() {
    let lab = Lab::with_module(&Module {
        models: MODEL,
        revisions: &[("n001_notes.py", CHAIN)],
        ..Module::default()
    });
    let shown = lab
        .redistill(&["plan", "--format", "json"])
        .expect(1)
        .json();
    let module = &shown["modules"][0];
    let lost = module["lost"].as_array().unwrap();
    assert_eq!(lost.len(), 1, "{lost:?}");
    let object = &lost[0]["object"];
    assert_eq!(object["kind"], "pg_dump entry");
    let name = object["name"].as_str().unwrap();
    assert_eq!(name, "ACL FUNCTION similarity(text, text)");
    let remarks = module["remarks"].to_string();
    assert!(
        remarks.contains("not covered by the comparison"),
        "{remarks}"
    );

    let left_out = format!("pg_dump entry {name}");
    let plan = lab.redistill(&["plan", "--format", "json", "--leave-out", &left_out]);
    let module = &plan.expect(0).json()["modules"][0];
    assert_eq!(module["lost"].as_array().unwrap().len(), 0);
    assert_eq!(module["accepted"].as_array().unwrap().len(), 1);
}
