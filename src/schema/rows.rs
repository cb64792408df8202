//! Seed rows: what the old chain itself leaves in its tables, as `op.bulk_insert`.
//!
//! `survey::rows` fetches them; the rehearsal proves them by hash.

mod text;

use serde::{Deserialize, Serialize};

use crate::model::{QualifiedName, quote_literal};

use super::carry::sql;
use super::source::execute;
use super::{Difference, ObjectKey, Piece, Stage};

/// A column of seed rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedColumn {
    /// The name.
    pub name: String,
    /// The type, as `format_type` writes it.
    pub data_type: String,
    /// Whether the server fills it and takes a value only with OVERRIDING SYSTEM VALUE.
    pub is_identity_always: bool,
    /// Its default, as the server writes it.
    pub default: Option<String>,
}

impl SeedColumn {
    /// What its default gives where that is the time at which a row comes and nothing else: days
    /// added to it or a cut make another value of it.
    pub fn clock(&self) -> Option<SeedValue> {
        const MOMENTS: &[&str] = &[
            "now()",
            "current_timestamp",
            "localtimestamp",
            "clock_timestamp()",
            "statement_timestamp()",
            "transaction_timestamp()",
        ];
        let default = self.default.as_deref()?.to_ascii_lowercase();
        let is_day = self.data_type == "date";
        // A day is cut from a moment, openly or by the column's type.
        let moment = match default.strip_suffix(")::date") {
            Some(cut) if is_day => cut.strip_prefix('(')?,
            _ => &default,
        };
        let in_utc = moment
            .strip_prefix("timezone('utc'::text, ")
            .and_then(|rest| rest.strip_suffix(')'))
            .or_else(|| {
                let rest = moment.strip_prefix('(')?;
                rest.strip_suffix(" at time zone 'utc'::text)")
            });
        if MOMENTS.contains(&moment) || is_day && matches!(moment, "current_date" | "'now'::text") {
            Some(SeedValue::Now)
        } else {
            in_utc
                .filter(|moment| MOMENTS.contains(moment) && *moment != "localtimestamp")
                .map(|_| SeedValue::NowInUtc)
        }
    }

    /// Whether its default gives something else every time that nobody could foresee.
    pub fn defaults_to_chance(&self) -> bool {
        const CHANCES: &[&str] = &["gen_random_uuid()", "uuid_generate_v", "random()", "uuidv"];
        let default = self.default.as_deref().unwrap_or_default();
        CHANCES.iter().any(|chance| default.contains(chance))
    }
}

/// One value of a seed row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeedValue {
    /// NULL.
    Null,
    /// The server's own text of it.
    Text(String),
    /// The time of the replay itself, in the session's time zone.
    Now,
    /// The same in UTC, in a column without a time zone.
    NowInUtc,
}

impl SeedValue {
    /// Whether the clock made it.
    pub const fn is_clock(&self) -> bool {
        matches!(self, Self::Now | Self::NowInUtc)
    }
}

/// The rows of one table, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRows {
    /// The table. Without a schema it is written so: the search path finds it.
    pub table: QualifiedName,
    /// Its columns in order, without generated ones.
    pub columns: Vec<SeedColumn>,
    /// The rows in the order of the primary key.
    pub rows: Vec<Vec<SeedValue>>,
    /// How many rows the table has; more than `rows` holds where the limit was reached.
    pub total: u64,
}

impl SeedRows {
    /// The columns with a value that the clock made: it is another in every database.
    pub fn clocked(&self) -> Vec<&str> {
        (0..self.columns.len())
            .filter(|&at| self.rows.iter().any(|row| row[at].is_clock()))
            .map(|at| self.columns[at].name.as_str())
            .collect()
    }

    /// How many bytes their values have, and how many the longest one has.
    pub fn sizes(&self) -> (usize, usize) {
        let lengths = self.rows.iter().flatten().map(|value| match value {
            SeedValue::Text(text) => text.len(),
            _ => 0,
        });
        lengths.fold((0, 0), |(all, longest), one| (all + one, longest.max(one)))
    }

    /// Without the columns whose default says the same as all their values: the clock.
    pub(super) fn without_defaults(&self) -> Self {
        let stays: Vec<bool> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let clock = column.clock();
                clock.is_none_or(|clock| self.rows.iter().any(|row| row[at] != clock))
            })
            .collect();
        // An INSERT without any column is no INSERT of several rows.
        if !stays.contains(&true) {
            return self.clone();
        }
        let keep = |at: usize| stays[at];
        Self {
            columns: kept(&self.columns, keep),
            rows: self.rows.iter().map(|row| kept(row, keep)).collect(),
            ..self.clone()
        }
    }
}

fn kept<T: Clone>(all: &[T], keep: impl Fn(usize) -> bool) -> Vec<T> {
    let places = all.iter().enumerate().filter(|(at, _)| keep(*at));
    places.map(|(_, one)| one.clone()).collect()
}

/// Where a sequence stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceValue {
    /// The sequence; without a schema as in [`SeedRows`].
    pub sequence: QualifiedName,
    /// `last_value`.
    pub last_value: i64,
    /// Whether that value has been given out.
    pub is_called: bool,
}

/// Writes the rows as a piece; none where there are no rows, or not all of them are known.
pub fn carry_rows(seed: &SeedRows) -> Option<Piece> {
    if seed.rows.is_empty() || seed.total != seed.rows.len() as u64 {
        return None;
    }
    let seed = &seed.without_defaults();
    let overriding = seed.columns.iter().any(|column| column.is_identity_always);
    let up = if seed.columns.is_empty() {
        // Every value is the server's own: a row has nothing to say.
        let table = sql::relation(&seed.table);
        let insert = execute(&format!("INSERT INTO {table} DEFAULT VALUES"));
        vec![insert; seed.rows.len()].join("\n")
    } else if overriding {
        text::insert_overriding(seed)
    } else {
        text::bulk_insert(seed)
    };
    let key = rows_key(&seed.table);
    Some(Piece::carried(Stage::Rows, &key, up, String::new()))
}

/// The key of a table's seed rows, as `--leave-out "rows TABLE"` names them.
pub fn rows_key(table: &QualifiedName) -> ObjectKey {
    ObjectKey {
        kind: "rows".to_owned(),
        schema: table.schema.clone(),
        table: String::new(),
        name: table.name.clone(),
    }
}

/// The key of a sequence's value, as `--leave-out "value of sequence NAME"` names it.
pub fn value_key(sequence: &QualifiedName) -> ObjectKey {
    ObjectKey {
        kind: "value of sequence".to_owned(),
        schema: sequence.schema.clone(),
        table: String::new(),
        name: sequence.name.clone(),
    }
}

/// The sequences that both have, and that do not stand at the same value.
pub fn compare_values(left: &[SequenceValue], right: &[SequenceValue]) -> Vec<Difference> {
    let shown = |value: &SequenceValue| {
        let used = if value.is_called { "used" } else { "to come" };
        format!("{}, {used}", value.last_value)
    };
    let both = left.iter().filter_map(|value| {
        let other = right.iter().find(|one| one.sequence == value.sequence)?;
        Some((value, other))
    });
    both.filter(|(value, other)| value != other)
        .map(|(value, other)| Difference::Changed {
            object: value_key(&value.sequence),
            attribute: "value".to_owned(),
            left: shown(value),
            right: shown(other),
        })
        .collect()
}

/// Sets a sequence to where the old chain left it.
pub fn carry_sequence(value: &SequenceValue) -> Piece {
    let key = value_key(&value.sequence);
    let name = sql::relation(&value.sequence);
    let set = format!(
        "SELECT pg_catalog.setval({}, {}, {})",
        quote_literal(&name),
        value.last_value,
        value.is_called
    );
    Piece::carried(Stage::Rows, &key, execute(&set), String::new())
}

#[cfg(test)]
mod tests {
    use super::SeedValue::{Now, NowInUtc};
    use super::*;

    #[test]
    fn a_column_is_left_away_only_where_its_default_says_the_same() {
        let stamp = "timestamp without time zone";
        let zoned = "timestamp with time zone";
        for (data_type, default, values, is_left_away) in [
            (zoned, "now()", vec![Now, Now], true),
            (zoned, "CURRENT_TIMESTAMP", vec![Now], true),
            (zoned, "(now() + '14 days'::interval)", vec![Now], false),
            (zoned, "date_trunc('day'::text, now())", vec![Now], false),
            (zoned, "CURRENT_DATE", vec![Now], false),
            (zoned, "now()", vec![Now, SeedValue::Null], false),
            (stamp, "LOCALTIMESTAMP", vec![Now], true),
            (stamp, "LOCALTIMESTAMP", vec![NowInUtc], false),
            (stamp, "now()", vec![Now, NowInUtc], false),
            (stamp, "timezone('utc'::text, now())", vec![NowInUtc], true),
            (stamp, "timezone('utc'::text, now())", vec![Now], false),
            (
                stamp,
                "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text)",
                vec![NowInUtc],
                true,
            ),
            (stamp, "timezone('cet'::text, now())", vec![NowInUtc], false),
            ("date", "CURRENT_DATE", vec![Now], true),
            ("date", "(now())::date", vec![Now], true),
            ("date", "(CURRENT_DATE + 7)", vec![Now], false),
        ] {
            let column = |name: &str, data_type: &str, default: Option<&str>| SeedColumn {
                name: name.to_owned(),
                data_type: data_type.to_owned(),
                is_identity_always: false,
                default: default.map(str::to_owned),
            };
            let row = |value: &SeedValue| vec![SeedValue::Text("1".to_owned()), value.clone()];
            let seed = SeedRows {
                table: QualifiedName {
                    schema: "public".to_owned(),
                    name: "t".to_owned(),
                },
                columns: vec![
                    column("id", "integer", None),
                    column("at", data_type, Some(default)),
                ],
                rows: values.iter().map(row).collect(),
                total: values.len() as u64,
            };
            let left = seed.without_defaults().columns.len() == 1;
            assert_eq!(left, is_left_away, "{data_type} {default} {values:?}");
        }
    }

    #[test]
    fn without_a_schema_the_search_path_finds_what_is_meant() {
        let named = |name: &str| QualifiedName {
            schema: String::new(),
            name: name.to_owned(),
        };
        let value = SequenceValue {
            sequence: named("t_id_seq"),
            last_value: 3,
            is_called: true,
        };
        let set = carry_sequence(&value).up;
        assert!(set.contains("setval('t_id_seq', 3, true)"), "{set}");
        let seed = |is_identity_always| SeedRows {
            table: named("t"),
            columns: vec![SeedColumn {
                name: "mail".to_owned(),
                data_type: "text".to_owned(),
                is_identity_always,
                default: None,
            }],
            rows: vec![vec![SeedValue::Text("admin@acme.com".to_owned())]],
            total: 1,
        };
        let insert = carry_rows(&seed(true)).unwrap().up;
        assert!(insert.contains("INSERT INTO t (mail)"), "{insert}");
        let bulk = carry_rows(&seed(false)).unwrap().up;
        assert!(!bulk.contains("schema="), "{bulk}");
        let file = crate::schema::carry_data(&seed(false), "f.jsonl").up;
        assert!(file.contains("INSERT INTO t ("), "{file}");
        assert_eq!(
            crate::schema::data_file_name("1f", &named("t")),
            "1f_t.jsonl"
        );
    }

    fn value(name: &str, last_value: i64, is_called: bool) -> SequenceValue {
        SequenceValue {
            sequence: QualifiedName {
                schema: "public".to_owned(),
                name: name.to_owned(),
            },
            last_value,
            is_called,
        }
    }

    #[test]
    fn values_of_sequences_that_both_have_are_compared() {
        let left = [
            value("equal", 7, true),
            value("invoice_no", 100_000, false),
            value("only_here", 1, false),
        ];
        let right = [value("equal", 7, true), value("invoice_no", 1, false)];
        let found = compare_values(&left, &right);
        let names: Vec<String> = found.iter().map(|one| one.object().to_string()).collect();
        assert_eq!(names, ["value of sequence invoice_no"]);
    }
}
