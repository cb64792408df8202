"""A column's PostgreSQL type as the SQLAlchemy expression that builds exactly it."""
import re

# Types without arguments, by the server's own name for them.
PLAIN = {
    "smallint": "sa.SmallInteger()", "integer": "sa.Integer()", "bigint": "sa.BigInteger()",
    "boolean": "sa.Boolean()", "text": "sa.Text()", "character varying": "sa.String()",
    "numeric": "sa.Numeric()", "real": "sa.REAL()", "double precision": "postgresql.DOUBLE_PRECISION()",
    "date": "sa.Date()", "timestamp without time zone": "sa.DateTime()",
    "timestamp with time zone": "sa.DateTime(timezone=True)", "time without time zone": "sa.Time()",
    "time with time zone": "sa.Time(timezone=True)", "interval": "sa.Interval()", "bytea": "sa.LargeBinary()",
    "uuid": "postgresql.UUID(as_uuid=True)", "json": "sa.JSON()", "jsonb": "postgresql.JSONB()",
    "inet": "postgresql.INET()", "cidr": "postgresql.CIDR()", "macaddr": "postgresql.MACADDR()",
    "money": "postgresql.MONEY()", "oid": "postgresql.OID()", "tsvector": "postgresql.TSVECTOR()",
    "regclass": "postgresql.REGCLASS()", "int4range": "postgresql.INT4RANGE()",
    "int8range": "postgresql.INT8RANGE()", "numrange": "postgresql.NUMRANGE()",
    "tsrange": "postgresql.TSRANGE()", "tstzrange": "postgresql.TSTZRANGE()", "daterange": "postgresql.DATERANGE()",
}
WITH_ARGUMENTS = (
    (r"character varying\((\d+)\)", "sa.String(length={0})"),
    (r"character\((\d+)\)", "sa.CHAR(length={0})"),
    (r"numeric\((\d+),(-?\d+)\)", "sa.Numeric({0}, {1})"),
    (r"bit\((\d+)\)", "postgresql.BIT({0})"),
    (r"bit varying\((\d+)\)", "postgresql.BIT({0}, varying=True)"),
    (r"timestamp\((\d)\) without time zone", "postgresql.TIMESTAMP(precision={0})"),
    (r"timestamp\((\d)\) with time zone", "postgresql.TIMESTAMP(timezone=True, precision={0})"),
    (r"time\((\d)\) without time zone", "postgresql.TIME(precision={0})"),
    (r"time\((\d)\) with time zone", "postgresql.TIME(timezone=True, precision={0})"),
    (r"interval\((\d)\)", "postgresql.INTERVAL(precision={0})"),
)
COLLATABLE = re.compile(r"^sa\.(String|Text|CHAR)\((.*)\)$")

# For types that SQLAlchemy has no class for; written once into the revision, above its functions.
DATABASE_TYPE = '''
class DatabaseType(sa.types.UserDefinedType):
    """A type by its name in the database."""

    cache_ok = True

    def __init__(self, name):
        self.name = name

    def get_col_spec(self, **kw):
        return self.name
'''.strip("\n")


def quoted(name):
    return '"%s"' % name.replace('"', '""')


class Types:
    """Maps types and remembers which imports they need."""

    def __init__(self, default_schema):
        self.default_schema = default_schema
        self.needs_postgresql = False
        self.needs_database_type = False

    def of(self, column):
        """The expression for one column's type."""
        expression = self.inner(column)
        if "postgresql." in expression:
            self.needs_postgresql = True
        return expression

    def inner(self, column):
        name = column["type"]
        if column["is_array"]:
            element = dict(column, is_array=False, type=re.sub(r"(\[\])+$", "", name), collation=None)
            inner = self.inner(element)
            if inner.startswith("DatabaseType") or column["collation"]:
                return self.raw(column)
            return "postgresql.ARRAY(%s)" % inner
        if column["type_kind"] == "e":
            schema = column["type_schema"]
            more = "" if schema == self.default_schema else ", schema=%r" % schema
            return "postgresql.ENUM(name=%r%s, create_type=False)" % (column["type_name"], more)
        if column["type_kind"] not in ("b", "r") or column["type_schema"] != "pg_catalog":
            return self.raw(column)
        expression = PLAIN.get(name)
        for pattern, template in WITH_ARGUMENTS:
            match = re.match(pattern + "$", name)
            if match:
                expression = template.format(*match.groups())
        if expression is None:
            return self.raw(column)
        return self.collated(column, expression) if column["collation"] else expression

    def collated(self, column, expression):
        match = COLLATABLE.match(expression)
        # SQLAlchemy quotes the name as one identifier; the server finds it only on the search path.
        if match is None or column["collation_schema"] not in ("pg_catalog", self.default_schema):
            return self.raw(column)
        arguments = ", ".join(part for part in (match.group(2), "collation=%r" % column["collation"]) if part)
        return "sa.%s(%s)" % (match.group(1), arguments)

    def raw(self, column):
        name = column["type"]
        if column["collation"]:
            name += " COLLATE %s.%s" % (quoted(column["collation_schema"]), quoted(column["collation"]))
        return self.named(name)

    def named(self, name):
        self.needs_database_type = True
        return "DatabaseType(%r)" % name
