//! Reads the tables, ENUM types and foreign keys of a live database, one query a kind.
//!
//! Called by `survey::database` in its read-only transaction; never writes. The catalog's snapshot
//! is a digest to the survey; here is what the schema rules judge.

use tokio_postgres::Row;

use crate::evidence::{LiveColumn, LiveEnum, LiveKey, LiveSchema, LiveTable};
use crate::model::QualifiedName;
use crate::system::{Session, SqlError};

/// Schemas of users, and nothing that an extension brought.
const OWN: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = '@'::pg_catalog.regclass \
         AND e.objid = x.oid AND e.deptype = 'e')";

/// One row a column; a table without columns gives one row with NULL.
const TABLES: &str = "SELECT n.nspname::text, x.relname::text, a.attname::text, \
        CASE WHEN t.typtype = 'e' THEN t.typname::text \
             ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END, t.typtype = 'e' \
     FROM pg_catalog.pg_class x \
     JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace \
     LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.oid AND a.attnum > 0 AND NOT a.attisdropped \
     LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
     WHERE x.relkind IN ('r', 'p') AND x.relpersistence <> 't' AND NOT x.relispartition \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = x.oid) \
         AND @OWN \
     ORDER BY n.nspname::text COLLATE \"C\", x.relname::text COLLATE \"C\", a.attnum";

/// A function's body may name a type without depending on it: that counts as a use.
const ENUMS: &str = "SELECT n.nspname::text, x.typname::text, \
        ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = x.oid \
              ORDER BY l.enumsortorder), \
        u.schemas, u.tables, u.columns, \
        EXISTS (SELECT FROM pg_catalog.pg_depend d \
            WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass \
                AND d.refobjid IN (x.oid, x.typarray) AND d.deptype IN ('n', 'a')) \
            OR EXISTS (SELECT FROM pg_catalog.pg_proc p \
                JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace \
                WHERE pn.nspname !~ '^pg_' AND pn.nspname <> 'information_schema' \
                    AND pg_catalog.strpos(p.prosrc, x.typname::text) > 0) \
     FROM pg_catalog.pg_type x \
     JOIN pg_catalog.pg_namespace n ON n.oid = x.typnamespace \
     CROSS JOIN LATERAL ( \
         SELECT coalesce(pg_catalog.array_agg(cn.nspname::text ORDER BY cn.nspname, c.relname, a.attnum), '{}') AS schemas, \
             coalesce(pg_catalog.array_agg(c.relname::text ORDER BY cn.nspname, c.relname, a.attnum), '{}') AS tables, \
             coalesce(pg_catalog.array_agg(a.attname::text ORDER BY cn.nspname, c.relname, a.attnum), '{}') AS columns \
         FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') \
             AND NOT c.relispartition \
         JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace \
         WHERE a.atttypid IN (x.oid, x.typarray) AND a.attnum > 0 AND NOT a.attisdropped \
     ) u \
     WHERE x.typtype = 'e' AND @OWN \
     ORDER BY n.nspname::text COLLATE \"C\", x.typname::text COLLATE \"C\"";

/// A partition's copy of its parent's key is none of its own.
const FOREIGN_KEYS: &str = "SELECT k.conname::text, n.nspname::text, x.relname::text, a.attname::text, \
        fn.nspname::text, f.relname::text, fa.attname::text \
     FROM pg_catalog.pg_constraint k \
     JOIN pg_catalog.pg_class x ON x.oid = k.conrelid \
     JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace \
     JOIN pg_catalog.pg_class f ON f.oid = k.confrelid \
     JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace \
     CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) \
         WITH ORDINALITY AS p (near, far, place) \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = x.oid AND a.attnum = p.near \
     JOIN pg_catalog.pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = p.far \
     WHERE k.contype = 'f' AND k.conparentid = 0 AND @OWN \
     ORDER BY n.nspname::text COLLATE \"C\", x.relname::text COLLATE \"C\", \
         k.conname::text COLLATE \"C\", p.place";

/// Reads all three within the transaction that is open. `exclude` are version tables.
pub(super) fn observe_within(
    session: &Session,
    exclude: &[QualifiedName],
) -> Result<LiveSchema, SqlError> {
    let ask = |query: &str, catalog: &str| {
        session.query(&query.replace("@OWN", &OWN.replace('@', catalog)), &[])
    };
    let mut tables: Vec<LiveTable> = Vec::new();
    for row in ask(TABLES, "pg_catalog.pg_class")? {
        let name = name(&row, 0);
        if exclude.contains(&name) {
            continue;
        }
        if tables.last().is_none_or(|last| last.name != name) {
            tables.push(LiveTable {
                name,
                columns: Vec::new(),
            });
        }
        if let (Some(table), Some(column)) = (tables.last_mut(), row.get(2)) {
            table.columns.push(LiveColumn {
                name: column,
                data_type: row.get(3),
                is_enum: row.get(4),
            });
        }
    }
    Ok(LiveSchema {
        tables,
        enums: ask(ENUMS, "pg_catalog.pg_type")?
            .iter()
            .map(enumeration)
            .collect(),
        foreign_keys: ask(FOREIGN_KEYS, "pg_catalog.pg_class")?
            .iter()
            .map(key)
            .collect(),
    })
}

fn name(row: &Row, at: usize) -> QualifiedName {
    QualifiedName {
        schema: row.get(at),
        name: row.get(at + 1),
    }
}

fn enumeration(row: &Row) -> LiveEnum {
    let (schemas, tables, columns): (Vec<String>, Vec<String>, Vec<String>) =
        (row.get(3), row.get(4), row.get(5));
    let tables = schemas
        .into_iter()
        .zip(tables)
        .map(|(schema, name)| QualifiedName { schema, name });
    let columns: Vec<_> = tables.zip(columns).collect();
    LiveEnum {
        name: name(row, 0),
        labels: row.get(2),
        // A column of a table depends on its type, too; only a use beyond the columns counts here.
        is_used_elsewhere: columns.is_empty() && row.get(6),
        columns,
    }
}

fn key(row: &Row) -> LiveKey {
    LiveKey {
        constraint: row.get(0),
        table: name(row, 1),
        column: row.get(3),
        to_table: name(row, 4),
        to_column: row.get(6),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::Server;
    use crate::survey::catalog::read_only;

    #[test]
    fn tables_types_and_keys_are_seen_as_they_are() {
        let server = Server::start().unwrap();
        let session = Session::connect(&server.target(), Duration::from_secs(10)).unwrap();
        session
            .batch(
                "CREATE SCHEMA \"Odd\"; \
                 CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE lone AS ENUM ('x'); \
                 CREATE TYPE listed AS ENUM ('l'); CREATE TYPE viewed AS ENUM ('v'); \
                 CREATE TYPE spoken AS ENUM ('s'); CREATE TYPE parted AS ENUM ('p'); \
                 CREATE TYPE \"Odd\".boxed AS ENUM ('b'); CREATE DOMAIN box AS \"Odd\".boxed; \
                 CREATE TABLE a (id varchar(36) PRIMARY KEY, m mood, ms listed[]); \
                 CREATE TABLE \"Odd\".\"B\" (id int, a_id varchar(10) REFERENCES a, x int, y int); \
                 CREATE TABLE pair (x int, y int, PRIMARY KEY (x, y)); \
                 ALTER TABLE \"Odd\".\"B\" ADD CONSTRAINT two FOREIGN KEY (y, x) REFERENCES pair (x, y); \
                 CREATE TABLE parts (id int, p parted, a_id varchar REFERENCES a) PARTITION BY LIST (id); \
                 CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1); \
                 CREATE TABLE child () INHERITS (pair); \
                 CREATE TABLE bare (); \
                 CREATE TABLE alembic_version (version_num text); \
                 CREATE VIEW v AS SELECT 'v'::viewed AS v; \
                 CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS \
                     $$ DECLARE s spoken; BEGIN RETURN 1; END $$;",
            )
            .unwrap();
        let version = QualifiedName {
            schema: "public".to_owned(),
            name: "alembic_version".to_owned(),
        };
        let live = read_only(&session, || observe_within(&session, &[version])).unwrap();

        let tables: Vec<_> = live.tables.iter().map(|it| it.name.to_string()).collect();
        assert_eq!(tables.len(), 5, "{tables:?}");
        let a = live.tables.iter().find(|it| it.name.name == "a").unwrap();
        assert_eq!(a.column("id").unwrap().data_type, "character varying(36)");
        let mood = a.column("m").unwrap();
        assert_eq!((mood.data_type.as_str(), mood.is_enum), ("mood", true));

        let unused: Vec<_> = live
            .enums
            .iter()
            .filter(|it| it.columns.is_empty() && !it.is_used_elsewhere)
            .map(|it| it.name.name.as_str())
            .collect();
        assert_eq!(unused, ["lone"]);
        let mood = live.enums.iter().find(|it| it.name.name == "mood").unwrap();
        assert_eq!(mood.labels, ["sad", "ok"]);
        assert_eq!(mood.columns[0].1, "m");
        let parted = live
            .enums
            .iter()
            .find(|it| it.name.name == "parted")
            .unwrap();
        assert_eq!(parted.columns.len(), 1, "{parted:?}");

        let keys: Vec<_> = live
            .foreign_keys
            .iter()
            .map(|it| {
                format!(
                    "{}.{} {}.{}",
                    it.table.name, it.column, it.to_table.name, it.to_column
                )
            })
            .collect();
        assert_eq!(
            keys,
            ["B.a_id a.id", "B.y pair.x", "B.x pair.y", "parts.a_id a.id"]
        );
    }
}
