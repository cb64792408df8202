-- Which tables and foreign tables are there, and how are they built beyond their columns?
-- PostgreSQL 12-18.
SELECT rel.kind, rel.schema, '', rel.name, a.attribute, a.value
FROM rel
JOIN pg_class c ON c.oid = rel.oid
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_type ty ON ty.oid = c.reloftype
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I.%I', n.nspname, p.relname), ', ' ORDER BY i.inhseqno) AS list,
        min(n.nspname || E'\x1f' || p.relname) AS first
    FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace n ON n.oid = p.relnamespace
    WHERE i.inhrelid = c.oid
) AS parents ON true
LEFT JOIN LATERAL (
    SELECT string_agg(ic.relname, ', ') AS name
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisreplident
) AS identity ON true
LEFT JOIN LATERAL (
    SELECT string_agg(ic.relname, ', ') AS name
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisclustered
) AS clustered ON true
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I %L', p.name, p.value), ', ' ORDER BY p.name)
            FILTER (WHERE p.name !~* @SECRET@) AS list,
        string_agg(p.name, ', ' ORDER BY p.name) FILTER (WHERE p.name ~* @SECRET@) AS secrets
    FROM pg_options_to_table(ft.ftoptions) AS p (name, value)
) AS o ON true
CROSS JOIN LATERAL (VALUES
    ('present', 'yes'),
    ('persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END),
    ('partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END),
    ('partition of', CASE WHEN c.relispartition THEN parents.list END),
    ('~parent', CASE WHEN c.relispartition THEN parents.first END),
    ('partition bound', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END),
    ('inherits', CASE WHEN NOT c.relispartition THEN parents.list END),
    ('row security', CASE WHEN c.relrowsecurity THEN 'enabled' END),
    ('force row security', CASE WHEN c.relforcerowsecurity THEN 'enabled' END),
    ('replica identity', CASE c.relreplident
        WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
        WHEN 'i' THEN 'USING INDEX ' || quote_ident(identity.name) END),
    ('clustered on', clustered.name),
    ('storage parameters', (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o)),
    ('toast parameters', (SELECT string_agg('toast.' || o, ', ' ORDER BY o) FROM unnest(toast.reloptions) o)),
    -- as they lie there: pg_dump shows the order, nothing counts on it
    ('~storage parameters', array_to_string(c.reloptions, ', ')),
    ('~toast parameters', (SELECT string_agg('toast.' || o, ', ' ORDER BY place)
        FROM unnest(toast.reloptions) WITH ORDINALITY AS u (o, place))),
    ('access method', CASE WHEN am.amname <> 'heap' THEN am.amname::text END),
    ('tablespace', ts.spcname::text),
    ('of type', CASE WHEN c.reloftype <> 0 THEN format_type(ty.oid, NULL) END),
    ('server', fs.srvname::text),
    ('server options', o.list),
    ('secret options', o.secrets)
) AS a (attribute, value)
WHERE rel.relkind IN ('r', 'p', 'f') AND a.value IS NOT NULL
