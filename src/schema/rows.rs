//! Seed rows: what the old chain itself leaves in its tables, as `op.bulk_insert`.
//!
//! `survey::rows` fetches them; the rehearsal proves them by hash.

use serde::{Deserialize, Serialize};

use crate::model::{QualifiedName, quote_literal};

use super::carry::sql;
use super::source::{execute, string};
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
        insert_overriding(seed)
    } else {
        bulk_insert(seed)
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

/// How a value is written in Python.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Literal {
    Integer,
    Boolean,
    Text,
    /// Everything else: the server reads its own text, with the type named.
    Typed,
}

fn literal_of(data_type: &str) -> (Literal, &'static str) {
    match data_type {
        "smallint" => (Literal::Integer, "sa.SmallInteger()"),
        "integer" => (Literal::Integer, "sa.Integer()"),
        "bigint" => (Literal::Integer, "sa.BigInteger()"),
        "boolean" => (Literal::Boolean, "sa.Boolean()"),
        "text" => (Literal::Text, "sa.Text()"),
        // `sa.CHAR()` would be cast to one letter by drivers that name the type of a parameter.
        kind if is_of(kind, "character varying") || is_of(kind, "character") => {
            (Literal::Text, "sa.String()")
        }
        _ => (Literal::Typed, ""),
    }
}

/// Whether a type is this one, with or without a length or scale. An array of them ends otherwise.
fn is_of(data_type: &str, name: &str) -> bool {
    match data_type.strip_prefix(name) {
        Some(length) => length.is_empty() || length.starts_with('(') && length.ends_with(')'),
        None => false,
    }
}

fn bulk_insert(seed: &SeedRows) -> String {
    let any_typed = seed
        .columns
        .iter()
        .any(|column| literal_of(&column.data_type).0 == Literal::Typed)
        || seed.rows.iter().flatten().any(SeedValue::is_clock);
    let mut lines = vec!["op.bulk_insert(".to_owned(), "    sa.table(".to_owned()];
    lines.push(format!("        {},", string(&seed.table.name)));
    for column in &seed.columns {
        let name = string(&column.name);
        lines.push(match literal_of(&column.data_type) {
            (Literal::Typed, _) => format!("        sa.column({name}),"),
            (_, kind) => format!("        sa.column({name}, {kind}),"),
        });
    }
    if !matches!(seed.table.schema.as_str(), "public" | "") {
        lines.push(format!("        schema={},", string(&seed.table.schema)));
    }
    lines.push("    ),".to_owned());
    lines.push("    [".to_owned());
    for row in &seed.rows {
        lines.extend(row_lines(&seed.columns, row));
    }
    lines.push("    ],".to_owned());
    if any_typed {
        // A row with expressions is a statement of its own.
        lines.push("    multiinsert=False,".to_owned());
    }
    lines.push(")".to_owned());
    lines.join("\n")
}

fn row_lines(columns: &[SeedColumn], row: &[SeedValue]) -> Vec<String> {
    let items: Vec<String> = columns
        .iter()
        .zip(row)
        .map(|(column, value)| format!("{}: {}", string(&column.name), value_of(column, value)))
        .collect();
    let line = format!("        {{{}}},", items.join(", "));
    if line.chars().count() <= 84 {
        return vec![line];
    }
    let mut lines = vec!["        {".to_owned()];
    lines.extend(items.into_iter().map(|item| format!("            {item},")));
    lines.push("        },".to_owned());
    lines
}

fn value_of(column: &SeedColumn, value: &SeedValue) -> String {
    let value = match value {
        SeedValue::Text(value) => value,
        // A bare None in a row of expressions would be bound without a type; NULL fits any column.
        SeedValue::Null => {
            return match literal_of(&column.data_type).0 {
                Literal::Typed => "sa.null()".to_owned(),
                _ => "None".to_owned(),
            };
        }
        SeedValue::Now => return "sa.func.now()".to_owned(),
        SeedValue::NowInUtc => return "sa.func.timezone('utc', sa.func.now())".to_owned(),
    };
    match literal_of(&column.data_type).0 {
        Literal::Integer => value.to_owned(),
        Literal::Boolean => if value == "t" || value == "true" {
            "True"
        } else {
            "False"
        }
        .to_owned(),
        Literal::Text => string(value),
        // Digits are a number of exactly this scale to the server, without a word more.
        Literal::Typed if is_plain_number(&column.data_type, value) => {
            format!("sa.literal_column({})", string(value))
        }
        Literal::Typed => {
            let typed = format!("{}::{}", quote_literal(value), column.data_type);
            format!("sa.literal_column({})", string(&typed))
        }
    }
}

fn is_plain_number(data_type: &str, value: &str) -> bool {
    let is_numeric = is_of(data_type, "numeric");
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    is_numeric
        && match digits.split_once('.') {
            Some((whole, fraction)) => is_plain(whole) && is_plain(fraction),
            None => is_plain(digits),
        }
}

/// Identity columns that are always generated take a value only on request.
fn insert_overriding(seed: &SeedRows) -> String {
    let names: Vec<String> = seed
        .columns
        .iter()
        .map(|column| sql::name(&column.name))
        .collect();
    let rows: Vec<String> = seed
        .rows
        .iter()
        .map(|row| {
            let values: Vec<String> = seed
                .columns
                .iter()
                .zip(row)
                .map(|(column, value)| match value {
                    SeedValue::Null => "NULL".to_owned(),
                    SeedValue::Now => "now()".to_owned(),
                    SeedValue::NowInUtc => "timezone('utc', now())".to_owned(),
                    SeedValue::Text(value) => match literal_of(&column.data_type).0 {
                        Literal::Integer => value.clone(),
                        _ => quote_literal(value),
                    },
                })
                .collect();
            format!("    ({})", values.join(", "))
        })
        .collect();
    execute(&format!(
        "INSERT INTO {} ({})\nOVERRIDING SYSTEM VALUE VALUES\n{}",
        sql::relation(&seed.table),
        names.join(", "),
        rows.join(",\n")
    ))
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

    #[test]
    fn an_array_of_texts_is_no_text() {
        for (data_type, is_text) in [
            ("character varying", true),
            ("character varying(9)", true),
            ("character varying(9)[]", false),
            ("character varying[]", false),
            ("character(2)", true),
            ("character(2)[]", false),
            ("character", true),
            ("text[]", false),
        ] {
            let is_found = literal_of(data_type).0 == Literal::Text;
            assert_eq!(is_found, is_text, "{data_type}");
        }
    }

    #[test]
    fn only_plain_digits_are_written_as_a_number() {
        for (data_type, value, is_plain) in [
            ("numeric(4,2)", "19.00", true),
            ("numeric", "-7", true),
            ("numeric", "NaN", false),
            ("numeric", "1e5", false),
            ("numeric", "-", false),
            ("numeric(4,2)[]", "{1.00}", false),
            ("double precision", "0.1", false),
        ] {
            assert_eq!(
                is_plain_number(data_type, value),
                is_plain,
                "{data_type} {value}"
            );
        }
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
