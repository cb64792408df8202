-- Which extensions are there, in which version and schema? PostgreSQL 12-18.
SELECT 'extension', '', '', e.extname::text, a.attribute, a.value
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
CROSS JOIN LATERAL (VALUES
    ('version', e.extversion),
    ('schema', n.nspname::text),
    -- another version than the server would take is asked for by number
    ('@create', format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname)
        || coalesce((SELECT format(' VERSION %L', e.extversion) FROM pg_available_extensions v
            WHERE v.name = e.extname AND v.default_version <> e.extversion), ''))
) AS a (attribute, value)
WHERE e.extname <> 'plpgsql'
