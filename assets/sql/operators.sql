-- Which operators, operator classes and families, and casts are there? PostgreSQL 12-18.
-- A class is made of the members that belong to it alone; the others are added to its family.
, op_members AS (
    SELECT d.refclassid AS classid, d.refobjid AS objid, string_agg(m.text, ', ' ORDER BY m.place, m.text) AS list
    FROM (
        SELECT 'pg_amop'::regclass AS classid, o.oid, o.amopstrategy AS place,
            format('OPERATOR %s %s', o.amopstrategy, o.amopopr::regoperator)
            || coalesce((SELECT format(' FOR ORDER BY %I.%I', n.nspname, f.opfname)
                FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace
                WHERE f.oid = o.amopsortfamily), '') AS text
        FROM pg_amop o
        UNION ALL
        SELECT 'pg_amproc'::regclass, p.oid, 1000 + p.amprocnum,
            format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
        FROM pg_amproc p
    ) AS m
    JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.oid AND d.deptype IN ('i', 'a')
        AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
    GROUP BY d.refclassid, d.refobjid
)
SELECT x.kind, x.schema, '', x.name, a.attribute, a.value
FROM (
    SELECT 'operator' AS kind, ns.schema AS schema,
        format('%s(%s, %s)', o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)) AS name,
        'pg_operator'::regclass AS classid, o.oid,
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
            CASE WHEN o.oprcanmerge THEN 'MERGES' END)) END AS text,
        NULL::text AS members
    FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace
    UNION ALL
    SELECT 'operator class', ns.schema, format('%I USING %I', c.opcname, m.amname), 'pg_opclass'::regclass, c.oid,
        format('CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s', ns.schema, c.opcname,
            CASE WHEN c.opcdefault THEN 'DEFAULT ' END, format_type(c.opcintype, NULL), m.amname,
            fn.nspname, f.opfname, concat_ws(', ',
                CASE WHEN c.opckeytype <> 0 OR l.list IS NULL THEN 'STORAGE '
                    || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), NULL) END, l.list)), NULL
    FROM pg_opclass c
    JOIN ns ON ns.oid = c.opcnamespace
    JOIN pg_am m ON m.oid = c.opcmethod
    JOIN pg_opfamily f ON f.oid = c.opcfamily
    JOIN pg_namespace fn ON fn.oid = f.opfnamespace
    LEFT JOIN op_members l ON l.classid = 'pg_opclass'::regclass AND l.objid = c.oid
    UNION ALL
    SELECT 'operator family', ns.schema, format('%I USING %I', f.opfname, m.amname), 'pg_opfamily'::regclass, f.oid,
        format('CREATE OPERATOR FAMILY %I.%I USING %I', ns.schema, f.opfname, m.amname), l.list
    FROM pg_opfamily f
    JOIN ns ON ns.oid = f.opfnamespace
    JOIN pg_am m ON m.oid = f.opfmethod
    LEFT JOIN op_members l ON l.classid = 'pg_opfamily'::regclass AND l.objid = f.oid
    UNION ALL
    SELECT 'cast', '', format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
        'pg_cast'::regclass, c.oid,
        format('CREATE CAST (%s AS %s) %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL), d.text),
        NULL
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
CROSS JOIN LATERAL (VALUES
    ('definition', coalesce(x.text, 'shell')),
    ('members', x.members),
    ('@create', x.text)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = x.classid AND m.objid = x.oid
)
