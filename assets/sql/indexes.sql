-- Which indexes are there that no constraint brings along? PostgreSQL 12-18.
-- A partition's index that its parent's index made is part of that.
SELECT 'index', rel.schema, rel.name, ic.relname::text, a.attribute, a.value
FROM rel
JOIN pg_index i ON i.indrelid = rel.oid
JOIN pg_class ic ON ic.oid = i.indexrelid
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_indexdef(i.indexrelid)),
    ('valid', CASE WHEN NOT i.indisvalid THEN 'no' END),
    ('tablespace', ts.spcname::text),
    ('@create', pg_get_indexdef(i.indexrelid))
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT ic.relispartition
    AND NOT EXISTS (
        SELECT FROM pg_constraint o
        WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x')
    )
