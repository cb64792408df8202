-- Under which key does the snapshot know an object of the system catalogs? PostgreSQL 12-18.
-- Stands between scope.sql and the queries that start from an object's identifier.
, named (classid, objid, subid, kind, schema, tab, name) AS (
    SELECT 'pg_class'::regclass, rel.oid, 0, rel.kind, rel.schema, '', rel.name FROM rel
    UNION ALL
    SELECT 'pg_class'::regclass, rel.oid, f.attnum::int, 'column', rel.schema, rel.name, f.attname::text
    FROM rel JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum > 0 AND NOT f.attisdropped
    WHERE rel.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    UNION ALL
    SELECT 'pg_class'::regclass, i.indexrelid, 0, 'index', rel.schema, rel.name, c.relname::text
    FROM rel JOIN pg_index i ON i.indrelid = rel.oid JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint o
        WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 'pg_constraint'::regclass, o.oid, 0, 'constraint', rel.schema, rel.name, o.conname::text
    FROM rel JOIN pg_constraint o ON o.conrelid = rel.oid
    WHERE o.contype NOT IN ('n', 't') AND o.conparentid = 0 AND (o.conislocal OR o.coninhcount = 0)
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, 0, 'trigger', rel.schema, rel.name, t.tgname::text
    FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid
    WHERE NOT t.tgisinternal AND coalesce((to_jsonb(t) ->> 'tgparentid')::oid, 0) = 0
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, 0, 'policy', rel.schema, rel.name, p.polname::text
    FROM rel JOIN pg_policy p ON p.polrelid = rel.oid
    UNION ALL
    -- what a view's own rule needs, the view needs
    SELECT 'pg_rewrite'::regclass, r.oid, 0,
        CASE r.rulename WHEN '_RETURN' THEN rel.kind ELSE 'rule' END, rel.schema,
        CASE r.rulename WHEN '_RETURN' THEN '' ELSE rel.name END,
        CASE r.rulename WHEN '_RETURN' THEN rel.name ELSE r.rulename::text END
    FROM rel JOIN pg_rewrite r ON r.ev_class = rel.oid
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid, 0, 'column', rel.schema, rel.name, f.attname::text
    FROM rel JOIN pg_attrdef d ON d.adrelid = rel.oid
    JOIN pg_attribute f ON f.attrelid = rel.oid AND f.attnum = d.adnum
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 0,
        CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'base type' END,
        ns.schema, '', t.typname::text
    FROM pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r', 'b') AND NOT EXISTS (SELECT FROM pg_type x WHERE x.typarray = t.oid)
    UNION ALL
    -- what needs a multirange needs its range
    SELECT 'pg_type'::regclass, (to_jsonb(r) ->> 'rngmultitypid')::oid, 0, 'range type', ns.schema, '', t.typname::text
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN ns ON ns.oid = t.typnamespace
    WHERE to_jsonb(r) ? 'rngmultitypid'
    UNION ALL
    -- a relation's row type stands for the relation; so do the arrays of both
    SELECT 'pg_type'::regclass, t.oid, 0, rel.kind, rel.schema, '', rel.name
    FROM rel JOIN pg_type t ON t.typrelid = rel.oid
    UNION ALL
    SELECT 'pg_constraint'::regclass, o.oid, 0, 'domain constraint', ns.schema, t.typname::text, o.conname::text
    FROM pg_constraint o JOIN pg_type t ON t.oid = o.contypid JOIN ns ON ns.oid = t.typnamespace
    WHERE o.contype <> 'n'
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 0,
        CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
        ns.schema, '', p.proname || '(' || oidvectortypes(p.proargtypes) || ')'
    FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_namespace'::regclass, ns.oid, 0, 'schema', '', '', ns.schema FROM ns
    UNION ALL
    SELECT 'pg_extension'::regclass, e.oid, 0, 'extension', '', '', e.extname::text
    FROM pg_extension e WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, 0, 'statistics', ns.schema, '', s.stxname::text
    FROM pg_statistic_ext s JOIN ns ON ns.oid = s.stxnamespace
    UNION ALL
    SELECT 'pg_collation'::regclass, c.oid, 0, 'collation', ns.schema, '', c.collname::text
    FROM pg_collation c JOIN ns ON ns.oid = c.collnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, c.oid, 0, 'text search configuration', ns.schema, '', c.cfgname::text
    FROM pg_ts_config c JOIN ns ON ns.oid = c.cfgnamespace
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, c.oid, 0, 'text search dictionary', ns.schema, '', c.dictname::text
    FROM pg_ts_dict c JOIN ns ON ns.oid = c.dictnamespace
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, e.oid, 0, 'event trigger', '', '', e.evtname::text
    FROM pg_event_trigger e
    UNION ALL
    SELECT 'pg_cast'::regclass, c.oid, 0, 'cast', '', '',
        format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
    FROM pg_cast c
    WHERE c.oid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend i
        WHERE i.classid = 'pg_cast'::regclass AND i.objid = c.oid AND i.deptype = 'i')
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, 0, 'operator', ns.schema, '',
        format('%s(%s, %s)', o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL))
    FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace
    UNION ALL
    SELECT 'pg_opclass'::regclass, c.oid, 0, 'operator class', ns.schema, '', format('%I USING %I', c.opcname, m.amname)
    FROM pg_opclass c JOIN ns ON ns.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, 0, 'operator family', ns.schema, '', format('%I USING %I', f.opfname, m.amname)
    FROM pg_opfamily f JOIN ns ON ns.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
    UNION ALL
    SELECT 'pg_language'::regclass, l.oid, 0, 'language', '', '', l.lanname::text FROM pg_language l WHERE l.oid >= 16384
    UNION ALL
    SELECT 'pg_am'::regclass, m.oid, 0, 'access method', '', '', m.amname::text FROM pg_am m WHERE m.oid >= 16384
    UNION ALL
    SELECT 'pg_transform'::regclass, t.oid, 0, 'transform', '', '',
        format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname)
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    UNION ALL
    SELECT 'pg_conversion'::regclass, c.oid, 0, 'conversion', ns.schema, '', c.conname::text
    FROM pg_conversion c JOIN ns ON ns.oid = c.connamespace
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'foreign data wrapper', '', '', w.fdwname::text
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, s.oid, 0, 'foreign server', '', '', s.srvname::text FROM pg_foreign_server s
    UNION ALL
    SELECT 'pg_user_mapping'::regclass, u.umid, 0, 'user mapping', '', '',
        format('FOR %s SERVER %I', CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END, u.srvname)
    FROM pg_user_mappings u
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, p.oid, 0, 'text search parser', ns.schema, '', p.prsname::text
    FROM pg_ts_parser p JOIN ns ON ns.oid = p.prsnamespace
    UNION ALL
    SELECT 'pg_ts_template'::regclass, t.oid, 0, 'text search template', ns.schema, '', t.tmplname::text
    FROM pg_ts_template t JOIN ns ON ns.oid = t.tmplnamespace
    UNION ALL
    SELECT 'pg_publication'::regclass, p.oid, 0, 'publication', '', '', p.pubname::text FROM pg_publication p
)
