//! A kill around the transaction that brings a database in line, at every record that matters.

use super::{everything, schema};
use crate::support::{Lab, Module, NOTES_CHAIN};

fn drifted() -> (Lab, String) {
    let lab = Lab::with_module(&Module {
        revisions: NOTES_CHAIN,
        ..Module::default()
    });
    let wanted = schema(&lab);
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open'); \
         alter table notes alter column title type varchar(20); \
         create index by_hand on notes (title)",
    );
    (lab, wanted)
}

/// Records of a reset: 6 the database begins, 7 its transaction is announced, 8 it is done.
#[test]
fn a_kill_ends_as_before_or_in_line() {
    let (lab, wanted) = drifted();
    let before = everything(&lab);
    for (place, record, command, is_in_line) in [
        ("AFTER", 6, "undo", false),
        ("AFTER", 7, "resume", false),
        ("BEFORE", 8, "undo", true),
        ("BEFORE", 8, "resume", true),
    ] {
        let digest = lab.plan(&[]);
        let variable = format!("REDISTILL_CRASH_{place}_RECORD");
        let reset = ["reset", "--plan", &digest];
        let answer = lab.redistill_with(&reset, &[(&variable, &record.to_string())]);
        let case = format!("{command} after the kill {place} {record}");
        assert_ne!(answer.code, 0, "{case}");
        assert_eq!(schema(&lab) == wanted, is_in_line, "{case}");
        lab.redistill(&[command]).expect(0);
        if is_in_line && command == "resume" {
            assert_eq!(schema(&lab), wanted, "{case}");
            lab.alembic("api", &["check"]);
            let log = lab.redistill(&["log", "--format", "json"]).expect(0).json();
            let id = log["runs"][0]["id"].as_str().unwrap().to_owned();
            // The undo is killed, too: after its announcement it is given up, and taken up again.
            let undo = ["undo", &id];
            let answer = lab.redistill_with(&undo, &[("REDISTILL_CRASH_BEFORE_RECORD", "8")]);
            assert_ne!(answer.code, 0, "{case}");
            lab.redistill(&["resume"]).expect(0);
        }
        assert!(everything(&lab) == before, "{case}");
    }
}
