-- Which foreign keys have no index that begins with their columns? PostgreSQL 12-18.
-- Without one every delete or update of a referenced row reads the whole referring table. A
-- partition's keys are its parent's; the order of the columns within the index's head is free.
SELECT n.nspname::text, c.relname::text,
    ARRAY(SELECT f.attname::text
        FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute f ON f.attrelid = o.conrelid AND f.attnum = k.attnum
        ORDER BY k.place)
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype = 'f' AND o.conparentid = 0
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = o.conrelid AND i.indisvalid AND i.indpred IS NULL
            AND i.indnkeyatts >= cardinality(o.conkey)
            AND (i.indkey::int2[])[0:cardinality(o.conkey) - 1] @> o.conkey
    )
ORDER BY 1, 2, 3
