-- Where does each object stand, with its parts, as pg_dump tells them apart? PostgreSQL 12-18.
-- More than has a name of its own in the snapshot: a partition's copy of a key or trigger may have an
-- entry in a dump.
SELECT n.kind, n.schema, n.tab, n.name, n.classid::oid, n.objid
FROM named n
WHERE n.subid = 0
UNION ALL
SELECT 'constraint', rel.schema, rel.name, o.conname::text, 'pg_constraint'::regclass, o.oid
FROM rel JOIN pg_constraint o ON o.conrelid = rel.oid
UNION ALL
SELECT 'index', rel.schema, rel.name, c.relname::text, 'pg_class'::regclass, c.oid
FROM rel JOIN pg_index i ON i.indrelid = rel.oid JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 'trigger', rel.schema, rel.name, t.tgname::text, 'pg_trigger'::regclass, t.oid
FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid
UNION ALL
SELECT 'rule', rel.schema, rel.name, r.rulename::text, 'pg_rewrite'::regclass, r.oid
FROM rel JOIN pg_rewrite r ON r.ev_class = rel.oid
UNION ALL
SELECT 'sequence', rel.schema, rel.name, c.relname::text, 'pg_class'::regclass, c.oid
FROM rel
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = rel.oid AND d.deptype = 'i'
    AND d.classid = 'pg_class'::regclass
JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
UNION ALL
SELECT 'default privileges', coalesce(n.nspname::text, ''), '',
    format('for %s on %s', pg_get_userbyid(d.defaclrole),
        CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
            WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END),
    'pg_default_acl'::regclass, d.oid
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
