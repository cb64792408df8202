-- Which relations, schemas and extension members does the snapshot cover? PostgreSQL 12-18.
-- Stands before every other query here. $1, $2: schemas and names of the version tables to leave out.
-- Every query gives (kind, schema, table, name, attribute, value), one row an attribute, all text.
-- `~needs` and `position` are facts about the order, not compared; `@create` is the statement that
-- builds the object.
WITH member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
ns AS (
    SELECT n.oid, n.nspname::text AS schema
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
),
version_table AS (
    SELECT c.oid
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest($1::text[], $2::text[]) AS v (schema, name)
        ON v.schema = n.nspname AND v.name = c.relname
),
rel AS (
    SELECT c.oid, ns.schema, c.relname::text AS name, c.relkind, c.relispartition,
        CASE c.relkind
            WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
            WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' ELSE 'index'
        END AS kind
    FROM pg_class c
    JOIN ns ON ns.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
        AND NOT EXISTS (SELECT FROM version_table v WHERE v.oid = c.oid)
        AND NOT EXISTS (
            SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid
        )
        -- sequences of a version table or of an identity column come and go with it
        AND NOT EXISTS (
            SELECT FROM pg_depend d
            WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.refclassid = 'pg_class'::regclass
                AND (d.deptype = 'i'
                    OR d.deptype = 'a' AND d.refobjid IN (SELECT v.oid FROM version_table v))
        )
)
