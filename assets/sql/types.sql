-- Which ENUM, domain, composite and range types are there? PostgreSQL 12-18.
-- Labels in their order; a domain's and a composite's parts as the server writes them.
SELECT k.kind, ns.schema, '', t.typname::text, a.attribute, a.value
FROM pg_type t
JOIN ns ON ns.oid = t.typnamespace
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_class c ON c.oid = t.typrelid
CROSS JOIN LATERAL (
    SELECT CASE t.typtype
        WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type'
        WHEN 'r' THEN 'range type' ELSE 'base type'
    END AS kind
) AS k
LEFT JOIN LATERAL (
    SELECT string_agg(e.enumlabel, E'\n' ORDER BY e.enumsortorder) AS labels,
        coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '') AS list
    FROM pg_enum e WHERE e.enumtypid = t.oid
) AS e ON t.typtype = 'e'
LEFT JOIN LATERAL (
    SELECT string_agg(format('CONSTRAINT %I %s', o.conname, pg_get_constraintdef(o.oid)), ' '
        ORDER BY o.conname) AS checks
    FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype <> 'n' AND o.convalidated
) AS d ON t.typtype = 'd'
LEFT JOIN LATERAL (
    SELECT string_agg(format('%I %s', f.attname, format_type(f.atttypid, f.atttypmod))
        || CASE WHEN f.attcollation <> ft.typcollation
            THEN ' COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = f.attcollation) ELSE '' END,
        ', ' ORDER BY f.attnum) AS fields
    FROM pg_attribute f
    JOIN pg_type ft ON ft.oid = f.atttypid
    WHERE f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
) AS f ON t.typtype = 'c'
LEFT JOIN pg_type dt ON dt.oid = t.typbasetype
LEFT JOIN LATERAL (
    SELECT concat_ws(', ',
        'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
        'SUBTYPE_OPCLASS = ' || (
            SELECT format('%I.%I', n.nspname, p.opcname)
            FROM pg_opclass p JOIN pg_namespace n ON n.oid = p.opcnamespace
            WHERE p.oid = r.rngsubopc AND NOT p.opcdefault),
        'COLLATION = ' || (SELECT (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = r.rngcollation)
            FROM pg_type s WHERE s.oid = r.rngsubtype AND s.typcollation <> r.rngcollation),
        'CANONICAL = ' || nullif(r.rngcanonical::text, '-'),
        'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff::text, '-'),
        -- since 14; only a name that the server would not have chosen (makeMultirangeTypeName)
        'MULTIRANGE_TYPE_NAME = ' || (SELECT format('%I.%I', mn.nspname, m.typname)
            FROM pg_type m JOIN pg_namespace mn ON mn.oid = m.typnamespace
            WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid
                AND (m.typnamespace <> t.typnamespace OR m.typname <> CASE
                    WHEN strpos(t.typname, 'range') > 0
                    THEN overlay(t.typname::text PLACING 'multirange' FROM strpos(t.typname, 'range') FOR 5)
                    ELSE t.typname || '_multirange' END))) AS options
) AS g ON t.typtype = 'r'
CROSS JOIN LATERAL (
    SELECT concat_ws(' ',
        format_type(t.typbasetype, t.typtypmod),
        CASE WHEN t.typcollation <> dt.typcollation
            THEN 'COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = t.typcollation) END,
        -- as it is now: the text beside it is of the day on which it was written
        'DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault),
        CASE WHEN t.typnotnull THEN 'NOT NULL' END) AS text
) AS domain
CROSS JOIN LATERAL (VALUES
    ('labels', e.labels),
    ('definition', CASE t.typtype
        WHEN 'd' THEN domain.text WHEN 'c' THEN f.fields WHEN 'r' THEN g.options END),
    ('present', 'yes'),
    ('@create', CASE t.typtype
        WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', ns.schema, t.typname, e.list)
        WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s', ns.schema, t.typname, concat_ws(' ', domain.text, d.checks))
        WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s)', ns.schema, t.typname, f.fields)
        WHEN 'r' THEN format('CREATE TYPE %I.%I AS RANGE (%s)', ns.schema, t.typname, g.options)
    END)
) AS a (attribute, value)
WHERE a.value IS NOT NULL
    AND t.typtype IN ('e', 'd', 'c', 'r', 'b')
    AND (t.typtype <> 'c' OR c.relkind = 'c')
    -- the array that belongs to another type is not an object of its own
    AND NOT EXISTS (SELECT FROM pg_type x WHERE x.typarray = t.oid)
    AND NOT EXISTS (
        SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
    )
UNION ALL
SELECT 'domain constraint', ns.schema, t.typname::text, o.conname::text, a.attribute, a.value
FROM pg_constraint o
JOIN pg_type t ON t.oid = o.contypid
JOIN ns ON ns.oid = t.typnamespace
CROSS JOIN LATERAL (VALUES
    ('definition', pg_get_constraintdef(o.oid)),
    ('@create', format('ALTER DOMAIN %I.%I ADD CONSTRAINT %I %s',
        ns.schema, t.typname, o.conname, pg_get_constraintdef(o.oid)))
) AS a (attribute, value)
WHERE o.contype <> 'n' AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
)
