-- Which rewrite rules are there beside those that make a view? PostgreSQL 12-18.
SELECT 'rule', rel.schema, rel.name, r.rulename::text, a.attribute, a.value
FROM rel
JOIN pg_rewrite r ON r.ev_class = rel.oid AND r.rulename <> '_RETURN'
CROSS JOIN LATERAL (VALUES
    ('definition', rtrim(pg_get_ruledef(r.oid), ';')),
    ('enabled', CASE r.ev_enabled
        WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END),
    ('@create', rtrim(pg_get_ruledef(r.oid), ';'))
) AS a (attribute, value)
WHERE a.value IS NOT NULL
