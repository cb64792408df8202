"""Starts the worker: takes the pipes away from standard input and output, loads the sources, serves.

Passed to `python -B -c`; the other files arrive as the first line on standard input, so that nothing
of redistill is ever written where the project could see it.
"""
import json
import linecache
import os
import sys
import types

sys.dont_write_bytecode = True
# The current folder may hold a folder named `alembic`: it waits until Alembic itself is imported.
# The empty entry stands for it because of `-c`; any other was put there by the project's environment
# (PYTHONPATH, the .pth file of an installation in place) and comes back.
given = [entry for entry in sys.path if entry != ""]
sys.path[:] = [entry for entry in given if entry != os.getcwd()]

requests = os.dup(0)
replies = os.dup(1)
nowhere = os.open(os.devnull, os.O_RDWR)
os.dup2(nowhere, 0)
# Until the first request, whatever an import prints belongs to the start-up text.
os.dup2(2, 1)


def first_line():
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(requests, 1 << 16)
        if not chunk:
            sys.exit(1)
        line += chunk
    return json.loads(line)


server = None
for name, source in first_line():
    module = types.ModuleType("_redistill_" + name)
    module.__file__ = "<redistill>/%s.py" % name
    sys.modules[module.__name__] = module
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(True), module.__file__)
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    if server is None:
        # The first one needs the standard library only; the others need Alembic.
        server = module.open_server(requests, replies)

sys.path[:] = given + [entry for entry in sys.path if entry not in given]
server.run()
os._exit(0)
