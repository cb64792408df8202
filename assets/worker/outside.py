"""Refuses statements whose effect leaves the scratch database, before they are sent.

A scratch database on the user's server confines rows and tables, and neither roles nor databases.
The twin for texts that can be read without a run is `src/python/outside`; both are held to its
`cases.txt`.
"""
import functools
import re

SHARED = ("ROLE", "DATABASE", "TABLESPACE", "SUBSCRIPTION")
CATALOGS = (
    "PG_AUTHID", "PG_AUTH_MEMBERS", "PG_DATABASE", "PG_DB_ROLE_SETTING", "PG_PARAMETER_ACL",
    "PG_SHDESCRIPTION", "PG_SHSECLABEL", "PG_SUBSCRIPTION", "PG_TABLESPACE", "PG_REPLICATION_ORIGIN",
)
FUNCTIONS = (
    "PG_CREATE_PHYSICAL_REPLICATION_SLOT", "PG_CREATE_LOGICAL_REPLICATION_SLOT",
    "PG_COPY_PHYSICAL_REPLICATION_SLOT", "PG_COPY_LOGICAL_REPLICATION_SLOT",
    "PG_DROP_REPLICATION_SLOT", "PG_RELOAD_CONF", "PG_TERMINATE_BACKEND", "PG_CANCEL_BACKEND",
)
# Bodies in bodies are read this deep.
DEEPEST = 8
BEFORE_A_STATEMENT = ("BEGIN", "THEN", "ELSE", "LOOP", "EXECUTE", ";")
TOKEN = re.compile(
    r"""--[^\n]*|(?P<comment>/\*)|(?P<escaped>[eE]'(?:[^'\\]|''|\\.)*'?)|(?P<value>'(?:[^']|'')*'?)"""
    r"""|"(?:[^"]|"")*"?|(?P<dollar>\$(?:[^\W\d]\w*)?\$)|(?P<word>\w[\w$]*)|(?P<mark>\S)|\s+""",
    re.DOTALL,
)
# Most statements have none of these and need no second look.
SUSPECT = re.compile(
    "ROLE|USER|GROUP|DATABASE|TABLESPACE|SUBSCRIPTION|SYSTEM|OWNED|GRANT|REVOKE|"
    + "|".join(CATALOGS + FUNCTIONS),
    re.IGNORECASE,
)


class ReachesOut(BaseException):
    """A statement that would change more than the scratch; `except Exception` does not swallow it."""


# A statement's first words and their objects end before this many tokens.
LONGEST = 2000


def carries_code(words):
    """Whether a statement is `DO` or makes a function."""
    return words[:1] == ["DO"] or words[:1] == ["CREATE"] and ("FUNCTION" in words or "PROCEDURE" in words)


def tokens(sql, is_code=False, depth=0):
    """Words in capitals and marks, each with whether a statement may begin there."""
    found, at, start = [], 0, 0

    def push(text):
        found.append((text, not found or found[-1][0] in BEFORE_A_STATEMENT))

    def take(text):
        if depth < DEEPEST and (is_code or carries_code([text for text, _ in found[start:start + 4]])):
            found.extend(tokens(text, is_code or "EXECUTE" in text.upper(), depth + 1))
        else:
            push("'")

    while at < len(sql):
        match = TOKEN.match(sql, at)
        at, text = match.end(), match.group()
        kind = match.lastgroup
        if kind == "comment":
            at = after_comment(sql, at)
        elif kind == "escaped":
            take(re.sub(r"\\(.)", r"\1", text[2:-1], flags=re.DOTALL).replace("''", "'"))
        elif kind == "value":
            take(text[1:-1].replace("''", "'"))
        elif kind == "dollar":
            end = sql.find(text, at)
            end = len(sql) if end < 0 else end
            take(sql[at:end])
            at = end + len(text)
        elif kind == "word":
            push(text.upper())
        elif kind == "mark":
            push(text)
            start = len(found) if text == ";" else start
        elif text.startswith('"'):
            push('"' + text)
    return found


def after_comment(sql, at):
    """Where a comment ends; comments may lie in comments."""
    depth = 1
    for match in re.compile(r"/\*|\*/").finditer(sql, at):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(sql)


def of_statement(words):
    """What a statement is, by its first words."""
    first, second, third = (words + [";"] * 3)[:3]
    if first in ("CREATE", "ALTER", "DROP") and third != ";":
        shared = second in SHARED + ("GROUP",) or second == "USER" and third != "MAPPING"
        if shared or (first, second) in (("ALTER", "SYSTEM"), ("DROP", "OWNED")):
            return "%s %s" % (first, second)
    elif (first, second) == ("REASSIGN", "OWNED"):
        return "REASSIGN OWNED"
    elif (first, second) == ("COMMENT", "ON") and is_named(words, 2):
        return "COMMENT ON %s" % third
    elif (first, second) == ("SECURITY", "LABEL") and "ON" in words[2:6]:
        on = words.index("ON")
        if is_named(words, on + 1):
            return "SECURITY LABEL ON %s" % words[on + 1]
    elif first in ("GRANT", "REVOKE"):
        return of_right(first, words)
    return None


def of_right(first, words):
    """A right on something of the server, or the membership in a role."""
    words = words[:words.index(";")] if ";" in words else words
    at = next((at for at, word in enumerate(words) if at and word in ("ON", "TO", "FROM")), None)
    if at is None:
        return None
    if words[at] != "ON":
        return "%s of a role" % first
    kind, after = (words[at + 1:] + [".", "."])[:2]
    if kind in ("DATABASE", "TABLESPACE", "PARAMETER") and after not in ("TO", "FROM", ",", "."):
        return "%s ON %s" % (first, kind)
    return None


def is_named(words, at):
    return len(words) > at + 1 and words[at] in SHARED and words[at + 1] != "."


def anywhere(words):
    """What may stand within a statement: a function that is called, rows of a shared catalog."""
    if words[0] in FUNCTIONS and words[1:2] == ["("]:
        return "%s()" % words[0].lower()
    for verb in (["UPDATE"], ["INSERT", "INTO"], ["DELETE", "FROM"]):
        if words[:len(verb)] == verb:
            rest = words[len(verb):]
            rest = rest[1:] if rest[:1] == ["ONLY"] else rest
            rest = rest[2:] if rest[:1] == ["PG_CATALOG"] else rest
            if rest and rest[0] in CATALOGS:
                return "%s %s" % (" ".join(verb), rest[0].lower())
    return None


# SQLAlchemy and then the driver are given the same text.
@functools.lru_cache(maxsize=4)
def statements(sql):
    """The kinds of the statements that reach out, in order."""
    if not SUSPECT.search(sql):
        return []
    found = tokens(sql)
    words = [text for text, _ in found]
    kinds = []
    for at, (text, begins) in enumerate(found):
        if begins or text in FUNCTIONS or text in ("UPDATE", "INSERT", "DELETE"):
            rest = words[at:at + LONGEST]
            kind = (of_statement(rest) if begins else None) or anywhere(rest)
            if kind:
                kinds.append(kind)
    return kinds


def refuse(statement, ground):
    """Raises where a statement must not be sent: nothing may leave the user's server's scratch; from
    a server of redistill's own, nothing may reach another server."""
    if isinstance(statement, (bytes, bytearray, memoryview)):
        statement = bytes(statement).decode("utf-8", "replace")
    elif hasattr(statement, "as_string"):
        statement = statement.as_string(None)
    if not isinstance(statement, str):
        return
    for kind in statements(statement):
        if ground == "theirs":
            raise ReachesOut(
                "%s was not sent: it takes effect outside the scratch database, on the whole server; "
                "where a revision holds it as literal SQL, redistill rehearses on a server of its own" % kind
            )
        if kind == "CREATE SUBSCRIPTION":
            raise ReachesOut("%s was not sent: it reaches another server" % kind)


def guarded(original, ground):
    @functools.wraps(original)
    def run(self, statement, *args, **kwargs):
        refuse(statement, ground)
        return original(self, statement, *args, **kwargs)

    return run


def guard(holder, names, ground):
    for name in names:
        if name in vars(holder):
            setattr(holder, name, guarded(getattr(holder, name), ground))


def guard_cursors(ground):
    """Statements that a revision gives to the driver itself go round SQLAlchemy's events."""
    try:
        import psycopg

        for holder in (psycopg.Cursor, psycopg.AsyncCursor, psycopg.ServerCursor, psycopg.AsyncServerCursor):
            guard(holder, ("execute", "executemany", "stream"), ground)
    except (ImportError, AttributeError):
        pass
    try:
        import asyncpg.connection

        names = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor")
        guard(asyncpg.connection.Connection, names, ground)
    except (ImportError, AttributeError):
        pass
    try:
        import pg8000.core
        import pg8000.dbapi

        guard(pg8000.dbapi.Cursor, ("execute", "executemany"), ground)
    except (ImportError, AttributeError):
        pass


def guard_connection(connection, driver, ground):
    """psycopg2's cursors are of a type that cannot be changed; a connection can have another."""
    if driver != "psycopg2":
        return
    from psycopg2.extensions import cursor

    base = connection.cursor_factory or cursor
    made = {name: guarded(getattr(base, name), ground) for name in ("execute", "executemany")}
    connection.cursor_factory = type(base.__name__, (base,), made)


def before_cursor_execute(ground):
    def look(connection, cursor, statement, parameters, context, executemany):
        refuse(statement, ground)

    return look
