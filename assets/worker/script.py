"""Writes down what a chain runs: it is run on a scratch database, and every statement is kept as SQL.

Unlike Alembic's offline mode it needs no offline branch in env.py, and says what was really run.
"""
import sqlalchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import DDLElement
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.selectable import SelectBase

from _redistill_child import Failure


def script(project):
    config = project.config()
    chain = project.script(config)
    project.load_chain(chain)
    recorder = Recorder()

    def steps(current, context):
        recorder.begin(context)
        for step in chain._upgrade_revs(project.request.get("to") or "heads", current):
            project.step = step
            recorder.is_listening = True
            yield step
            recorder.is_listening = False
            project.step = None

    project.run_env(steps, config, chain, destination_rev="heads")
    if recorder.runs != 1:
        raise Failure("never_migrated", "env.py ran migrations %d times, not once" % recorder.runs)
    return {"search_path": recorder.search_path, "statements": recorder.statements}


class Recorder:
    """Hears every statement of one migration run."""

    def __init__(self):
        self.runs, self.search_path, self.statements = 0, "", []
        self.is_listening = False

    def begin(self, context):
        self.runs += 1
        connection = context.connection
        self.search_path = connection.scalar(sqlalchemy.text("SELECT current_setting('search_path')"))
        self.dialect = plain(connection.dialect)
        self.version_table = context._version
        event.listen(connection, "before_execute", self.hear)

    def hear(self, connection, clause, multiparams, params, *options):
        # Questions change nothing, and the version table is stamped by redistill itself.
        if not self.is_listening or isinstance(clause, SelectBase):
            return
        if getattr(clause, "table", None) is self.version_table:
            return
        self.statements += statements(clause, rows(multiparams, params), self.dialect)


def plain(real):
    """The dialect without a driver: no placeholders, no doubled percent signs."""
    dialect = PGDialect(paramstyle="named")
    for name in ("server_version_info", "default_schema_name", "supports_identity_columns", "_backslash_escapes"):
        if hasattr(real, name):
            setattr(dialect, name, getattr(real, name))
    return dialect


def rows(multiparams, params):
    """The rows of a statement: a list of dictionaries, however they were passed."""
    found = []

    def gather(value):
        if isinstance(value, dict):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            for one in value:
                gather(one)

    gather(multiparams)
    if params:
        found.append(dict(params))
    return [row for row in found if row]


def statements(clause, rows, dialect):
    if isinstance(clause, DDLElement):
        return [str(clause.compile(dialect=dialect)).strip()]
    if rows and isinstance(clause, Insert):
        clauses = [clause.values(**row) for row in rows]
    elif rows:
        clauses = [clause.bindparams(**row) for row in rows]
    else:
        clauses = [clause]
    return [str(one.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).strip() for one in clauses]
