-- Which text search configurations, dictionaries, parsers and templates are there?
-- PostgreSQL 12-18. A configuration's mapping as `token: dictionaries`.
SELECT x.kind, ns.schema, '', x.name, a.attribute, a.value
FROM (
    SELECT 'text search configuration' AS kind, c.cfgnamespace AS nsp, c.cfgname::text AS name,
        'pg_ts_config'::regclass AS classid, c.oid,
        (SELECT format('PARSER = %I.%I', n.nspname, p.prsname)
         FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
         WHERE p.oid = c.cfgparser) AS options,
        (SELECT string_agg(t.alias || ': ' || m.list, E'\n' ORDER BY t.alias)
         FROM ts_token_type(c.cfgparser) t
         JOIN LATERAL (
            SELECT string_agg(format('%I.%I', n.nspname, d.dictname), ', ' ORDER BY k.mapseqno) AS list
            FROM pg_ts_config_map k
            JOIN pg_ts_dict d ON d.oid = k.mapdict
            JOIN pg_namespace n ON n.oid = d.dictnamespace
            WHERE k.mapcfg = c.oid AND k.maptokentype = t.tokid
         ) m ON m.list IS NOT NULL) AS mapping
    FROM pg_ts_config c
    UNION ALL
    SELECT 'text search dictionary', d.dictnamespace, d.dictname::text, 'pg_ts_dict'::regclass, d.oid,
        concat_ws(', ', format('TEMPLATE = %I.%I', n.nspname, t.tmplname), d.dictinitoption), NULL
    FROM pg_ts_dict d
    JOIN pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_namespace n ON n.oid = t.tmplnamespace
    UNION ALL
    SELECT 'text search parser', p.prsnamespace, p.prsname::text, 'pg_ts_parser'::regclass, p.oid,
        concat_ws(', ', 'START = ' || p.prsstart::text, 'GETTOKEN = ' || p.prstoken::text,
            'END = ' || p.prsend::text, 'HEADLINE = ' || nullif(p.prsheadline::text, '-'),
            'LEXTYPES = ' || p.prslextype::text), NULL
    FROM pg_ts_parser p
    UNION ALL
    SELECT 'text search template', t.tmplnamespace, t.tmplname::text, 'pg_ts_template'::regclass, t.oid,
        concat_ws(', ', 'INIT = ' || nullif(t.tmplinit::text, '-'), 'LEXIZE = ' || t.tmpllexize::text), NULL
    FROM pg_ts_template t
) AS x
JOIN ns ON ns.oid = x.nsp
CROSS JOIN LATERAL (VALUES
    ('definition', x.options),
    ('mapping', x.mapping),
    ('@create', format('CREATE %s %I.%I (%s)', upper(x.kind), ns.schema, x.name, x.options))
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
