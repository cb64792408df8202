//! The nets of others: the built-in tests of pytest-alembic and of alembic-gauntlet, on the history
//! before the reset and on the baseline. What passed must pass; what failed for a bug of the old
//! history passes afterwards.
//!
//! They never meet the project's own database: each test of theirs gets a database of its own that
//! is made for it, and an env.py of ours that goes where it is told.

mod demo;
mod nets;

use crate::shapes::{borrowed, sql_chain};
use crate::support::{Lab, Module, packages};
use nets::{Nets, nets};

/// A project with third parties' packages at hand, at its head.
fn project(module: &Module<'_>) -> Lab {
    let lab = Lab::new().run_by(packages::interpreter());
    lab.add(module);
    lab.create_database(module.database);
    lab.alembic(module.folder, &["upgrade", "heads"]);
    lab
}

/// Runs the nets, resets, runs them again.
#[track_caller]
fn before_and_after(lab: &Lab, module: &Module<'_>) -> (Nets, Nets) {
    let live = lab.dump(module.database, &[]);
    let before = nets(lab, &lab.root().join(module.folder), module.configure);
    assert_eq!(
        lab.dump(module.database, &[]),
        live,
        "the project's own database"
    );
    lab.reset(&[]);
    let live = lab.dump(module.database, &[]);
    let after = nets(lab, &lab.root().join(module.folder), module.configure);
    assert_eq!(
        lab.dump(module.database, &[]),
        live,
        "the project's own database"
    );
    let lost: Vec<_> = before
        .iter()
        .filter(|(name, passed)| **passed && after.get(*name) != Some(&true))
        .collect();
    assert!(
        lost.is_empty(),
        "{lost:?}\nbefore {before:#?}\nafter {after:#?}"
    );
    // A history that can be built has the names that it has, and so has its baseline.
    if before["pytest-alembic test_upgrade"] {
        assert_eq!(before[NAMES], after[NAMES], "{before:#?}");
    }
    (before, after)
}

/// alembic-gauntlet's rule for names, as it comes: `idx_` and not Alembic's own `ix_`, `chk_` and not
/// PostgreSQL's own `_check`. It judges the project's taste, which a baseline keeps.
const NAMES: &str = "gauntlet test_naming_conventions";

/// Names of the tests that failed.
fn failed(nets: &Nets) -> Vec<&str> {
    nets.iter()
        .filter(|(_, passed)| !**passed)
        .map(|(name, _)| name.as_str())
        .collect()
}

#[test]
fn a_type_that_the_old_history_left_behind_is_caught_before_and_not_after() {
    let module = Module::default();
    let (before, after) = before_and_after(&project(&module), &module);
    assert_eq!(before.len(), 11, "{before:?}");
    assert!(before["gauntlet test_single_head_revision"] && before["pytest-alembic test_upgrade"]);
    assert!(
        !before["gauntlet test_stairway_upgrade_downgrade"],
        "{before:?}"
    );
    assert_eq!(failed(&after), [""; 0]);
}

#[test]
#[ignore = "the full lane: cargo test --test integration -- peers:: --include-ignored"]
fn an_asynchronous_project() {
    let module = Module {
        driver: "asyncpg",
        ..Module::default()
    };
    let (_, after) = before_and_after(&project(&module), &module);
    assert_eq!(failed(&after), [""; 0]);
}

const TEAMS: &str = r#"
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
"#;

#[test]
#[ignore = "the full lane: cargo test --test integration -- peers:: --include-ignored"]
fn a_circle_of_foreign_keys() {
    let files = sql_chain(&[
        "CREATE TYPE mood AS ENUM ('sad', 'ok');;CREATE TABLE teams (id serial PRIMARY KEY, captain_id int, mood mood NOT NULL)",
        "CREATE TABLE players (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams ON DELETE CASCADE);;\
         ALTER TABLE teams ADD CONSTRAINT fk_captain FOREIGN KEY (captain_id) REFERENCES players",
    ]);
    let module = Module {
        models: TEAMS,
        revisions: &borrowed(&files),
        ..Module::default()
    };
    let (_, after) = before_and_after(&project(&module), &module);
    assert_eq!(failed(&after), [""; 0]);
}

#[test]
#[ignore = "the full lane: cargo test --test integration -- peers:: --include-ignored"]
fn two_heads_that_were_never_merged() {
    let files = sql_chain(&["CREATE TABLE a (id serial PRIMARY KEY)"]);
    let (name, text) = &files[0];
    let side = |table: &str, id: &str| {
        text.replace("r001", id)
            .replace("TABLE a", &format!("TABLE {table}"))
            .replace("down_revision = None", "down_revision = \"r001\"")
    };
    let (left, right) = (side("b", "r002"), side("c", "r003"));
    let models: String = ["a", "b", "c"]
        .iter()
        .map(|name| {
            format!("sa.Table(\"{name}\", Base.metadata, sa.Column(\"id\", sa.Integer, primary_key=True))\n")
        })
        .collect();
    let module = Module {
        models: &models,
        revisions: &[(name, text), ("r002.py", &left), ("r003.py", &right)],
        ..Module::default()
    };
    let (before, after) = before_and_after(&project(&module), &module);
    assert!(
        !before["pytest-alembic test_single_head_revision"],
        "{before:?}"
    );
    assert_eq!(failed(&after), [""; 0]);
}

#[test]
#[ignore = "the full lane: cargo test --test integration -- peers:: --include-ignored"]
fn drift_that_was_there_is_still_seen() {
    let models = format!(
        "{}    later: Mapped[int] = mapped_column(nullable=True)\n",
        crate::support::NOTES_MODEL
    );
    let module = Module {
        models: &models,
        ..Module::default()
    };
    let (before, after) = before_and_after(&project(&module), &module);
    assert!(!before["gauntlet test_migrations_up_to_date"], "{before:?}");
    assert_eq!(
        failed(&after),
        [
            "gauntlet test_migrations_up_to_date",
            "pytest-alembic test_model_definitions_match_ddl"
        ]
    );
}

/// alembic-gauntlet builds in a schema of its own: what was carried must be found there, too.
#[test]
#[ignore = "the full lane: cargo test --test integration -- peers:: --include-ignored"]
fn functions_triggers_views_and_rows() {
    let files = sql_chain(&[
        "CREATE TABLE notes (id serial PRIMARY KEY, title text NOT NULL)",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;;\
         CREATE TRIGGER notes_touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();;\
         CREATE VIEW titles AS SELECT title FROM notes;;\
         INSERT INTO notes (title) VALUES ('first'), ('second')",
    ]);
    let models = "sa.Table(\"notes\", Base.metadata, sa.Column(\"id\", sa.Integer, primary_key=True), \
                  sa.Column(\"title\", sa.Text, nullable=False))\n";
    let module = Module {
        models,
        revisions: &borrowed(&files),
        ..Module::default()
    };
    let (before, after) = before_and_after(&project(&module), &module);
    // The old history had no way down.
    assert!(!before["gauntlet test_downgrade_all_the_way"], "{before:?}");
    assert_eq!(failed(&after), [""; 0]);
}
