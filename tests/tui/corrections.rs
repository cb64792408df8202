//! A correction from the finding to the file: copied, shown, not written on a screen that is too
//! small to read it, written by its own key, and looked at again.

use super::pty::Pty;
use crate::support::{Lab, Module};

/// The models say an integer where the chain has made a UUID.
const MODELS: &str = r#"
class Account(Base):
    __tablename__ = "accounts"
    id = mapped_column(sa.Uuid, primary_key=True)


class Note(Base):
    __tablename__ = "notes"
    id = mapped_column(sa.Integer, primary_key=True)
    owner = mapped_column(sa.Integer, sa.ForeignKey("accounts.id", name="fk_notes_owner"))
"#;

const CHAIN: &[(&str, &str)] = &[(
    "c001_notes.py",
    r#""""notes"""
from alembic import op
import sqlalchemy as sa

revision = "c001"
down_revision = None


def upgrade():
    op.create_table("accounts", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.Uuid(), sa.ForeignKey("accounts.id", name="fk_notes_owner")),
    )


def downgrade():
    op.drop_table("notes")
    op.drop_table("accounts")
"#,
)];

const LARGE: (u16, u16) = (110, 36);

#[test]
fn a_correction_is_shown_and_written_by_a_key_of_its_own() {
    let lab = Lab::with_module(&Module {
        models: MODELS,
        revisions: CHAIN,
        ..Module::default()
    });
    let models = "api/app/models.py";
    let before = lab.read(models);
    let mut pty = Pty::open(&lab, LARGE, &[]);
    pty.wait_for("enter run it");
    pty.keys("\x1b");
    pty.wait_for("q quit");
    pty.keys("jjj");
    pty.wait_for("RD301");

    // What is copied is what the notice says, in a form that PostgreSQL can read.
    pty.keys("y");
    pty.wait_for("copied: ");
    let copied = pty.copied().expect("nothing for the clipboard");
    let decode = format!("select convert_from(decode('{copied}', 'base64'), 'UTF8')");
    let text = lab.column("postgres", &decode).remove(0);
    assert!(!text.is_empty());
    pty.wait_for(&format!("copied: {}", text.lines().next().unwrap()));

    pty.keys("f");
    pty.wait_for("1 correction in 1 file");
    pty.wait_for("+    owner = mapped_column(sa.Uuid,");
    pty.wait_for("w write");
    // Where it cannot be read it cannot be written; the footer is there once both keys were taken.
    pty.resize((50, 12));
    pty.wait_for("is too small");
    pty.keys("w\x1b");
    pty.wait_for("? help");
    assert_eq!(lab.read(models), before);
    pty.resize(LARGE);
    pty.wait_for("RD301");

    // Neither Enter nor the key that opened it writes.
    pty.keys("f");
    pty.wait_for("w write");
    pty.keys("\rf");
    pty.keys("w");
    pty.wait_for("written: 1 correction in 1 file");
    assert_eq!(
        lab.read(models),
        before.replace(
            "owner = mapped_column(sa.Integer,",
            "owner = mapped_column(sa.Uuid,"
        )
    );
    pty.wait_for("enter run it");
    pty.keys("\x1b");
    pty.wait_for("q quit");
    assert!(!pty.text().contains("RD301"), "{}", pty.text());
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
    lab.alembic("api", &["check"]);
}
