//! Column types: how SQL and SQLAlchemy write them, values and defaults that they take.

/// One type.
#[derive(Clone)]
pub struct Kind {
    pub sql: String,
    /// Where SQLAlchemy has words for it.
    pub python: Option<String>,
    /// SQL expressions.
    pub values: Vec<String>,
    pub defaults: Vec<String>,
    /// `b` has an order, `t` is text, `i` an integer, `n` a number, `r` a range, `d` a time,
    /// `v` has defaults that never come out the same twice.
    pub traits: &'static str,
}

impl Kind {
    pub fn is(&self, one: char) -> bool {
        self.traits.contains(one)
    }
}

/// SQL, SQLAlchemy, values, defaults (both with ` | ` between), traits.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    (
        "smallint",
        "sa.SmallInteger()",
        "1 | -7 | 32767",
        "0 | '5' | (1 + 2)",
        "bin",
    ),
    (
        "integer",
        "sa.Integer()",
        "1 | -7 | 2147483647",
        "0 | -1 | '5' | (1 + 2) * 3",
        "bin",
    ),
    (
        "bigint",
        "sa.BigInteger()",
        "1 | -7 | 9223372036854775807",
        "0 | -1 | 9000000000",
        "bin",
    ),
    (
        "numeric",
        "sa.Numeric()",
        "1 | -0.50 | 'NaN' | 1e40",
        "0 | 1.50 | '0'",
        "bn",
    ),
    (
        "numeric(10,2)",
        "sa.Numeric(10, 2)",
        "1 | -0.50 | 99999999.99",
        "0 | 1.5 | '0.00'",
        "bn",
    ),
    ("numeric(5)", "sa.Numeric(5, 0)", "1 | 99999", "0", "bn"),
    ("numeric(3,-2)", "", "100 | 99900", "0", "bn"),
    (
        "real",
        "sa.REAL()",
        "1.5 | -0.1 | 'Infinity'",
        "0 | 0.1",
        "bn",
    ),
    (
        "double precision",
        "sa.Float(53)",
        "1.5 | 0.1 | '-0' | 1e300",
        "0 | 0.1 | random()",
        "bnv",
    ),
    (
        "boolean",
        "sa.Boolean()",
        "true | false",
        "true | false | 'f'",
        "b",
    ),
    (
        "text",
        "sa.Text()",
        "",
        "'' | current_user | md5('x') | E'\\n' | 'a' || 'b'",
        "bt",
    ),
    (
        "varchar",
        "sa.String()",
        "",
        "'' | 'a:b 100%' | lower('X')",
        "bt",
    ),
    (
        "varchar(200)",
        "sa.String(200)",
        "",
        "'' | 'it''s' | NULL",
        "bt",
    ),
    ("char(40)", "sa.CHAR(40)", "'ab' | ''", "'x' | ' '", "bt"),
    ("\"char\"", "", "'a' | ''", "'a'", "b"),
    ("name", "", "'a' | 'B c'", "current_user", "b"),
    (
        "bytea",
        "sa.LargeBinary()",
        "'\\x00ff' | '\\x' | '\\x5c27'",
        "'\\xdead' | ''",
        "b",
    ),
    (
        "date",
        "sa.Date()",
        "'2020-02-29' | 'infinity' | '0044-03-15 BC'",
        "CURRENT_DATE | '2000-01-01'",
        "bdv",
    ),
    (
        "time",
        "sa.Time()",
        "'12:30' | '23:59:59.999999'",
        "'00:00' | LOCALTIME",
        "bv",
    ),
    (
        "time(3)",
        "postgresql.TIME(precision=3)",
        "'12:30:01.123'",
        "'00:00'",
        "b",
    ),
    (
        "timetz",
        "sa.Time(timezone=True)",
        "'12:30+02' | '00:00-11:30'",
        "'12:00+00'",
        "b",
    ),
    (
        "timestamp",
        "sa.DateTime()",
        "'2020-02-29 12:30:01.123456' | '-infinity'",
        "now() | LOCALTIMESTAMP | '2000-01-01'",
        "bdv",
    ),
    (
        "timestamp(0)",
        "postgresql.TIMESTAMP(precision=0)",
        "'1999-12-31 23:59:59'",
        "CURRENT_TIMESTAMP(0)",
        "bdv",
    ),
    (
        "timestamptz",
        "sa.DateTime(timezone=True)",
        "'2020-02-29 12:30+00' | '1900-01-01 00:00-07' | 'infinity'",
        "now() | clock_timestamp() | timezone('utc', now()) | CURRENT_TIMESTAMP",
        "bdv",
    ),
    (
        "timestamptz(3)",
        "postgresql.TIMESTAMP(timezone=True, precision=3)",
        "'2020-02-29 12:30:01.123+00'",
        "now() + interval '1 day'",
        "bdv",
    ),
    (
        "interval",
        "sa.Interval()",
        "'1 day 02:03:04.5' | '-3 mons' | '0'",
        "'1 day' | '1 h'::interval * 2",
        "b",
    ),
    (
        "interval(2)",
        "postgresql.INTERVAL(precision=2)",
        "'1.25 s'",
        "'0'",
        "b",
    ),
    ("interval day to second", "", "'1 02:03:04'", "'0'", "b"),
    (
        "interval year",
        "postgresql.INTERVAL(fields='YEAR')",
        "'3 years'",
        "'1 year'",
        "b",
    ),
    (
        "uuid",
        "postgresql.UUID(as_uuid=True)",
        "'00000000-0000-0000-0000-00000000000a' | 'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        "gen_random_uuid() | '00000000-0000-0000-0000-000000000000'",
        "bv",
    ),
    (
        "json",
        "sa.JSON()",
        "'{\"a\": \":b %s\"}' | '[1, 2]' | 'null'",
        "'{}' | '[]'",
        "",
    ),
    (
        "jsonb",
        "postgresql.JSONB()",
        "'{\"a\": [1, null, \"100%\"]}' | '\":x\"' | 'null'",
        "'{}' | '{\"a\": 1}' | jsonb_build_object('k', 1)",
        "b",
    ),
    (
        "inet",
        "postgresql.INET()",
        "'10.0.0.1' | '::1/128' | '10.1.0.0/16'",
        "'127.0.0.1'",
        "b",
    ),
    (
        "cidr",
        "postgresql.CIDR()",
        "'10.1.0.0/16' | '::/0'",
        "'10.0.0.0/8'",
        "b",
    ),
    (
        "macaddr",
        "postgresql.MACADDR()",
        "'08:00:2b:01:02:03'",
        "'00:00:00:00:00:00'",
        "b",
    ),
    (
        "macaddr8",
        "postgresql.MACADDR8()",
        "'08:00:2b:01:02:03:04:05'",
        "",
        "b",
    ),
    ("money", "postgresql.MONEY()", "'12.34' | '-1'", "0", "b"),
    (
        "bit(4)",
        "postgresql.BIT(4)",
        "B'1010'",
        "B'0000' | '1111'",
        "b",
    ),
    (
        "bit varying",
        "postgresql.BIT(varying=True)",
        "B'' | B'101'",
        "B'0'",
        "b",
    ),
    (
        "bit varying(7)",
        "postgresql.BIT(7, varying=True)",
        "B'1100101'",
        "",
        "b",
    ),
    (
        "tsvector",
        "postgresql.TSVECTOR()",
        "'a:1 b:2A' | ''",
        "''",
        "b",
    ),
    ("tsquery", "", "'a & !b'", "", "b"),
    (
        "point",
        "",
        "'(1,2)' | '(0.5,-1e10)'",
        "'(0,0)' | point(1, 2)",
        "",
    ),
    ("box", "", "'(1,1),(0,0)'", "", ""),
    ("circle", "", "'<(1,2),3>'", "", ""),
    ("polygon", "", "'((0,0),(1,0),(1,1))'", "", ""),
    ("oid", "postgresql.OID()", "0 | 4294967295", "0", "b"),
    (
        "regclass",
        "postgresql.REGCLASS()",
        "'pg_catalog.pg_class'",
        "'pg_class'",
        "b",
    ),
    ("pg_lsn", "", "'0/16B3748'", "'0/0'", "b"),
    ("jsonpath", "", "'$.\"a\"[*] ? (@ > 1)'", "'$'", ""),
    ("xml", "", "'<a>1 &amp; 2</a>'", "", ""),
    (
        "int4range",
        "postgresql.INT4RANGE()",
        "'[1,10)' | 'empty' | '(,)'",
        "'[0,1)'",
        "br",
    ),
    ("numrange", "postgresql.NUMRANGE()", "'[1.5,2.5]'", "", "br"),
    (
        "daterange",
        "postgresql.DATERANGE()",
        "'[2020-01-01,2020-02-01)'",
        "",
        "br",
    ),
    (
        "tstzrange",
        "postgresql.TSTZRANGE()",
        "'[\"2020-01-01 00:00+00\",\"2021-01-01 00:00+00\")'",
        "",
        "br",
    ),
    (
        "int4multirange",
        "postgresql.INT4MULTIRANGE()",
        "'{[1,3),[5,8)}' | '{}'",
        "'{}'",
        "b",
    ),
    (
        "text[]",
        "postgresql.ARRAY(sa.Text())",
        "'{}' | '{a,\"b c\",NULL,\"q\\\"x\"}' | ARRAY['it''s', ':x %']",
        "'{}' | ARRAY['a', 'b']",
        "b",
    ),
    (
        "integer[]",
        "postgresql.ARRAY(sa.Integer())",
        "'{1,2,NULL}' | '{{1,2},{3,4}}'",
        "'{}' | ARRAY[1, 2]",
        "b",
    ),
    (
        "varchar(20)[]",
        "postgresql.ARRAY(sa.String(20))",
        "'{ab,cd}'",
        "'{}'",
        "b",
    ),
    (
        "numeric(8,2)[]",
        "postgresql.ARRAY(sa.Numeric(8, 2))",
        "'{1.50,-2}'",
        "'{0}'",
        "b",
    ),
    (
        "timestamptz(3)[]",
        "postgresql.ARRAY(postgresql.TIMESTAMP(timezone=True, precision=3))",
        "'{\"2020-01-01 00:00:00.123+00\"}'",
        "",
        "b",
    ),
    (
        "jsonb[]",
        "postgresql.ARRAY(postgresql.JSONB())",
        "'{\"{\\\"a\\\": 1}\"}'",
        "'{}'",
        "b",
    ),
    (
        "uuid[]",
        "postgresql.ARRAY(postgresql.UUID())",
        "'{}'",
        "'{}'",
        "b",
    ),
    (
        "text[][]",
        "postgresql.ARRAY(sa.Text(), dimensions=2)",
        "'{{a,b},{c,d}}'",
        "",
        "b",
    ),
];

/// The server's own types.
pub fn kinds() -> Vec<Kind> {
    ROWS.iter()
        .map(|(sql, python, values, defaults, traits)| Kind {
            sql: (*sql).to_owned(),
            python: (!python.is_empty()).then(|| (*python).to_owned()),
            values: parts(values),
            defaults: parts(defaults),
            traits,
        })
        .collect()
}

fn parts(text: &str) -> Vec<String> {
    text.split(" | ")
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
        .collect()
}
