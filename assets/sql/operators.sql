-- Which operators, operator classes and families, and casts are there? PostgreSQL 12-18.
-- Operators and casts with what builds them; classes and families by name and access method.
SELECT x.kind, x.schema, '', x.name, a.attribute, a.value
FROM (
    SELECT 'operator' AS kind, ns.schema AS schema,
        format('%s(%s, %s)', o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)) AS name,
        'pg_operator'::regclass AS classid, o.oid,
        o.oprcode::text || CASE WHEN o.oprcanhash THEN ' hashes' ELSE '' END
            || CASE WHEN o.oprcanmerge THEN ' merges' ELSE '' END AS definition,
        CASE WHEN o.oprcode <> 0 THEN format('CREATE OPERATOR %I.%s (%s)', ns.schema, o.oprname, concat_ws(', ',
            'FUNCTION = ' || o.oprcode::text,
            CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
            CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
            (SELECT format('COMMUTATOR = OPERATOR(%I.%s)', n.nspname, k.oprname)
             FROM pg_operator k JOIN pg_namespace n ON n.oid = k.oprnamespace WHERE k.oid = o.oprcom),
            (SELECT format('NEGATOR = OPERATOR(%I.%s)', n.nspname, k.oprname)
             FROM pg_operator k JOIN pg_namespace n ON n.oid = k.oprnamespace WHERE k.oid = o.oprnegate),
            'RESTRICT = ' || nullif(o.oprrest::text, '-'),
            'JOIN = ' || nullif(o.oprjoin::text, '-'),
            CASE WHEN o.oprcanhash THEN 'HASHES' END,
            CASE WHEN o.oprcanmerge THEN 'MERGES' END)) END AS text
    FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace
    UNION ALL
    SELECT 'operator class', ns.schema, format('%I USING %I', c.opcname, m.amname), 'pg_opclass'::regclass, c.oid,
        format_type(c.opcintype, NULL) || CASE WHEN c.opcdefault THEN ' default' ELSE '' END, NULL
    FROM pg_opclass c JOIN ns ON ns.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
    UNION ALL
    SELECT 'operator family', ns.schema, format('%I USING %I', f.opfname, m.amname), 'pg_opfamily'::regclass, f.oid,
        'family', NULL
    FROM pg_opfamily f JOIN ns ON ns.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
    UNION ALL
    SELECT 'cast', '', format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
        'pg_cast'::regclass, c.oid, d.text,
        format('CREATE CAST (%s AS %s) %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL), d.text)
    FROM pg_cast c
    CROSS JOIN LATERAL (
        SELECT concat_ws(' ',
            CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure::text
                WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
            CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END) AS text
    ) AS d
    -- neither the server's own nor the one from a range type to its multirange
    WHERE c.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend i
        WHERE i.classid = 'pg_cast'::regclass AND i.objid = c.oid AND i.deptype = 'i')
) AS x
CROSS JOIN LATERAL (VALUES ('definition', x.definition), ('@create', x.text)) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
