"""Lets the project's own autogenerate write what the models are ahead by, as a revision above the staged one."""
import os

import sqlalchemy
from alembic.autogenerate.api import RevisionContext
from alembic.operations import ops
from sqlalchemy.dialects import postgresql

from _redistill_child import Failure
from _redistill_render import after_hooks, compile_problem, read, take_hooks


def changes(project):
    """The file's name below the staging folder and its text; none where there is nothing to write."""
    request = project.request
    config = project.config()
    script = project.script(config)
    project.load_chain(script)
    hooks = take_hooks(script)
    arguments = dict(
        message=request["message"], autogenerate=True, sql=False, head="head", splice=False,
        branch_label=None, version_path=request["folder"], rev_id=request["revision"], depends_on=None,
    )
    revisions = RevisionContext(config, script, arguments)

    def compare(heads, context):
        revisions.run_autogenerate(heads, context)
        for generated in revisions.generated_revisions:
            complete_enums(generated, context.connection)
        return []

    project.run_env(compare, config, script, dont_mutate=True, template_args=revisions.template_args, revision_context=revisions)
    generated = revisions.generated_revisions
    if all(one.upgrade_ops is None or one.upgrade_ops.is_empty() for one in generated):
        return {"revision": None}
    project.phase = "render"
    written = [one for one in revisions.generate_scripts() if one is not None]
    if len(written) != 1:
        raise Failure("template", "autogenerate gives %d revisions, not one" % len(written))
    path = written[0].path
    text = read(path)
    problem = compile_problem(text, path)
    if problem:
        raise Failure("template", "the file that autogenerate gives does not compile: %s" % problem)
    text, hook_error = after_hooks(path, text, hooks)
    return {
        "revision": {
            "file_name": os.path.relpath(path, request["folder"]),
            "text": text,
            "compile_ok": True,
            "hook_error": hook_error,
        }
    }


def complete_enums(generated, connection):
    """ENUM types that are new: `add_column` does not create one, and no downgrade drops one."""
    if generated.upgrade_ops is None or generated.downgrade_ops is None:
        return
    dialect = postgresql.dialect()
    with_tables, with_columns = {}, {}
    for operation in flat(generated.upgrade_ops.ops):
        if isinstance(operation, ops.CreateTableOp):
            for column in operation.columns:
                if isinstance(column, sqlalchemy.Column):
                    gather(column, dialect, with_tables)
        elif isinstance(operation, ops.AddColumnOp):
            gather(operation.column, dialect, with_columns)
    for found in (with_tables, with_columns):
        for key in [key for key in found if exists(connection, *key)]:
            del found[key]
    preparer = dialect.identifier_preparer
    for (schema, name), labels in sorted(with_columns.items(), key=str):
        if (schema, name) in with_tables:
            continue
        listed = ", ".join("'%s'" % label.replace("'", "''") for label in labels)
        generated.upgrade_ops.ops.insert(0, ops.ExecuteSQLOp("CREATE TYPE %s AS ENUM (%s)" % (quoted(preparer, schema, name), escape(listed))))
    for schema, name in sorted(set(with_columns) | set(with_tables), key=str):
        generated.downgrade_ops.ops.append(ops.ExecuteSQLOp("DROP TYPE %s" % quoted(preparer, schema, name)))


def escape(text):
    """`sa.text()` reads `:name` as a parameter."""
    return text.replace(":", "\\:")


def flat(operations):
    for operation in operations:
        if isinstance(operation, ops.ModifyTableOps):
            yield from flat(operation.ops)
        else:
            yield operation


def gather(column, dialect, found):
    kind = native_enum(column, dialect)
    if kind is not None:
        found[(kind.schema, str(kind.name))] = list(kind.enums)


def native_enum(column, dialect):
    """A column's native ENUM type, through arrays, decorators and variants; None if it has another."""
    try:
        kind = column.type.dialect_impl(dialect)
        kind = getattr(kind, "impl_instance", getattr(kind, "impl", kind))
        kind = getattr(kind, "item_type", kind)
        kind = kind.dialect_impl(dialect)
    except Exception:
        return None
    return kind if isinstance(kind, sqlalchemy.Enum) and kind.native_enum and kind.name else None


def exists(connection, schema, name):
    asked = "SELECT to_regtype(:name) IS NOT NULL"
    preparer = postgresql.dialect().identifier_preparer
    return connection.scalar(sqlalchemy.text(asked), {"name": quoted(preparer, schema, name)})


def quoted(preparer, schema, name):
    return ".".join(preparer.quote(part) for part in (schema, name) if part)
