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
    -- a relation needs what its columns' types are
    SELECT rel.kind, rel.schema, '', rel.name, r.kind, r.schema, r.tab, r.name
    FROM rel
    JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum > 0 AND NOT f.attisdropped
    JOIN pg_type t ON t.oid = f.atttypid
    JOIN named r ON r.classid = 'pg_type'::regclass
        AND r.objid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
    WHERE rel.relkind IN ('r', 'p', 'c')
) AS d
WHERE (d.kind, d.schema, d.tab, d.name) IS DISTINCT FROM (d.rkind, d.rschema, d.rtab, d.rname)
GROUP BY d.kind, d.schema, d.tab, d.name
