-- Under which key does the snapshot know what the catalogs know by number? PostgreSQL 12-18.
-- Beside names.sql: what nothing depends on and nothing comments.
SELECT n.classid::oid::int8, n.objid::int8, n.subid::int4, n.kind, n.schema, n.tab, n.name FROM named n
UNION ALL
SELECT 'pg_publication'::regclass::oid::int8, p.oid::int8, 0, 'publication', '', '', p.pubname::text
FROM pg_publication p
UNION ALL
SELECT 'pg_default_acl'::regclass::oid::int8, d.oid::int8, 0, 'default privileges', coalesce(s.nspname::text, ''), '',
    format('for %s on %s', pg_get_userbyid(d.defaclrole),
        CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
            WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END)
FROM pg_default_acl d LEFT JOIN pg_namespace s ON s.oid = d.defaclnamespace
UNION ALL
SELECT 'pg_foreign_data_wrapper'::regclass::oid::int8, w.oid::int8, 0, 'foreign data wrapper', '', '', w.fdwname::text
FROM pg_foreign_data_wrapper w
UNION ALL
SELECT 'pg_foreign_server'::regclass::oid::int8, f.oid::int8, 0, 'foreign server', '', '', f.srvname::text
FROM pg_foreign_server f
