-- Names of pg_catalog, which any search path looks through first.
SELECT x.name::text
FROM (SELECT c.relname, c.relnamespace FROM pg_catalog.pg_class c
      UNION SELECT t.typname, t.typnamespace FROM pg_catalog.pg_type t
      UNION SELECT p.proname, p.pronamespace FROM pg_catalog.pg_proc p
      UNION SELECT o.oprname, o.oprnamespace FROM pg_catalog.pg_operator o
      UNION SELECT c.collname, c.collnamespace FROM pg_catalog.pg_collation c
      UNION SELECT o.opcname, o.opcnamespace FROM pg_catalog.pg_opclass o
      UNION SELECT o.opfname, o.opfnamespace FROM pg_catalog.pg_opfamily o
      UNION SELECT c.conname, c.connamespace FROM pg_catalog.pg_conversion c
      UNION SELECT c.cfgname, c.cfgnamespace FROM pg_catalog.pg_ts_config c
      UNION SELECT d.dictname, d.dictnamespace FROM pg_catalog.pg_ts_dict d
      UNION SELECT p.prsname, p.prsnamespace FROM pg_catalog.pg_ts_parser p
      UNION SELECT t.tmplname, t.tmplnamespace FROM pg_catalog.pg_ts_template t) x(name, schema)
WHERE x.schema OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace
