-- Which languages, transforms, access methods and conversions are there? PostgreSQL 12-18.
SELECT x.kind, x.schema, '', x.name, a.attribute, a.value
FROM (
    SELECT 'language' AS kind, '' AS schema, l.lanname::text AS name, 'pg_language'::regclass AS classid, l.oid,
        concat_ws(' ', CASE WHEN l.lanpltrusted THEN 'TRUSTED' END, format('LANGUAGE %I', l.lanname),
            'HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc::text,
            'INLINE ' || nullif(l.laninline, 0)::regproc::text,
            'VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc::text) AS text
    FROM pg_language l WHERE l.lanispl
    UNION ALL
    SELECT 'transform', '', format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname),
        'pg_transform'::regclass, t.oid,
        format('TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(t.trftype, NULL), l.lanname, concat_ws(', ',
            'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure::text,
            'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure::text))
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    UNION ALL
    SELECT 'access method', '', m.amname::text, 'pg_am'::regclass, m.oid,
        format('ACCESS METHOD %I TYPE %s HANDLER %s', m.amname,
            CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, m.amhandler)
    FROM pg_am m WHERE m.oid >= 16384
    UNION ALL
    SELECT 'conversion', ns.schema, c.conname::text, 'pg_conversion'::regclass, c.oid,
        format('%sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' END,
            ns.schema, c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding),
            c.conproc)
    FROM pg_conversion c JOIN ns ON ns.oid = c.connamespace
) AS x
CROSS JOIN LATERAL (VALUES ('definition', x.text), ('@create', 'CREATE ' || x.text)) AS a (attribute, value)
WHERE NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
