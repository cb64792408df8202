-- Which collations were created here? PostgreSQL 12-18 (columns renamed in 15 and 17).
SELECT 'collation', ns.schema, '', c.collname::text, a.attribute, a.value
FROM pg_collation c
JOIN ns ON ns.oid = c.collnamespace
CROSS JOIN LATERAL (
    SELECT concat_ws(', ',
        'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        'LOCALE = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale',
            to_jsonb(c) ->> 'colliculocale',
            CASE WHEN c.collcollate = c.collctype OR c.collprovider = 'i' THEN c.collcollate::text END)),
        CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype
            THEN format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype) END,
        'RULES = ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
        CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END) AS options
) AS o
CROSS JOIN LATERAL (VALUES
    ('definition', o.options),
    ('@create', format('CREATE COLLATION %I.%I (%s)', ns.schema, c.collname, o.options))
) AS a (attribute, value)
WHERE NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid
)
