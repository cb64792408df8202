"""Drafts the baseline: the pieces that build a schema, in order, each with its way back.

`chain`: from the database that the old chain built. `models`: the metadata of env.py is built in a
transaction on an empty database, drafted from there in the same way, and rolled back; so only the
type in the database matters, and no custom type, missing import or unnamed constraint gets in.
"""
import asyncio
import heapq

import sqlalchemy

import _redistill_pieces as pieces
import _redistill_redirect as redirect
from _redistill_catalog import Catalog
from _redistill_child import Failure
from _redistill_types import DATABASE_TYPE, Types

DRIVERS = (("psycopg2", "psycopg2"), ("psycopg", "psycopg"), ("pg8000", "pg8000"))


def draft(project):
    """Answers the verb."""
    request = project.request
    leave_out = {(entry["schema"], entry["name"]) for entry in request.get("leave_out") or []}
    project.phase = "draft"
    if request["source"] == "models":
        return from_models(project, leave_out)
    answer = with_connection(lambda connection: compose(Catalog(connection, request.get("default_schema")), leave_out))
    return answer


def with_connection(function):
    """Runs `function` on a connection of whatever driver the interpreter has."""
    for module, driver in DRIVERS:
        try:
            __import__(module)
        except ImportError:
            continue
        engine = sqlalchemy.create_engine("postgresql+%s://" % driver, poolclass=sqlalchemy.pool.NullPool)
        with engine.connect() as connection:
            return function(connection)
    from sqlalchemy.ext.asyncio import create_async_engine

    async def run():
        async_engine = create_async_engine("postgresql+asyncpg://", poolclass=sqlalchemy.pool.NullPool)
        async with async_engine.connect() as connection:
            return await connection.run_sync(function)

    return asyncio.run(run())


def from_models(project, leave_out):
    """Runs env.py for its metadata and its connection; everything is rolled back."""
    from _redistill_verbs import metadata_list

    answers = []

    def build(_, context):
        connection = context.connection
        given = project.configured[-1]
        metadata = metadata_list(given)
        if not metadata:
            raise Failure("no_metadata", "env.py passes no target_metadata")
        demand_models(project, metadata)
        if not connection.in_transaction():
            connection.begin()
        prepare(connection, project.request.get("before") or [])
        project.phase = "models"
        create(connection, metadata, given.get("include_object"))
        project.phase = "draft"
        answers.append(compose(Catalog(connection, project.request.get("default_schema")), leave_out))
        connection.get_transaction().rollback()
        raise redirect.Stop("drafted")

    try:
        project.run_env(build, dont_mutate=True)
    except redirect.Stop:
        if not answers:
            raise
    if not answers:
        raise Failure("never_migrated", "env.py ran to its end without running migrations")
    return answers[0]


def demand_models(project, metadata):
    """Models that only the old revisions import are gone with them; Alembic loads those before env.py."""
    if any(one.tables for one in metadata):
        return
    project.load_chain(project.script(project.config()))
    count = sum(len(one.tables) for one in metadata)
    if count:
        said = "env.py imports no models: the %d tables of target_metadata come from models that the old revisions import"
        raise Failure("models_unseen", said % count)


def prepare(connection, statements):
    """Runs what goes: one may need another, or a table of the models, and then is tried again or left."""
    connection.exec_driver_sql("SET LOCAL check_function_bodies = off")
    todo, before = list(statements), None
    while todo and len(todo) != before:
        before, failed = len(todo), []
        for statement in todo:
            nested = connection.begin_nested()
            try:
                doubled = connection.dialect.paramstyle in ("pyformat", "format")
                connection.exec_driver_sql(statement.replace("%", "%%") if doubled else statement)
                nested.commit()
            except sqlalchemy.exc.DBAPIError:
                nested.rollback()
                failed.append(statement)
        todo = failed


def create(connection, metadata, include_object):
    """`CREATE TABLE` for what env.py's filter lets through, all of it on our connection."""
    for one in metadata:
        tables = []
        for table in one.sorted_tables:
            if include_object and not include_object(table, table.name, "table", False, None):
                continue
            for index in list(table.indexes):
                if include_object and not include_object(index, index.name, "index", False, None):
                    table.indexes.discard(index)
                    continue
                # A transaction allows no CONCURRENTLY, and nobody reads an empty database.
                index.dialect_options["postgresql"]["concurrently"] = False
            tables.append(table)
        for schema in sorted({table.schema for table in tables if table.schema}):
            connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS " + pieces.quoted(schema))
        one.create_all(connection, tables=tables, checkfirst=True)


class Draft:
    """What compose works on: pieces in stages, and what could not be drafted."""

    def __init__(self, catalog, leave_out):
        self.catalog, self.default = catalog, catalog.default_schema
        self.types = Types(self.default)
        self.pieces, self.not_drafted = [], []
        self.tables = {}
        odd = {column["table_oid"]: why for column in catalog.columns for why in [reason_against_column(column)] if why}
        for table in catalog.tables:
            if (table["schema"], table["name"]) not in leave_out:
                why = reason_against(table) or odd.get(table["oid"])
                if why:
                    self.miss("table", table["schema"], table["name"], table["name"], why)
                else:
                    self.tables[table["oid"]] = table
        for rows, key in ((catalog.columns, "columns"), (catalog.constraints, "constraints"), (catalog.indexes, "indexes")):
            for table in self.tables.values():
                table[key] = []
            for row in rows:
                if row["table_oid"] in self.tables:
                    self.tables[row["table_oid"]][key].append(row)

    def add(self, stage, kind, schema, table, name, up, down):
        self.pieces.append({
            "stage": stage, "kind": kind, "schema": schema, "table": table, "name": name, "up": up, "down": down,
        })

    def miss(self, kind, schema, table, name, why):
        self.not_drafted.append({"kind": kind, "schema": schema, "table": table, "name": name, "why": why})


def reason_against(table):
    if table["kind"] == "f":
        return "it is a foreign table"
    if table["is_partition"]:
        return "it is a partition"
    if table["inherits"]:
        return "it inherits from another table"
    if table["typed"]:
        return "it is a table of a composite type"
    return None


def reason_against_column(column):
    """Why the table of a column has to be written as a whole."""
    if column["generated"] == "v":
        return "it has a virtual column, which released SQLAlchemy refuses"
    # Some drivers want the sign twice, others once, and SQLAlchemy passes a type's name on as it is.
    names = [column["collation_schema"], column["collation"]] if column["collation"] else []
    if column["type_kind"] != "e" and "%" in "".join([column["type"]] + names):
        return "it has a type with a percent sign in its name"
    return None


def compose(catalog, leave_out):
    """All pieces, in the order in which they have to run."""
    work = Draft(catalog, leave_out)
    for enum in catalog.enums:
        enum_piece(work, enum)
    order, late = arrange(work.tables)
    for table in order:
        table_piece(work, table, late)
    for table in sorted(order, key=place):
        for index in table["indexes"]:
            add_index(work, table, index)
    for table in sorted(order, key=place):
        for constraint in table["constraints"]:
            if (table["oid"], constraint["name"]) in late and not constraint["from_parent"]:
                up, down = pieces.late_piece(table, constraint, work.default)
                kind = "foreign_key" if constraint["kind"] == "f" else "constraint"
                work.add("foreign_keys", kind, table["schema"], table["name"], constraint["name"], up, down)
    imports = ["from alembic import op", "import sqlalchemy as sa"]
    if work.types.needs_postgresql or catalog.enums:
        imports.append("from sqlalchemy.dialects import postgresql")
    if work.types.needs_database_type:
        imports.append("\n\n" + DATABASE_TYPE + "\n")
    return {"pieces": work.pieces, "imports": imports, "not_drafted": work.not_drafted, "default_schema": work.default}


def place(table):
    return table["schema"], table["name"]


def enum_piece(work, enum):
    schema = "" if enum["schema"] == work.default else ", schema=%r" % enum["schema"]
    arguments = [repr(label) for label in enum["labels"] or []] + ["name=%r%s" % (enum["name"], schema)]
    create = ".create(op.get_bind(), checkfirst=False)"
    up = "postgresql.ENUM(%s)%s" % (", ".join(arguments), create)
    if len(up) > 84 and len(", ".join(arguments)) <= 80:
        up = "postgresql.ENUM(\n    %s\n)%s" % (", ".join(arguments), create)
    elif len(up) > 96:
        up = "postgresql.ENUM(\n%s)%s" % ("".join("    %s,\n" % one for one in arguments), create)
    down = "sa.Enum(name=%r%s).drop(op.get_bind(), checkfirst=True)" % (enum["name"], schema)
    work.add("types", "enum", enum["schema"], "", enum["name"], up, down)


def arrange(tables):
    """Referenced tables first, ties by name; the foreign keys that have to wait, by table and name.

    What is NOT VALID need not hold for the rows, and so it waits for them; what refers to the columns
    of a unique index that is no constraint waits for the index."""
    targets = {
        oid: {
            row["target_oid"] for row in table["constraints"]
            if row["kind"] == "f" and row["target_oid"] in tables and row["target_oid"] != oid and not row["from_parent"]
        }
        for oid, table in tables.items()
    }
    referrers = {oid: {other for other in tables if oid in targets[other]} for oid in tables}
    waiting = {oid: set(targets[oid]) for oid in tables}
    ready = [(place(tables[oid]), oid) for oid in tables if not waiting[oid]]
    heapq.heapify(ready)
    order, done = [], set()
    while len(done) < len(tables):
        oid = heapq.heappop(ready)[1] if ready else first_of_cycle(waiting, tables, done)
        done.add(oid)
        order.append(tables[oid])
        for other in referrers[oid]:
            waiting[other].discard(oid)
            if other not in done and not waiting[other] and (place(tables[other]), other) not in ready:
                heapq.heappush(ready, (place(tables[other]), other))
    position = {table["oid"]: number for number, table in enumerate(order)}
    late = {
        (table["oid"], row["name"])
        for table in order for row in table["constraints"]
        if row["kind"] == "f" and position.get(row["target_oid"], len(order)) >= position[table["oid"]]
        or row["by_index"]
        or row["kind"] in "fc" and row["enforced"] and not row["validated"]
    }
    return order, late


def first_of_cycle(waiting, tables, done):
    """A table of a circle that waits for nothing outside of it: the one with the fewest keys to defer."""
    reach = {}
    for oid in waiting:
        if oid in done:
            continue
        seen, todo = set(), [oid]
        while todo:
            for other in waiting[todo.pop()]:
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        reach[oid] = seen
    circles = [oid for oid in reach if all(oid in reach[other] for other in reach[oid])]
    return min(circles, key=lambda oid: (len(waiting[oid]), place(tables[oid])))


def table_piece(work, table, late):
    """`op.create_table`, and behind it what SQLAlchemy has no words for."""
    primary = next((row for row in table["constraints"] if row["kind"] == "p"), None)
    single = primary["columns"][0] if primary and len(primary["columns"]) == 1 and not pieces.needs_alter(primary) else None
    arguments, after = [repr(table["name"])], []
    inline_keys = {
        column for row in table["constraints"]
        if row["kind"] == "f" and (table["oid"], row["name"]) not in late and not pieces.needs_alter(row)
        for column in row["columns"]
    }
    for column in table["columns"]:
        autoincrements = column["name"] == single and column["type"] in pieces.INTEGERS and column["name"] not in inline_keys
        arguments.append(pieces.column_text(table, column, work.types, autoincrements))
        report_column(work, table, column)
    constraints, is_whole = table["constraints"], bool(table["partition_by"])
    if is_whole:
        # The server names the keys of the parts one after the other: those of the whole keep their order.
        constraints = sorted(constraints, key=lambda row: row["oid"])
    keys = []
    for kind in "pufcx":
        is_behind = False
        for constraint in constraints:
            if constraint["kind"] != kind or constraint["from_parent"] or (table["oid"], constraint["name"]) in late:
                continue
            is_behind = pieces.needs_alter(constraint) or is_behind and is_whole and kind == "u"
            if kind in "pu":
                # Of two keys over the same columns in one CREATE TABLE the server makes one.
                is_behind = is_behind or constraint["columns"] in keys
                keys.append(constraint["columns"])
            if is_behind:
                after.append(pieces.alter_text(table, constraint))
            else:
                arguments.append(pieces.constraint_text(constraint, work.default))
            if constraint["clustered"]:
                work.miss("constraint", table["schema"], table["name"], constraint["name"], "it is the table's CLUSTER order")
    arguments += pieces.schema_argument(table["schema"], work.default)
    if table["comment"] is not None:
        arguments.append("comment=%r" % table["comment"])
    if is_whole and "%" not in table["partition_by"]:
        arguments.append("postgresql_partition_by=%r" % table["partition_by"])
    elif is_whole:
        # Some drivers want the sign twice, others once, and SQLAlchemy passes this on as it is.
        work.miss("table", table["schema"], table["name"], table["name"], "its partition key has a percent sign")
    if table["options"]:
        # `postgresql_with` of a table needs SQLAlchemy 2.
        after.append(pieces.execute("ALTER TABLE %s SET (%s)" % (pieces.qualified(table), ", ".join(table["options"]))))
    if table["persistence"] == "u":
        arguments.append("prefixes=['UNLOGGED']")
    if table["method"] not in (None, "heap"):
        work.miss("table", table["schema"], table["name"], table["name"], "its access method is %s" % table["method"])
    if table["tablespace"]:
        work.miss("table", table["schema"], table["name"], table["name"], "its tablespace is %s" % table["tablespace"])
    if table["identity"] != "d":
        work.miss("table", table["schema"], table["name"], table["name"], "it has a REPLICA IDENTITY of its own")
    up = "\n".join(["op.create_table(\n%s\n)" % "\n".join("    %s," % one.replace("\n", "\n    ") for one in arguments)] + after)
    drop = [repr(table["name"])] + pieces.schema_argument(table["schema"], work.default)
    work.add("tables", "table", table["schema"], table["name"], table["name"], up, pieces.call("op.drop_table", drop))


def report_column(work, table, column):
    """Names what `sa.Column` cannot say."""
    def miss(kind, name, why):
        work.miss(kind, table["schema"], table["name"], name, why)

    sequence = column["sequence"]
    if sequence and not column["identity"] and not pieces.is_serial(table, column):
        miss("sequence", sequence["name"], "it is owned by column %s and not what SERIAL makes" % column["name"])
    if sequence and column["identity"] and sequence["name"] != pieces.object_name(table["name"], column["name"], "seq"):
        miss("sequence", sequence["name"], "the identity of column %s has a name of its own" % column["name"])
    if column["odd_storage"]:
        miss("column", column["name"], "it has a STORAGE of its own")
    if column["compression"]:
        miss("column", column["name"], "it has a COMPRESSION of its own")
    if column["statistics"] >= 0 or column["options"]:
        miss("column", column["name"], "it has statistics settings of its own")


def add_index(work, table, index):
    if not index["valid"] and table["kind"] != "p":
        work.miss("index", table["schema"], table["name"], index["name"], "it is not valid")
        return
    up, down = pieces.index_piece(table, index, work.default)
    work.add("indexes", "index", table["schema"], table["name"], index["name"], up, down)
    if index["clustered"]:
        work.miss("index", table["schema"], table["name"], index["name"], "it is the table's CLUSTER order")
