"""Which revision made or changed which object, read off the catalogs between the revisions.

Only for the replay of the old chain. Asks on env.py's own connection, because nothing else sees a
transaction that is still open; never writes, and never leaves a transaction that it began.
"""
# Rows of the catalogs that change only when somebody changes the object are known by their place;
# of others only the columns count that say something about the object.
ROW = "pg_catalog.hashtextextended(pg_catalog.concat_ws('/', t.ctid, t.xmin), 0)"


def values(*columns):
    columns = ", ".join(column if " " in column else "t." + column for column in columns)
    return "pg_catalog.hashtextextended(pg_catalog.concat_ws('/', %s), 0)" % columns


# Catalog, the catalog whose object the row speaks of, its identifier, part, facet, signature, filter.
# Facets: the object itself, its comment, its privileges (acl), its state (row security and the like).
CATALOGS = (
    ("pg_class", "pg_class", "t.oid", "0", "object", values("relname", "relnamespace", "relpersistence"), "t.relkind <> 't'"),
    ("pg_class", "pg_class", "t.oid", "0", "state", values("reloptions", "relrowsecurity", "relforcerowsecurity", "relreplident"),
        "(t.reloptions IS NOT NULL OR t.relrowsecurity OR t.relforcerowsecurity OR t.relreplident <> 'd') AND t.relkind IN ('r', 'p')"),
    ("pg_class", "pg_class", "t.oid", "0", "acl", values("relacl"), "t.relacl IS NOT NULL"),
    ("pg_attribute", "pg_class", "t.attrelid", "t.attnum", "acl", values("attacl"), "t.attacl IS NOT NULL"),
    ("pg_attrdef", "pg_attrdef", "t.oid", "0", "object", ROW, None),
    ("pg_sequence", "pg_class", "t.seqrelid", "0", "object", ROW, None),
    ("pg_rewrite", "pg_rewrite", "t.oid", "0", "object", ROW, None),
    ("pg_constraint", "pg_constraint", "t.oid", "0", "object", ROW, None),
    ("pg_trigger", "pg_trigger", "t.oid", "0", "object", values("tgname", "tgrelid", "tgfoid", "tgtype", "tgqual", "tgargs"), "NOT t.tgisinternal"),
    ("pg_trigger", "pg_trigger", "t.oid", "0", "state", values("tgenabled"), "t.tgenabled <> 'O' AND NOT t.tgisinternal"),
    ("pg_policy", "pg_policy", "t.oid", "0", "object", ROW, None),
    ("pg_type", "pg_type", "t.oid", "0", "object", values("typname", "typnamespace", "typdefault", "typnotnull"), "t.typtype IN ('e', 'd', 'r')"),
    ("pg_type", "pg_type", "t.oid", "0", "acl", values("typacl"), "t.typacl IS NOT NULL"),
    ("pg_enum", "pg_type", "t.enumtypid", "0", "object", ROW, None),
    ("pg_proc", "pg_proc", "t.oid", "0", "object", values(
        "proname", "pronamespace", "prosrc", "prolang", "provolatile", "proparallel", "proisstrict", "prosecdef",
        "proleakproof", "procost", "prorows", "prorettype", "proargnames", "proargdefaults", "proconfig",
        "CASE WHEN t.prosrc = '' THEN pg_catalog.to_jsonb(t) ->> 'prosqlbody' END"), None),
    ("pg_proc", "pg_proc", "t.oid", "0", "acl", values("proacl"), "t.proacl IS NOT NULL"),
    ("pg_namespace", "pg_namespace", "t.oid", "0", "object", values("nspname"), None),
    ("pg_namespace", "pg_namespace", "t.oid", "0", "acl", values("nspacl"), None),
    ("pg_extension", "pg_extension", "t.oid", "0", "object", ROW, None),
    ("pg_event_trigger", "pg_event_trigger", "t.oid", "0", "object", values("evtname", "evtevent", "evtfoid", "evttags"), None),
    ("pg_event_trigger", "pg_event_trigger", "t.oid", "0", "state", values("evtenabled"), "t.evtenabled <> 'O'"),
    ("pg_statistic_ext", "pg_statistic_ext", "t.oid", "0", "object", ROW, None),
    ("pg_collation", "pg_collation", "t.oid", "0", "object", ROW, None),
    ("pg_ts_config", "pg_ts_config", "t.oid", "0", "object", ROW, None),
    ("pg_ts_config_map", "pg_ts_config", "t.mapcfg", "0", "object", ROW, None),
    ("pg_ts_dict", "pg_ts_dict", "t.oid", "0", "object", ROW, None),
    ("pg_cast", "pg_cast", "t.oid", "0", "object", ROW, None),
    ("pg_operator", "pg_operator", "t.oid", "0", "object", ROW, None),
    ("pg_publication", "pg_publication", "t.oid", "0", "object", ROW, None),
    ("pg_publication_rel", "pg_publication", "t.prpubid", "0", "object", ROW, None),
    ("pg_default_acl", "pg_default_acl", "t.oid", "0", "object", ROW, None),
    ("pg_foreign_data_wrapper", "pg_foreign_data_wrapper", "t.oid", "0", "object", ROW, None),
    ("pg_foreign_server", "pg_foreign_server", "t.oid", "0", "object", ROW, None),
    ("pg_foreign_table", "pg_class", "t.ftrelid", "0", "object", ROW, None),
    ("pg_description", None, "t.objoid", "t.objsubid", "comment", ROW, None),
)

# What every database has from the start; only the schema `public` may be changed by a chain.
FIRST_OWN, PUBLIC = 16384, 2200

# Tables that hold something; of large ones only the size is looked at.
FILLED = """
SELECT c.oid::int8, pg_catalog.pg_relation_size(c.oid), pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384
    AND pg_catalog.pg_relation_size(c.oid) > 0 AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
"""
LARGE = 1 << 20


def select(place):
    catalog, owner, oid, part, facet, signature, where = CATALOGS[place]
    owner = "t.classoid" if owner is None else "'pg_catalog.%s'::regclass" % owner
    return (
        "SELECT %d::int4 AS place, (%s)::oid::int8 AS catalog, %s::int8 AS oid, %s::int4 AS part, %s AS signature"
        " FROM pg_catalog.%s t WHERE (%s >= %d OR %s = %d)%s"
        % (place, owner, oid, part, signature, catalog, oid, FIRST_OWN, oid, PUBLIC, " AND " + where if where else "")
    )


class Origins:
    """Looks after every revision and keeps who made and who last changed each object."""

    def __init__(self):
        self.sums, self.seen, self.found = {}, {}, {}

    def look(self, context, revision):
        """Takes what differs from the last look for the work of `revision`; none: it was there before."""
        connection = context.connection
        if connection is None:
            return
        was_open = connection.in_transaction()
        self.look_at(connection, revision)
        if not was_open and connection.in_transaction() and hasattr(connection, "rollback"):
            connection.rollback()

    def look_at(self, connection, revision):
        everything = " UNION ALL ".join(select(place) for place in range(len(CATALOGS)))
        sums = {
            place: (count, total)
            for place, count, total in connection.exec_driver_sql(
                "SELECT place, pg_catalog.count(*), pg_catalog.sum(signature)::text FROM (%s) s GROUP BY place" % everything
            ).fetchall()
        }
        changed = [place for place in range(len(CATALOGS)) if sums.get(place) != self.sums.get(place)]
        self.sums = sums
        states = {place: {} for place in changed}
        if changed:
            query = " UNION ALL ".join(select(place) for place in changed)
            for place, catalog, oid, part, signature in connection.exec_driver_sql(query).fetchall():
                key = (catalog, oid, part, CATALOGS[place][4])
                states[place][key] = states[place].get(key, 0) + signature
        for place in changed:
            self.take((place,), states[place], revision)
        self.take(("rows",), self.rows(connection), revision)

    def rows(self, connection):
        """A signature for the rows of every table that holds some."""
        filled = connection.exec_driver_sql(FILLED).fetchall()
        state = {oid: size for oid, size, _ in filled if size > LARGE}
        small = [(oid, name) for oid, size, name in filled if size <= LARGE]
        if small:
            query = " UNION ALL ".join(
                "SELECT %d::int8, pg_catalog.concat_ws('/', pg_catalog.count(*), pg_catalog.sum(%s))"
                " FROM ONLY %s t" % (oid, ROW, name.replace("%", "%%") if connection.dialect.paramstyle in ("pyformat", "format") else name)
                for oid, name in small
            )
            # A table may have pages and no rows.
            state.update((oid, text) for oid, text in connection.exec_driver_sql(query).fetchall() if text != "0")
        return {(1259, oid, 0, "rows"): signature for oid, signature in state.items()}

    def take(self, group, state, revision):
        before = self.seen.get(group, {})
        self.seen[group] = state
        for key, signature in state.items():
            if before.get(key) != signature and revision is not None:
                made = self.found.setdefault(key, [None if key in before else revision, None])
                if made[0] != revision:
                    made[1] = revision
        for key in before:
            # Two catalogs may speak of one object; what is left of it still says who made it.
            if not any(key in other for other in self.seen.values()):
                self.found.pop(key, None)

    def answer(self):
        """One list an object: catalog, identifier, part, facet, who made it, who changed it last."""
        found = sorted(self.found.items(), key=lambda item: item[0])
        return [list(key) + [made or changed, changed if made else None] for key, (made, changed) in found]
