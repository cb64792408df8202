//! What random chains have found to be built otherwise, each as short as it can be said.

use super::author::{Chain, Operation};
use super::words::python;

/// One revision a finding.
const MET: &[&[&str]] = &[
    // Privileges that were taken from the owner himself.
    &[
        "CREATE TABLE mine (a integer)",
        "REVOKE ALL ON mine FROM CURRENT_USER",
        "CREATE SEQUENCE counted",
        "REVOKE UPDATE ON SEQUENCE counted FROM CURRENT_USER",
    ],
    // A function whose name holds brackets.
    &["CREATE FUNCTION \"%(fun)s\"(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$"],
    // A sequence with SERIAL's name, and not what SERIAL makes.
    &[
        "CREATE TABLE grown (a text, id serial)",
        "ALTER TABLE grown ALTER COLUMN id TYPE bigint",
    ],
    // A domain over an array of a type of its own, in a composite type whose name sorts before it.
    &[
        "CREATE TYPE shade AS ENUM ('dark')",
        "CREATE DOMAIN shades AS shade[]",
        "CREATE TYPE dress AS (worn shades, size numeric(5, 0))",
        "CREATE TABLE wardrobe (shown shades NOT NULL DEFAULT '{dark}', best dress, all_of shades[])",
    ],
    // Sequences that were set, and never asked.
    &[
        "CREATE SEQUENCE waiting",
        "SELECT setval('waiting', 5, false)",
        "CREATE SEQUENCE again START 7",
        "ALTER SEQUENCE again RESTART WITH 300",
    ],
    // Rows in which every value is the server's own.
    &[
        "CREATE TABLE \"group\" (made text GENERATED ALWAYS AS ('x' || 1) STORED)",
        "INSERT INTO \"group\" DEFAULT VALUES",
        "INSERT INTO \"group\" DEFAULT VALUES",
    ],
    // Lists of values that the server turns into another type as a whole: said with a cast, it
    // would turn each of them.
    &[
        "CREATE TABLE listed (state varchar(9), size double precision, cost numeric(8, 2))",
        "ALTER TABLE listed ADD CONSTRAINT known CHECK (state IN ('a', 'it''s', '(ARRAY[1])::text[]'))",
        "CREATE POLICY fitting ON listed USING (size <> ALL (ARRAY[77, 78]))",
        "CREATE INDEX few ON listed (cost) WHERE state IN ('a', 'b') AND cost NOT IN (1, 2)",
        "CREATE VIEW open_ones AS SELECT size FROM listed WHERE state NOT IN ('x', 'y')",
        "ALTER TABLE listed ADD is_open boolean GENERATED ALWAYS AS (state IN ('a', 'b')) STORED",
        "ALTER TABLE listed ADD is_new boolean DEFAULT ('a'::varchar IN ('a', 'b'))",
        "CREATE DOMAIN word AS varchar(4) CHECK (VALUE IN ('a', 'b'))",
        "CREATE RULE kept AS ON DELETE TO listed WHERE (old.state IN ('a', 'b')) DO INSTEAD NOTHING",
    ],
    // Times in an array.
    &[
        "CREATE TABLE calendar (days timestamptz[], hours timestamp[], at timestamptz)",
        "INSERT INTO calendar VALUES ('{2020-01-01}', '{2020-01-01}', '2020-01-01')",
        // So are texts of a length.
        "ALTER TABLE calendar ADD names varchar(9)[], ADD marks char(2)[], ADD bits bit(3)[]",
        "UPDATE calendar SET names = '{a,\"b:c\"}', marks = '{x}', bits = '{101}'",
    ],
    // Parameters in the order in which they were set.
    &[
        "CREATE TABLE stored (a text, b text) WITH (fillfactor = 70)",
        "ALTER TABLE stored SET (autovacuum_enabled = false, toast.vacuum_truncate = false)",
        "ALTER TABLE stored SET (toast.autovacuum_enabled = false)",
        "ALTER TABLE stored ALTER COLUMN a SET (n_distinct_inherited = 3)",
        "ALTER TABLE stored ALTER COLUMN a SET (n_distinct = 2)",
        "CREATE INDEX found ON stored (a) WITH (fillfactor = 50)",
        "ALTER INDEX found SET (deduplicate_items = off)",
        "ALTER TABLE stored ADD CONSTRAINT once UNIQUE (b) WITH (fillfactor = 50)",
        "ALTER INDEX once SET (deduplicate_items = off)",
        "CREATE VIEW of_stored WITH (security_barrier) AS SELECT a FROM stored WHERE a <> ''",
        "ALTER VIEW of_stored SET (check_option = local)",
        "CREATE TABLE whole (a integer) PARTITION BY RANGE (a)",
        "CREATE TABLE a_part PARTITION OF whole FOR VALUES FROM (1) TO (9) WITH (fillfactor = 70)",
        "ALTER TABLE a_part SET (autovacuum_enabled = false)",
        "CREATE MATERIALIZED VIEW kept_of AS SELECT a FROM stored",
        "ALTER MATERIALIZED VIEW kept_of SET (fillfactor = 70)",
        "ALTER MATERIALIZED VIEW kept_of SET (autovacuum_enabled = false)",
    ],
    // An index in which a column comes twice.
    &[
        "CREATE TABLE twofold (a text, b integer)",
        "CREATE INDEX twice ON twofold (a, b, a text_pattern_ops)",
        "CREATE INDEX in_words ON twofold (lower(a), lower(a) DESC, (lower(a)))",
    ],
    // Privileges in the order in which they were given.
    &[
        "CREATE TABLE given (a text, b text)",
        "GRANT SELECT ON given TO pg_read_all_data WITH GRANT OPTION",
        "GRANT SELECT ON given TO pg_monitor",
        "GRANT INSERT ON given TO PUBLIC",
        "GRANT UPDATE (a), SELECT (b) ON given TO pg_write_all_data",
        "GRANT UPDATE (a), SELECT (b) ON given TO PUBLIC, pg_monitor",
        "CREATE FUNCTION gift() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$",
        "GRANT EXECUTE ON FUNCTION gift() TO pg_write_all_data, pg_monitor",
        "ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO pg_write_all_data",
        "ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO pg_monitor",
    ],
    // A zero with a sign.
    &[
        "CREATE TABLE measured (a double precision, b real, c double precision[], d numeric)",
        "INSERT INTO measured VALUES ('-0', '-0', '{-0,0}', '-0'), (0, '-0', '{}', 0)",
    ],
    // A default that names a type which got another name.
    &[
        "CREATE TYPE tone AS ENUM ('low')",
        "CREATE DOMAIN toned AS tone DEFAULT 'low'",
        "CREATE TABLE heard (a toned, b tone DEFAULT 'low')",
        "ALTER TYPE tone RENAME TO tuned",
    ],
    // An exclusion by a name that is written in another way in each language.
    &[
        "CREATE TABLE held (a integer, b integer)",
        "ALTER TABLE held ADD CONSTRAINT \"it's %(x)s: \\ \"\" one\" EXCLUDE USING btree (a WITH =)",
        "ALTER TABLE held ADD CONSTRAINT plain EXCLUDE USING btree (b WITH =) WHERE (b > 5)",
    ],
    // Keys of a partitioned table that name those of its parts; a key with a percent sign.
    &[
        "CREATE TABLE keyed (a integer, b integer) PARTITION BY RANGE (a)",
        "CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES FROM (1) TO (9)",
        "ALTER TABLE keyed ADD CONSTRAINT z_first UNIQUE (a, b)",
        "ALTER TABLE keyed ADD CONSTRAINT second UNIQUE NULLS NOT DISTINCT (a, b)",
        "ALTER TABLE keyed ADD CONSTRAINT a_third UNIQUE (a, b) DEFERRABLE",
        "CREATE TABLE hashed (\"%s of it\" integer) PARTITION BY HASH (\"%s of it\")",
        "CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    ],
    // Rows whose keys wait for the end of the transaction, and an index that cannot.
    &[
        "CREATE TABLE flat (id integer PRIMARY KEY)",
        "CREATE TABLE tenant (id integer, flat integer REFERENCES flat DEFERRABLE INITIALLY DEFERRED)",
        "CREATE INDEX by_flat ON tenant (flat)",
        "INSERT INTO flat VALUES (1)",
        "INSERT INTO tenant VALUES (1, 1)",
    ],
    // The sequence of an identity whose column, or whose table, got a long name later.
    &[
        "CREATE TABLE tab (id bigint GENERATED ALWAYS AS IDENTITY, other integer)",
        "INSERT INTO tab (other) VALUES (1), (2)",
        "ALTER TABLE tab RENAME id TO \"renamed_éééééééééééééééééééééééééééé\"",
        "CREATE TABLE \"tab\\40\" (\"id{41}\" bigint GENERATED ALWAYS AS IDENTITY (START WITH 100))",
        "ALTER TABLE \"tab\\40\" RENAME TO moved_48_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ],
    // Types whose names have a percent sign.
    &[
        "CREATE TYPE \"%(kind)s\" AS RANGE (SUBTYPE = float8)",
        "CREATE TYPE \"%s_kind\" AS (f integer)",
        "CREATE TABLE kinds (a \"%(kind)s\" DEFAULT '[1,2]', b \"%s_kind\"[] DEFAULT '{}')",
        "CREATE SCHEMA \"%s_area\"",
        "CREATE COLLATION \"%s_area\".sorted (provider = icu, locale = 'en-u-kn')",
        "CREATE TABLE \"%s_area\".sorts (\"desc\" text COLLATE \"%s_area\".sorted)",
        "INSERT INTO kinds DEFAULT VALUES",
    ],
    // A key with parameters, on which another table stands.
    &[
        "CREATE TABLE stood (a integer, b integer, c text)",
        "CREATE TABLE rests (x integer, y integer)",
        "ALTER TABLE stood ADD CONSTRAINT uq_78 UNIQUE (b, a) WITH (fillfactor = 80)",
        "ALTER TABLE stood ADD CONSTRAINT uq_79 UNIQUE (c) INCLUDE (a) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE stood ADD CONSTRAINT pk_80 PRIMARY KEY (a) WITH (fillfactor = 90) DEFERRABLE",
        "ALTER TABLE rests ADD CONSTRAINT fk_94 FOREIGN KEY (x, y) REFERENCES stood (b, a)",
    ],
    // Two keys over the same columns, of which one CREATE TABLE would make one.
    &[
        "CREATE TABLE doubled (a integer PRIMARY KEY, b integer)",
        "ALTER TABLE doubled ADD CONSTRAINT \"uq41 \" UNIQUE (a)",
        "ALTER TABLE doubled ADD CONSTRAINT second_1 UNIQUE (b, a)",
        "ALTER TABLE doubled ADD CONSTRAINT second_2 UNIQUE (b, a)",
        "COMMENT ON CONSTRAINT \"uq41 \" ON doubled IS 'kept'",
        "CREATE TABLE doubled_1 (c integer) INHERITS (doubled)",
        "ALTER TABLE doubled_1 ADD CONSTRAINT b_1 UNIQUE (c)",
        "ALTER TABLE doubled_1 ADD CONSTRAINT b_2 PRIMARY KEY (c)",
        "COMMENT ON CONSTRAINT b_1 ON doubled_1 IS 'kept, too'",
    ],
    // Inherited columns that count by themselves.
    &[
        "CREATE TABLE elder (id smallint NOT NULL, \"of 1%\" bigint)",
        "CREATE TABLE younger (a integer) INHERITS (elder)",
        "ALTER TABLE younger ALTER id ADD GENERATED BY DEFAULT AS IDENTITY",
        "ALTER TABLE younger ALTER \"of 1%\" SET NOT NULL",
        "ALTER TABLE younger ALTER \"of 1%\" ADD GENERATED ALWAYS AS IDENTITY (START WITH 7 INCREMENT BY 3)",
    ],
    // What is made anew by an undo is not born with what tables are given from now on.
    &["ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"],
];

/// All of it as one chain.
pub fn chain() -> Chain {
    let operation = |sql: &&str| {
        let text = python(&sql.replace(':', "\\:"));
        Operation(format!("op.execute({text})"))
    };
    Chain {
        seed: 0,
        driver: "psycopg2",
        is_stepwise: true,
        revisions: MET
            .iter()
            .map(|statements| statements.iter().map(operation).collect())
            .collect(),
    }
}
