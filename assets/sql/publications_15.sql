-- Which publications are there, of what? PostgreSQL 15-18: schemas, lists of columns, filters of rows.
-- Subscriptions need a superuser and belong to replication, not to a schema.
SELECT 'publication', '', '', p.pubname::text, a.attribute, a.value
FROM pg_publication p
LEFT JOIN LATERAL (
    SELECT string_agg(format('TABLE ONLY %I.%I', n.nspname, c.relname)
        || coalesce((SELECT ' (' || string_agg(quote_ident(f.attname), ', ' ORDER BY k.place) || ')'
            FROM unnest(r.prattrs::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute f ON f.attrelid = r.prrelid AND f.attnum = k.attnum), '')
        || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), ''), ', '
        ORDER BY n.nspname, c.relname) AS list
    FROM pg_publication_rel r
    JOIN pg_class c ON c.oid = r.prrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid
) AS t ON true
LEFT JOIN LATERAL (
    SELECT 'TABLES IN SCHEMA ' || string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname) AS list
    FROM pg_publication_namespace r JOIN pg_namespace n ON n.oid = r.pnnspid
    WHERE r.pnpubid = p.oid
) AS s ON true
CROSS JOIN LATERAL (
    SELECT concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish
) AS o
CROSS JOIN LATERAL (VALUES
    ('contents', CASE WHEN p.puballtables THEN 'ALL TABLES' ELSE nullif(concat_ws(', ', t.list, s.list), '') END),
    ('publish', o.publish),
    ('by root', CASE WHEN p.pubviaroot THEN 'yes' END),
    -- since 18
    ('generated columns', CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_publication'::regclass AND m.objid = p.oid
)
