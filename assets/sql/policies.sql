-- Which row security policies have the tables? PostgreSQL 12-18.
SELECT 'policy', rel.schema, rel.name, p.polname::text, a.attribute, a.value
FROM rel
JOIN pg_policy p ON p.polrelid = rel.oid
CROSS JOIN LATERAL (
    SELECT string_agg(CASE WHEN r.oid = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END,
        ', ' ORDER BY pg_get_userbyid(r.oid)) AS names
    FROM unnest(p.polroles) AS r (oid)
) AS r
CROSS JOIN LATERAL (
    SELECT concat_ws(E'\n',
        format('CREATE POLICY %I ON %I.%I', p.polname, rel.schema, rel.name),
        CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
        'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'TO ' || r.names,
        'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') AS text
) AS d
CROSS JOIN LATERAL (VALUES ('definition', d.text), ('@create', d.text)) AS a (attribute, value)
