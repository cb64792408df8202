-- Which triggers have the tables and views? PostgreSQL 12-18.
-- Left out: those of constraints, and the copies that partitions have of their parent's.
SELECT 'trigger', rel.schema, rel.name, t.tgname::text, a.attribute, a.value
FROM rel
JOIN pg_trigger t ON t.tgrelid = rel.oid
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_triggerdef(t.oid)),
    ('enabled', CASE t.tgenabled
        WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END),
    ('@create', pg_get_triggerdef(t.oid))
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT t.tgisinternal
    AND coalesce((to_jsonb(t) ->> 'tgparentid')::oid, 0) = 0
