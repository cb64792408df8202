-- Which views and materialized views are there? PostgreSQL 12-18.
SELECT rel.kind, rel.schema, '', rel.name, a.attribute, a.value
FROM rel
JOIN pg_class c ON c.oid = rel.oid
LEFT JOIN LATERAL (
    SELECT string_agg(o, ', ' ORDER BY o) AS list,
        string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', '
            ORDER BY place) AS quoted
    FROM unnest(c.reloptions) WITH ORDINALITY AS u (o, place)
) AS o ON true
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
CROSS JOIN LATERAL (
    SELECT rtrim(ltrim(pg_get_viewdef(c.oid), ' '), ';') AS query
) AS v
CROSS JOIN LATERAL (VALUES
    ('definition', v.query),
    ('options', o.list),
    ('tablespace', ts.spcname::text),
    ('access method', (SELECT m.amname::text FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap')),
    ('clustered on', (SELECT string_agg(ic.relname, ', ') FROM pg_index i
        JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered)),
    ('populated', CASE WHEN NOT c.relispopulated THEN 'no' END),
    ('@create', format('CREATE %s %I.%I%s AS%s%s%s', upper(rel.kind), rel.schema, rel.name,
        ' WITH (' || o.quoted || ')', E'\n', v.query,
        CASE WHEN NOT c.relispopulated THEN E'\nWITH NO DATA' ELSE '' END))
) AS a (attribute, value)
WHERE rel.relkind IN ('v', 'm') AND a.value IS NOT NULL
