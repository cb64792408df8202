//! The oracle: what `pg_dump` and Alembic say of a long, rich history and of its baseline.

use std::process::Command;

use super::shapes::{Way, borrowed, sql_chain};
use crate::support::{Lab, Module, interpreter};

/// A development history with one of everything that a database can have, and seed rows.
const RICH: &[&str] = &[
    // Types and what functions, defaults and checks need.
    "CREATE EXTENSION IF NOT EXISTS plpgsql;;
     CREATE SCHEMA shop;;
     COMMENT ON SCHEMA shop IS 'what is sold';;
     CREATE TYPE mood AS ENUM ('sad', 'it''s ok');;
     CREATE TYPE shop.state AS ENUM ('cart', 'paid');;
     CREATE FUNCTION is_mail(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT value ~ '^[^@]+@[^@:]+$' $$;;
     CREATE DOMAIN mail AS text CHECK (is_mail(VALUE));;
     CREATE SEQUENCE shop.ticket_numbers START 1000 INCREMENT 10",
    "CREATE TABLE people (
        id serial PRIMARY KEY,
        name varchar(80) NOT NULL DEFAULT 'a:b 100% \\d',
        email mail,
        feeling mood NOT NULL DEFAULT 'sad',
        born date,
        balance numeric(10, 2) DEFAULT 0 NOT NULL CONSTRAINT not_in_debt CHECK (balance >= 0),
        tags text[] DEFAULT '{}',
        payload jsonb DEFAULT '{\"a\": \":b\"}',
        shown text GENERATED ALWAYS AS (lower(name)) STORED,
        updated_at timestamptz DEFAULT now()
     )",
    "ALTER TYPE mood ADD VALUE 'happy'",
    "CREATE TABLE shop.orders (
        id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY,
        person_id integer NOT NULL REFERENCES people ON DELETE CASCADE,
        state shop.state NOT NULL DEFAULT 'cart',
        feeling mood,
        during tstzrange NOT NULL,
        number bigint DEFAULT nextval('shop.ticket_numbers') NOT NULL,
        CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)
     );;
     ALTER SEQUENCE shop.ticket_numbers OWNED BY shop.orders.number;;
     ALTER TABLE people ADD COLUMN last_order bigint CONSTRAINT people_last REFERENCES shop.orders DEFERRABLE INITIALLY DEFERRED",
    "CREATE TABLE kinds (
        id serial PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, label text, mood mood, since date,
        data jsonb, price numeric(8, 3), is_on boolean DEFAULT true NOT NULL
     );;
     CREATE TABLE lines (order_id bigint REFERENCES shop.orders, kind_id integer REFERENCES kinds, PRIMARY KEY (order_id, kind_id))",
    "INSERT INTO kinds (code, label, mood, since, data, price) VALUES
        ('plain', 'it''s \"50%\" :x \\n', 'happy', '2020-02-29', '{\"k\": \":v 50%\"}', 1.500),
        ('none', NULL, NULL, NULL, NULL, NULL),
        ('uni', E'Ünïcode\\nline', 'it''s ok', '1999-12-31', '[1, \"two\"]', -0.001);;
     INSERT INTO people (name, email, updated_at) VALUES ('root', 'root@example.org', '2020-01-01 12:00+00')",
    "CREATE INDEX people_lower ON people (lower(name) DESC NULLS LAST) WHERE born IS NOT NULL;;
     CREATE UNIQUE INDEX people_mail ON people (email) INCLUDE (name);;
     CREATE INDEX people_payload ON people USING gin (payload jsonb_path_ops);;
     CREATE INDEX orders_state ON shop.orders (state, during)",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- keeps the time: \"quotes\", 'quotes', 100%
    NEW.updated_at := now();
    IF NEW.name LIKE ':x%' THEN RAISE NOTICE 'x % y', NEW.name; END IF;
    RETURN NEW;
END
$body$;;
     CREATE TRIGGER people_touch BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();;
     CREATE VIEW happy_people AS SELECT id, name FROM people WHERE feeling = 'happy';;
     CREATE MATERIALIZED VIEW totals AS SELECT person_id, count(*) AS n FROM shop.orders GROUP BY person_id;;
     CREATE UNIQUE INDEX totals_person ON totals (person_id)",
    "COMMENT ON TABLE people IS 'people: \"all\" of ''em';;
     COMMENT ON COLUMN people.born IS 'a day';;
     COMMENT ON VIEW happy_people IS 'those who smile';;
     ALTER TABLE people ENABLE ROW LEVEL SECURITY;;
     CREATE POLICY own ON people FOR UPDATE USING (name = current_user);;
     GRANT SELECT ON people TO PUBLIC;;
     GRANT USAGE ON SCHEMA shop TO PUBLIC;;
     REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC",
    // The fix-the-fix part: names that stayed from older names, a table that came and went.
    "CREATE TABLE temporary_idea (id serial PRIMARY KEY);;
     ALTER TABLE lines RENAME TO order_lines;;
     ALTER TABLE kinds RENAME COLUMN is_on TO active;;
     ALTER TABLE people ALTER COLUMN tags SET NOT NULL",
    "DROP TABLE temporary_idea;;
     ALTER TABLE kinds ADD CONSTRAINT kinds_parent CHECK (code <> '')",
];

fn rich() -> Lab {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        models: "",
        revisions: &borrowed(&sql_chain(RICH)),
        configure: "transaction_per_migration=True, include_name=lambda *_: False,",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    lab
}

/// What the user's own work leaves in the live database.
const WORK: &str = "insert into people (name, feeling) select 'p' || n, 'happy' from generate_series(1, 50) n;
    insert into shop.orders (person_id, during) select n, tstzrange(now() + n * interval '1 day', now() + n * interval '1 day')
        from generate_series(1, 40) n;
    refresh materialized view totals";

/// An ordered hash of all rows of all tables.
fn rows(lab: &Lab, database: &str) -> Vec<String> {
    ["people", "kinds", "order_lines", "shop.orders", "totals"]
        .iter()
        .flat_map(|table| {
            lab.column(
                database,
                &format!("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') || ' ' || count(*) from {table} t"),
            )
        })
        .collect()
}

#[test]
fn a_rich_history_and_its_baseline_dump_alike() {
    let lab = rich();
    let way = Way::default();
    let hide = ["-T", "alembic_version"];
    // What the chain alone leaves, rows and sequences included.
    let chain = lab.dump("app", &hide);
    lab.sql("app", WORK);
    let (live, hashes) = (lab.dump("app", &hide), rows(&lab, "app"));
    way.go(&lab);
    assert_eq!(rows(&lab, "app"), hashes);
    lab.reset(&[]);
    assert_eq!((lab.dump("app", &hide), rows(&lab, "app")), (live, hashes));
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(lab.dump("app", &hide), chain);
}

#[test]
fn the_baseline_is_what_a_person_would_have_written() {
    let lab = rich();
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let text = plan["modules"][0]["baseline"].as_str().unwrap();
    if let Ok(path) = std::env::var("REDISTILL_SHOW_BASELINE") {
        std::fs::write(path, text).unwrap();
    }
    for noise in [
        "COMMENT ON SCHEMA public",
        "temporary_idea",
        "alembic_version",
        "CREATE EXTENSION",
        "  \n",
    ] {
        assert!(!text.contains(noise), "{noise:?} in\n{text}");
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    // Each type that is made is dropped, each table, too.
    let (up, down) = text.split_once("def downgrade").unwrap();
    for (made, dropped) in [
        ("op.create_table(", "op.drop_table("),
        (".create(op.get_bind()", ".drop(op.get_bind()"),
        ("CREATE SCHEMA", "DROP SCHEMA"),
        ("CREATE DOMAIN", "DROP DOMAIN"),
    ] {
        let counts = (up.matches(made).count(), down.matches(dropped).count());
        assert_eq!(counts.0, counts.1, "{made}\n{text}");
        assert!(counts.0 > 0, "{made}\n{text}");
    }
    imports_are_used(&lab, text);
}

/// The file compiles without a warning, and every name it imports is used in it.
fn imports_are_used(lab: &Lab, text: &str) {
    lab.write("look/baseline.py", text);
    let script = "import ast, sys\n\
        tree = ast.parse(open(sys.argv[1]).read())\n\
        names = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}\n\
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}\n\
        sys.exit(' '.join(sorted(names - used)) or 0)";
    for arguments in [
        &["-W", "error", "-m", "compileall", "-q"][..],
        &["-c", script],
    ] {
        let output = Command::new(interpreter())
            .args(arguments)
            .arg(lab.root().join("look/baseline.py"))
            .output()
            .expect("Python runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{text}");
    }
}
