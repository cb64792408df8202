-- Which sequences are there, with which options, owned by which column? PostgreSQL 12-18.
-- Those of identity columns are part of the column.
SELECT 'sequence', rel.schema, '', rel.name, a.attribute, a.value
FROM rel
JOIN pg_sequence s ON s.seqrelid = rel.oid
JOIN pg_class c ON c.oid = rel.oid
LEFT JOIN LATERAL (
    SELECT n.nspname::text AS schema, t.relname::text AS name, f.attname::text AS attname
    FROM pg_depend d
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute f ON f.attrelid = t.oid AND f.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid AND d.deptype = 'a'
        AND d.refclassid = 'pg_class'::regclass
) AS o ON true
CROSS JOIN LATERAL (VALUES
    ('type', format_type(s.seqtypid, NULL)),
    ('start', s.seqstart::text),
    ('increment', s.seqincrement::text),
    ('minimum', s.seqmin::text),
    ('maximum', s.seqmax::text),
    ('cache', s.seqcache::text),
    ('cycle', s.seqcycle::text),
    ('persistence', nullif(c.relpersistence::text, 'p')),
    ('owned by', quote_ident(o.schema) || '.' || quote_ident(o.name) || '.' || quote_ident(o.attname)),
    ('~owner', o.schema || E'\x1f' || o.name || E'\x1f' || o.attname),
    ('@create', format('CREATE %sSEQUENCE %I.%I', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END,
            rel.schema, rel.name)
        || CASE WHEN s.seqtypid = 'int8'::regtype THEN ''
            ELSE ' AS ' || format_type(s.seqtypid, NULL) END
        || CASE WHEN s.seqincrement = 1 THEN '' ELSE ' INCREMENT BY ' || s.seqincrement END
        || CASE WHEN s.seqmin = 1 THEN '' ELSE ' MINVALUE ' || s.seqmin END
        || CASE WHEN s.seqmax = CASE s.seqtypid WHEN 'int8'::regtype THEN 9223372036854775807
                WHEN 'int4'::regtype THEN 2147483647 ELSE 32767 END
            THEN '' ELSE ' MAXVALUE ' || s.seqmax END
        || CASE WHEN s.seqstart = 1 THEN '' ELSE ' START WITH ' || s.seqstart END
        || CASE WHEN s.seqcache = 1 THEN '' ELSE ' CACHE ' || s.seqcache END
        || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL
