-- Which indexes are there that no constraint brings along? PostgreSQL 12-18.
-- A partition's index says whose part it is: the parent's makes it, with a name of the server's choice.
SELECT 'index', rel.schema, rel.name, ic.relname::text, a.attribute, a.value
FROM rel
JOIN pg_index i ON i.indrelid = rel.oid
JOIN pg_class ic ON ic.oid = i.indexrelid
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_indexdef(i.indexrelid)),
    ('statistics', (SELECT string_agg(f.attnum || ' ' || f.attstattarget, ', ' ORDER BY f.attnum)
        FROM pg_attribute f WHERE f.attrelid = ic.oid AND f.attstattarget >= 0)),
    ('valid', CASE WHEN NOT i.indisvalid THEN 'no' END),
    ('tablespace', ts.spcname::text),
    ('partition of', CASE WHEN ic.relispartition THEN (
        SELECT p.relname::text FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
        WHERE h.inhrelid = ic.oid) END),
    -- ON ONLY would make an index that waits for its partitions' ones
    ('@create', CASE ic.relkind WHEN 'I'
        THEN regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        ELSE pg_get_indexdef(i.indexrelid) END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_constraint o
        WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x')
    )
