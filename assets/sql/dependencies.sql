-- Which objects must exist before which? PostgreSQL 12-18, from pg_depend.
-- One row an object; the value is one line a need: kind, schema, table, name between unit
-- separators. Types of columns and arrays lead to the type's own key.
SELECT d.kind, d.schema, d.tab, d.name, '~needs',
    string_agg(DISTINCT concat_ws(E'\x1f', d.rkind, d.rschema, d.rtab, d.rname), E'\n')
FROM (
    SELECT n.kind, n.schema, n.tab, n.name,
        r.kind AS rkind, r.schema AS rschema, r.tab AS rtab, r.name AS rname
    FROM pg_depend p
    JOIN named n ON n.classid = p.classid AND n.objid = p.objid AND n.subid = p.objsubid
    LEFT JOIN pg_type arr ON p.refclassid = 'pg_type'::regclass AND arr.oid = p.refobjid AND arr.typelem <> 0
        AND arr.typcategory = 'A'
    JOIN named r ON r.classid = p.refclassid
        AND r.objid = coalesce(arr.typelem, p.refobjid)
        AND (r.subid = p.refobjsubid OR r.subid = 0)
    WHERE p.deptype IN ('n', 'a')
    UNION ALL
    -- a domain needs what its checks need
    SELECT 'domain', ns.schema, '', t.typname::text, r.kind, r.schema, r.tab, r.name
    FROM pg_constraint o
    JOIN pg_type t ON t.oid = o.contypid
    JOIN ns ON ns.oid = t.typnamespace
    JOIN pg_depend p ON p.classid = 'pg_constraint'::regclass AND p.objid = o.oid AND p.deptype = 'n'
    JOIN named r ON r.classid = p.refclassid AND r.objid = p.refobjid AND (r.subid = p.refobjsubid OR r.subid = 0)
    UNION ALL
    -- an operator class or family needs the operators and functions that are its members
    SELECT n.kind, n.schema, n.tab, n.name, r.kind, r.schema, r.tab, r.name
    FROM pg_depend m
    JOIN named n ON n.classid = m.refclassid AND n.objid = m.refobjid
    JOIN pg_depend p ON p.classid = m.classid AND p.objid = m.objid AND p.deptype IN ('n', 'a')
    JOIN named r ON r.classid = p.refclassid AND r.objid = p.refobjid
    WHERE m.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND m.deptype IN ('i', 'a')
        AND m.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
        AND p.refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
    UNION ALL
    -- a relation needs what its columns' types are
    SELECT rel.kind, rel.schema, '', rel.name, r.kind, r.schema, r.tab, r.name
    FROM rel
    JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum > 0 AND NOT f.attisdropped
    JOIN pg_type t ON t.oid = f.atttypid
    JOIN named r ON r.classid = 'pg_type'::regclass
        AND r.objid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
    WHERE rel.relkind IN ('r', 'p', 'c', 'f')
) AS d
WHERE (d.kind, d.schema, d.tab, d.name) IS DISTINCT FROM (d.rkind, d.rschema, d.rtab, d.rname)
GROUP BY d.kind, d.schema, d.tab, d.name
