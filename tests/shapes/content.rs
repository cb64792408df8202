//! What the revisions hold.

use super::{Way, borrowed, revision, sql_chain};
use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};

const CUSTOM_MODEL: &str = r#"
from app.types import Money, Cents

class Price(Base):
    __tablename__ = "prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount = mapped_column(Money("EUR"), nullable=False)
    cents = mapped_column(Cents(), server_default="0")
"#;

#[test]
fn types_of_the_projects_own() {
    let lab = Lab::new();
    lab.create_database("app");
    let up = "op.create_table(\n    \"prices\",\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
              sa.Column(\"amount\", app.types.Money(\"EUR\"), nullable=False),\n    \
              sa.Column(\"cents\", app.types.Cents(), server_default=\"0\"),\n)";
    let text = revision("c001", "None", up, None).replace(
        "import sqlalchemy as sa",
        "import sqlalchemy as sa\nimport app.types",
    );
    lab.add(&Module {
        models: CUSTOM_MODEL,
        revisions: &[("c001.py", &text)],
        ..Module::default()
    });
    lab.write(
        "api/app/types.py",
        "import sqlalchemy as sa\n\n\nclass Money(sa.types.TypeDecorator):\n    impl = sa.Numeric(12, 2)\n    \
         cache_ok = True\n\n    def __init__(self, currency):\n        super().__init__()\n        \
         self.currency = currency\n\n\nclass Cents(sa.types.UserDefinedType):\n    cache_ok = True\n\n    \
         def get_col_spec(self, **kw):\n        return \"BIGINT\"\n",
    );
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    for source in ["chain", "models"] {
        let plan = lab
            .redistill(&["plan", "--format", "json", "--source", source])
            .expect(0)
            .json();
        let baseline = plan["modules"][0]["baseline"].to_string();
        assert!(!baseline.contains("app."), "{baseline}");
    }
}

const CYCLE_MODEL: &str = r#"
mood = sa.Enum("sad", "ok", name="mood")

class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    captain_id = mapped_column(sa.ForeignKey("players.id", use_alter=True, name="fk_captain"))
    mood = mapped_column(mood, nullable=False)

class Player(Base):
    __tablename__ = "players"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"), nullable=False)
    friend_id = mapped_column(sa.ForeignKey("players.id"))
    mood = mapped_column(mood, nullable=False)
"#;

#[test]
fn circles_of_foreign_keys_and_a_shared_enum() {
    let lab = Lab::new();
    lab.create_database("app");
    let files = sql_chain(&[
        "CREATE TYPE mood AS ENUM ('sad', 'ok');;CREATE TABLE teams (id serial PRIMARY KEY, captain_id int, mood mood NOT NULL)",
        "CREATE TABLE players (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams ON DELETE CASCADE, \
         friend_id int REFERENCES players, mood mood NOT NULL);;\
         ALTER TABLE teams ADD CONSTRAINT fk_captain FOREIGN KEY (captain_id) REFERENCES players",
    ]);
    lab.add(&Module {
        models: CYCLE_MODEL,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    lab.sql("app", "insert into teams (mood) values ('ok'); insert into players (team_id, mood) values (1, 'sad')");
    Way::default().go(&lab);
    // The models alone say the same; `use_alter` is not lost.
    Way {
        choices: &["--source", "models"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn autocommit_blocks_and_data_migrations() {
    let lab = Lab::new();
    lab.create_database("app");
    let more = revision(
        "n003",
        "\"n002\"",
        r#"
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE note_state ADD VALUE IF NOT EXISTS 'late' BEFORE 'done'")
    op.create_index("ix_notes_title", "notes", ["title"], postgresql_concurrently=True)
bind = op.get_bind()
for id, title in bind.execute(sa.text("SELECT id, title FROM notes")).all():
    bind.execute(sa.text("UPDATE notes SET title = :t WHERE id = :i"), {"t": title.strip(), "i": id})
bind.execute(sa.text("INSERT INTO notes (title, state) VALUES (:t, 'late')"), {"t": "it's \"50%\" :x \\n"})
"#,
        None,
    );
    let files = [NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_more.py", &more)];
    let models = NOTES_MODEL
        .replace("\"open\", \"done\"", "\"open\", \"late\", \"done\"")
        .replace("sa.String(80)", "sa.String(80), index=True");
    lab.add(&Module {
        models: &models,
        revisions: &files,
        configure: "transaction_per_migration=True,",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    let way = Way::default();
    way.go(&lab);
    let live = lab.dump("app", &["-a", "-T", "alembic_version"]);
    lab.reset(&[]);
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(lab.dump("app", &["-a", "-T", "alembic_version"]), live);
}
