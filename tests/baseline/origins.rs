//! Every carried object names the old revision it comes from.

use super::{lab, planned};

const CHAIN: &[(&str, &str)] = &[
    (
        "a001",
        "CREATE TABLE notes (id serial PRIMARY KEY, title text, touched timestamptz);;
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ),
    (
        "a002",
        "CREATE TRIGGER notes_touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();;
         CREATE VIEW titles AS SELECT title FROM notes;;
         INSERT INTO notes (title) VALUES ('first')",
    ),
    (
        "a003",
        "COMMENT ON VIEW titles IS 'what they are called';;
         ALTER TABLE notes ENABLE ROW LEVEL SECURITY;;
         CREATE TYPE mood AS ENUM ('good')",
    ),
    (
        "a004",
        "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.touched := now(); RETURN NEW; END';;
         ALTER TABLE notes ADD COLUMN more text;;
         GRANT SELECT ON notes TO PUBLIC;;
         DROP VIEW titles;;
         CREATE VIEW titles AS SELECT id, title FROM notes;;
         COMMENT ON VIEW titles IS 'what they are called'",
    ),
    ("a005", "INSERT INTO notes (title) VALUES ('second')"),
];

/// What each carried object is said to come from.
fn whence(module: &serde_json::Value) -> Vec<String> {
    let carried = module["carried"].as_array().unwrap();
    let mut lines: Vec<String> = carried
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {}: {} {}",
                text("kind"),
                text("name"),
                text("from"),
                text("changed_in")
            )
        })
        .collect();
    lines.sort();
    lines
}

const EXPECTED: &[&str] = &[
    "comment of view titles: a004 -",
    "function touch(): a001 a004",
    "privileges of table notes: a004 -",
    "row security of table notes: a003 -",
    "rows notes: a002 a005",
    "trigger notes_touch on notes: a002 -",
    "value of sequence notes_id_seq: - -",
    "view titles: a004 -",
];

#[test]
fn each_carried_object_names_its_revisions() {
    let lab = lab(CHAIN, "");
    let module = planned(&lab, &[]);
    assert_eq!(whence(&module), EXPECTED);
    let text = module["baseline"].as_str().unwrap();
    for heading in [
        "# from a001, changed in a004: function touch()",
        "# from a002: trigger notes_touch on notes",
        "# from a003: row security of table notes",
        "# from a002, changed in a005: rows notes",
    ] {
        assert!(text.contains(heading), "{heading}\n{text}");
    }
    // The note and the plan as text say the same.
    let said = lab.redistill(&["plan"]).expect(0).stdout;
    assert!(
        said.contains("function touch() (from a001, changed in a004)"),
        "{said}"
    );
    lab.reset(&[]);
    let notes: Vec<String> = lab
        .tree()
        .iter()
        .filter(|(path, _)| path.contains("MIGRATION_BACKUP"))
        .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
        .collect();
    assert!(
        notes[0].contains("  - trigger notes_touch on notes (from a002)"),
        "{}",
        notes[0]
    );
}

/// A transaction for each revision, and none at all around one of its statements.
#[test]
fn whatever_the_transactions() {
    let lab = lab(CHAIN, "transaction_per_migration=True,");
    let path = "api/alembic/versions/a003_step.py";
    let text = lab.read(path).replace(
        "    op.get_bind().exec_driver_sql(\"CREATE TYPE",
        "    with op.get_context().autocommit_block():\n        op.get_bind().exec_driver_sql(\"CREATE TYPE",
    );
    assert!(text.contains("autocommit_block"), "{text}");
    lab.write(path, &text);
    assert_eq!(whence(&planned(&lab, &[])), EXPECTED);
}
