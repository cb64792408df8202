//! Leaving out: one by one, with what stands on it, and as a whole.

use super::{lab, planned};
use crate::support::{Lab, Module, NOTES_CHAIN};

const CHAIN: &[(&str, &str)] = &[(
    "a001",
    "CREATE TABLE notes (id serial PRIMARY KEY, title text CONSTRAINT short CHECK (length(title) < 80));;
     CREATE TABLE extras (id serial PRIMARY KEY, note_id integer REFERENCES notes, word text);;
     CREATE INDEX extras_word ON extras (word);;
     INSERT INTO extras (word) VALUES ('x');;
     COMMENT ON COLUMN extras.word IS 'a word';;
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';;
     CREATE TRIGGER notes_touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();;
     CREATE VIEW titles AS SELECT title FROM notes;;
     CREATE VIEW first_titles AS SELECT min(title) AS title FROM titles",
)];

#[test]
fn what_others_need_is_left_out_only_with_them() {
    let lab = lab(CHAIN, "");
    lab.redistill(&["plan", "--leave-out", "function touch()"])
        .expect(1)
        .says(&[
            "leaving out function touch() would take along what needs it",
            "trigger notes_touch on notes needs function touch()",
            "--leave-out \"function touch()\" --leave-out \"trigger notes_touch on notes\"",
        ]);
    lab.redistill(&["plan", "--leave-out", "view titels"])
        .expect(2)
        .says(&[
            "there is no \"view titels\" to be left out",
            "maybe: --leave-out \"view titles\"",
        ]);
    lab.redistill(&["plan", "--leave-out", "constraint short on notes"])
        .expect(1)
        .says(&["constraint short on notes cannot be left out alone"]);
    // A whole table goes with its columns, keys, indexes, comments, sequence and rows.
    let choices = [
        "--strategy",
        "unversioned",
        "--leave-out",
        "table extras",
        "--leave-out",
        "view first_titles",
    ];
    let module = planned(&lab, &choices);
    assert_eq!(module["lost"], serde_json::json!([]), "{module}");
    let text = module["baseline"].as_str().unwrap();
    assert!(
        !text.contains("extras") && !text.contains("first_titles"),
        "{text}"
    );
    assert!(text.contains("CREATE VIEW titles"), "{text}");
    lab.reset(&choices);
    let tree = lab.tree();
    let note = tree
        .iter()
        .find(|(path, _)| path.contains("MIGRATION_BACKUP"));
    let note = String::from_utf8_lossy(note.unwrap().1);
    for line in [
        "- Left out by choice: table extras; view first_titles",
        "  - table extras: missing",
    ] {
        assert!(note.contains(line), "{note}");
    }
}

/// Models that know neither a column nor a table of the chain.
#[test]
fn losses_are_accepted_as_a_whole_where_the_models_decide() {
    let extra = super::sql_chain(&[(
        "n003",
        "ALTER TABLE notes ADD COLUMN old_word text DEFAULT 'x';;
         CREATE INDEX notes_old ON notes (old_word);;
         CREATE TABLE older (id serial PRIMARY KEY, word text);;
         CREATE VIEW older_words AS SELECT word FROM older",
    )]);
    let text = extra[0]
        .1
        .replace("down_revision = None", "down_revision = 'n002'");
    let mut revisions = NOTES_CHAIN.to_vec();
    revisions.push((&extra[0].0, &text));
    let lab = Lab::with_module(&Module {
        revisions: &revisions,
        ..Module::default()
    });
    lab.redistill(&["plan", "--accept-losses"])
        .expect(2)
        .says(&["only where the models are the source"]);
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["would lose", "--accept-losses"]);
    let choices = ["--source", "models", "--accept-losses"];
    let module = planned(&lab, &choices);
    let accepted = module["accepted"].to_string();
    for one in ["old_word", "notes_old", "older", "older_words"] {
        assert!(accepted.contains(one), "{one}: {accepted}");
    }
    assert_eq!(module["lost"], serde_json::json!([]));
    let id = lab.reset(&choices);
    // The rows of what was given up are still there.
    lab.sql("app", "select old_word from notes; select word from older");
    lab.redistill(&["undo", &id]).expect(0);
}

/// Without seed rows the models say nothing of where a sequence stands.
#[test]
fn the_value_of_a_sequence_is_lost_until_it_is_left_out() {
    let extra = super::sql_chain(&[(
        "n003",
        "CREATE SEQUENCE invoice_no;; ALTER SEQUENCE invoice_no RESTART WITH 100000",
    )]);
    let text = extra[0]
        .1
        .replace("down_revision = None", "down_revision = 'n002'");
    let mut revisions = NOTES_CHAIN.to_vec();
    revisions.push((&extra[0].0, &text));
    let lab = Lab::with_module(&Module {
        models: &format!(
            "{}\ninvoice_no = sa.Sequence(\"invoice_no\", metadata=Base.metadata)\n",
            Module::default().models
        ),
        revisions: &revisions,
        ..Module::default()
    });
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["value of sequence invoice_no"]);
    let wrong = "value of sequence invoice_nr";
    lab.redistill(&["plan", "--source", "models", "--leave-out", wrong])
        .expect(2)
        .says(&["maybe: --leave-out \"value of sequence invoice_no\""]);
    let choice = "value of sequence invoice_no";
    let module = planned(&lab, &["--source", "models", "--leave-out", choice]);
    assert_eq!(module["lost"], serde_json::json!([]));
    let accepted = module["accepted"].to_string();
    assert!(accepted.contains("invoice_no"), "{accepted}");
}
