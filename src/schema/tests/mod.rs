//! Carry-over on real PostgreSQL by real Alembic; `pg_dump` is the oracle.

use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::model::{Host, QualifiedName, Target};
use crate::sandbox::python::provided;
use crate::sandbox::{Server, client_program};
use crate::survey::{catalog, rows};
use crate::system::process::Process;
use crate::system::{RealFiles, Session, WriteFiles as _, environment};

/// A fixture with every kind of object: what each version of PostgreSQL brought.
const KINDS: [(u32, &str); 7] = [
    (12, include_str!("kinds/12.sql")),
    (13, include_str!("kinds/13.sql")),
    (14, include_str!("kinds/14.sql")),
    (15, include_str!("kinds/15.sql")),
    (16, include_str!("kinds/16.sql")),
    (17, include_str!("kinds/17.sql")),
    (18, include_str!("kinds/18.sql")),
];
const RUN: &str = include_str!("run.py");

/// An interpreter with Alembic, SQLAlchemy and the three drivers.
fn python() -> PathBuf {
    provided().unwrap()
}

/// The body as a function has it; the text inside of long strings keeps its margin.
fn indented(code: &str) -> String {
    let mut inside = false;
    code.split_inclusive('\n')
        .map(|line| {
            let margin = if inside { "" } else { "    " };
            inside ^= line.matches("\"\"\"").count() % 2 == 1;
            format!("{margin}{line}")
        })
        .collect::<Vec<_>>()
        .concat()
}

fn connect(target: &Target) -> Session {
    Session::connect(target, Duration::from_secs(10)).unwrap()
}

/// A new empty database on the server.
fn database(server: &Server, name: &str) -> Target {
    let maintenance = server.target();
    connect(&maintenance)
        .batch(&format!("CREATE DATABASE {name}"))
        .unwrap();
    maintenance.with_database(name)
}

/// The server's major version.
fn major(server: &Server) -> u32 {
    let rows = connect(&server.target())
        .query(
            "SELECT current_setting('server_version_num')::int4 / 10000",
            &[],
        )
        .unwrap();
    rows[0].get::<_, i32>(0).unsigned_abs()
}

/// A `pg_dump` that can read the server: beside its programs, or of the system.
fn dumper(server: &Server) -> Option<PathBuf> {
    let wanted = major(server);
    client_program("pg_dump", wanted).ok().or_else(|| {
        let found = environment::find_program("pg_dump")?;
        let output = Process::new(&found)
            .arg("--version")
            .output(Duration::from_secs(30));
        let text = String::from_utf8(output.ok()?.stdout).ok()?;
        let version = text.split_whitespace().nth(2)?.split('.').next()?;
        (version.parse::<u32>().ok()? >= wanted).then_some(found)
    })
}

/// The dump of a database; empty where no `pg_dump` can read the server, and the catalog must do.
fn dump(server: &Server, target: &Target) -> String {
    let Some(program) = dumper(server) else {
        return String::new();
    };
    let Host::Socket(folder) = &target.host else {
        panic!("the test's server listens on a socket")
    };
    let output = Process::new(program)
        .args(["-U", "postgres", "-h"])
        .arg(folder)
        .arg("-p")
        .arg(target.port.to_string())
        .arg(&target.database)
        .output(Duration::from_mins(1))
        .unwrap();
    assert!(output.status.success(), "{}", output.text());
    // The random key of \restrict differs from dump to dump.
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .flat_map(|line| [without_server_name(line), "\n".to_owned()])
        .collect()
}

/// Since 18 the name that the server gave a NOT NULL stays when the table is renamed.
fn without_server_name(line: &str) -> String {
    match line.split_once(" CONSTRAINT ") {
        Some((before, rest)) if rest.contains("_not_null NOT NULL") => {
            let after = rest.split_once(' ').map_or("", |(_, after)| after);
            format!("{before} {after}")
        }
        _ => line.to_owned(),
    }
}

/// Runs one direction of a body on a database.
fn migrate(body: &Body, target: &Target, driver: &str, direction: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (script, revision) = (
        folder.path().join("run.py"),
        folder.path().join("revision.py"),
    );
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n{}\n\n\ndef downgrade():\n{}\n",
        indented(&body.upgrade),
        indented(&body.downgrade)
    );
    RealFiles.write_new(&script, RUN.as_bytes(), 0o600).unwrap();
    RealFiles
        .write_new(&revision, text.as_bytes(), 0o600)
        .unwrap();
    let Host::Socket(socket) = &target.host else {
        panic!("the test's server listens on a socket")
    };
    let url = format!(
        "postgresql+{driver}://postgres@/{}?host={}&port={}",
        target.database,
        socket.display(),
        target.port
    );
    let output = Process::new(python())
        .args([
            "-B",
            "-W",
            "error::SyntaxWarning",
            "-W",
            "error::DeprecationWarning:revision",
        ])
        .arg(script)
        .arg(url)
        .arg(revision)
        .arg(direction)
        .output(Duration::from_mins(2))
        .unwrap();
    assert!(
        output.status.success(),
        "{direction} by {driver}:\n{}\n{text}",
        output.text()
    );
}

fn snapshot(target: &Target) -> Catalog {
    catalog::snapshot(&connect(target), &[]).unwrap()
}

fn assert_equal_text(left: &str, right: &str) {
    if left != right {
        let diff = similar::TextDiff::from_lines(left, right);
        panic!("{}", diff.unified_diff().context_radius(2));
    }
}

/// A server with the roles that the fixture names, and a database with all that it can have.
fn with_every_kind() -> (Server, Target) {
    let server = Server::start().unwrap();
    connect(&server.target())
        .batch("CREATE ROLE reader; CREATE ROLE writer")
        .unwrap();
    let source = database(&server, "a");
    let major = major(&server);
    for (since, statements) in KINDS {
        if since <= major {
            connect(&source).batch(statements).unwrap();
        }
    }
    // Rows are carried by others.
    connect(&source).batch("TRUNCATE public.codes").unwrap();
    (server, source)
}

/// Builds on an empty database and carries what still differs, as the rehearsal does: names of
/// partitions' indexes show only when the server has chosen some.
fn built(server: &Server, a: &Catalog) -> Body {
    let empty = snapshot(&database(server, "b_empty"));
    let carried = carry(a, &empty, &[]);
    assert_eq!(carried.cannot, []);
    let mut pieces = carried.pieces;
    for round in 0..3 {
        let target = database(server, &format!("b_round_{round}"));
        let body = compose(pieces.clone(), &Origins::default());
        migrate(&body, &target, "psycopg", "upgrade");
        let more = carry(a, &snapshot(&target), &[]);
        assert_eq!(more.cannot, []);
        if more.pieces.is_empty() {
            return body;
        }
        let names: Vec<String> = more.pieces.iter().map(|p| p.key().to_string()).collect();
        assert!(round < 2, "still to be written: {names:?}");
        pieces = merge(pieces, more.pieces);
    }
    unreachable!("the last round returns or fails")
}

#[test]
fn every_kind_is_carried_onto_an_empty_database_and_goes_again() {
    let (server, source) = with_every_kind();
    let a = snapshot(&source);
    let expected = dump(&server, &source);
    let tables = ["shop.orders", "public.users", "public.base"].map(|name| {
        let (schema, name) = name.split_once('.').unwrap();
        QualifiedName {
            schema: schema.to_owned(),
            name: name.to_owned(),
        }
    });
    // Users and orders refer to each other: a circle, where any order will do.
    assert_eq!(by_reference(&a, &tables).len(), 3);
    let body = built(&server, &a);
    for driver in ["psycopg2", "psycopg", "asyncpg"] {
        let target = database(&server, &format!("b_{driver}"));
        let empty = snapshot(&target);
        let empty_dump = dump(&server, &target);
        // What the first round leaves behind would show in the second.
        let rounds = if driver == "psycopg" { 2 } else { 1 };
        for round in 0..rounds {
            migrate(&body, &target, driver, "upgrade");
            let b = snapshot(&target);
            assert_eq!(compare(&a, &b), [], "round {round} by {driver}");
            assert_eq!(remarks(&a, &b), Vec::<String>::new());
            assert_eq!(a.digest(), b.digest());
            assert_equal_text(&expected, &dump(&server, &target));
            migrate(&body, &target, driver, "downgrade");
            assert_eq!(
                compare(&empty, &snapshot(&target)),
                [],
                "round {round} by {driver}"
            );
            assert_equal_text(&empty_dump, &dump(&server, &target));
        }
    }
}

/// A piece as the worker drafts it.
fn drafted(stage: Stage, kind: &str, table: &str, name: &str, up: &str, down: &str) -> Piece {
    Piece {
        stage,
        kind: kind.to_owned(),
        schema: "public".to_owned(),
        table: table.to_owned(),
        name: name.to_owned(),
        up: up.to_owned(),
        down: down.to_owned(),
        origin: Origin::Drafted,
    }
}

/// What a draft gets wrong is made right after the first build: a lost order in an index, a lost
/// default, another check, an index too many, a table with a column that it could not write.
#[test]
fn a_wrong_draft_is_corrected() {
    let server = Server::start().unwrap();
    let source = database(&server, "a");
    connect(&source)
        .batch(
            "CREATE TABLE good (id serial PRIMARY KEY, name text DEFAULT 'x:y 100%' NOT NULL, \
                n integer DEFAULT 7, CONSTRAINT ok CHECK (n % 2 = 1)); \
             CREATE INDEX newest ON good (n DESC); \
             CREATE TABLE bad (id integer PRIMARY KEY, place point, good_id integer \
                CONSTRAINT bad_good REFERENCES good); \
             CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; \
             CREATE SEQUENCE odd; \
             CREATE TABLE other (id integer PRIMARY KEY DEFAULT nextval('odd')); \
             ALTER SEQUENCE odd OWNED BY other.id;",
        )
        .unwrap();
    let draft = vec![
        drafted(
            Stage::Tables,
            "table",
            "good",
            "good",
            "op.create_table('good', sa.Column('id', sa.Integer()), sa.Column('name', sa.Text()),\n    \
             sa.Column('n', sa.Integer()), sa.PrimaryKeyConstraint('id', name='good_pkey'),\n    \
             sa.CheckConstraint('n > 0', name='ok'))",
            "op.drop_table('good')",
        ),
        drafted(
            Stage::Tables,
            "table",
            "bad",
            "bad",
            "op.create_table('bad', sa.Column('id', sa.Integer(), autoincrement=False),\n    \
             sa.PrimaryKeyConstraint('id', name='bad_pkey'))",
            "op.drop_table('bad')",
        ),
        drafted(
            Stage::Tables,
            "table",
            "other",
            "other",
            "op.create_table('other', sa.Column('id', sa.Integer()),\n    \
             sa.PrimaryKeyConstraint('id', name='other_pkey'))",
            "op.drop_table('other')",
        ),
        drafted(
            Stage::Indexes,
            "index",
            "good",
            "newest",
            "op.create_index('newest', 'good', ['n'])",
            "op.drop_index('newest')",
        ),
        drafted(
            Stage::Indexes,
            "index",
            "good",
            "needless",
            "op.create_index('needless', 'good', ['name'])",
            "op.drop_index('needless')",
        ),
    ];
    let a = snapshot(&source);
    let table = |name: &str| QualifiedName {
        schema: "public".to_owned(),
        name: name.to_owned(),
    };
    assert_eq!(
        by_reference(&a, &[table("bad"), table("good")]),
        [table("good"), table("bad")]
    );
    let around = surround(&a, &draft, &[]);
    assert_eq!(around.cannot, []);
    // The function and the sequence; what is drafted is taken on trust.
    let names: Vec<&str> = around.pieces.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["odd", "f()", "odd"]);
    let mut pieces = merge(draft, around.pieces);
    for build in 0..3 {
        let target = database(&server, &format!("b{build}"));
        let body = compose(pieces.clone(), &Origins::default());
        // The first draft gives `odd` to a column that owns another sequence already.
        migrate(&body, &target, "psycopg", "upgrade");
        let more = carry(&a, &snapshot(&target), &[]);
        assert_eq!(more.cannot, []);
        if more.pieces.is_empty() {
            assert!(build > 0, "the first draft is wrong");
            assert_equal_text(&dump(&server, &source), &dump(&server, &target));
            migrate(&body, &target, "psycopg", "downgrade");
            let left = snapshot(&target);
            assert_eq!(compare(&snapshot(&database(&server, "empty")), &left), []);
            return;
        }
        pieces = merge(pieces, more.pieces);
    }
    panic!("still not equal after three builds");
}

#[test]
fn left_out_objects_stay_away_and_what_cannot_be_written_is_named() {
    let server = Server::start().unwrap();
    let source = database(&server, "a");
    connect(&source)
        .batch(
            "CREATE VIEW v AS SELECT 1 AS one; CREATE VIEW w AS SELECT 2 AS two; \
             CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER far FOREIGN DATA WRAPPER dummy; \
             CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (\"user\" 'guest', password 'hidden'); \
             CREATE TYPE raw; \
             CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin'; \
             CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout'; \
             CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out);",
        )
        .unwrap();
    let a = snapshot(&source);
    let empty = snapshot(&database(&server, "b"));
    let carried = carry(&a, &empty, &["view v".to_owned()]);
    let written: Vec<&str> = carried.pieces.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(
        written,
        [
            "dummy",
            "far",
            "raw_in(cstring)",
            "raw_out(public.raw)",
            "w"
        ]
    );
    let cannot: Vec<String> = carried
        .cannot
        .iter()
        .map(|d| d.object().to_string())
        .collect();
    assert_eq!(
        cannot,
        ["base type raw", "user mapping FOR PUBLIC SERVER far"]
    );
    assert!(!serde_json::to_string(&a).unwrap().contains("hidden"));
}

#[test]
fn seed_rows_and_sequences_arrive_with_every_driver() {
    let server = Server::start().unwrap();
    let source = database(&server, "a");
    let schema = "CREATE TYPE mood AS ENUM ('sad', 'ok'); \
        CREATE TABLE kinds (id serial PRIMARY KEY, code varchar(20) UNIQUE, label text, active boolean, \
            mood mood, since date, at timestamptz, price numeric(10,3), data jsonb, tags text[], \
            bytes bytea, key uuid, ratio double precision, twice integer GENERATED ALWAYS AS (1 + 1) STORED); \
        CREATE TABLE fixed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);";
    connect(&source)
        .batch(&format!(
            "{schema} INSERT INTO kinds (code, label, active, mood, since, at, price, data, tags, bytes, key, ratio) \
                VALUES ('a''b', E'tab\\t:x %s \"q\" \\\\ \\n', true, 'ok', '2020-02-29', '2021-01-01 12:30+02', 1.500, \
                '{{\"k\": \":v 50%\"}}', '{{\"a,b\",:c}}', '\\x00ff', '6f1c2f8e-3d2a-4b53-9d0e-0a5a5e6f7a10', 0.1), \
                (NULL, 'Ünï', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NaN'); \
             INSERT INTO fixed (name) VALUES ('one'), ('it''s :two %');"
        ))
        .unwrap();
    let tables: Vec<QualifiedName> = ["fixed", "kinds"]
        .iter()
        .map(|name| QualifiedName {
            schema: "public".to_owned(),
            name: (*name).to_owned(),
        })
        .collect();
    let from = connect(&source);
    let expected = rows::rows(&from, &tables).unwrap();
    assert_eq!(expected[&tables[1]].count, 2);
    assert_eq!(rows::non_empty(&from, &tables).unwrap(), tables);
    let mut pieces: Vec<Piece> = tables
        .iter()
        .map(|table| carry_rows(&rows::seed_rows(&from, table, 100, None).unwrap()).unwrap())
        .collect();
    assert!(carry_rows(&rows::seed_rows(&from, &tables[1], 1, None).unwrap()).is_none());
    let sequences = rows::sequence_values(&from).unwrap();
    assert_eq!(sequences.len(), 2);
    pieces.extend(sequences.iter().map(carry_sequence));
    let body = compose(pieces, &Origins::default());
    for driver in ["psycopg2", "psycopg", "asyncpg"] {
        let target = database(&server, &format!("rows_{driver}"));
        connect(&target).batch(schema).unwrap();
        migrate(&body, &target, driver, "upgrade");
        let to = connect(&target);
        assert_eq!(rows::rows(&to, &tables).unwrap(), expected, "{driver}");
        assert_eq!(rows::sequence_values(&to).unwrap(), sequences);
        to.batch("UPDATE kinds SET label = 'y' WHERE id = 2")
            .unwrap();
        assert_ne!(rows::rows(&to, &tables).unwrap(), expected);
    }
}
