//! Seed rows: what the clock made, what is too much for a revision, and what is proven of both.

use super::{lab, planned, sql_chain};
use crate::support::{Lab, Module, has_extension};

/// Empty databases in the place of the live ones, upgraded from the revisions that lie there.
fn fresh(lab: &Lab, name: &str) {
    lab.sql("postgres", "alter database app rename to app_live");
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    lab.sql("postgres", &format!("alter database app rename to {name}"));
    lab.sql("postgres", "alter database app_live rename to app");
}

fn remarks(module: &serde_json::Value) -> String {
    module["remarks"].to_string()
}

#[test]
fn times_of_the_upgrade_stay_times_of_the_upgrade() {
    let lab = lab(
        &[(
            "r001",
            "CREATE TABLE kinds (id serial PRIMARY KEY, code text, made timestamptz DEFAULT now() NOT NULL,
                noted timestamp, day date DEFAULT '2020-02-29');;
             CREATE TABLE tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz);;
             INSERT INTO kinds (code, noted) VALUES ('a', timezone('utc', now())), ('b', '2020-01-01 12:00');;
             INSERT INTO tokens (at) VALUES (now()), ('2020-01-01 12:00+00'), (NULL)",
        )],
        "",
    );
    let module = planned(&lab, &[]);
    let text = module["baseline"].as_str().unwrap();
    // All of `made` is its default; of the others each value is what it is.
    assert!(!text.contains("sa.column('made'"), "{text}");
    assert_eq!(text.matches("sa.func.now()").count(), 2, "{text}");
    for kept in ["2020-01-01 12:00:00", "2020-02-29"] {
        assert!(text.contains(kept), "{text}");
    }
    assert_eq!(module["lost"], serde_json::json!([]));
    let said = remarks(&module);
    for part in [
        "made, noted is the time of the upgrade",
        "id has the default gen_random_uuid()",
    ] {
        assert!(said.contains(part), "{said}");
    }
    lab.reset(&[]);
    fresh(&lab, "fresh");
    let facts = "select code || (made > now() - interval '1 hour') || coalesce(noted > '2025-01-01', false) || day \
                 from kinds order by 1";
    assert_eq!(lab.column("fresh", facts), lab.column("app", facts));
    assert_eq!(lab.column("fresh", facts)[0], "atruetrue2020-02-29");
    let ids = "select id from tokens order by 1";
    assert_eq!(lab.column("fresh", "select id from tokens").len(), 3);
    assert_ne!(lab.column("fresh", ids), lab.column("app", ids));
}

const MANY: &[(&str, &str)] = &[
    (
        "r001",
        "CREATE SCHEMA geo;;
         CREATE TYPE mood AS ENUM ('good', 'it''s :so \"so\"');;
         CREATE TABLE geo.\"Places 1\" (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text,
            shape bytea, tags text[], feeling mood, \"made:at\" timestamptz DEFAULT now(), data jsonb,
            upper text GENERATED ALWAYS AS (upper(name)) STORED);;
         CREATE TABLE icons (id integer PRIMARY KEY, image bytea)",
    ),
    (
        "r002",
        "INSERT INTO geo.\"Places 1\" (name, shape, tags, feeling, data)
            SELECT CASE mod(n, 3) WHEN 0 THEN NULL WHEN 1 THEN E'tab\\t, line\\n, \\\\ ''quote'' \"' || n
                ELSE E'\\u2028 % :x ' || n END,
            decode(md5(n::text), 'hex'), ARRAY['a', NULL, '\"'], 'it''s :so \"so\"', '{\"a\": \":b\"}'
            FROM generate_series(1, 2500) n;;
         INSERT INTO icons VALUES (1, decode(repeat('00ff', 20000), 'hex'))",
    ),
];

/// All that no clock made, as one hash a table.
fn hashes(lab: &Lab, database: &str) -> Vec<String> {
    [
        "select md5(string_agg((id, name, shape, tags, feeling, data, upper)::text, '|' order by id)) from geo.\"Places 1\"",
        "select md5(string_agg(i::text, '|' order by id)) from icons i",
        "select last_value from geo.\"Places 1_id_seq\"",
    ]
    .iter()
    .flat_map(|query| lab.column(database, query))
    .collect()
}

fn data_files(lab: &Lab) -> Vec<String> {
    let paths = lab.tree().into_keys();
    paths.filter(|path| has_extension(path, "jsonl")).collect()
}

#[test]
fn rows_that_are_too_many_stand_beside_the_revision() {
    let files = sql_chain(MANY);
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let lab = Lab::with_module(&Module {
        models: "",
        revisions: &borrowed,
        driver: "asyncpg",
        configure: "include_name=lambda *_: False,",
        ..Module::default()
    });
    let before = lab.tree();
    let wanted = hashes(&lab, "app");
    let module = planned(&lab, &[]);
    assert_eq!(module["lost"], serde_json::json!([]));
    assert_eq!(module["data"].as_array().unwrap().len(), 2);
    let said = module["carried"].to_string();
    assert!(
        said.contains("2500 rows in ") && said.contains("_geo_Places_1.jsonl"),
        "{said}"
    );
    assert!(remarks(&module).contains("beside the baseline"));
    let first = lab.reset(&[]);
    let written = data_files(&lab);
    assert_eq!(written.len(), 2, "{written:?}");
    fresh(&lab, "fresh");
    assert_eq!(hashes(&lab, "fresh"), wanted);
    lab.sql("postgres", "drop database fresh");
    // A second reset archives them with their baseline, and an undo brings them back.
    let between = lab.tree();
    let second = lab.reset(&["--strategy", "recreate"]);
    assert_eq!(hashes(&lab, "app"), wanted);
    let again = data_files(&lab);
    assert_eq!(again.len(), 2, "{again:?}");
    assert!(
        written.iter().all(|path| !again.contains(path)),
        "{again:?}"
    );
    lab.redistill(&["undo", &second]).expect(0);
    assert_eq!(lab.tree(), between);
    lab.redistill(&["undo", &first]).expect(0);
    assert_eq!(lab.tree(), before);
}

/// What was not to be carried is compared, too, and named as accepted.
#[test]
fn rows_that_are_left_out_are_named() {
    let lab = lab(
        &[(
            "r001",
            "CREATE TABLE kinds (id serial PRIMARY KEY, code text);;
             INSERT INTO kinds (code) VALUES ('a')",
        )],
        "",
    );
    let module = planned(&lab, &["--leave-out", "rows kinds"]);
    assert_eq!(module["accepted"][0]["object"]["kind"], "rows", "{module}");
    assert!(!module["baseline"].as_str().unwrap().contains("bulk_insert"));
}
