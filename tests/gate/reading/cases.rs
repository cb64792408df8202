//! The cases: how a revision can be written, and what must come of it.

use super::Expected::{self, Read, Refused, Same, Unreadable};

/// Name, what must come out, and the files with their bytes.
pub(super) type Case = (&'static str, Expected, Vec<(&'static str, Vec<u8>)>);

fn case(name: &'static str, expected: Expected, files: &[(&'static str, &str)]) -> Case {
    let files = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes().to_vec()))
        .collect();
    (name, expected, files)
}

/// One file after a plain base `a`.
fn second(name: &'static str, expected: Expected, text: &str) -> Case {
    case(name, expected, &[("a.py", BASE), ("b.py", text)])
}

const BASE: &str = "revision = 'a'\ndown_revision = None\n";
const B: &str = "revision = 'b'\ndown_revision = 'a'\n";
const C: &str = "revision = 'c'\ndown_revision = 'a'\n";

/// All of them.
pub(super) fn all() -> Vec<Case> {
    let tables = VALUES.iter().chain(BINDINGS);
    let mut cases: Vec<Case> = tables
        .map(|(name, expected, text)| second(name, *expected, text))
        .collect();
    cases.extend(
        GRAPHS
            .iter()
            .map(|(name, expected, files)| case(name, *expected, files)),
    );
    cases.extend([lines(), encodings(), relations()].concat());
    cases
}

/// How a value can be written.
const VALUES: &[(&str, Expected, &str)] = &[
    ("plain", Same, "revision = 'b'\ndown_revision = 'a'\n"),
    (
        "annotated",
        Same,
        "revision: str = 'b'\ndown_revision: str = 'a'\n",
    ),
    (
        "annotated with unions",
        Same,
        "from typing import Sequence, Union\nrevision: str = 'b'\n\
             down_revision: Union[str, Sequence[str], None] = 'a'\n\
             branch_labels: Union[str, Sequence[str], None] = None\ndepends_on: 'str | None' = None\n",
    ),
    (
        "annotated without a value before",
        Same,
        "revision: str\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "annotated without a value after",
        Same,
        "revision = 'b'\ndown_revision = 'a'\nrevision: str\n",
    ),
    (
        "a tuple of one",
        Same,
        "revision = 'b'\ndown_revision = ('a',)\n",
    ),
    (
        "a list of one",
        Same,
        "revision = 'b'\ndown_revision = ['a']\n",
    ),
    (
        "brackets alone",
        Same,
        "revision = ('b')\ndown_revision = ('a')\n",
    ),
    (
        "an empty tuple",
        Same,
        "revision = 'b'\ndown_revision = ()\n",
    ),
    (
        "an empty text as labels",
        Same,
        "revision = 'b'\ndown_revision = 'a'\nbranch_labels = ()\n",
    ),
    (
        "a comment inside a tuple",
        Same,
        "revision = 'b'\ndown_revision = (\n    # why\n    'a',  # this\n)\n",
    ),
    (
        "texts side by side",
        Same,
        "revision = 'b' ''\ndown_revision = ('a'\n    '')\n",
    ),
    (
        "a raw and a triple text",
        Same,
        "revision = r'b'\ndown_revision = \"\"\"a\"\"\"\n",
    ),
    (
        "escapes",
        Same,
        "revision = '\\x62'\ndown_revision = '\\N{LATIN SMALL LETTER A}'\n",
    ),
    (
        "a unicode prefix",
        Same,
        "revision = u'b'\ndown_revision = u'a'\n",
    ),
    (
        "assigned twice",
        Same,
        "revision = 'x'\ndown_revision = None\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "computed, then literal",
        Same,
        "revision = str(1)\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "literal, then computed",
        Unreadable,
        "revision = 'b'\nrevision = str(1)\ndown_revision = 'a'\n",
    ),
    ("chained", Same, "revision = x = 'b'\ndown_revision = 'a'\n"),
    ("both at once", Same, "revision, down_revision = 'b', 'a'\n"),
    (
        "both at once from a list",
        Same,
        "[revision, down_revision] = ['b', 'a']\n",
    ),
    (
        "starred",
        Unreadable,
        "revision, *down_revision = 'b', 'a'\n",
    ),
    (
        "on one line",
        Same,
        "revision = 'b'; down_revision = 'a'; x = 1\n",
    ),
    (
        "continued",
        Same,
        "revision = \\\n    'b'\ndown_revision \\\n    = 'a'\n",
    ),
    (
        "an f-string",
        Unreadable,
        "revision = f'b'\ndown_revision = 'a'\n",
    ),
    (
        "a sum",
        Unreadable,
        "revision = 'b' + ''\ndown_revision = 'a'\n",
    ),
    (
        "a name",
        Unreadable,
        "ME = 'b'\nrevision = ME\ndown_revision = 'a'\n",
    ),
    (
        "a condition",
        Unreadable,
        "revision = 'b' if True else 'x'\ndown_revision = 'a'\n",
    ),
    (
        "bytes",
        Unreadable,
        "revision = b'b'\ndown_revision = 'a'\n",
    ),
    (
        "an augmented text",
        Unreadable,
        "revision = ''\nrevision += 'b'\ndown_revision = 'a'\n",
    ),
    (
        "a nested tuple",
        Unreadable,
        "revision = 'b'\ndown_revision = ('a', ('a',))\n",
    ),
    ("no parent at all", Refused, "revision = 'b'\n"),
    (
        "full-width letters",
        Same,
        "ｒevision = 'b'\nｄown_revision = 'a'\n",
    ),
];

/// Where and how a name can be bound otherwise.
const BINDINGS: &[(&str, Expected, &str)] = &[
    (
        "inside if",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nif True:\n    down_revision = 'a'\n",
    ),
    (
        "inside try",
        Unreadable,
        "revision = 'b'\ntry:\n    import nothing\nexcept ImportError:\n    down_revision = 'a'\n",
    ),
    (
        "inside with",
        Unreadable,
        "import contextlib\nrevision = 'b'\nwith contextlib.nullcontext():\n    down_revision = 'a'\n",
    ),
    (
        "as of with",
        Unreadable,
        "import contextlib\nrevision = 'b'\ndown_revision = None\nwith contextlib.nullcontext('a') as down_revision:\n    pass\n",
    ),
    (
        "a loop",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nfor down_revision in ['a']:\n    pass\n",
    ),
    (
        "a walrus",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nprint((down_revision := 'a'), end='')\n",
    ),
    (
        "a walrus in a comprehension",
        Unreadable,
        "revision = 'b'\ndown_revision = None\n[(down_revision := x) for x in 'a']\n",
    ),
    (
        "a match",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nmatch 'a':\n    case down_revision:\n        pass\n",
    ),
    (
        "a match with as",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nmatch 'a':\n    case str() as down_revision:\n        pass\n",
    ),
    (
        "a function with global",
        Unreadable,
        "revision = 'b'\ndown_revision = None\ndef f():\n    global down_revision\n    down_revision = 'a'\nf()\n",
    ),
    (
        "a local of a function",
        Same,
        "revision = 'b'\ndown_revision = 'a'\ndef upgrade():\n    revision = 'x'\n    down_revision = None\n",
    ),
    (
        "an attribute of a class",
        Same,
        "revision = 'b'\ndown_revision = 'a'\nclass K:\n    revision = 'x'\n",
    ),
    (
        "a variable of a comprehension",
        Same,
        "revision = 'b'\ndown_revision = 'a'\nx = [revision for revision in 'xy']\n",
    ),
    (
        "an argument",
        Same,
        "revision = 'b'\ndown_revision = 'a'\ndef upgrade(op, tables, tester, revision=None):\n    pass\n",
    ),
    (
        "globals()",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nglobals()['down_revision'] = 'a'\n",
    ),
    (
        "globals().update",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nglobals().update(down_revision='a')\n",
    ),
    (
        "exec",
        Unreadable,
        "revision = 'b'\ndown_revision = None\nexec(\"down_revision = 'a'\")\n",
    ),
    (
        "setattr on the module",
        Unreadable,
        "import sys\nrevision = 'b'\ndown_revision = None\nsetattr(sys.modules[__name__], 'down_revision', 'a') if __name__ in sys.modules else globals().update(down_revision='a')\n",
    ),
    (
        "another name for a list",
        Unreadable,
        "revision = 'b'\ndown_revision = []\nparents = down_revision\nparents.append('a')\n",
    ),
    (
        "append",
        Unreadable,
        "revision = 'b'\ndown_revision = []\ndown_revision.append('a')\n",
    ),
    (
        "in place",
        Unreadable,
        "revision = 'b'\ndown_revision = ['x']\ndown_revision[0] = 'a'\n",
    ),
    (
        "deleted",
        Unreadable,
        "revision = 'b'\ndown_revision = 'a'\ndepends_on = 'a'\ndel depends_on\n",
    ),
    (
        "a star import",
        Same,
        "from os.path import *\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "a star import alone",
        Unreadable,
        "revision = 'b'\nfrom os.path import *\n",
    ),
    (
        "imported",
        Unreadable,
        "from os import sep as down_revision\nrevision = 'b'\n",
    ),
    (
        "imported from the application",
        Unreadable,
        "from app.constants import revision\ndown_revision = 'a'\n",
    ),
    (
        "an application that is not there",
        Read,
        "from app.models import User\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "another revision by importlib",
        Same,
        "import importlib\nm = importlib.import_module('os')\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "models inside",
        Same,
        "import sqlalchemy as sa\nfrom sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass T(Base):\n    __tablename__ = 't'\n    id = sa.Column(sa.Integer, primary_key=True)\nrevision = 'b'\ndown_revision = 'a'\n",
    ),
    (
        "top-level if beside",
        Same,
        "import sys\nrevision = 'b'\ndown_revision = 'a'\nif sys.version_info > (3,):\n    x = 1\n",
    ),
    (
        "a word that is not Python",
        Refused,
        "revision = 'b'\ndown_revision = 'a'\nprint 'x'\n",
    ),
    (
        "a conflict",
        Refused,
        "revision = 'b'\n<<<<<<< HEAD\ndown_revision = 'a'\n=======\ndown_revision = 'x'\n>>>>>>> y\n",
    ),
];

/// Syntax of Python 3.8 to 3.14.
const SYNTAX: &[(&str, &str)] = &[
    (
        "3.8 positional arguments",
        "def f(a, /, b): return f'{a=}'\n",
    ),
    (
        "3.9 merged dictionaries",
        "x = {} | {}\n@(lambda f: f)\ndef g(): pass\n",
    ),
    (
        "3.10 match and with",
        "match 1:\n    case [1, *_] | {'a': 2}: pass\nwith (open(__file__) as x, open(__file__) as y): pass\n",
    ),
    (
        "3.11 groups",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
    ),
    (
        "3.12 type parameters",
        "type Pair[T] = tuple[T, T]\ndef f[T](x: T) -> T: return x\nclass K[T]: pass\ny = f\"{'a' + \"b\"}\"\n",
    ),
    ("3.13 defaults", "type P[T = int] = list[T]\n"),
    (
        "3.14 handlers and templates",
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass\nx = t'{1}'\n",
    ),
    (
        "async",
        "async def f():\n    async with x: pass\n    return [y async for y in z]\n",
    ),
];

/// Line ends and marks.
fn lines() -> Vec<Case> {
    let graph = "revision = 'b'\ndown_revision = 'a'\n";
    let mut cases = Vec::new();
    for (name, extra) in SYNTAX {
        cases.push(second(name, Read, &format!("{graph}{extra}")));
    }
    let crlf = format!(
        "\"\"\"m\r\n\r\nbody\"\"\"\r\n{}",
        graph.replace('\n', "\r\n")
    );
    cases.push(second("CRLF", Same, &crlf));
    cases.push(second(
        "old Mac line ends",
        Same,
        &graph.replace('\n', "\r"),
    ));
    cases.push(second(
        "a byte order mark",
        Same,
        &format!("\u{feff}{graph}"),
    ));
    cases.push(second("a form feed", Same, &format!("\x0c{graph}\x0c")));
    cases.push(second("no line end", Same, graph.trim_end()));
    cases.push(second("an empty docstring", Same, &format!("''\n{graph}")));
    cases
}

/// Encodings.
fn encodings() -> Vec<Case> {
    let mut cases = Vec::new();
    let bytes = |name, expected, text: &[u8]| -> Case {
        (
            name,
            expected,
            vec![("a.py", BASE.as_bytes().to_vec()), ("b.py", text.to_vec())],
        )
    };
    cases.push(bytes(
        "latin-1 with a cookie",
        Same,
        b"# -*- coding: latin-1 -*-\n'''caf\xe9'''\nrevision = 'b\xe9'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "cp1252 on the second line",
        Same,
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nrevision = 'b\x80'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "latin-1 without a cookie",
        Refused,
        b"'''caf\xe9'''\nrevision = 'b'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "koi8-r",
        Unreadable,
        b"# coding: koi8-r\nrevision = 'b\xc1'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "utf-7, where ASCII is not ASCII",
        Unreadable,
        b"# coding: utf-7\nrevision = '+AGI-'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "an encoding that is none",
        Refused,
        b"# coding: nonsense\nrevision = 'b'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "a mark against a cookie",
        Refused,
        b"\xef\xbb\xbf# coding: latin-1\nrevision = 'b'\ndown_revision = 'a'\n",
    ));
    cases.push(bytes(
        "a null byte",
        Refused,
        b"revision = 'b'\ndown_revision = 'a'\n#\0\n",
    ));
    cases.push(bytes("an empty file", Refused, b""));
    cases
}

/// A file's name and text.
type Text = (&'static str, &'static str);

/// What files make of each other.
const GRAPHS: &[(&str, Expected, &[Text])] = &[
    ("nothing", Same, &[]),
    (
        "two bases",
        Same,
        &[
            ("a.py", BASE),
            ("b.py", "revision = 'b'\ndown_revision = None\n"),
        ],
    ),
    (
        "two heads",
        Same,
        &[("a.py", BASE), ("b.py", B), ("c.py", C)],
    ),
    (
        "files in another order",
        Same,
        &[("9.py", BASE), ("1.py", B), ("5.py", C)],
    ),
    (
        "names without the identifier",
        Same,
        &[("0001_first.py", BASE), ("0002_x.py", B), ("c_but_b.py", C)],
    ),
    (
        "the same identifier twice",
        Read,
        &[("a.py", BASE), ("b.py", B), ("c.py", B)],
    ),
    (
        "a parent that is not there",
        Refused,
        &[
            ("a.py", BASE),
            ("b.py", "revision = 'b'\ndown_revision = 'x'\n"),
        ],
    ),
    (
        "a circle",
        Refused,
        &[
            ("a.py", "revision = 'a'\ndown_revision = 'b'\n"),
            ("b.py", B),
        ],
    ),
    (
        "its own parent",
        Refused,
        &[("a.py", "revision = 'a'\ndown_revision = 'a'\n")],
    ),
    (
        "helpers beside",
        Refused,
        &[("a.py", BASE), ("helpers.py", "x = 1\n")],
    ),
    (
        "ignored names",
        Same,
        &[
            ("a.py", BASE),
            ("__init__.py", ""),
            (".#b.py", "x"),
            ("b.sql", "x"),
            ("c.py~", "x"),
            (".gitkeep", ""),
        ],
    ),
    (
        "a hexadecimal name of old",
        Read,
        &[("a.py", BASE), ("4f2a.py", "down_revision = 'a'\n")],
    ),
    (
        "long and odd identifiers",
        Same,
        &[
            ("a.py", LONG),
            (
                "b.py",
                "revision = 'über_größe.1 x'\ndown_revision = None\n",
            ),
        ],
    ),
    (
        "a sign that Alembic forbids",
        Refused,
        &[("a.py", "revision = 'a-b'\ndown_revision = None\n")],
    ),
    (
        "numbers as identifiers",
        Unreadable,
        &[("a.py", "revision = 1\ndown_revision = None\n")],
    ),
    (
        "None as identifier",
        Unreadable,
        &[("a.py", "revision = None\ndown_revision = None\n")],
    ),
    (
        "a label that is an identifier",
        Refused,
        &[
            ("a.py", BASE),
            (
                "b.py",
                "revision = 'b'\ndown_revision = 'a'\nbranch_labels = 'a'\n",
            ),
        ],
    ),
    (
        "one label twice",
        Refused,
        &[
            ("a.py", BASE),
            (
                "b.py",
                "revision = 'b'\ndown_revision = 'a'\nbranch_labels = 'x'\n",
            ),
            (
                "c.py",
                "revision = 'c'\ndown_revision = 'a'\nbranch_labels = 'x'\n",
            ),
        ],
    ),
];

const LONG: &str = "revision = 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'\ndown_revision = None\n";

/// How labels, merges and dependencies can be written.
fn relations() -> Vec<Case> {
    let label =
        |label: &str| format!("revision = 'b'\ndown_revision = 'a'\nbranch_labels = {label}\n");
    let merge = |down: &str| format!("revision = 'd'\ndown_revision = {down}\n");
    let needs =
        |needs: &str| format!("revision = 'd'\ndown_revision = 'c'\ndepends_on = {needs}\n");
    let mut cases = Vec::new();
    for (name, text) in [
        ("a label", "'x'"),
        ("a label named None", "'None'"),
        ("labels in a tuple", "('x', 'y')"),
        ("labels in a list", "['x']"),
        ("labels in a set", "{'x', 'y'}"),
    ] {
        cases.push(case(name, Same, &[("a.py", BASE), ("b.py", &label(text))]));
    }
    for (name, text) in [
        ("a merge in a tuple", "('b', 'c')"),
        ("a merge in a list", "['c', 'b']"),
        ("a merge over lines", "(\n    'b',\n    'c',\n)"),
        ("a merge with a name twice", "('b', 'b')"),
    ] {
        cases.push(case(
            name,
            Same,
            &[
                ("a.py", BASE),
                ("b.py", B),
                ("c.py", C),
                ("d.py", &merge(text)),
            ],
        ));
    }
    for (name, text) in [
        ("depends_on a text", "'b'"),
        ("depends_on a tuple", "('b',)"),
        (
            "depends_on a list with a comment",
            "[\n    'b',  # first\n]",
        ),
        ("depends_on nothing", "None"),
        ("depends_on its ancestor", "'a'"),
    ] {
        cases.push(case(
            name,
            Same,
            &[
                ("a.py", BASE),
                ("b.py", B),
                ("c.py", C),
                ("d.py", &needs(text)),
            ],
        ));
    }
    cases.push(case(
        "depends_on a label",
        Same,
        &[
            ("a.py", BASE),
            ("b.py", &label("'x'")),
            ("c.py", C),
            ("d.py", &needs("'x'")),
        ],
    ));
    cases
}
