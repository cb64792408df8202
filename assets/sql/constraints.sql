-- Which constraints have the tables? PostgreSQL 12-18.
-- Left out: copies that a child has of its parent's, and the NOT NULL constraints of PostgreSQL 18,
-- which the column says already.
SELECT 'constraint', rel.schema, rel.name, o.conname::text, a.attribute, a.value
FROM rel
JOIN pg_constraint o ON o.conrelid = rel.oid
CROSS JOIN LATERAL (VALUES
    ('type', CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
        WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion'
        WHEN 't' THEN 'trigger' ELSE o.contype::text END),
    ('definition', pg_get_constraintdef(o.oid)),
    ('index options', (SELECT string_agg(x, ', ' ORDER BY x)
        FROM pg_class i, unnest(i.reloptions) x
        -- an exclusion says them itself
        WHERE i.oid = o.conindid AND o.contype IN ('p', 'u'))),
    ('~index options', (SELECT array_to_string(i.reloptions, ', ') FROM pg_class i
        WHERE i.oid = o.conindid AND o.contype IN ('p', 'u'))),
    ('tablespace', (SELECT ts.spcname::text FROM pg_class i JOIN pg_tablespace ts ON ts.oid = i.reltablespace
        WHERE i.oid = o.conindid AND o.contype IN ('p', 'u', 'x'))),
    ('@create', format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
        rel.schema, rel.name, o.conname, pg_get_constraintdef(o.oid)))
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND o.contype NOT IN ('n', 't')
    AND o.conparentid = 0 AND (o.conislocal OR o.coninhcount = 0)
UNION ALL
-- A partition's copy of a key has an index, whose name the dump shows.
SELECT 'constraint', rel.schema, rel.name, o.conname::text, a.attribute, a.value
FROM rel
JOIN pg_constraint o ON o.conrelid = rel.oid
JOIN pg_constraint p ON p.oid = o.conparentid
CROSS JOIN LATERAL (VALUES
    ('type', CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' ELSE 'exclusion' END),
    ('partition of', p.conname::text)
) AS a (attribute, value)
WHERE o.contype IN ('p', 'u', 'x')
