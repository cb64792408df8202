-- Which publications are there, of which tables? PostgreSQL 12-18. Subscriptions need a superuser
-- and belong to replication, not to a schema.
SELECT 'publication', '', '', p.pubname::text, a.attribute, a.value
FROM pg_publication p
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I.%I', t.schemaname, t.tablename), ', ' ORDER BY t.schemaname, t.tablename) AS list
    FROM pg_publication_tables t WHERE t.pubname = p.pubname
) AS t ON NOT p.puballtables
CROSS JOIN LATERAL (
    SELECT concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish
) AS o
CROSS JOIN LATERAL (VALUES
    ('tables', CASE WHEN p.puballtables THEN 'all' ELSE coalesce(t.list, '') END),
    ('publish', o.publish),
    ('by root', CASE WHEN (to_jsonb(p) ->> 'pubviaroot')::bool THEN 'yes' END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL
