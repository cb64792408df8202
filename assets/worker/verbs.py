"""The verbs: locate, describe, upgrade, downgrade, inspect; drafting and rendering are next door."""
import contextlib
import time

import alembic
import sqlalchemy
import sys
from alembic.autogenerate.api import RevisionContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import conv

import _redistill_redirect as redirect
from _redistill_changes import changes, leave_beneath, native_enum
from _redistill_child import Failure
from _redistill_draft import draft
from _redistill_origins import Origins
from _redistill_render import render
from _redistill_script import script


def nothing(revisions, context):
    return []


def locate(project):
    """Where env.py wants to connect; it is stopped there."""
    try:
        project.run_env(nothing, dont_mutate=True)
    except redirect.NotPostgresql:
        raise
    except BaseException:
        if not redirect.State.asked_for:
            raise_offline(project)
            raise
    if not redirect.State.asked_for:
        raise_offline(project)
        if redirect.State.url_problem:
            raise Failure("no_url", redirect.State.url_problem)
        raise Failure("never_connected", "env.py ran to its end without a connection")
    return redirect.State.asked_for


def raise_offline(project):
    given = project.configured
    if given and all(entry.get("connection") is None for entry in given):
        raise Failure("offline_only", "env.py configures Alembic without a connection")


def describe(project):
    """What env.py passes to Alembic, and the chain as Alembic reads it."""
    config = project.config()
    script = project.script(config)
    revisions = project.load_chain(script)
    locations = version_locations(script)
    seen = []

    def look(_, context):
        if context.connection is not None:
            seen.append(walked(context, script))
        return []

    project.run_env(look, config, script, dont_mutate=True)
    if version_locations(script) != locations:
        raise Failure(
            "locations_changed",
            "env.py sets version locations that no setting names: %s" % (", ".join(version_locations(script)),),
        )
    if not seen and redirect.State.asked_for and not any(entry.get("connection") is None for entry in project.configured):
        raise Failure("never_walked", "env.py connected and found nothing to migrate on an empty database")
    if not project.configured:
        raise Failure("never_configured", "env.py did not call context.configure")
    raise_offline(project)
    if not redirect.State.asked_for:
        raise Failure("never_connected", "env.py ran to its end without a connection")
    given = project.configured[0]
    metadata = metadata_list(given)
    return {
        "asked_for": redirect.State.asked_for,
        "version_table": given.get("version_table") or "alembic_version",
        "version_table_schema": given.get("version_table_schema"),
        "default_schema": seen[0]["schema"] if seen else "public",
        "runs": distinct(run["table"] for run in seen),
        "schemas": distinct(run["schema"] for run in seen),
        "migrated": distinct(run["asked_for"] for run in seen if run["asked_for"]),
        "calls": distinct(run["call"] for run in seen),
        "include_schemas": bool(given.get("include_schemas")),
        "filters": [name for name in ("include_name", "include_object", "include_symbol") if given.get(name)],
        "configured": len(project.configured),
        "has_metadata": bool(metadata),
        "tables": [table_facts(table) for one in metadata for table in sorted(one.tables.values(), key=lambda t: t.fullname)],
        "script_revisions": sorted(
            [entry.revision, [parent for parent in parents(entry)]] for entry in unique(revisions)
        ),
        "script_heads": sorted(script.get_heads()),
        "version_locations": locations,
        "versions": versions(),
    }


def version_locations(script):
    """As they are now; Alembic keeps what it has resolved once."""
    kept = script.__dict__.pop("_version_locations", None)
    try:
        return [str(path) for path in script._version_locations]
    finally:
        if kept is not None:
            script.__dict__["_version_locations"] = kept


def call_of(script):
    """The line of env.py that runs the migrations, and the names of what it hands to each revision."""
    frame, line, arguments = sys._getframe(1), None, []
    while frame is not None:
        code = frame.f_code
        if code.co_name == "run_migrations" and isinstance(frame.f_locals.get("self"), MigrationContext):
            arguments = sorted(frame.f_locals.get("kw") or {})
        if line is None and code.co_filename == script.env_py_location:
            line = frame.f_lineno
        frame = frame.f_back
    return {"line": line, "arguments": arguments}


def walked(context, script):
    """Where one run of the migrations goes: its version table, its schema, its database."""
    connection = context.connection
    schema = connection.scalar(sqlalchemy.text("SELECT current_schema()")) or first_of_path(connection)
    # With a translated schema map unqualified names mean another schema than the connection's.
    schema = (connection.get_execution_options().get("schema_translate_map") or {}).get(None) or schema
    fairy = getattr(connection, "connection", None)
    return {
        "table": {"schema": context.version_table_schema or schema, "name": context.version_table},
        "schema": schema,
        "call": call_of(script),
        "asked_for": redirect.State.opened.get(id(getattr(fairy, "dbapi_connection", None))),
    }


def first_of_path(connection):
    """The first schema of a search path that leads nowhere yet."""
    path = connection.scalar(sqlalchemy.text("SELECT current_setting('search_path')"))
    for entry in path.split(","):
        name = entry.strip()
        name = name[1:-1].replace('""', '"') if name.startswith('"') else name
        if name and name != "$user":
            return name
    return "public"


def distinct(items):
    found = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def versions():
    return {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "alembic": alembic.__version__,
        "sqlalchemy": sqlalchemy.__version__,
    }


def unique(revisions):
    """Branch labels are keys of Alembic's map, too."""
    return {entry.revision: entry for entry in revisions}.values()


def parents(entry):
    down = entry.down_revision
    return [] if down is None else [down] if isinstance(down, str) else list(down)


def metadata_list(given):
    metadata = given.get("target_metadata")
    if metadata is None:
        return []
    return list(metadata) if isinstance(metadata, (list, tuple, set)) else [metadata]


def table_facts(table):
    dialect = postgresql.dialect()

    def compiled(column):
        try:
            return column.type.compile(dialect=dialect)
        except Exception:
            return str(getattr(column.type, "impl", None) or type(column.type).__name__)

    keys = [
        [key.parent.name, key.target_fullname]
        for constraint in table.foreign_key_constraints
        for key in constraint.elements
    ]
    return {
        "schema": table.schema,
        "name": table.name,
        "columns": [[column.name, compiled(column)] for column in table.columns],
        "foreign_keys": sorted(keys),
        "enums": [fact for column in table.columns for fact in enum_facts(column, dialect)],
        "unnamed": sorted(filter(None, map(unnamed, table.constraints))),
        "named": sorted(
            str(part.name)
            for part in list(table.constraints) + list(table.indexes)
            if isinstance(part.name, str) and not isinstance(part.name, conv)
        ),
    }


def enum_facts(column, dialect):
    kind = native_enum(column, dialect)
    if kind is None:
        return []
    return [{"column": column.name, "schema": kind.schema, "name": str(kind.name), "labels": list(kind.enums)}]


def unnamed(constraint):
    """A constraint without a name, in words; none for one that has a name or that a type brings."""
    words = {"foreign_key_constraint": "foreign key", "unique_constraint": "unique", "check_constraint": "check"}
    kind = words.get(constraint.__visit_name__)
    if kind is None or isinstance(constraint.name, str) or getattr(constraint, "_type_bound", False):
        return None
    columns = ", ".join(str(column.name) for column in constraint.columns)
    return "%s (%s)" % (kind, columns) if columns else kind


def upgrade(project):
    return walk(project, project.request.get("to") or "heads", True)


def downgrade(project):
    return walk(project, project.request.get("to") or "base", False)


def pass_over_others(known):
    """In a version table that chains share, the rows of the others are none of this one's."""
    original = MigrationContext.get_current_heads
    MigrationContext.get_current_heads = lambda context: tuple(head for head in original(context) if head in known)


def walk(project, destination, up):
    """Runs the revisions and says which one is at work; env.py decides about transactions."""
    config = project.config()
    script = project.script(config)
    revisions = project.load_chain(script)
    if project.module.get("is_beside"):
        pass_over_others({revision.revision for revision in revisions})
    applied, runs = [], []
    origins = Origins() if project.request.get("origins") else None

    def steps(current, context):
        runs.append(context)
        if origins:
            origins.look(context, None)
        refuse_missing(revisions, "upgrade" if up else "downgrade")
        plan = list(script._upgrade_revs(destination, current) if up else script._downgrade_revs(destination, current))
        for index, step in enumerate(plan, 1):
            facts = {
                "revision": step.revision.revision,
                "index": index,
                "total": len(plan),
                "run": len(runs),
                "message": (step.revision.doc or "").splitlines()[0] if step.revision.doc else "",
            }
            project.channel.event(type="started", **facts)
            project.step = step
            started = time.monotonic()
            yield step
            project.step = None
            elapsed = int((time.monotonic() - started) * 1000)
            if origins:
                origins.look(context, step.revision.revision)
            applied.append({"revision": step.revision.revision, "elapsed_ms": elapsed, "run": len(runs)})
            project.channel.event(type="finished", elapsed_ms=elapsed, **facts)

    project.run_env(steps, config, script, destination_rev=destination)
    if not runs:
        raise Failure("never_migrated", "env.py ran to its end without running migrations")
    return {"applied": applied, "runs": len(runs), "origins": origins.answer() if origins else []}


def refuse_missing(revisions, function):
    """A revision file without the function that is needed is named as itself."""
    for entry in unique(revisions):
        if not callable(getattr(entry.module, function, None)):
            raise Failure("revision_failed", "it has no %s function" % function, revision=entry.revision, file=entry.path)


def inspect(project):
    """What `alembic current`, `alembic heads` and `alembic check` say."""
    config = project.config()
    script = project.script(config)
    known = {revision.revision for revision in project.load_chain(script)}
    arguments = dict(
        message=None, autogenerate=True, sql=False, head="head", splice=False,
        branch_label=None, version_path=None, rev_id=None, depends_on=None,
    )
    revisions = RevisionContext(config, script, arguments)
    current, problem, said = [], [], []

    def ask(own, context, with_plugins):
        asked = RevisionContext(config, script, arguments)
        with contextlib.nullcontext() if with_plugins else alembic_alone():
            asked.run_autogenerate(own, context)
        leave_beneath(project, asked.generated_revisions[-1], context.connection)
        for operations in asked.generated_revisions[-1].upgrade_ops_list:
            said.extend(say(difference) for difference in operations.as_diffs())

    def compare(heads, context):
        # In a version table that modules share, the rows of the others are none of ours.
        own = tuple(head for head in (heads if isinstance(heads, (tuple, list)) else [heads]) if head in known)
        current.extend(own)
        # Without models there is nothing to compare with, and `alembic check` does not begin.
        if not metadata_list(project.configured[-1]):
            return []
        for with_plugins in (True, False):
            try:
                ask(own, context, with_plugins)
                break
            except Exception as error:
                # A failed statement must not spoil what env.py does afterwards.
                context.connection.rollback() if hasattr(context.connection, "rollback") else None
                # Comparators of third parties create objects to see how the server words them.
                if not with_plugins or not is_read_only(error):
                    problem.append(str(error))
                    break
        return []

    project.run_env(compare, config, script, dont_mutate=True, template_args=revisions.template_args, revision_context=revisions)
    return {
        "current": sorted(set(current)),
        "heads": sorted(script.get_heads()),
        "differences": said,
        "check_error": problem[0] if problem else None,
    }


def is_read_only(error):
    """Whether a read-only transaction refused the statement."""
    original = getattr(error, "orig", None)
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return state == "25006"


@contextlib.contextmanager
def alembic_alone():
    """Without the comparators that are not Alembic's own; they are asked on a scratch database."""
    from alembic.autogenerate.compare import comparators

    def is_own(entry):
        function = entry[0] if isinstance(entry, tuple) else entry
        return getattr(function, "__module__", "").split(".")[0] == "alembic"

    registry = comparators._registry
    kept = dict(registry)
    for key, entries in kept.items():
        registry[key] = [entry for entry in entries if is_own(entry)]
    try:
        yield
    finally:
        registry.clear()
        registry.update(kept)


def say(difference):
    """A difference in words: `add_column accounts.email`."""
    if isinstance(difference, list):
        return "; ".join(say(one) for one in difference)
    verb, rest = difference[0], list(difference[1:])
    if verb in ("add_table", "remove_table"):
        return "%s %s" % (verb, rest[0].fullname)
    if verb in ("add_index", "remove_index", "add_constraint", "remove_constraint", "add_fk", "remove_fk"):
        return "%s %s on %s" % (verb, rest[0].name, rest[0].table.fullname)
    if verb in ("add_column", "remove_column"):
        return "%s %s.%s" % (verb, qualified(rest[0], rest[1]), rest[2].name)
    if verb.startswith("modify_") and len(rest) >= 6:
        return "%s %s.%s: %s -> %s" % (verb, qualified(rest[0], rest[1]), rest[2], shown(rest[4]), shown(rest[5]))
    return " ".join([verb] + [shown(part) for part in rest])


def shown(value):
    argument = getattr(value, "arg", value)
    return str(argument)


def qualified(schema, table):
    return "%s.%s" % (schema, table) if schema else str(table)


VERBS = {
    "locate": locate,
    "describe": describe,
    "upgrade": upgrade,
    "downgrade": downgrade,
    "inspect": inspect,
    "draft": draft,
    "render": render,
    "script": script,
    "changes": changes,
}
