"""The text of single statements: columns, constraints, tables, indexes. Pure."""
import re

from sqlalchemy.dialects import postgresql

ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
INTEGERS = {"smallint": (32767, "SMALLSERIAL"), "integer": (2147483647, "SERIAL"), "bigint": (9223372036854775807, "BIGSERIAL")}
# What `sqlalchemy.text` takes for a bound parameter, and for an escaped one.
BIND = re.compile(r"(?<![:\w$\\]):(?=[\w$]+(?![:\w$]))|\\(?=:[\w$]*(?![:\w$]))")

# `(ARRAY['a'::character varying])::text[]`; what stands in quotes comes first, and stays.
QUOTED = r"""'[^']*'|"[^"]*"|\$(?P<%s>\w*)\$.*?\$(?P=%s)\$"""
INNER = r"""(?:'[^']*'|"[^"]*"|[^'"\[\]]|\[\])*"""
LIST = re.compile(
    r"""%s|\((?P<list>ARRAY\[%s\])\)::(?:"[^"]*"|[\w .(),])+\[\]""" % (QUOTED % ("tag", "tag"), INNER), re.S
)


def escaped(sql):
    """SQL as `sqlalchemy.text` and `op.execute` have to be given it."""
    return BIND.sub(lambda match: "\\" + match.group(0), sql)


def without_casts(sql):
    """Lists without the cast of all of them: said so, the server would turn each value instead."""
    said = LIST.sub(lambda found: found.group("list") or found.group(0), sql)
    return said if said == sql else without_casts(said)


def literal(sql):
    return repr(escaped(without_casts(sql)))


def text(sql):
    return "sa.text(%s)" % literal(sql)


def name_of(name):
    """A name that no naming convention may change."""
    return "op.f(%r)" % name


def execute(sql):
    return "op.execute(%s)" % literal(sql)


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def bare(expression):
    """An expression without the one pair of parentheses that stands around all of it."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth, quote = 0, None
    for place, letter in enumerate(expression):
        if quote:
            quote = None if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0 and place < len(expression) - 1:
                return expression
    return expression[1:-1]


def call(function, arguments):
    """A call, over several lines where there is more than one argument or it is long."""
    one = "%s(%s)" % (function, ", ".join(arguments))
    if len(one) <= 84 and "\n" not in one:
        return one
    return "%s(\n%s\n)" % (function, "\n".join("    %s," % argument for argument in arguments))


def element(function, arguments):
    """An element of a table: on one line, or with one argument a line where that would be too long."""
    one = "%s(%s)" % (function, ", ".join(arguments))
    # Eight blanks before it, a comma behind it.
    if len(one) <= 79:
        return one
    return "%s(\n%s\n)" % (function, "\n".join("    %s," % argument for argument in arguments))


def object_name(table, column, label):
    """PostgreSQL's `makeObjectName`: what SERIAL calls its sequence."""
    first, second = table.encode(), column.encode()
    room = 63 - len(label) - 2
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return "%s_%s_%s" % (first.decode("utf-8", "ignore"), second.decode("utf-8", "ignore"), label)


def is_serial(table, column):
    """Whether SERIAL builds exactly this column: its type, its default and its sequence."""
    sequence = column["sequence"]
    if not sequence or sequence["internal"] or column["type"] not in INTEGERS or not column["not_null"]:
        return False
    return (
        column["default"] == "nextval('%s'::regclass)" % sequence["regclass"].replace("'", "''")
        and sequence["schema"] == table["schema"]
        and sequence["name"] == object_name(table["name"], column["name"], "seq")
        and sequence["persistence"] == table["persistence"]
        and sequence["type"] == column["type"]
        and (sequence["start"], sequence["increment"], sequence["min"], sequence["cache"]) == (1, 1, 1, 1)
        and sequence["max"] == INTEGERS[column["type"]][0]
        and not sequence["cycle"]
    )


def identity(column):
    sequence = column["sequence"]
    arguments = ["always=%s" % (column["identity"] == "a")]
    ascending = sequence["increment"] > 0
    biggest = INTEGERS.get(column["type"], (9223372036854775807,))[0]
    low, high = (1, biggest) if ascending else (-biggest - 1, -1)
    for key, value, usual in (
        ("start", sequence["start"], sequence["min"] if ascending else sequence["max"]),
        ("increment", sequence["increment"], 1),
        ("minvalue", sequence["min"], low),
        ("maxvalue", sequence["max"], high),
        ("cache", sequence["cache"], 1),
    ):
        if value != usual:
            arguments.append("%s=%d" % (key, value))
    if sequence["cycle"]:
        arguments.append("cycle=True")
    return "sa.Identity(%s)" % ", ".join(arguments)


def column_text(table, column, types, autoincrements):
    """`sa.Column(…)`. `autoincrements`: SQLAlchemy would make it SERIAL if nothing were said."""
    arguments = [repr(column["name"])]
    serial = is_serial(table, column)
    if serial and not autoincrements:
        # SQLAlchemy writes SERIAL for a primary key only.
        arguments.append(types.named(INTEGERS[column["type"]][1]))
    else:
        arguments.append(types.of(column))
    if column["identity"]:
        arguments.append(identity(column))
    elif column["generated"]:
        arguments.append("sa.Computed(%s, persisted=%s)" % (literal(bare(column["default"])), column["generated"] == "s"))
    elif column["default"] is not None and not serial:
        arguments.append("server_default=%s" % text(column["default"]))
    elif autoincrements and not serial:
        arguments.append("autoincrement=False")
    arguments.append("nullable=%s" % (not column["not_null"]))
    if column["comment"] is not None:
        arguments.append("comment=%r" % column["comment"])
    return element("sa.Column", arguments)


def names(values):
    return "[%s]" % ", ".join(repr(value) for value in values)


def timing(constraint):
    arguments = []
    if constraint["deferrable"]:
        arguments.append("deferrable=True")
        if constraint["deferred"]:
            arguments.append("initially='DEFERRED'")
    return arguments


def needs_alter(constraint):
    """Whether SQLAlchemy has no words for it, so that the server's own definition is used."""
    kind = constraint["kind"]
    if kind == "x" or not constraint["validated"] or not constraint["enforced"] or constraint["period"]:
        return True
    if constraint["options"] or constraint["tablespace"] or constraint["set_columns"]:
        return True
    if kind == "c":
        return constraint["no_inherit"]
    if kind == "p":
        return constraint["includes"]
    if kind == "u":
        return constraint["includes"] or constraint["nulls_not_distinct"]
    # References are written `schema.table.column`.
    parts = [constraint["target_schema"], constraint["target_table"]] + constraint["target_columns"]
    return any("." in part for part in parts)


def constraint_text(constraint, default_schema):
    """The element of `op.create_table` for one constraint."""
    kind, name = constraint["kind"], "name=%s" % name_of(constraint["name"])
    if kind == "c":
        return element("sa.CheckConstraint", [literal(bare(constraint["expression"])), name])
    if kind in ("p", "u"):
        function = "sa.PrimaryKeyConstraint" if kind == "p" else "sa.UniqueConstraint"
        arguments = [repr(column) for column in constraint["columns"]] + [name] + timing(constraint)
        return element(function, arguments)
    target = constraint["target_table"]
    if constraint["target_schema"] != default_schema:
        target = "%s.%s" % (constraint["target_schema"], target)
    remote = ["%s.%s" % (target, column) for column in constraint["target_columns"]]
    arguments = [names(constraint["columns"]), names(remote), name] + foreign_key_options(constraint)
    return element("sa.ForeignKeyConstraint", arguments)


def foreign_key_options(constraint):
    arguments = []
    for key, value in (("onupdate", constraint["on_update"]), ("ondelete", constraint["on_delete"])):
        if ACTIONS[value]:
            arguments.append("%s=%r" % (key, ACTIONS[value]))
    if constraint["match"] == "f":
        arguments.append("match='FULL'")
    return arguments + timing(constraint)


def schema_argument(schema, default_schema, key="schema"):
    return [] if schema == default_schema else ["%s=%r" % (key, schema)]


def qualified(table):
    return "%s.%s" % (quoted_if_needed(table["schema"]), quoted_if_needed(table["name"]))


def alter_text(table, constraint):
    name = quoted_if_needed(constraint["name"])
    definition, behind = constraint["definition"], ""
    # The server's own definition leaves the parameters of a key's index out; an exclusion's says them.
    if constraint["options"] and constraint["kind"] in ("p", "u"):
        if constraint["deferrable"]:
            definition, _, behind = definition.rpartition(" DEFERRABLE")
            behind = " DEFERRABLE" + behind
        behind = " WITH (%s)%s" % (", ".join(constraint["options"]), behind)
    return execute("ALTER TABLE %s ADD CONSTRAINT %s %s%s" % (qualified(table), name, definition, behind))


def late_piece(table, constraint, default_schema):
    """The two statements for a constraint that has to wait: for its table, or for rows that break it."""
    if needs_alter(constraint):
        up = alter_text(table, constraint)
    else:
        arguments = [name_of(constraint["name"]), repr(table["name"]), repr(constraint["target_table"])]
        arguments += [names(constraint["columns"]), names(constraint["target_columns"])]
        arguments += schema_argument(table["schema"], default_schema, "source_schema")
        arguments += schema_argument(constraint["target_schema"], default_schema, "referent_schema")
        up = call("op.create_foreign_key", arguments + foreign_key_options(constraint))
    arguments = [name_of(constraint["name"]), repr(table["name"])]
    arguments += schema_argument(table["schema"], default_schema)
    arguments.append("type_='foreignkey'" if constraint["kind"] == "f" else "type_='check'")
    return up, call("op.drop_constraint", arguments)


def options_text(options):
    """Storage parameters as a dictionary."""
    pairs = (option.split("=", 1) for option in options)
    return "{%s}" % ", ".join("%r: %r" % (key, value) for key, value in pairs)


def quoted_if_needed(name):
    plain = re.match(r"[a-z_][a-z0-9_]*$", name) and name not in postgresql.base.RESERVED_WORDS
    return name if plain else quoted(name)


def index_key(key, default_schema):
    """One element of an index and, apart from it, its operator class."""
    ordering = ""
    if key["option"] & 1:
        ordering = " DESC" if key["option"] & 2 else " DESC NULLS LAST"
    elif key["option"] & 2:
        ordering = " NULLS FIRST"
    opclass = key["opclass_name"] and quoted_if_needed(key["opclass_name"])
    if opclass and key["opclass_schema"] not in ("pg_catalog", default_schema):
        opclass = "%s.%s" % (quoted_if_needed(key["opclass_schema"]), opclass)
    plain = not key["expression"] and not key["collation"] and not ordering
    if plain:
        return repr(key["column"]), (key["column"], opclass) if opclass else None
    parts = key["text"]
    if bare(parts) != parts and bare(bare(parts)) != bare(parts):
        parts = bare(parts)
    if key["collation"]:
        parts += " COLLATE %s" % key["collation"]
    if opclass:
        parts += " %s" % opclass
    return text(parts + ordering), None


def index_piece(table, index, default_schema):
    """The two statements for an index."""
    drop = [name_of(index["name"]), "table_name=%r" % table["name"]] + schema_argument(table["schema"], default_schema)
    down = call("op.drop_index", drop)
    if index["odd"] or index["tablespace"] or index["nulls_not_distinct"]:
        return execute(index["definition"]), down
    keys = [index_key(key, default_schema) for key in index["keys"]]
    if len({key for key, _ in keys}) < len(keys):
        # Alembic makes a column of each element for a table of its own, where a name is there once.
        return execute(index["definition"]), down
    arguments = [name_of(index["name"]), repr(table["name"]), "[%s]" % ", ".join(key for key, _ in keys)]
    arguments += schema_argument(table["schema"], default_schema)
    if index["unique"]:
        arguments.append("unique=True")
    if index["method"] != "btree":
        arguments.append("postgresql_using=%r" % index["method"])
    classes = [opclass for _, opclass in keys if opclass]
    if classes:
        arguments.append("postgresql_ops={%s}" % ", ".join("%r: %r" % pair for pair in classes))
    if index["include"]:
        arguments.append("postgresql_include=%s" % names(index["include"]))
    if index["options"]:
        arguments.append("postgresql_with=%s" % options_text(index["options"]))
    if index["where"]:
        arguments.append("postgresql_where=%s" % text(bare(index["where"])))
    return call("op.create_index", arguments), down
