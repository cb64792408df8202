-- What do the comments say? PostgreSQL 12-18. Also that on a constraint's own index.
SELECT n.kind, n.schema, n.tab, n.name, 'comment', d.description
FROM named n
JOIN pg_description d ON d.classoid = n.classid AND d.objoid = n.objid AND d.objsubid = n.subid
WHERE NOT EXISTS (
        SELECT FROM member m WHERE m.classid = n.classid AND m.objid = n.objid
    )
    AND n.classid <> 'pg_attrdef'::regclass
    -- an extension writes its own comment
    AND n.kind <> 'extension'
