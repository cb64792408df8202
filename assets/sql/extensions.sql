-- Which extensions are there, in which version and schema? PostgreSQL 12-18.
SELECT 'extension', '', '', e.extname::text, a.attribute, a.value
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
CROSS JOIN LATERAL (VALUES
    ('version', e.extversion),
    ('schema', n.nspname::text),
    ('@create', format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname))
) AS a (attribute, value)
WHERE e.extname <> 'plpgsql'
