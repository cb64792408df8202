-- Which columns have the tables, with type, default, identity and what else is not the default?
-- PostgreSQL 12-18. `position` counts the columns that are there.
SELECT 'column', rel.schema, rel.name, f.attname::text, a.attribute, a.value
FROM rel
JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum > 0 AND NOT f.attisdropped
JOIN pg_type t ON t.oid = f.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = f.attrelid AND d.adnum = f.attnum
LEFT JOIN LATERAL (
    SELECT count(*) AS place
    FROM pg_attribute p
    WHERE p.attrelid = f.attrelid AND p.attnum > 0 AND p.attnum <= f.attnum AND NOT p.attisdropped
) AS p ON true
LEFT JOIN LATERAL (
    SELECT format('START WITH %s, INCREMENT BY %s, MINVALUE %s, MAXVALUE %s, CACHE %s%s',
            s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
            CASE WHEN s.seqcycle THEN ', CYCLE' ELSE '' END) AS options,
        -- only a name that the server would not have chosen
        CASE WHEN n.nspname = rel.schema AND c.relname = chosen.first || '_' || chosen.second || '_seq'
            THEN NULL ELSE format('%I.%I', n.nspname, c.relname) END AS name
    FROM pg_depend e
    JOIN pg_sequence s ON s.seqrelid = e.objid
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    -- makeObjectName of indexcmds.c: 63 bytes, of which the longer of both names gives
    CROSS JOIN LATERAL (
        SELECT least(octet_length(rel.name), greatest(29, 58 - octet_length(f.attname::text))) AS first,
            least(octet_length(f.attname::text), greatest(29, 58 - octet_length(rel.name))) AS second
    ) AS room
    CROSS JOIN LATERAL (
        SELECT (SELECT left(rel.name, k) FROM generate_series(length(rel.name), 0, -1) AS k
                WHERE octet_length(left(rel.name, k)) <= room.first ORDER BY k DESC LIMIT 1) AS first,
            (SELECT left(f.attname::text, k) FROM generate_series(length(f.attname::text), 0, -1) AS k
                WHERE octet_length(left(f.attname::text, k)) <= room.second ORDER BY k DESC LIMIT 1) AS second
    ) AS chosen
    WHERE f.attidentity <> '' AND e.classid = 'pg_class'::regclass AND e.deptype = 'i'
        AND e.refclassid = 'pg_class'::regclass
        AND e.refobjid = f.attrelid AND e.refobjsubid = f.attnum
) AS s ON true
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I %L', p.name, p.value), ', ' ORDER BY p.name) AS list
    FROM pg_options_to_table(f.attfdwoptions) AS p (name, value)
) AS o ON f.attfdwoptions IS NOT NULL
-- Since 18 a NOT NULL is a constraint; told is one that a person named, or that differs from the usual.
LEFT JOIN LATERAL (
    SELECT format('CONSTRAINT %I NOT NULL %I%s%s', n.conname, f.attname,
        CASE WHEN n.connoinherit THEN ' NO INHERIT' END,
        CASE WHEN NOT n.convalidated THEN ' NOT VALID' END) AS definition
    FROM pg_constraint n
    WHERE n.conrelid = f.attrelid AND n.contype = 'n' AND n.conkey[1] = f.attnum AND n.conislocal
        AND (n.conname !~ '_not_null[0-9]*$' OR n.connoinherit OR NOT n.convalidated)
) AS nn ON true
CROSS JOIN LATERAL (VALUES
    ('type', format_type(f.atttypid, f.atttypmod)),
    ('not null', CASE WHEN f.attnotnull THEN 'yes' ELSE 'no' END),
    ('default', CASE WHEN f.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END),
    ('generated', CASE f.attgenerated
        WHEN 's' THEN format('GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
        WHEN 'v' THEN format('GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(d.adbin, d.adrelid)) END),
    ('identity', CASE f.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END),
    ('identity options', s.options),
    ('identity sequence', s.name),
    ('collation', CASE WHEN f.attcollation <> t.typcollation
        THEN (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = f.attcollation) END),
    ('storage', CASE WHEN f.attstorage <> t.typstorage THEN CASE f.attstorage
        WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
    ('compression', CASE to_jsonb(f) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END),
    ('statistics target', CASE WHEN f.attstattarget >= 0 THEN f.attstattarget::text END),
    ('options', (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(f.attoptions) o)),
    ('~options', array_to_string(f.attoptions, ', ')),
    ('foreign options', o.list),
    ('not null constraint', nn.definition),
    ('inherited', CASE WHEN f.attinhcount > 0
        THEN CASE WHEN f.attislocal THEN 'and local' ELSE 'yes' END END),
    ('position', p.place::text)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND (rel.relkind IN ('r', 'p', 'f')
    OR rel.relkind = 'v' AND a.attribute = 'default'
    OR rel.relkind = 'm' AND a.attribute IN ('storage', 'compression', 'statistics target', 'options', '~options'))
