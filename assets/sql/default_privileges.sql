-- Which privileges do future objects get? PostgreSQL 12-18.
SELECT 'default privileges', coalesce(n.nspname::text, ''), '',
    format('for %s on %s', pg_get_userbyid(d.defaclrole), k.objects), a.attribute, coalesce(a.value, '')
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (
    SELECT CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
        WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END AS objects,
        -- entries of a schema add to what there is; one for all schemas stands in its place
        CASE WHEN d.defaclnamespace = 0 THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's'
            ELSE d.defaclobjtype END::"char", d.defaclrole) END AS usual
) AS k
CROSS JOIN LATERAL (VALUES ('privileges', d.defaclacl), ('~usual', k.usual)) AS l (attribute, acl)
CROSS JOIN LATERAL (
    SELECT l.attribute, string_agg(concat(CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END,
        E'\t', x.privilege_type, E'\t', CASE WHEN x.is_grantable THEN '*' ELSE '' END), E'\n'
        ORDER BY pg_get_userbyid(x.grantee), x.privilege_type) AS value
    FROM aclexplode(l.acl) x
    UNION ALL
    -- who is named in which order: pg_dump shows it, nothing counts on it
    SELECT '~grantees', string_agg(DISTINCT concat(to_char(u.place, '000000'), E'\t',
        CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END), E'\n')
    FROM unnest(l.acl) WITH ORDINALITY AS u (item, place) CROSS JOIN LATERAL aclexplode(ARRAY[u.item]) e
    WHERE l.attribute = 'privileges'
    HAVING count(*) > 0
) AS a
