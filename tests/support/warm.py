"""Runs `python -B -m alembic` again and again: imports Alembic once, forks a child for each command.

One line of JSON a command on standard input, one with the child's wait status as the answer.
"""
import gc
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path[:] = [entry for entry in sys.path if entry != ""]
gc.disable()
import alembic.autogenerate
import alembic.command
import alembic.config
import alembic.runtime.environment
import alembic.script

for extra in ("sqlalchemy.dialects.postgresql", "sqlalchemy.ext.asyncio", "sqlalchemy.orm", "psycopg", "asyncpg"):
    try:
        __import__(extra)
    except ImportError:
        pass
gc.enable()
gc.freeze()


def run(command):
    import runpy
    import traceback

    for number, name in ((1, command["stdout"]), (2, command["stderr"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(command["folder"])
    sys.argv[:] = ["-m"] + command["arguments"]
    sys.path.insert(0, os.getcwd())
    code = 0
    try:
        runpy.run_module("alembic", run_name="__main__", alter_sys=True)
    except SystemExit as left:
        code = left.code
        if code is not None and not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code or 0


while True:
    line = sys.stdin.readline()
    if not line:
        break
    child = os.fork()
    if child == 0:
        os._exit(run(json.loads(line)))
    print(json.dumps(os.waitpid(child, 0)[1]), flush=True)
