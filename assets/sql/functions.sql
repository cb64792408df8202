-- Which functions, procedures and aggregates are there? PostgreSQL 12-18.
-- pg_get_functiondef knows no aggregates; their parts stand in pg_aggregate.
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
    ns.schema, '', p.proname || '(' || oidvectortypes(p.proargtypes) || ')', a.attribute, a.value
FROM pg_proc p
JOIN ns ON ns.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.prokind = 'a' THEN
        format('CREATE AGGREGATE %I.%I(%s) (%s)', ns.schema, p.proname,
            CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
            concat_ws(', ',
                'SFUNC = ' || g.aggtransfn::text,
                'STYPE = ' || format_type(g.aggtranstype, NULL),
                'SSPACE = ' || nullif(g.aggtransspace, 0),
                'FINALFUNC = ' || nullif(g.aggfinalfn::text, '-'),
                CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                CASE WHEN g.aggfinalfn <> 0 THEN 'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify
                    WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
                'COMBINEFUNC = ' || nullif(g.aggcombinefn::text, '-'),
                'SERIALFUNC = ' || nullif(g.aggserialfn::text, '-'),
                'DESERIALFUNC = ' || nullif(g.aggdeserialfn::text, '-'),
                'INITCOND = ' || quote_literal(g.agginitval),
                'MSFUNC = ' || nullif(g.aggmtransfn::text, '-'),
                'MINVFUNC = ' || nullif(g.aggminvtransfn::text, '-'),
                CASE WHEN g.aggmtranstype <> 0
                    THEN 'MSTYPE = ' || format_type(g.aggmtranstype, NULL) END,
                'MFINALFUNC = ' || nullif(g.aggmfinalfn::text, '-'),
                'MINITCOND = ' || quote_literal(g.aggminitval),
                CASE WHEN g.aggsortop <> 0 THEN 'SORTOP = ' || (
                    SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
                    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
                    WHERE o.oid = g.aggsortop) END,
                CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END,
                CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE'
                    WHEN 'r' THEN 'PARALLEL = RESTRICTED' END))
        ELSE rtrim(pg_get_functiondef(p.oid), E'\n ') END AS text
) AS d
CROSS JOIN LATERAL (VALUES
    ('definition', d.text),
    ('~language', l.lanname::text),
    ('~arguments', pg_get_function_identity_arguments(p.oid)),
    ('@create', d.text)
) AS a (attribute, value)
WHERE NOT EXISTS (
        SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid
    )
    -- the constructors that a range type brings along
    AND NOT EXISTS (
        SELECT FROM pg_depend i
        WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i'
    )
