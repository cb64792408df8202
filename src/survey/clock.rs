//! Which values the clock made: those that fall into the time in which a chain ran. Called by
//! `rows` and the rehearsal; only writes questions and asks for the time.

use crate::model::quote_identifier;
use crate::schema::{SeedColumn, SeedValue};
use crate::system::{Session, SqlError};

/// When a chain was replayed, and the time zone that its sessions had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Before the first revision.
    pub from: String,
    /// After the last one.
    pub to: String,
    /// As `TimeZone` is set for a session of this database.
    pub zone: String,
}

impl Window {
    /// For a question in which no value is asked about.
    pub(super) fn none() -> Self {
        Self {
            from: "now".to_owned(),
            to: "now".to_owned(),
            zone: "UTC".to_owned(),
        }
    }
}

/// The window that a query is asked with, a little wider.
pub(super) const WINDOW: &str = "(SELECT $1::text::timestamptz - interval '1 second' AS a, \
                      $2::text::timestamptz + interval '1 second' AS b, $3::text AS zone) w";

/// The server's time, as [`Window`] takes it.
pub fn now(session: &Session) -> Result<String, SqlError> {
    Ok(session.query("SELECT clock_timestamp()::text", &[])?[0].get(0))
}

/// The window from then till now.
pub fn since(session: &Session, from: String) -> Result<Window, SqlError> {
    let zone = session.query("SELECT current_setting('TimeZone')", &[])?[0].get(0);
    let to = now(session)?;
    Ok(Window { from, to, zone })
}

/// Whether a value is the time of the replay: 1, in a column without a time zone 2 where that is
/// so in UTC only. To a session in UTC both are alike: there the column's default says which is
/// meant. A day is taken for it only where the column's default says so: many a day that somebody
/// wrote down is today.
pub(super) fn mark(column: &SeedColumn, is_asked: bool) -> String {
    let is_meant = column.data_type != "date" || column.clock().is_some();
    let is_utc_first = column.clock() == Some(SeedValue::NowInUtc);
    match within(column).filter(|_| is_asked && is_meant) {
        None => "0".to_owned(),
        Some((local, None)) => format!("CASE WHEN {local} THEN 1 ELSE 0 END"),
        Some((local, Some(utc))) if is_utc_first => {
            format!("CASE WHEN {utc} THEN 2 WHEN {local} THEN 1 ELSE 0 END")
        }
        Some((local, Some(utc))) => {
            format!("CASE WHEN {local} THEN 1 WHEN {utc} THEN 2 ELSE 0 END")
        }
    }
}

/// A value's text, or that the clock made it. Both databases are asked alike, whatever the
/// defaults of their columns are.
pub(super) fn unclocked(column: &SeedColumn) -> String {
    let name = quote_identifier(&column.name);
    match within(column) {
        None => format!("t.{name}"),
        Some((local, utc)) => {
            let in_utc = utc.map(|utc| format!(" WHEN {utc} THEN 'clock in UTC'"));
            format!(
                "CASE WHEN {local} THEN 'clock'{} ELSE t.{name}::text END",
                in_utc.unwrap_or_default()
            )
        }
    }
}

/// The conditions under which a value falls into the window `w`: in the session's time zone, and
/// in UTC where the column has no time zone. None for what is no time.
fn within(column: &SeedColumn) -> Option<(String, Option<String>)> {
    let name = quote_identifier(&column.name);
    let data_type = column.data_type.as_str();
    let is_moment = data_type.starts_with("timestamp");
    if data_type.ends_with(']') || !(is_moment || data_type == "date") {
        return None;
    }
    if data_type.ends_with("with time zone") {
        return Some((format!("t.{name} BETWEEN w.a AND w.b"), None));
    }
    let kind = if is_moment { "timestamp" } else { "date" };
    let in_zone = |zone: &str| {
        format!(
            "t.{name} BETWEEN (w.a AT TIME ZONE {zone})::{kind} \
             AND (w.b AT TIME ZONE {zone})::{kind}"
        )
    };
    Some((in_zone("w.zone"), Some(in_zone("'UTC'"))))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::model::QualifiedName;
    use crate::sandbox::Server;
    use crate::survey::rows::{RowsDigest, rows_masked};

    /// One row was made by the clock; the other rows of its columns are compared all the same.
    #[test]
    fn beside_a_time_of_the_clock_each_value_is_itself() {
        let server = Server::start().unwrap();
        let connect = || Session::connect(&server.target(), Duration::from_secs(15)).unwrap();
        let table = QualifiedName {
            schema: "public".to_owned(),
            name: "tokens".to_owned(),
        };
        let columns = ["at", "local", "day", "days"].map(str::to_owned);
        let masked = BTreeMap::from([(table.clone(), BTreeSet::from(columns))]);
        let made = |zone: &str, rows: &str| -> RowsDigest {
            let session = connect();
            let from = now(&session).unwrap();
            session
                .batch(&format!(
                    "SET TimeZone = '{zone}'; DROP TABLE IF EXISTS tokens; \
                     CREATE TABLE tokens (at timestamptz, local timestamp(3), day date, days timestamptz[]); \
                     INSERT INTO tokens VALUES {rows}"
                ))
                .unwrap();
            let window = since(&session, from).unwrap();
            let tables = std::slice::from_ref(&table);
            rows_masked(&session, tables, &masked, Some(&window)).unwrap()[&table].clone()
        };
        let clocked = "(now(), now(), current_date, '{2020-01-01 00:00+00}')";
        let with = |literal: &str| made("Asia/Tokyo", &format!("{clocked}, {literal}"));
        let literal = "('2020-01-01 12:00+00', '2020-01-01 12:00', '2020-02-29', NULL)";
        let first = with(literal);
        assert_eq!(first.count, 2);
        assert_eq!(with(literal), first, "another time of the clock");
        for other in [
            "('2020-01-01 12:01+00', '2020-01-01 12:00', '2020-02-29', NULL)",
            "('2020-01-01 12:00+00', '2020-01-01 12:01', '2020-02-29', NULL)",
            "('2020-01-01 12:00+00', '2020-01-01 12:00', '2020-03-01', NULL)",
            "(NULL, '2020-01-01 12:00', '2020-02-29', NULL)",
        ] {
            assert_ne!(with(other), first, "{other}");
        }
        let in_utc = "(now(), timezone('utc', now()), current_date, '{2020-01-01 00:00+00}')";
        let other = made("Asia/Tokyo", &format!("{in_utc}, {literal}"));
        assert_ne!(other, first, "the clock in UTC is not the clock in Tokyo");
    }
}
