-- Which event triggers are there? PostgreSQL 12-18.
SELECT 'event trigger', '', '', e.evtname::text, a.attribute, a.value
FROM pg_event_trigger e
CROSS JOIN LATERAL (
    SELECT format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
        ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(x.tag), ', ' ORDER BY x.place)
            FROM unnest(e.evttags) WITH ORDINALITY AS x (tag, place)) || ')', e.evtfoid::regproc) AS text
) AS d
CROSS JOIN LATERAL (VALUES
    ('definition', d.text),
    ('enabled', CASE e.evtenabled
        WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END),
    ('@create', d.text)
) AS a (attribute, value)
WHERE a.value IS NOT NULL AND NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid
)
