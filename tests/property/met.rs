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
