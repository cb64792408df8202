-- Which extended statistics are there? PostgreSQL 12-18.
SELECT 'statistics', ns.schema, '', s.stxname::text, a.attribute, a.value
FROM pg_statistic_ext s
JOIN ns ON ns.oid = s.stxnamespace
JOIN rel ON rel.oid = s.stxrelid
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_statisticsobjdef(s.oid)),
    ('target', CASE WHEN (to_jsonb(s) ->> 'stxstattarget')::int >= 0
        THEN to_jsonb(s) ->> 'stxstattarget' END),
    ('@create', pg_get_statisticsobjdef(s.oid))
) AS a (attribute, value)
WHERE a.value IS NOT NULL
