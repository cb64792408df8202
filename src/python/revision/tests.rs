use std::path::Path;

use super::*;

fn read_text(code: &str) -> RevisionReading {
    read(Path::new("/p/versions/0001_slug.py"), code.as_bytes())
}

fn shape(code: &str) -> String {
    match read_text(code) {
        RevisionReading::Revision(revision) => {
            let down: Vec<_> = revision.down.iter().map(ToString::to_string).collect();
            format!(
                "{} <- [{}] labels [{}] needs [{}]",
                revision.id,
                down.join(" "),
                revision.labels.join(" "),
                revision.depends_on.join(" ")
            )
        }
        RevisionReading::NotARevision => "no revision".to_owned(),
        RevisionReading::Unreadable(unreadable) => {
            format!("{}: {}", unreadable.line.unwrap_or(0), unreadable.why)
        }
    }
}

#[test]
fn literals_are_read() {
    let table = [
        (
            "revision='a'\ndown_revision=None",
            "a <- [] labels [] needs []",
        ),
        (
            "revision: str = 'b'\ndown_revision: Union[str, None] = 'a'\nbranch_labels = None\ndepends_on = None",
            "b <- [a] labels [] needs []",
        ),
        (
            "revision = 'a' 'b'\ndown_revision = ('x'\n 'y')",
            "ab <- [xy] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=('a', 'b')",
            "c <- [a b] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=['a', # one\n 'b',]",
            "c <- [a b] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=('a',)",
            "c <- [a] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=()",
            "c <- [] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=(None,)",
            "c <- [] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision=None\nbranch_labels='None'\ndepends_on=''",
            "c <- [] labels [None] needs []",
        ),
        (
            "revision='old'\nrevision='new'\ndown_revision='x'\ndown_revision='y'",
            "new <- [y] labels [] needs []",
        ),
        (
            "revision = down = 'c'\nx, down_revision = 1, 'b'",
            "c <- [b] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision='b'\nfrom app.models import *\nif True:\n  x = 1\n",
            "c <- [b] labels [] needs []",
        ),
        (
            "revision='c'\ndown_revision='b'\ndef upgrade(op, tables):\n  revision = 1\n  print(down_revision)\n",
            "c <- [b] labels [] needs []",
        ),
        (
            "if X:\n  down_revision = 'x'\nrevision='c'\ndown_revision='b'\n",
            "c <- [b] labels [] needs []",
        ),
    ];
    for (code, expected) in table {
        assert_eq!(shape(code), expected, "{code}");
    }
}

#[test]
fn what_only_execution_tells_is_not_guessed() {
    let table = [
        ("revision='a'\ndown_revision=X", 2),
        ("revision=f'a{x}'\ndown_revision=None", 1),
        ("revision='a'\ndown_revision='b' + 'c'", 2),
        (
            "revision='a'\ndown_revision=None\nif X:\n  down_revision='b'",
            4,
        ),
        (
            "revision='a'\ndown_revision=None\ntry:\n  import x\n  depends_on=['b']\nexcept: pass",
            5,
        ),
        (
            "revision='a'\ndown_revision=None\nwith x as revision: pass",
            3,
        ),
        (
            "revision='a'\ndown_revision=None\nfor branch_labels in x: pass",
            3,
        ),
        (
            "revision='a'\ndown_revision=None\ndepends_on=[]\ndepends_on += ['b']",
            4,
        ),
        (
            "revision='a'\ndown_revision=None\ndepends_on=[]\ndepends_on.append('b')",
            4,
        ),
        ("revision='a'\ndown_revision=['b']\ndown_revision[0]='c'", 3),
        ("from app.ids import revision\ndown_revision=None", 1),
        ("from app.ids import *\nrevision='a'", 1),
        ("revision='a'\ndown_revision=None\ndef revision(): pass", 3),
        (
            "revision='a'\ndown_revision=None\ndef f():\n  global down_revision\n  down_revision='b'",
            4,
        ),
        (
            "revision='a'\ndown_revision=None\nif (down_revision := g()): pass",
            3,
        ),
        ("revision='a'\ndown_revision=None\nx = (revision := 'q')", 3),
    ];
    for (code, line) in table {
        let RevisionReading::Unreadable(unreadable) = read_text(code) else {
            panic!("was read: {code}");
        };
        assert!(
            unreadable.why.contains("statically"),
            "{code}: {}",
            unreadable.why
        );
        assert_eq!(unreadable.line, Some(line), "{code}");
    }
}

#[test]
fn what_alembic_refuses_is_unreadable() {
    for code in [
        "x = 1",
        "revision = None\ndown_revision = None",
        "revision = 1\ndown_revision = None",
        "revision = 'a-b'\ndown_revision = None",
        "revision = ''\ndown_revision = None",
        "revision = 'a'",
        "revision = 'a'\ndown_revision = ('x', None)",
        "revision = 'a'\ndown_revision = (",
    ] {
        assert!(
            matches!(read_text(code), RevisionReading::Unreadable(_)),
            "{code}"
        );
    }
}

#[test]
fn the_docstring_is_the_message() {
    let code = "\"\"\"Add a table\n\nRevision ID: a\n\"\"\"\nrevision='a'\ndown_revision=None";
    let RevisionReading::Revision(revision) = read_text(code) else {
        panic!("not read");
    };
    assert_eq!(revision.message, "Add a table");
    assert_eq!(revision.doc, "Add a table\n\nRevision ID: a");
    assert_eq!(revision.line, 5);
}

#[test]
fn names_decide_as_in_alembic() {
    use FileRole::{Bytecode, Ignored, Source};
    let table = [
        ("a.py", Source, Source),
        ("__init__.py", Ignored, Ignored),
        ("__init__extra.py", Ignored, Ignored),
        (".#a.py", Ignored, Ignored),
        (".py", Source, Source),
        ("a.pyc", Ignored, Bytecode),
        ("a.cpython-311.pyc", Ignored, Bytecode),
        ("a.py.orig", Ignored, Ignored),
        ("a.sql", Ignored, Ignored),
    ];
    for (name, plain, sourceless) in table {
        assert_eq!(FileRole::of(name, Loads::SourceOnly), plain, "{name}");
        assert_eq!(FileRole::of(name, Loads::Bytecode), sourceless, "{name}");
    }
}

#[test]
fn a_hexadecimal_file_name_is_the_identifier_of_old() {
    let reading = read(Path::new("/v/1975ea83b712.py"), b"down_revision = None\n");
    let RevisionReading::Revision(revision) = reading else {
        panic!("not read: {reading:?}");
    };
    assert_eq!(revision.id, RevisionId::from("1975ea83b712"));
    assert_eq!(
        read(Path::new("/v/__init__.py"), b"("),
        RevisionReading::NotARevision
    );
}
