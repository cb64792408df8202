"""Tries each operation of each chain in a savepoint; answers which ones the server takes.

Reads jobs as one line of JSON a time: `url`, `is_stepwise`, `revisions` (texts by revision).
"""
import json
import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

AUTOCOMMIT = "with op.get_context().autocommit_block():\n    "


def operations(connection):
    return {"op": Operations(MigrationContext.configure(connection)), "sa": sa, "postgresql": postgresql}


def run(code, connection):
    exec(compile(code, "<operation>", "exec"), operations(connection))


def sieve(job):
    engine = sa.create_engine(job["url"], poolclass=sa.pool.NullPool)
    answers = []
    with engine.connect() as connection, engine.connect() as other:
        other = other.execution_options(isolation_level="AUTOCOMMIT")
        for each in (connection, other):
            each.exec_driver_sql("SET statement_timeout = '10s'")
            each.exec_driver_sql("SET lock_timeout = '5s'")
            each.commit()
        for revision in job["revisions"]:
            row = []
            for code in revision:
                try:
                    if code.startswith(AUTOCOMMIT):
                        connection.commit()
                        run(code[len(AUTOCOMMIT):], other)
                    else:
                        with connection.begin_nested():
                            run(code, connection)
                            # What waits for the end of the transaction would fail nameless there.
                            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
                    row.append(None)
                except Exception as error:
                    row.append(str(getattr(error, "orig", error)).split("\n")[0])
            answers.append(row)
            try:
                if job["is_stepwise"]:
                    connection.commit()
            except Exception:
                connection.rollback()
    return answers


for line in sys.stdin:
    print(json.dumps([sieve(job) for job in json.loads(line)]), flush=True)
