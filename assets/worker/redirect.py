"""Sends every PostgreSQL connection of this process to one database, whatever the project asked for.

Installed in the child before any code of the project runs. A connection that SQLAlchemy opens is
redirected; one that a driver is asked for directly, to anywhere else, is refused.
"""
import functools
import os
import re
import threading

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine

import _redistill_outside as outside

# What names a server, a database or an identity; everything else the project passes is kept.
PLACE = {
    "host", "hostaddr", "port", "user", "password", "passwd", "dbname", "database", "dsn", "service",
    "servicefile", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl",
    "sslnegotiation", "ssl", "ssl_context", "target_session_attrs", "channel_binding", "gssencmode",
    "require_auth", "krbsrvname", "gsslib", "requirepeer", "unix_sock", "direct_tls",
    "load_balance_hosts", "async_creator_fn",
}
# libpq reads these where the connection does not say otherwise.
VARIABLES = (
    "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY",
    "PGTARGETSESSIONATTRS", "PGREQUIREPEER", "PGCHANNELBINDING", "PGGSSENCMODE", "PGPASSFILE",
    "PGREQUIREAUTH", "PGREQUIRESSL", "PGSSLNEGOTIATION",
)


class Stop(BaseException):
    """Ends the project's code early; `except Exception` does not swallow it."""


class NotPostgresql(Stop):
    """The project connects to something else."""


class Refused(Exception):
    """A connection that was not redirected and leads elsewhere."""


class State:
    """What this process was asked to do with connections, and what it saw."""

    target = None
    # Whose server the scratch lies on: `theirs`, `ours`; none where it is no scratch.
    ground = None
    read_only = False
    # At the first connection the project's code is stopped.
    locating = False
    asked_for = []
    # By the identity of a driver's connection: where the project wanted it to go.
    opened = {}
    other_dialect = None
    url_problem = None
    allowed = threading.local()


def text(value):
    return None if value is None or value == "" else str(value)


def remember(driver, is_async, params, creator=False):
    """Keeps where the project wanted to go."""
    options = dict(params)
    database = options.pop("dbname", None) or options.pop("database", None)
    entry = {
        "driver": driver,
        "is_async": bool(is_async),
        "host": text(options.pop("host", None) or options.pop("unix_sock", None)),
        "port": text(options.pop("port", None)),
        "database": text(database),
        "user": text(options.pop("user", None)),
        "password": text(options.pop("password", None)),
        "other": [[key, str(value)] for key, value in sorted(options.items())],
    }
    if creator:
        entry["other"].append(["creator", "true"])
    if entry not in State.asked_for:
        State.asked_for.append(entry)
    return entry


def parse_dsn(dsn):
    """The parts of a libpq connection string, as far as the installed drivers can read it."""
    for name in ("psycopg2.extensions.parse_dsn", "psycopg.conninfo.conninfo_to_dict"):
        module, function = name.rsplit(".", 1)
        try:
            return dict(getattr(__import__(module, fromlist=[function]), function)(dsn))
        except Exception:
            continue
    from sqlalchemy.engine import make_url

    try:
        url = make_url(dsn)
    except Exception:
        return {"dsn": dsn}
    return dict(url.query, host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database)


def place(driver):
    """The connection arguments that lead to the target, in the driver's own terms."""
    target = State.target
    host = target["host"].get("tcp") or target["host"].get("socket")
    params = {"host": host, "port": int(target["port"]), "user": target["user"]}
    if target.get("password") is not None:
        params["password"] = target["password"]
    tls = target.get("tls") or "prefer"
    root = target.get("root_certificate")
    if driver in ("asyncpg", "pg8000"):
        params["database"] = target["database"]
        if "socket" in target["host"]:
            if driver == "pg8000":
                params["unix_sock"] = "%s/.s.PGSQL.%s" % (params.pop("host"), params.pop("port"))
            else:
                params["ssl"] = False
        elif driver == "asyncpg":
            params["ssl"] = verified(root, tls) if root and tls.startswith("verify") else tls
        elif tls not in ("disable", "allow"):
            params["ssl_context"] = verified(root, tls) if tls.startswith("verify") else None
            if params["ssl_context"] is None:
                del params["ssl_context"]
    else:
        params["dbname"] = target["database"]
        params["sslmode"] = tls
        if root:
            params["sslrootcert"] = root
    return params


def verified(root, tls):
    import ssl

    context = ssl.create_default_context(cafile=root)
    context.check_hostname = tls == "verify-full"
    return context


def force_read_only(driver, params):
    if driver == "asyncpg":
        params["server_settings"] = dict(params.get("server_settings") or {}, default_transaction_read_only="on")
    elif driver == "pg8000":
        params["startup_params"] = dict(params.get("startup_params") or {}, default_transaction_read_only="on")
    else:
        params["options"] = ((params.get("options") or "") + " -c default_transaction_read_only=on").strip()


def do_connect(dialect, record, args, params):
    """SQLAlchemy's event before a connection: opens ours and returns it."""
    if dialect.name != "postgresql":
        State.other_dialect = dialect.name
        raise NotPostgresql(dialect.name)
    asked = dict(params)
    for value in args:
        if isinstance(value, str) and value:
            asked.update(parse_dsn(value))
    if isinstance(asked.get("dsn"), str):
        asked.update(parse_dsn(asked.pop("dsn")))
    entry = remember(dialect.driver, getattr(dialect, "is_async", False), asked)
    if State.locating:
        raise Stop("located")
    for name in VARIABLES:
        os.environ.pop(name, None)
    ours = {key: value for key, value in asked.items() if key not in PLACE}
    ours.update(place(dialect.driver))
    if State.read_only:
        force_read_only(dialect.driver, ours)
    State.allowed.now = True
    try:
        connection = dialect.connect(**ours)
        State.opened[id(connection)] = entry
        if State.ground:
            outside.guard_connection(connection, dialect.driver, State.ground)
        return connection
    finally:
        State.allowed.now = False


# What env.py does before every command, so that it is there: nothing, where it is there.
MAKES_SURE = re.compile(r"\s*CREATE\s+(SCHEMA|EXTENSION)\s+IF\s+NOT\s+EXISTS\s", re.IGNORECASE)


def leave_undone(connection, cursor, statement, parameters, context, executemany):
    """SQLAlchemy's event before a statement: a read-only server refuses even what would do nothing."""
    return ("SELECT 1" if MAKES_SURE.match(statement) else statement), parameters


def guarded(original, driver, is_async):
    """A driver's own connect function: only for connections that come from `do_connect`."""

    @functools.wraps(original)
    def connect(*args, **kwargs):
        if getattr(State.allowed, "now", False):
            return original(*args, **kwargs)
        params = dict(kwargs)
        for value in args:
            if isinstance(value, str):
                params.update(parse_dsn(value))
        if isinstance(params.get("dsn"), str):
            params.update(parse_dsn(params.pop("dsn")))
        if State.locating:
            remember(driver, is_async, params, creator=True)
            raise Stop("located")
        where = "%s / %s" % (params.get("host") or "the default host", params.get("dbname") or params.get("database"))
        raise Refused("a direct %s connection to %s was refused: only the scratch database may be reached" % (driver, where))

    return connect


def guard_drivers():
    """Replaces the connect functions of the drivers that are installed."""
    try:
        import psycopg2

        psycopg2.connect = guarded(psycopg2.connect, "psycopg2", False)
    except ImportError:
        pass
    try:
        import psycopg

        for kind, is_async in ((psycopg.Connection, False), (psycopg.AsyncConnection, True)):
            kind.connect = staticmethod(guarded(kind.connect, "psycopg", is_async))
        psycopg.connect = psycopg.Connection.connect
    except ImportError:
        pass
    try:
        import asyncpg
        import asyncpg.connect_utils
        import asyncpg.connection

        connect = guarded(asyncpg.connect, "asyncpg", True)
        asyncpg.connect = asyncpg.connection.connect = connect
        # A pool goes round `connect`. Ours runs later than the call above returned, hence by place.
        asyncpg.connect_utils._connect = guarded_place(asyncpg.connect_utils._connect)
    except ImportError:
        pass
    try:
        import pg8000
        import pg8000.dbapi

        pg8000.connect = pg8000.dbapi.connect = guarded(pg8000.dbapi.connect, "pg8000", False)
    except ImportError:
        pass


def guarded_place(original):
    @functools.wraps(original)
    def connect(*args, **kwargs):
        if State.target is not None:
            ours = place("asyncpg")
            if all(kwargs.get(key) == ours[key] for key in ("host", "port", "database")) and not kwargs.get("dsn"):
                return original(*args, **kwargs)
        params = dict(kwargs)
        if State.locating:
            if isinstance(params.get("dsn"), str):
                params.update(parse_dsn(params.pop("dsn")))
            keep = {key: params[key] for key in ("host", "port", "user", "password", "database", "dbname") if params.get(key)}
            remember("asyncpg", True, keep, creator=True)
            raise Stop("located")
        raise Refused("a direct asyncpg connection was refused: only the scratch database may be reached")

    return connect


def watch_create_engine():
    """Takes `creator=` away from engines (the redirection replaces it) and notes unusable URLs."""
    import sqlalchemy.engine
    import sqlalchemy.engine.create as create

    original = create.create_engine

    @functools.wraps(original)
    def create_engine(url, **kwargs):
        shown = str(url).strip() if url is not None else ""
        if shown in ("", "None"):
            State.url_problem = "it is empty"
        elif shown.startswith("driver://"):
            State.url_problem = "it is the template's placeholder"
        if not State.locating:
            kwargs.pop("creator", None)
            kwargs.pop("async_creator", None)
        return original(url, **kwargs)

    for module in (sqlalchemy, sqlalchemy.engine, create):
        module.create_engine = create_engine
    try:
        import sqlalchemy.ext.asyncio.engine as asynchronous

        outer = asynchronous.create_async_engine

        @functools.wraps(outer)
        def create_async_engine(url, **kwargs):
            if not State.locating:
                kwargs.pop("async_creator", None)
            return outer(url, **kwargs)

        asynchronous._create_engine = create_engine
        asynchronous.create_async_engine = create_async_engine
        sys_asyncio = __import__("sqlalchemy.ext.asyncio", fromlist=["create_async_engine"])
        sys_asyncio.create_async_engine = create_async_engine
    except ImportError:
        pass


def install(target=None, read_only=False, locating=False, ground=None):
    """Puts everything in place; without a target only `locating` makes sense."""
    State.target, State.read_only, State.locating, State.ground = target, read_only, locating, ground
    event.listen(Engine, "do_connect", do_connect)
    if read_only:
        event.listen(Engine, "before_cursor_execute", leave_undone, retval=True)
    if ground:
        event.listen(Engine, "before_cursor_execute", outside.before_cursor_execute(ground))
        outside.guard_cursors(ground)
    watch_create_engine()
    guard_drivers()
