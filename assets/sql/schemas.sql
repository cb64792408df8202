-- Which schemas are there? PostgreSQL 12-18.
SELECT 'schema', '', '', ns.schema, a.attribute, a.value
FROM ns
CROSS JOIN LATERAL (VALUES
    ('present', 'yes'),
    ('@create', format('CREATE SCHEMA %I', ns.schema))
) AS a (attribute, value)
WHERE NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = ns.oid
)
