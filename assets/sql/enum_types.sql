-- Which ENUM types has the database, what are their labels, and which columns are of them? PostgreSQL 12-18.
-- A column counts whose type is the ENUM, an array of it, or a domain over either; a partition's
-- columns are its parent's. Types of extensions are left out, as in psql's \dT+ those of the system.
SELECT n.nspname::text, t.typname::text, pg_get_userbyid(t.typowner)::text,
    ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder),
    u.schemas, u.tables, u.columns
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(cn.nspname::text ORDER BY cn.nspname, c.relname, f.attnum), '{}') AS schemas,
        coalesce(array_agg(c.relname::text ORDER BY cn.nspname, c.relname, f.attnum), '{}') AS tables,
        coalesce(array_agg(f.attname::text ORDER BY cn.nspname, c.relname, f.attnum), '{}') AS columns
    FROM pg_attribute f
    JOIN pg_class c ON c.oid = f.attrelid
    JOIN pg_namespace cn ON cn.oid = c.relnamespace
    LEFT JOIN pg_type d ON d.oid = f.atttypid AND d.typtype = 'd'
    WHERE coalesce(d.typbasetype, f.atttypid) IN (t.oid, t.typarray)
        AND f.attnum > 0 AND NOT f.attisdropped
        AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
) AS u
WHERE t.typtype = 'e'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend x
        WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e'
    )
ORDER BY 1, 2
