//! Which types PostgreSQL accepts on both ends of a foreign key.
//!
//! `ATAddForeignKeyConstraint` wants an equality operator of the key's index family for the two
//! types, or an implicit cast from the column's type to the key's. The test asks a server about
//! every pair.

use crate::python::{SqlType, UNREADABLE};

/// How a column's type stands to the key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The same.
    Same,
    /// Another one, and PostgreSQL accepts it.
    Accepted,
    /// PostgreSQL refuses the constraint.
    Rejected,
    /// Not known here.
    Unknown,
}

const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];
const FLOATS: [&str; 2] = ["real", "double precision"];
const TEXTS: [&str; 3] = ["character varying", "text", "character"];
const DATES: [&str; 3] = [
    "date",
    "timestamp without time zone",
    "timestamp with time zone",
];
const ALONE: [&str; 3] = ["uuid", "boolean", "bytea"];

/// Compares the type of a foreign key's column with the type of the key that it refers to.
pub fn foreign_key_fit(column: &SqlType, key: &SqlType) -> Fit {
    if column == key {
        return Fit::Same;
    }
    if column.is_enum || key.is_enum {
        let both_known = (column.is_enum || is_known(column)) && (key.is_enum || is_known(key));
        return match (column.name == key.name, both_known) {
            (true, _) => Fit::Same,
            (false, true) => Fit::Rejected,
            (false, false) => Fit::Unknown,
        };
    }
    let (from, to) = (column.name.as_str(), key.name.as_str());
    if from == to {
        let unread = |kind: &SqlType| kind.modifier.as_deref() == Some(UNREADABLE);
        return if unread(column) || unread(key) {
            Fit::Unknown
        } else {
            Fit::Accepted
        };
    }
    if !is_known(column) || !is_known(key) {
        return Fit::Unknown;
    }
    let within = |family: &[&str]| family.contains(&from) && family.contains(&to);
    let widens = (INTEGERS.contains(&from) && (to == "numeric" || FLOATS.contains(&to)))
        || (from == "numeric" && FLOATS.contains(&to));
    if within(&INTEGERS) || within(&FLOATS) || within(&TEXTS) || within(&DATES) || widens {
        Fit::Accepted
    } else {
        Fit::Rejected
    }
}

fn is_known(kind: &SqlType) -> bool {
    let name = kind.name.as_str();
    name == "numeric"
        || [&INTEGERS[..], &FLOATS, &TEXTS, &DATES, &ALONE]
            .iter()
            .any(|family| family.contains(&name))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::Server;
    use crate::system::Session;

    #[test]
    fn postgresql_agrees_about_every_pair() {
        let server = Server::start().unwrap();
        let session = Session::connect(&server.target(), Duration::from_secs(10)).unwrap();
        session
            .batch("CREATE TYPE mood AS ENUM ('a'); CREATE TYPE tone AS ENUM ('a')")
            .unwrap();
        let mut kinds: Vec<SqlType> =
            [&INTEGERS[..], &FLOATS, &TEXTS, &DATES, &ALONE, &["numeric"]]
                .concat()
                .into_iter()
                .map(SqlType::plain)
                .collect();
        kinds.extend(["mood", "tone"].map(SqlType::enumeration));
        for key in &kinds {
            session
                .batch(&format!(
                    "DROP TABLE IF EXISTS k CASCADE; CREATE TABLE k (id {key} PRIMARY KEY)"
                ))
                .unwrap();
            for column in &kinds {
                let accepted = session
                    .batch(&format!(
                        "DROP TABLE IF EXISTS f; CREATE TABLE f (k {column} REFERENCES k (id))"
                    ))
                    .is_ok();
                let said = foreign_key_fit(column, key);
                assert_eq!(
                    accepted,
                    said != Fit::Rejected,
                    "{column} -> {key}: {said:?}"
                );
                assert_ne!(said, Fit::Unknown, "{column} -> {key}");
            }
        }
    }

    #[test]
    fn lengths_differ_and_are_accepted_and_own_types_are_unknown() {
        let short = SqlType::from_compiled("VARCHAR(10)");
        let long = SqlType::from_compiled("VARCHAR(36)");
        assert_eq!(foreign_key_fit(&short, &long), Fit::Accepted);
        let own = SqlType::from_compiled("ltree");
        assert_eq!(foreign_key_fit(&own, &long), Fit::Unknown);
    }
}
