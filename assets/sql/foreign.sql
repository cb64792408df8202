-- Which foreign data wrappers, servers and user mappings are there? PostgreSQL 12-18.
-- Of an option that may be a secret only the name is read: neither a catalog nor a baseline holds one.
-- Another's mapping hides its options from a role that is neither its owner nor a superuser.
SELECT x.kind, '', '', x.name, a.attribute, a.value
FROM (
    SELECT 'foreign data wrapper' AS kind, w.fdwname::text AS name, 'pg_foreign_data_wrapper'::regclass AS classid,
        w.oid, w.fdwoptions AS options,
        concat_ws(' ', format('FOREIGN DATA WRAPPER %I', w.fdwname),
            'HANDLER ' || nullif(w.fdwhandler, 0)::regproc::text,
            'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc::text) AS text
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'foreign server', s.srvname::text, 'pg_foreign_server'::regclass, s.oid, s.srvoptions,
        concat_ws(' ', format('SERVER %I', s.srvname), 'TYPE ' || quote_literal(s.srvtype),
            'VERSION ' || quote_literal(s.srvversion), format('FOREIGN DATA WRAPPER %I', w.fdwname))
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    UNION ALL
    SELECT 'user mapping', format('FOR %s SERVER %I', r.name, u.srvname), 'pg_user_mapping'::regclass, u.umid,
        u.umoptions, format('USER MAPPING FOR %s SERVER %I', r.name, u.srvname)
    FROM pg_user_mappings u
    CROSS JOIN LATERAL (
        SELECT CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END AS name
    ) AS r
) AS x
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I %L', p.name, p.value), ', ' ORDER BY p.name)
            FILTER (WHERE p.name !~* @SECRET@) AS list,
        string_agg(p.name, ', ' ORDER BY p.name) FILTER (WHERE p.name ~* @SECRET@) AS secrets
    FROM pg_options_to_table(x.options) AS p (name, value)
) AS o ON true
CROSS JOIN LATERAL (
    SELECT concat_ws(' ', x.text, 'OPTIONS (' || o.list || ')') AS text
) AS d
CROSS JOIN LATERAL (VALUES
    ('definition', d.text),
    ('secret options', o.secrets),
    ('@create', 'CREATE ' || d.text)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
