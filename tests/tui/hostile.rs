//! Names from files, git and servers that try to steer the terminal: 120 of them in the four places
//! of a folder, and the same in a database that is reset.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::pty::Pty;
use super::stream;
use crate::support::{Lab, Module};

/// What a name may hold. No slash and no zero byte: no file name can.
const PAYLOADS: [&[u8]; 30] = [
    b"\x1b[5mblink",
    b"\x1b[8mhidden",
    b"\x1b[3J",
    b"\x1b[999;999H",
    b"\x1b[?1337h",
    b"\x1b[?47h",
    b"\x1b[6n",
    b"\x1b[c",
    b"\x1b]0;title\x07",
    b"\x1b]52;c;cm0gLXJmCg==\x07",
    b"\x1b]8;;x:y\x1b\\link",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_apc\x1b\\",
    b"\x1b^pm\x1b\\",
    b"\x1bc",
    b"\x1b#8",
    b"\x1b(0",
    b"\xc2\x9b5m",
    b"\xc2\x9d0;title\xc2\x9c",
    b"\xc2\x90q\xc2\x9c",
    b"bell\x07back\x08\x08",
    b"one\ntwo\r\nthree\x0b\x0cfour",
    b"tab\tdel\x7fso\x0esi\x0f",
    "right\u{202e}tfel\u{202c}".as_bytes(),
    "iso\u{2066}late\u{2069}\u{200f}\u{61c}".as_bytes(),
    "zero\u{200b}\u{200d}\u{feff}\u{2060}width\u{ad}".as_bytes(),
    "e\u{301}\u{302}\u{303}\u{304} \u{8868}\u{8868} \u{1f469}\u{200d}\u{1f4bb}".as_bytes(),
    b"\xff\xfe\x80\x9b5m",
    b"\xc3(\xe2\x80 \xf0\x9f",
    "tag\u{e0041}\u{2028}\u{2029}\u{fff9}".as_bytes(),
];

/// A Python literal of any text.
fn literal(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| format!("\\U{:08x}", u32::from(c)))
        .collect();
    format!("\"{escaped}\"")
}

/// A module whose folder, revision file, identifier and message carry the payload.
fn write_module(root: &Path, number: usize, payload: &[u8]) {
    let named = |head: &str, tail: &str| {
        let mut name = format!("{head}{number:02}").into_bytes();
        name.extend_from_slice(payload);
        name.extend_from_slice(tail.as_bytes());
        name
    };
    let folder = root.join(OsStr::from_bytes(&named("m", "")));
    let versions = folder.join("alembic/versions");
    std::fs::create_dir_all(&versions).unwrap();
    let ini = "[alembic]\nscript_location = %(here)s/alembic\n";
    std::fs::write(folder.join("alembic.ini"), ini).unwrap();
    let env = "from alembic import context\ncontext.run_migrations()\n";
    std::fs::write(folder.join("alembic/env.py"), env).unwrap();
    let text = |head: &str| literal(&String::from_utf8_lossy(&named(head, "")));
    let revision = format!(
        "{message}\nfrom alembic import op\nrevision = {id}\ndown_revision = None\n\n\n\
         def upgrade():\n    op.execute(\"select 1\")\n\n\ndef downgrade():\n    pass\n",
        message = text("message "),
        // No identifier may hold a colon: Alembic reads a range.
        id = text("id").replace(&literal(":")[1..11], "."),
    );
    let file = versions.join(OsStr::from_bytes(&named("r", ".py")));
    std::fs::write(file, revision).unwrap();
}

/// The models, the chain and the database of a reset with hostile names in all of them.
fn hostile_lab() -> (Lab, String) {
    let database = "app\u{1b}[5m\u{202e}\n\u{9b}8m";
    let tables: Vec<String> = PAYLOADS
        .iter()
        .filter_map(|payload| std::str::from_utf8(payload).ok())
        .enumerate()
        .map(|(number, payload)| literal(&format!("t{number:02}{payload}")))
        .collect();
    let mut models = String::new();
    let mut upgrade = String::new();
    let mut downgrade = String::new();
    for (number, table) in tables.iter().enumerate() {
        models += &format!(
            "\nclass T{number}(Base):\n    __tablename__ = {table}\n    \
             id: Mapped[int] = mapped_column(primary_key=True)\n"
        );
        upgrade += &format!(
            "    op.create_table({table}, sa.Column(\"id\", sa.Integer(), primary_key=True))\n"
        );
        downgrade += &format!("    op.drop_table({table})\n");
    }
    let view = literal("CREATE VIEW \"v\u{1b}[5m\" AS SELECT 1 AS \"c\u{1b}]0;x\u{7}\"");
    let revision = format!(
        "{message}\nfrom alembic import op\nimport sqlalchemy as sa\nrevision = \"h001\"\n\
         down_revision = None\n\n\ndef upgrade():\n{upgrade}    op.execute({view})\n\n\n\
         def downgrade():\n    op.execute({drop})\n{downgrade}",
        message = literal("message \u{1b}[5m\u{202e}"),
        drop = literal("DROP VIEW \"v\u{1b}[5m\""),
    );
    let lab = Lab::in_folder("pro\u{1b}[5mject");
    lab.add(&Module {
        database: "later",
        models: &models,
        revisions: &[("h001_all.py", &revision)],
        ..Module::default()
    });
    lab.create_database(database);
    let encoded: String = database
        .bytes()
        .map(|byte| format!("%%{byte:02x}"))
        .collect();
    let ini = lab.read("api/alembic.ini");
    lab.write(
        "api/alembic.ini",
        &ini.replace("/later", &format!("/{encoded}")),
    );
    lab.alembic("api", &["upgrade", "heads"]);
    git(&lab, &["init", "-q", "-b", "main\u{202e}\u{200b}"]);
    git(&lab, &["add", "-A"]);
    git(&lab, &["commit", "-q", "-m", "all"]);
    (lab, database.to_owned())
}

fn git(lab: &Lab, arguments: &[&str]) {
    let author = [
        "-c",
        "user.name=e\u{202e}ve \u{9b}5m",
        "-c",
        "user.email=e@localhost",
    ];
    let status = std::process::Command::new("git")
        .args(author)
        .args(arguments)
        .current_dir(lab.root())
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

#[test]
fn a_reset_among_hostile_names_puts_no_control_byte_on_the_terminal() {
    let (lab, database) = hostile_lab();
    let mut pty = Pty::open(&lab, (160, 50), &[]);
    pty.wait_for("enter run it");
    pty.keys("\r");
    pty.wait_for("p rehearse");
    for _ in 0..18 {
        pty.keys("j");
    }
    pty.keys("gp\r");
    pty.wait_for("the plan is made");
    pty.keys("\t]\r]\r]\r]\r\x18");
    pty.wait_for("This will, in this order");
    pty.keys("]\r]\r]\r]\r]\r\x18");
    pty.wait_for("Type its name to go on");
    // Typed as it is shown.
    let shown = redistill::model::text::safe(&database).into_owned();
    pty.keys(&format!("{shown}\r"));
    pty.wait_for("The reset is done.");
    pty.keys("\x1bu");
    pty.wait_for("Past resets 1");
    pty.keys("\r");
    pty.wait_for("Taking it back would");
    pty.keys("q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
    is_clean(&pty);
}

#[track_caller]
fn is_clean(pty: &Pty) {
    let found = stream::foreign(pty.written());
    assert!(found.is_empty(), "{found:#?}\non:\n{}", pty.text());
}

#[test]
fn modules_files_identifiers_and_messages_put_no_control_byte_on_the_terminal() {
    let lab = tempfile::tempdir().unwrap();
    let root = lab
        .path()
        .canonicalize()
        .unwrap()
        .join("proj\u{1b}[5mect\n\u{202e}");
    for (number, payload) in PAYLOADS.iter().enumerate() {
        write_module(&root, number, payload);
    }
    let mut pty = Pty::start(&root, &[], (160, 50), &[], lab.path().join("state"));
    pty.wait_for("enter run it");
    pty.keys("\x1b");
    pty.wait_for("c chain");
    // Every module's page on the checklist, then its chain with the revision beside it.
    for _ in 0..45 {
        pty.keys("j");
    }
    pty.keys("gc");
    pty.wait_for("Chain of m00");
    // A folder whose name is no UTF-8 has no chain: Alembic's own settings could not name it.
    for (number, payload) in PAYLOADS.iter().enumerate().skip(1) {
        if std::str::from_utf8(payload).is_err() {
            continue;
        }
        pty.keys("]");
        pty.wait_for(&format!("Chain of m{number:02}"));
        pty.wait_for("message");
        pty.wait_for("def upgrade");
    }
    pty.keys("/5m");
    pty.wait_for("/ 5m");
    pty.keys("\r\x1b\x1bq");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();
    is_clean(&pty);
}
