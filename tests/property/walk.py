"""Alembic's own command line, started once for many projects.

Reads jobs, `[folder, arguments]` each, as one line of JSON a time, and answers each line. Alembic is
imported once, and a child is forked for each job; what it says comes back with its status.
"""
import gc
import json
import os
import sys

import alembic.config
import psycopg  # noqa: F401
import sqlalchemy.dialects.postgresql  # noqa: F401


def walk(folder, arguments):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.chdir(folder)
        status = 1
        try:
            alembic.config.main(argv=arguments)
            status = 0
        except SystemExit as end:
            status = int(bool(end.code))
        except BaseException as error:
            print("%s: %s" % (type(error).__name__, error))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    os.close(write)
    with open(read, encoding="utf-8", errors="replace") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


sys.dont_write_bytecode = True
# No child looks through what was imported.
gc.freeze()
for line in sys.stdin:
    print(json.dumps([walk(*job) for job in json.loads(line)]), flush=True)
