//! Files beside the revisions that name heads: they follow a reset, and come back with an undo.

use crate::support::{Lab, Module};

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn files_that_name_the_head_follow_it() {
    let lab = Lab::with_module(&Module::default());
    let at = |name: &str| format!("api/alembic/versions/{name}");
    lab.write(&at("head.txt"), "n002\n");
    lab.write(&at("max_migration.txt"), "n002_state");
    lab.write("api/alembic/HEADS", "# written by hand\nn002\r\n");
    lab.write(&at("notes.txt"), "n002 is the head\n");
    let plan = lab.redistill(&["plan"]).expect(0);
    for fragment in [
        "Write the head file api/alembic/versions/head.txt",
        "Write the head file api/alembic/HEADS",
        "api/alembic/versions/max_migration.txt",
    ] {
        assert!(plan.stdout.contains(fragment), "{}", plan.stdout);
    }
    let checked = lab.redistill(&["check", "--static"]);
    assert!(
        checked
            .stdout
            .contains("a reset writes the baseline's into it"),
        "{}",
        checked.stdout
    );
    let before = (lab.tree(), lab.dump("app", &[]));
    let id = lab.reset(&[]);
    let head = first_word(&lab.alembic("api", &["heads"]));
    assert_eq!(lab.read(&at("head.txt")), format!("{head}\n"));
    assert_eq!(
        lab.read("api/alembic/HEADS"),
        format!("# written by hand\n{head}\r\n")
    );
    let stem = lab.read(&at("max_migration.txt"));
    assert!(
        lab.root().join(at(&format!("{stem}.py"))).exists(),
        "{stem}"
    );
    assert_eq!(lab.read(&at("notes.txt")), "n002 is the head\n");
    // What somebody has written since is not replaced.
    lab.write(&at("head.txt"), "other\n");
    assert_ne!(lab.redistill(&["undo", &id]).code, 0);
    assert_eq!(lab.read(&at("head.txt")), "other\n");
    lab.write(&at("head.txt"), &format!("{head}\n"));
    lab.redistill(&["undo", &id]).expect(0);
    assert!((lab.tree(), lab.dump("app", &[])) == before);
}
