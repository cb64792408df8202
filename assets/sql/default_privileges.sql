-- Which privileges do future objects get? PostgreSQL 12-18.
SELECT 'default privileges', coalesce(n.nspname::text, ''), '',
    format('for %s on %s', pg_get_userbyid(d.defaclrole), k.objects), 'privileges', coalesce(g.list, '')
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (
    SELECT CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
        WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END AS objects
) AS k
LEFT JOIN LATERAL (
    SELECT string_agg(concat(CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
        E'\t', x.privilege_type, E'\t', CASE WHEN x.is_grantable THEN '*' ELSE '' END), E'\n'
        ORDER BY pg_get_userbyid(x.grantee), x.privilege_type) AS list
    FROM aclexplode(d.defaclacl) x
) AS g ON true
