//! `keep` where the live database differs: statements shown, tried, run with the stamp, taken back.

use super::{everything, fresh, schema};
use crate::support::{Lab, Module, NOTES_MODEL};

/// Columns in the order of their names: a column that comes back stands last.
fn columns(lab: &Lab) -> Vec<String> {
    lab.column(
        "app",
        "select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
         || coalesce(column_default, '') from information_schema.columns \
         where table_schema = 'public' order by 1",
    )
}

#[test]
fn what_only_adds_runs_with_the_stamp_and_is_taken_back() {
    let lab = Lab::with_module(&Module {
        models: &format!(
            "{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True, index=True)\n\n\n\
             class Tag(Base):\n    __tablename__ = \"tags\"\n    \
             id: Mapped[int] = mapped_column(primary_key=True)\n    \
             note: Mapped[int] = mapped_column(sa.ForeignKey(\"notes.id\"))\n"
        ),
        ..Module::default()
    });
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'), ('two', 'done')",
    );
    let before = everything(&lab);
    let models = ["--source", "models"];
    let shown = lab.redistill(&["plan", "--source", "models"]).expect(0);
    for fragment in [
        "-- column notes.later: missing",
        "ALTER TABLE public.notes ADD COLUMN later integer;",
        "CREATE INDEX ix_notes_later",
        "must be those of the rehearsal, else ROLLBACK",
    ] {
        assert!(shown.stdout.contains(fragment), "{}", shown.stdout);
    }
    assert!(!shown.stdout.contains("DESTRUCTIVE"), "{}", shown.stdout);
    assert!(everything(&lab) == before);

    let id = lab.reset(&models);
    lab.alembic("api", &["check"]);
    assert_eq!(
        lab.column("app", "select title from notes order by id"),
        ["one", "two"]
    );
    assert_eq!(
        fresh(&lab, "").lines().count(),
        schema(&lab).lines().count()
    );
    let note = lab.read(&format!(
        "backups/MIGRATION_BACKUP_{}.md",
        id.split('-').next().unwrap()
    ));
    assert!(note.contains("ADD COLUMN later"), "{note}");

    // What came since is not dropped by an undo.
    lab.sql("app", "update notes set later = 1 where title = 'one'");
    lab.redistill(&["undo", &id])
        .expect(1)
        .says(&["the values of notes.later", "came after the reset"]);
    lab.sql(
        "app",
        "update notes set later = null; insert into tags (note) values (1)",
    );
    lab.redistill(&["undo", &id])
        .expect(1)
        .says(&["the rows of public.tags"]);
    lab.sql("app", "truncate tags");
    lab.redistill(&["undo", &id]).expect(0);
    // The update moved a row.
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(lab.tree() == before.0, "the files");
    assert_eq!(lines(&lab.dump("app", &[])), lines(&before.1));
}

/// Drift of every kind that a hand makes, which nothing is lost by settling.
const DRIFT: &str = "
    drop index by_title;
    drop view open_notes, few_notes;
    alter table notes alter column title type varchar(40), alter column title drop default;
    create view few_notes as select title from notes;
    alter table notes drop constraint title_is_long;
    alter table notes add constraint title_is_long check (length(title) > 2);
    create index by_hand on notes (state);
    create or replace function touch() returns trigger language plpgsql as $$ begin return old; end $$;
    drop trigger touched on notes;
    alter table notes disable row level security;
    comment on table notes is 'by hand';
    alter sequence tickets increment by 3";

const KINDS: &str = r#""""kinds

Revision ID: k001
"""
from alembic import op

revision = "k001"
down_revision = "n002"


def upgrade():
    op.execute("ALTER TABLE notes ALTER COLUMN title SET DEFAULT 'none'")
    op.execute("CREATE INDEX by_title ON notes (lower(title)) WHERE state = 'open'")
    op.execute("ALTER TABLE notes ADD CONSTRAINT title_is_long CHECK (length(title) > 1)")
    op.execute("CREATE VIEW open_notes AS SELECT id, title FROM notes WHERE state = 'open'")
    op.execute("CREATE VIEW few_notes AS SELECT title FROM notes")
    op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
    op.execute("CREATE TRIGGER touched BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch()")
    op.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY everybody ON notes USING (true)")
    op.execute("COMMENT ON TABLE notes IS 'all of them'")
    op.execute("CREATE SEQUENCE tickets START 7")


def downgrade():
    pass
"#;

fn with_kinds() -> Lab {
    let mut chain = crate::support::NOTES_CHAIN.to_vec();
    chain.push(("k001_kinds.py", KINDS));
    let lab = Lab::with_module(&Module {
        revisions: &chain,
        ..Module::default()
    });
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'), ('two', 'done'); \
         select nextval('tickets')",
    );
    lab
}

#[test]
fn drift_of_every_kind_is_settled_and_comes_back() {
    let lab = with_kinds();
    let wanted = schema(&lab);
    lab.sql("app", DRIFT);
    let drifted = (lab.tree(), schema(&lab));
    assert_ne!(drifted.1, wanted);
    let id = lab.reset(&[]);
    // pg_dump is the judge: nothing of it is left.
    assert_eq!(schema(&lab), wanted);
    assert_eq!(
        lab.column("app", "select title from notes order by id"),
        ["one", "two"]
    );
    // The sequence goes on where it was.
    assert_eq!(lab.column("app", "select nextval('tickets')::text"), ["8"]);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), schema(&lab)), drifted);
}

#[test]
fn what_may_lose_something_needs_the_databases_name_and_a_dump() {
    let lab = with_kinds();
    lab.sql(
        "app",
        "alter table notes add column extra text not null default 'kept'; \
         alter table notes alter column title drop not null; \
         alter type note_state add value 'odd'",
    );
    let before = everything(&lab);
    lab.redistill(&["plan"]).expect(1).says(&[
        "DROP COLUMN extra",
        "the values of notes.extra",
        "SET NOT NULL",
        "--accept-destructive app",
    ]);
    lab.redistill(&["plan", "--accept-destructive", "other"])
        .expect(1);
    assert!(everything(&lab) == before);
    let choice = ["--accept-destructive", "app"];
    let json = lab.redistill(&["plan", "--accept-destructive", "app", "--format", "json"]);
    let json = json.expect(0).json();
    assert_eq!(json["destructive"][0]["database"]["database"], "app");
    assert!(
        json["destructive"][0]["statements"]
            .as_array()
            .unwrap()
            .len()
            >= 3
    );
    let id = lab.reset(&choice);
    assert!(!columns(&lab).iter().any(|column| column.contains("extra")));
    let labels = "select enumlabel::text from pg_enum order by enumsortorder";
    assert_eq!(lab.column("app", labels), ["open", "done"]);
    let day = id.split('-').next().unwrap();
    assert!(
        lab.read(&format!("backups/migrations_{day}/dump_app.sql"))
            .contains("kept")
    );
    lab.redistill(&["undo", &id]).expect(0);
    assert!(everything(&lab) == before);
}

#[test]
fn rows_that_do_not_fit_leave_everything_as_it_was() {
    let lab = with_kinds();
    lab.sql(
        "app",
        "alter table notes drop constraint title_is_long; update notes set title = 'x'",
    );
    let before = everything(&lab);
    let digest = lab.plan(&[]);
    lab.redistill(&["reset", "--plan", &digest])
        .expect(3)
        .says(&["title_is_long", "as it was before"]);
    assert!(everything(&lab) == before);
}

#[test]
fn what_others_hang_on_the_tables_is_named_and_refused() {
    let lab = with_kinds();
    lab.sql(
        "app",
        "alter table notes add column extra text; \
         create view theirs as select extra from notes",
    );
    let before = everything(&lab);
    lab.redistill(&["plan"])
        .expect(1)
        .says(&["DROP COLUMN extra", "view theirs depends on column extra"]);
    assert!(everything(&lab) == before);
}
