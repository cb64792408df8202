-- Who may do what, where it is not what the server gives by itself? PostgreSQL 12-18.
-- One line a privilege: grantee, privilege, `*` if it may be passed on. The owner is written as
-- `owner`, since the replay's owner is another role. `~grantees` says who is named in which order:
-- pg_dump shows it, nothing counts on it.
SELECT x.kind, x.schema, x.tab, x.name, a.attribute, a.value
FROM (
    SELECT rel.kind, rel.schema, '' AS tab, rel.name, c.relacl AS acl, c.relowner AS owner,
        acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS usual
    FROM rel JOIN pg_class c ON c.oid = rel.oid WHERE c.relkind <> 'c'
    UNION ALL
    SELECT 'column', rel.schema, rel.name, f.attname::text, f.attacl, c.relowner, '{}'::aclitem[]
    FROM rel JOIN pg_class c ON c.oid = rel.oid JOIN pg_attribute f ON f.attrelid = rel.oid
    WHERE f.attnum > 0 AND NOT f.attisdropped
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
        ns.schema, '', p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.proacl, p.proowner,
        acldefault('f', p.proowner)
    FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
        -- the constructors of a range type come with it
        AND NOT EXISTS (
            SELECT FROM pg_depend i
            WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')
    UNION ALL
    SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type'
        WHEN 'b' THEN 'base type' ELSE 'composite type' END,
        ns.schema, '', t.typname::text, t.typacl, t.typowner, acldefault('T', t.typowner)
    FROM pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r', 'c', 'b')
        AND NOT EXISTS (SELECT FROM pg_type x WHERE x.typarray = t.oid)
        AND (t.typtype <> 'c' OR EXISTS (SELECT FROM rel WHERE rel.oid = t.typrelid AND rel.relkind = 'c'))
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
    UNION ALL
    SELECT 'language', '', '', l.lanname::text, l.lanacl, l.lanowner, acldefault('l', l.lanowner)
    FROM pg_language l
    WHERE l.oid >= 16384
        AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid)
    UNION ALL
    SELECT 'foreign data wrapper', '', '', w.fdwname::text, w.fdwacl, w.fdwowner, acldefault('F', w.fdwowner)
    FROM pg_foreign_data_wrapper w
    WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid)
    UNION ALL
    SELECT 'foreign server', '', '', s.srvname::text, s.srvacl, s.srvowner, acldefault('S', s.srvowner)
    FROM pg_foreign_server s
    UNION ALL
    SELECT 'schema', '', '', ns.schema, n.nspacl, n.nspowner,
        -- what initdb wrote for `public` is what the server gives
        coalesce((SELECT i.initprivs FROM pg_init_privs i
            WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.objsubid = 0),
            acldefault('n', n.nspowner))
    FROM ns JOIN pg_namespace n ON n.oid = ns.oid
) AS x
CROSS JOIN LATERAL (
    SELECT string_agg(concat(
        CASE e.grantee WHEN 0 THEN 'PUBLIC' WHEN x.owner THEN 'owner'
            ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
        E'\t', e.privilege_type, E'\t', CASE WHEN e.is_grantable THEN '*' ELSE '' END), E'\n'
        ORDER BY e.grantee = 0 DESC, e.grantee = x.owner DESC, pg_get_userbyid(e.grantee), e.privilege_type) AS list
    FROM aclexplode(x.acl) e
) AS g
CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT concat(to_char(u.place, '000000'), E'\t', CASE e.grantee WHEN 0 THEN 'PUBLIC'
        WHEN x.owner THEN 'owner' ELSE quote_ident(pg_get_userbyid(e.grantee)) END), E'\n') AS list
    FROM unnest(x.acl) WITH ORDINALITY AS u (item, place) CROSS JOIN LATERAL aclexplode(ARRAY[u.item]) e
) AS o
CROSS JOIN LATERAL (VALUES ('privileges', coalesce(g.list, '')), ('~grantees', o.list)) AS a (attribute, value)
WHERE x.acl IS NOT NULL AND a.value IS NOT NULL
    AND NOT (x.acl @> x.usual AND x.usual @> x.acl)
UNION ALL
-- What PUBLIC and the owner may do in `public` from the beginning depends on the version.
SELECT 'schema', '', '', ns.schema, '~usual', (
    SELECT string_agg(concat(
        CASE e.grantee WHEN 0 THEN 'PUBLIC' WHEN n.nspowner THEN 'owner'
            ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
        E'\t', e.privilege_type, E'\t', CASE WHEN e.is_grantable THEN '*' ELSE '' END), E'\n')
    FROM aclexplode(coalesce((SELECT i.initprivs FROM pg_init_privs i
        WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.objsubid = 0),
        acldefault('n', n.nspowner))) e)
FROM ns JOIN pg_namespace n ON n.oid = ns.oid
WHERE ns.schema = 'public'
