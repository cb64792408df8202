-- What belongs to another role than the one that asks? PostgreSQL 12-18. Not compared: who owns an
-- object is the environment's, and is remarked.
SELECT x.kind, x.schema, '', x.name, '~role', pg_get_userbyid(x.owner)::text
FROM (
    SELECT rel.kind, rel.schema, rel.name, c.relowner AS owner
    FROM rel JOIN pg_class c ON c.oid = rel.oid
    UNION ALL
    SELECT 'schema', '', ns.schema, n.nspowner
    FROM ns JOIN pg_namespace n ON n.oid = ns.oid WHERE ns.schema <> 'public'
    UNION ALL
    SELECT n.kind, n.schema, n.name, p.proowner
    FROM named n JOIN pg_proc p ON n.classid = 'pg_proc'::regclass AND p.oid = n.objid
    UNION ALL
    SELECT n.kind, n.schema, n.name, t.typowner
    FROM named n JOIN pg_type t ON n.classid = 'pg_type'::regclass AND t.oid = n.objid
    WHERE n.kind IN ('enum', 'domain', 'range type', 'base type')
) AS x
WHERE pg_get_userbyid(x.owner) <> current_user
