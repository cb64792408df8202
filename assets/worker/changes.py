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
            leave_beneath(project, generated, context.connection)
            complete_enums(generated, context.connection)
            complete_numbers(generated)
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


def leave_beneath(project, generated, connection):
    """Takes out what is said of tables that other modules have built before: they are theirs."""
    beneath = {(table["schema"], table["name"]) for table in project.module.get("beneath") or []}
    if not beneath:
        return
    default = connection.dialect.default_schema_name

    def is_own(operation):
        return (getattr(operation, "schema", None) or default, getattr(operation, "table_name", None)) not in beneath

    for operations in generated.upgrade_ops_list + generated.downgrade_ops_list:
        operations.ops[:] = [operation for operation in operations.ops if is_own(operation)]


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


def complete_numbers(generated):
    """A column that numbers its rows from now on goes on behind those that are there: ALTER COLUMN begins at 1. And no
    downgrade takes the numbering away: DROP DEFAULT is an error there."""
    if generated.upgrade_ops is None or generated.downgrade_ops is None:
        return
    preparer = postgresql.dialect().identifier_preparer
    begun = set()
    for table, operation in alterations(generated.upgrade_ops):
        comes = isinstance(operation.modify_server_default, sqlalchemy.Identity)
        if comes and not isinstance(operation.existing_server_default, sqlalchemy.Identity):
            begun.add((operation.schema, operation.table_name, operation.column_name))
            table.ops.insert(table.ops.index(operation) + 1, ops.ExecuteSQLOp(numbered(preparer, operation)))
    for table, operation in alterations(generated.downgrade_ops):
        if (operation.schema, operation.table_name, operation.column_name) in begun:
            name = quoted(preparer, operation.schema, operation.table_name)
            text = "ALTER TABLE %s ALTER COLUMN %s DROP IDENTITY" % (name, preparer.quote(operation.column_name))
            operation.modify_server_default = operation.existing_server_default = False
            place = table.ops.index(operation)
            table.ops[place:place + (not operation.has_changes())] = [ops.ExecuteSQLOp(escape(text))]


def alterations(operations):
    tables = [one for one in operations.ops if isinstance(one, ops.ModifyTableOps)]
    return [(table, one) for table in tables for one in table.ops if isinstance(one, ops.AlterColumnOp)]


def numbered(preparer, operation):
    name = quoted(preparer, operation.schema, operation.table_name)
    column = preparer.quote(operation.column_name)
    sequence = "pg_get_serial_sequence(%s, %s)" % tuple("'%s'" % part.replace("'", "''") for part in (name, operation.column_name))
    return escape(
        "SELECT setval(%s, greatest(CAST(max(%s) AS bigint) + 1, nextval(%s)), false) FROM %s" % (sequence, column, sequence, name)
    )


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
