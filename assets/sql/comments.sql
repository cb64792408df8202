-- What do the comments say? PostgreSQL 12-18. A constraint's own index can have one, too.
SELECT n.kind, n.schema, n.tab, n.name, 'comment', d.description
FROM named n
JOIN pg_description d ON d.classoid = n.classid AND d.objoid = n.objid AND d.objsubid = n.subid
WHERE NOT EXISTS (
        SELECT FROM member m WHERE m.classid = n.classid AND m.objid = n.objid
    )
    AND n.classid <> 'pg_attrdef'::regclass
    -- an extension writes its own comment
    AND n.kind <> 'extension'
UNION ALL
SELECT 'constraint', rel.schema, rel.name, o.conname::text, 'index comment', d.description
FROM rel
JOIN pg_constraint o ON o.conrelid = rel.oid AND o.contype IN ('p', 'u', 'x')
JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = o.conindid AND d.objsubid = 0
UNION ALL
-- a NOT NULL of a column, a constraint of its own since 18
SELECT 'column', rel.schema, rel.name, f.attname::text, 'comment on not null', d.description
FROM rel
JOIN pg_constraint o ON o.conrelid = rel.oid AND o.contype = 'n'
JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum = o.conkey[1]
JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = o.oid AND d.objsubid = 0
