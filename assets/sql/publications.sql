-- Which publications are there, of what? PostgreSQL 12-14. Subscriptions need a superuser and belong
-- to replication, not to a schema.
SELECT 'publication', '', '', p.pubname::text, a.attribute, a.value
FROM pg_publication p
LEFT JOIN LATERAL (
    SELECT string_agg(format('TABLE ONLY %I.%I', n.nspname, c.relname), ', ' ORDER BY n.nspname, c.relname) AS list
    FROM pg_publication_rel r
    JOIN pg_class c ON c.oid = r.prrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid
) AS t ON true
CROSS JOIN LATERAL (
    SELECT concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish
) AS o
CROSS JOIN LATERAL (VALUES
    ('contents', CASE WHEN p.puballtables THEN 'ALL TABLES' ELSE replace(t.list, ', TABLE ONLY', ', ONLY') END),
    ('publish', o.publish),
    ('by root', CASE WHEN (to_jsonb(p) ->> 'pubviaroot')::bool THEN 'yes' END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_publication'::regclass AND m.objid = p.oid
)
