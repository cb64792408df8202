//! Observes how full the tables of a database are: listed in one query, counted in another, however
//! many there are. Called by [`super::database`]; never writes, and waits for nobody's lock.
//!
//! Where the one counting query fails, the tables are asked one by one, so that one table that cannot
//! be counted does not hide the others.

use std::time::{Duration, Instant};

use crate::evidence::{Hidden, Observed, Rows, TableRows};
use crate::model::QualifiedName;
use crate::system::{Session, SqlError};

use super::catalog::{ROLES_PATH, is_unresolved};
use super::questions::Questions;

/// Counts stop here: a table of this many rows is as full as one of a million.
pub(super) const COUNT_LIMIT: u64 = 10_000;

/// How long the tables are asked one by one, all in all.
const PATIENCE: Duration = Duration::from_secs(30);

const NO_RIGHT: &str = "42501";
const LOCK_NOT_AVAILABLE: &str = "55P03";
const CANCELED: &str = "57014";

/// All user tables. Neither an extension's nor a temporary one; a partitioned table has no rows of
/// its own and stands for nothing, its leaves are listed. Sizes of tables that somebody holds are
/// not asked: that would wait. A size of 0 means empty only where the rows lie in the file itself.
const TABLES: &str = "
WITH held AS (
    SELECT l.relation, string_agg(DISTINCT concat_ws(', ', 'pid ' || l.pid,
        coalesce(nullif(a.application_name, ''), 'no name'),
        coalesce(a.usename::text, 'no user')), '; ') AS holders
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted
        AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    GROUP BY l.relation
)
SELECT n.nspname::text, c.relname::text, c.relkind = 'f',
    CASE WHEN held.relation IS NOT NULL
        THEN coalesce(nullif(held.holders, ''), 'a prepared transaction') END,
    CASE WHEN held.relation IS NULL AND c.relkind = 'r'
        THEN pg_relation_size(c.oid) = 0 AND coalesce(m.amname, 'heap') = 'heap' END,
    has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
    row_security_active(c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN held ON held.relation = c.oid
WHERE c.relkind IN ('r', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
        AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2";

/// Lists the tables but for `exclude`, and counts them as far as the role may.
pub(super) fn observe_within(
    questions: &Questions<'_>,
    exclude: &[QualifiedName],
) -> Observed<Vec<TableRows>> {
    let listed = questions.may("tables", |session| listed(session, exclude));
    let Observed::Seen(mut tables) = listed else {
        return match listed {
            Observed::Unavailable { why } => Observed::Unavailable { why },
            _ => Observed::NotAsked,
        };
    };
    let open: Vec<usize> = (0..tables.len()).filter(|place| tables[*place].1).collect();
    let names: Vec<QualifiedName> = open
        .iter()
        .map(|place| tables[*place].0.name.clone())
        .collect();
    if !names.is_empty() {
        let counted = questions.guarded(&["rows"], |session| count_all(session, &names));
        let rows = counted.unwrap_or_else(|_| count_each(questions, &names));
        for (place, rows) in open.into_iter().zip(rows) {
            tables[place].0.rows = rows;
        }
    }
    Observed::Seen(tables.into_iter().map(|(table, _)| table).collect())
}

/// The tables, and whether each of them is to be counted.
fn listed(
    session: &Session,
    exclude: &[QualifiedName],
) -> Result<Vec<(TableRows, bool)>, SqlError> {
    let mut tables = Vec::new();
    for row in session.query(TABLES, &[])? {
        let name = QualifiedName {
            schema: row.get(0),
            name: row.get(1),
        };
        if exclude.contains(&name) {
            continue;
        }
        let (is_foreign, held, is_empty): (bool, Option<String>, Option<bool>) =
            (row.get(2), row.get(3), row.get(4));
        let (may_read, is_guarded): (bool, bool) = (row.get(5), row.get(6));
        let (rows, is_open) = match (is_foreign, held, is_empty) {
            (true, _, _) => (Rows::Unknown(Hidden::Foreign), false),
            (_, Some(by), _) => (Rows::Unknown(Hidden::Locked(by)), false),
            (_, None, Some(true)) => (Rows::Empty, false),
            _ if !may_read => (Rows::Unknown(Hidden::NoRight), false),
            _ if is_guarded => (Rows::Unknown(Hidden::RowSecurity), false),
            _ => (
                Rows::Unknown(Hidden::Failed("it was not counted".to_owned())),
                true,
            ),
        };
        tables.push((TableRows { name, rows }, is_open));
    }
    Ok(tables)
}

/// A flat list of counts: a UNION of thousands is nested too deep for the server.
fn count_all(session: &Session, names: &[QualifiedName]) -> Result<Vec<Rows>, SqlError> {
    let counts: Vec<String> = names.iter().map(count_of).collect();
    let sql = format!("SELECT ARRAY[{}]", counts.join(",\n"));
    let rows = session.query(&sql, &[])?;
    let counts: Vec<i64> = rows[0].get(0);
    Ok(counts.into_iter().map(rows_of).collect())
}

/// Each in its savepoint, with little time.
fn count_each(questions: &Questions<'_>, names: &[QualifiedName]) -> Vec<Rows> {
    let end = Instant::now() + PATIENCE;
    names
        .iter()
        .map(|name| {
            if Instant::now() > end {
                return Rows::Unknown(Hidden::TooSlow);
            }
            let count = |path: Option<&str>| {
                questions.guarded(&["rows"], |session| count_one(session, name, path))
            };
            let counted = match count(None) {
                Err(error) if is_unresolved(&error) => count(Some(ROLES_PATH)),
                counted => counted,
            };
            match counted {
                Ok(count) => rows_of(count),
                Err(error) => Rows::Unknown(hidden(&error)),
            }
        })
        .collect()
}

/// Counts with little time; `path` is a statement that sets another search path for it.
fn count_one(session: &Session, name: &QualifiedName, path: Option<&str>) -> Result<i64, SqlError> {
    session.batch("SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = '2s'")?;
    path.map_or(Ok(()), |path| session.batch(path))?;
    let rows = session.query(&format!("SELECT {}", count_of(name)), &[])?;
    session.batch(
        "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '60s'; \
         SET LOCAL search_path = pg_catalog",
    )?;
    Ok(rows[0].get(0))
}

fn count_of(name: &QualifiedName) -> String {
    format!(
        "(SELECT count(*) FROM (SELECT FROM ONLY {} LIMIT {}) t)",
        name.quoted(),
        COUNT_LIMIT + 1
    )
}

fn rows_of(count: i64) -> Rows {
    match u64::try_from(count).unwrap_or_default() {
        0 => Rows::Empty,
        count if count > COUNT_LIMIT => Rows::MoreThan(COUNT_LIMIT),
        count => Rows::Counted(count),
    }
}

fn hidden(error: &SqlError) -> Hidden {
    match error.sqlstate.as_deref() {
        Some(NO_RIGHT) => Hidden::NoRight,
        Some(LOCK_NOT_AVAILABLE) => Hidden::Locked("another session".to_owned()),
        Some(CANCELED) => Hidden::TooSlow,
        _ => Hidden::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;
    use crate::sandbox::Server;
    use crate::survey::catalog::read_only;

    const LIMIT: Duration = Duration::from_secs(30);

    fn rows(target: &Target) -> Vec<(String, Rows)> {
        let session = Session::connect(target, LIMIT).unwrap();
        let seen: Result<_, SqlError> = read_only(&session, || {
            Ok(observe_within(&Questions::new(&session), &[]))
        });
        match seen.unwrap() {
            Observed::Seen(tables) => tables
                .into_iter()
                .map(|table| (table.name.name, table.rows))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_table_is_told_with_its_rows_or_the_reason() {
        let server = Server::start().unwrap();
        let target = server.target();
        let session = Session::connect(&target, LIMIT).unwrap();
        session
            .batch(
                "CREATE ROLE dev LOGIN;
                 CREATE TABLE a_empty (x int);
                 CREATE TABLE b_some AS SELECT generate_series(1, 3) AS x;
                 CREATE TABLE c_limit AS SELECT generate_series(1, 10000) AS x;
                 CREATE TABLE d_many AS SELECT generate_series(1, 10001) AS x;
                 CREATE TABLE e_gone AS SELECT generate_series(1, 9) AS x;
                 DELETE FROM e_gone;
                 CREATE TABLE f_guarded AS SELECT 1 AS x;
                 ALTER TABLE f_guarded ENABLE ROW LEVEL SECURITY;
                 CREATE TABLE g_parted (x int) PARTITION BY LIST (x);
                 CREATE TABLE g_parted_1 PARTITION OF g_parted FOR VALUES IN (1);
                 CREATE TABLE g_parted_2 PARTITION OF g_parted FOR VALUES IN (2);
                 INSERT INTO g_parted VALUES (2), (2);
                 CREATE TABLE h_child () INHERITS (a_empty);
                 INSERT INTO h_child VALUES (1);
                 CREATE FOREIGN DATA WRAPPER nobody;
                 CREATE SERVER elsewhere FOREIGN DATA WRAPPER nobody;
                 CREATE FOREIGN TABLE i_foreign (x int) SERVER elsewhere;
                 CREATE TABLE j_locked AS SELECT 1 AS x;
                 GRANT SELECT ON ALL TABLES IN SCHEMA public TO dev;
                 CREATE TABLE k_secret AS SELECT 1 AS x;
                 CREATE TABLE l_secret_empty (x int);
                 CREATE TABLE m_one_column AS SELECT 1 AS x, 2 AS y;
                 GRANT SELECT (y) ON m_one_column TO dev;",
            )
            .unwrap();
        let locker = Session::connect(&target, LIMIT).unwrap();
        locker
            .batch("SET application_name = 'nightly'; BEGIN; LOCK TABLE j_locked")
            .unwrap();
        let pid = locker.backend_pid().unwrap();
        let dev = Target {
            user: "dev".to_owned(),
            ..target
        };
        let unknown = |why| Rows::Unknown(why);
        let expected = [
            ("a_empty", Rows::Empty),
            ("b_some", Rows::Counted(3)),
            ("c_limit", Rows::Counted(10_000)),
            ("d_many", Rows::MoreThan(10_000)),
            ("e_gone", Rows::Empty),
            ("f_guarded", unknown(Hidden::RowSecurity)),
            ("g_parted_1", Rows::Empty),
            ("g_parted_2", Rows::Counted(2)),
            ("h_child", Rows::Counted(1)),
            ("i_foreign", unknown(Hidden::Foreign)),
            (
                "j_locked",
                unknown(Hidden::Locked(format!("pid {pid}, nightly, postgres"))),
            ),
            ("k_secret", unknown(Hidden::NoRight)),
            ("l_secret_empty", Rows::Empty),
            ("m_one_column", Rows::Counted(1)),
        ]
        .map(|(name, rows)| (name.to_owned(), rows));
        assert_eq!(rows(&dev), expected);
    }

    /// The planner takes the body of a function apart that an index calls; that body counts on the
    /// search path of the role.
    #[test]
    fn an_index_on_a_function_that_needs_the_search_path() {
        let server = Server::start().unwrap();
        let session = Session::connect(&server.target(), LIMIT).unwrap();
        let function = |body: &str| {
            format!(
                "CREATE OR REPLACE FUNCTION folded(x text) RETURNS text LANGUAGE sql IMMUTABLE AS \
                 $$ SELECT {body} $$;"
            )
        };
        session
            .batch(&format!(
                "CREATE FUNCTION trimmed(x text) RETURNS text LANGUAGE sql IMMUTABLE AS \
                 $$ SELECT trim(x) $$; {} CREATE TABLE names AS SELECT 'A'::text AS x; \
                 CREATE TABLE others AS SELECT 1 AS x; \
                 CREATE INDEX ON names (folded(x)); {}",
                function("lower(x)"),
                function("lower(trimmed(x))"),
            ))
            .unwrap();
        let counted = ["names", "others"].map(|name| (name.to_owned(), Rows::Counted(1)));
        assert_eq!(rows(&server.target()), counted);
        let tables = ["names", "others"].map(|name| QualifiedName {
            schema: "public".to_owned(),
            name: name.to_owned(),
        });
        assert_eq!(
            crate::survey::rows::rows(&session, &tables).unwrap().len(),
            2
        );
        assert_eq!(
            crate::survey::rows::non_empty(&session, &tables).unwrap(),
            tables
        );
    }

    #[test]
    fn one_table_that_fails_does_not_hide_the_others() {
        let server = Server::start().unwrap();
        let session = Session::connect(&server.target(), LIMIT).unwrap();
        session
            .batch(
                "CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 1 AS x; \
                 CREATE TABLE c AS SELECT 1 AS x",
            )
            .unwrap();
        // The list is made, then one of the tables goes.
        let names = ["a", "b", "c"].map(|name| QualifiedName {
            schema: "public".to_owned(),
            name: name.to_owned(),
        });
        session.batch("DROP TABLE b").unwrap();
        session.batch("BEGIN").unwrap();
        let questions = Questions::new(&session);
        assert!(
            questions
                .guarded(&["rows"], |session| count_all(session, &names))
                .is_err()
        );
        let rows = count_each(&questions, &names);
        assert_eq!([&rows[0], &rows[2]], [&Rows::Counted(1), &Rows::Counted(1)]);
        assert!(
            matches!(&rows[1], Rows::Unknown(Hidden::Failed(why)) if why.contains("public.b")),
            "{rows:?}"
        );
    }
}
