//! The live schema as reference, where the old chain does not replay: chosen, labelled, proven.

use super::{everything, fresh, revision, schema};
use crate::support::{Lab, Module};

/// What `create_all()` made, and what was added to it by hand.
const LIVE: &str = "
    create type note_state as enum ('open', 'done');
    create table notes (id serial primary key, title varchar(80) not null, state note_state not null);
    create view open_notes as select id from notes where state = 'open';
    create table lookup (code text primary key, label text not null default 'none');
    create index lookup_label on lookup (lower(label));
    create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger touched before update on notes for each row execute function touch();
    insert into lookup values ('a', 'first'), ('b', 'second');
    insert into notes (title, state) values ('one', 'open')";

/// A project that began with `create_all()` and a stamp.
fn stamped() -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    let base = revision("n001", "None", "pass", "pass");
    let next = revision(
        "n002",
        "\"n001\"",
        "op.add_column(\"notes\", sa.Column(\"late\", sa.Text()))",
        "op.drop_column(\"notes\", \"late\")",
    );
    lab.add(&Module {
        revisions: &[("n001.py", &base), ("n002.py", &next)],
        ..Module::default()
    });
    lab.sql("app", LIVE);
    lab.alembic("api", &["stamp", "head"]);
    lab
}

#[test]
fn the_live_schema_stands_in_where_it_is_asked_for_and_is_called_weaker() {
    let lab = stamped();
    let before = everything(&lab);
    lab.redistill(&["plan"]).expect(3).says(&[
        "revision n002 failed",
        "n002.py:",
        "create_all() or by hand, and stamped; its first revision does nothing",
        "--reference live",
        "proves less",
    ]);
    let choice = ["--reference", "live"];
    let answer = lab.redistill(&["plan", "--reference", "live"]).expect(0);
    for fragment in [
        "the live database (weaker: the old chain does not replay)",
        "revision n002 failed",
        "no row is taken from the live database",
        "public.lookup 2",
    ] {
        assert!(answer.stdout.contains(fragment), "{}", answer.stdout);
    }
    let json = lab.redistill(&["plan", "--reference", "live", "--format", "json"]);
    let json = json.expect(0).json();
    assert_eq!(json["modules"][0]["reference"], "live");
    assert_eq!(json["choices"]["reference"], "live");
    assert_eq!(everything(&lab), before);

    let live = schema(&lab);
    let id = lab.reset(&choice);
    assert_eq!(schema(&lab), live);
    let note = lab.read(&format!(
        "backups/MIGRATION_BACKUP_{}.md",
        id.split('-').next().unwrap()
    ));
    assert!(note.contains("weaker"), "{note}");
    let built = fresh(&lab, "");
    assert_eq!(built, live);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!(everything(&lab), before);
}

#[test]
fn a_chain_that_replays_keeps_its_stronger_proof() {
    let lab = Lab::with_module(&Module::default());
    let json = lab.redistill(&["plan", "--reference", "live", "--format", "json"]);
    assert_eq!(json.expect(0).json()["modules"][0]["reference"], "replay");
}

#[test]
fn a_database_of_several_modules_cannot_stand_in_for_one() {
    let lab = stamped();
    lab.sql(
        "app",
        "create table others_version (version_num text primary key)",
    );
    lab.redistill(&["plan", "--reference", "live"])
        .expect(1)
        .says(&["other modules live", "--source models"]);
}
