-- Which security labels are there? PostgreSQL 12-18. A provider writes them; they are named, not carried.
SELECT n.kind, n.schema, n.tab, n.name, 'security label',
    string_agg(l.provider || ': ' || l.label, E'\n' ORDER BY l.provider)
FROM named n
JOIN pg_seclabel l ON l.classoid = n.classid AND l.objoid = n.objid AND l.objsubid = n.subid
GROUP BY n.kind, n.schema, n.tab, n.name
