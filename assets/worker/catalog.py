"""Reads what the draft needs from PostgreSQL's catalogs: one query a kind, none a table.

Every query gives one JSON text, so that all drivers answer alike. Never writes.
"""
import json

# Placeholders: USER_SCHEMA and NOT_EXTENSION(oid column, catalog).
USER_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
NOT_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{catalog}'::regclass"
    " AND e.objid = {oid} AND e.deptype = 'e')"
)

TABLES = """
SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
       c.relpersistence::text AS persistence, c.reloptions AS options, c.relispartition AS is_partition,
       c.reloftype <> 0 AS typed, c.relreplident::text AS identity,
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid) AS inherits,
       obj_description(c.oid, 'pg_class') AS comment, am.amname AS method, t.spcname AS tablespace,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p', 'f') AND """ + USER_SCHEMA + " AND " + NOT_EXTENSION.format(catalog="pg_class", oid="c.oid")

COLUMNS = """
SELECT a.attrelid::bigint AS table_oid, a.attname AS name, a.attnum AS number,
       format_type(a.atttypid, a.atttypmod) AS type, a.atttypmod AS modifier,
       coalesce(et.typtype, t.typtype)::text AS type_kind, coalesce(et.typname, t.typname) AS type_name,
       coalesce(en.nspname, tn.nspname) AS type_schema, et.oid IS NOT NULL AS is_array,
       a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS default,
       a.attidentity::text AS identity, coalesce(to_jsonb(a)->>'attgenerated', '') AS generated,
       CASE WHEN a.attcollation <> t.typcollation THEN cl.collname END AS collation,
       CASE WHEN a.attcollation <> t.typcollation THEN cn.nspname END AS collation_schema,
       col_description(a.attrelid, a.attnum) AS comment,
       a.attstorage <> t.typstorage AS odd_storage,
       coalesce(to_jsonb(a)->>'attcompression', '') AS compression,
       coalesce(a.attstattarget, -1) AS statistics, a.attoptions AS options,
       s.seq AS sequence
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_type et ON et.oid = t.typelem AND t.typcategory = 'A' AND t.typtype = 'b' AND t.typlen = -1
LEFT JOIN pg_namespace en ON en.oid = et.typnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation cl ON cl.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = cl.collnamespace
LEFT JOIN LATERAL (
    SELECT json_build_object('schema', sn.nspname, 'name', sc.relname, 'regclass', sc.oid::regclass::text,
           'type', format_type(q.seqtypid, NULL), 'start', q.seqstart, 'increment', q.seqincrement,
           'max', q.seqmax, 'min', q.seqmin, 'cache', q.seqcache, 'cycle', q.seqcycle,
           'internal', p.deptype = 'i', 'persistence', sc.relpersistence) AS seq
    FROM pg_depend p JOIN pg_class sc ON sc.oid = p.objid AND sc.relkind = 'S'
    JOIN pg_namespace sn ON sn.oid = sc.relnamespace JOIN pg_sequence q ON q.seqrelid = sc.oid
    WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
      AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i')
    ORDER BY p.deptype DESC, sc.oid LIMIT 1
) s ON true
WHERE a.attnum > 0 AND NOT a.attisdropped AND """ + USER_SCHEMA + """
ORDER BY a.attrelid, a.attnum"""

CONSTRAINTS = """
SELECT k.oid::bigint AS oid, k.conrelid::bigint AS table_oid, k.conname AS name, k.contype::text AS kind,
       (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns,
       k.confrelid::bigint AS target_oid, rn.nspname AS target_schema, rc.relname AS target_table,
       (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number) AS target_columns,
       k.confupdtype::text AS on_update, k.confdeltype::text AS on_delete, k.confmatchtype::text AS match,
       k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated,
       k.connoinherit AS no_inherit, k.conislocal AS local, k.conparentid <> 0 AS from_parent,
       pg_get_constraintdef(k.oid) AS definition, pg_get_expr(k.conbin, k.conrelid) AS expression,
       to_jsonb(k)->>'confdelsetcols' IS NOT NULL AS set_columns,
       coalesce((to_jsonb(k)->>'conperiod')::boolean, false) AS period,
       coalesce((to_jsonb(k)->>'conenforced')::boolean, true) AS enforced,
       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       k.contype = 'f' AND NOT EXISTS (SELECT FROM pg_constraint u WHERE u.conindid = k.conindid
           AND u.contype IN ('p', 'u', 'x')) AS by_index,
       i.indnkeyatts < i.indnatts AS includes, ic.reloptions AS options,
       ic.reltablespace <> 0 AS tablespace, i.indisclustered AS clustered
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class rc ON rc.oid = k.confrelid LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND """ + USER_SCHEMA + """
ORDER BY k.conrelid, k.conname"""

INDEXES = """
SELECT i.indrelid::bigint AS table_oid, ic.relname AS name, i.indisunique AS unique,
       pg_get_indexdef(i.indexrelid) AS definition, pg_get_expr(i.indpred, i.indrelid) AS where,
       am.amname AS method, ic.reloptions AS options, i.indisvalid AS valid,
       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
       i.indisclustered AS clustered, i.indisreplident AS identity, ic.reltablespace <> 0 AS tablespace,
       EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = i.indexrelid
               AND (o.attoptions IS NOT NULL OR coalesce(o.attstattarget, -1) >= 0)) AS odd,
       (SELECT json_agg(json_build_object(
            'text', pg_get_indexdef(i.indexrelid, k, false), 'column', a.attname,
            'option', i.indoption[k - 1],
            'opclass_schema', CASE WHEN NOT o.opcdefault THEN os.nspname END,
            'opclass_name', CASE WHEN NOT o.opcdefault THEN o.opcname END,
            'collation', CASE WHEN i.indcollation[k - 1] <> 0 AND i.indcollation[k - 1] <>
                coalesce(a.attcollation, ia.attcollation) THEN (
                    SELECT CASE WHEN pg_collation_is_visible(x.oid) THEN '' ELSE quote_ident(xn.nspname) || '.' END
                        || quote_ident(x.collname)
                    FROM pg_collation x JOIN pg_namespace xn ON xn.oid = x.collnamespace
                    WHERE x.oid = i.indcollation[k - 1])
                END, 'expression', a.attname IS NULL) ORDER BY k)
        FROM generate_series(1, i.indnkeyatts) k
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND i.indkey[k - 1] <> 0
        LEFT JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k
        LEFT JOIN pg_opclass o ON o.oid = i.indclass[k - 1]
        LEFT JOIN pg_namespace os ON os.oid = o.opcnamespace) AS keys,
       (SELECT json_agg(a.attname ORDER BY k) FROM generate_series(i.indnkeyatts + 1, i.indnatts) k
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]) AS include
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  AND NOT ic.relispartition AND """ + USER_SCHEMA + """
ORDER BY i.indrelid, ic.relname"""

ENUMS = """
SELECT n.nspname AS schema, t.typname AS name,
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND """ + USER_SCHEMA + " AND " + NOT_EXTENSION.format(catalog="pg_type", oid="t.oid") + """
ORDER BY 1, 2"""


class Catalog:
    """The rows of all queries, in one transaction's view."""

    def __init__(self, connection, default_schema=None):
        self.connection = connection
        self.default_schema = default_schema or self.value("SELECT current_schema()") or "public"
        quoted = '"%s"' % self.default_schema.replace('"', '""')
        # Names in expressions come out as short as they may be, and no shorter.
        self.value("SELECT set_config('search_path', '%s', true)" % quoted.replace("'", "''"))
        self.tables = self.rows(TABLES)
        self.columns = self.rows(COLUMNS)
        self.constraints = self.rows(CONSTRAINTS)
        self.indexes = self.rows(INDEXES)
        self.enums = self.rows(ENUMS)

    def value(self, sql):
        return self.connection.exec_driver_sql(sql).scalar()

    def rows(self, sql):
        return json.loads(self.value("SELECT coalesce(json_agg(x), '[]')::text FROM (%s) x" % sql))
