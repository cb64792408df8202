-- Which foreign data wrappers and servers are there? PostgreSQL 12-18.
-- Options may hold secrets: only their names are read.
SELECT x.kind, '', '', x.name, a.attribute, a.value
FROM (
    SELECT 'foreign data wrapper' AS kind, w.fdwname::text AS name, 'pg_foreign_data_wrapper'::regclass AS classid,
        w.oid, concat_ws(' ', 'handler', nullif(w.fdwhandler, 0)::regproc::text) AS definition, w.fdwoptions AS options
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'foreign server', s.srvname::text, 'pg_foreign_server'::regclass, s.oid,
        concat_ws(' ', 'wrapper', w.fdwname, s.srvtype, s.srvversion), s.srvoptions
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
) AS x
CROSS JOIN LATERAL (VALUES
    ('definition', x.definition),
    ('options', (SELECT string_agg(split_part(o, '=', 1), ', ' ORDER BY o) FROM unnest(x.options) o))
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
