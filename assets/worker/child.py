"""What a forked child does: enter the module as the alembic command would, run one verb, answer.

Every failure becomes one frame with a kind that the Rust side knows; tracebacks are only detail.
"""
import json
import os
import sys
import sysconfig
import traceback

_DETAIL = 30


class Failure(Exception):
    """A failure with a kind of its own."""

    def __init__(self, kind, message, **facts):
        Exception.__init__(self, message)
        self.kind, self.facts = kind, facts


class Channel:
    """The child's side of the private pipe."""

    def __init__(self, fd):
        self.fd = fd

    def send(self, frame):
        # What is no text (half a surrogate pair in a path) must not spoil the frame.
        data = json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        while data:
            data = data[os.write(self.fd, data):]

    def event(self, **facts):
        sys.stdout.flush()
        sys.stderr.flush()
        self.send({"event": facts})


def run(request, fd):
    """Answers one request; called right after the fork, never returns an exception."""
    channel = Channel(fd)
    project = None
    try:
        from _redistill_project import Project
        from _redistill_verbs import VERBS

        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        project = Project(request, channel)
        answer = {"result": VERBS[request["verb"]](project)}
    except BaseException as error:  # the project's code may raise anything
        answer = {"error": explain(error, project)}
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:
        pass
    channel.send(answer)


def library_folders():
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {os.path.realpath(sysconfig.get_path(name)) for name in names if sysconfig.get_path(name)}
    for name in ("alembic", "sqlalchemy"):
        module = sys.modules.get(name)
        if module is not None and getattr(module, "__file__", None):
            folders.add(os.path.dirname(os.path.realpath(module.__file__)))
    return tuple(folder + os.sep for folder in folders)


def project_frame(error):
    """The deepest line of a traceback that belongs to neither a library nor redistill."""
    libraries = library_folders()
    seen = (None, None)
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith("<"):
            continue
        path = os.path.realpath(path)
        if not path.startswith(libraries):
            seen = (path, line)
    if isinstance(error, SyntaxError) and error.filename:
        seen = (os.path.realpath(error.filename), error.lineno)
    return seen


def causes(error):
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def database_facts(error):
    """SQLSTATE, the server's own words and the statement, where a driver's error is among the causes."""
    facts = {}
    for cause in causes(error):
        statement = getattr(cause, "statement", None)
        if isinstance(statement, str) and "statement" not in facts:
            facts["statement"] = statement
        inner = getattr(cause, "orig", None) or cause
        for candidate in (inner, getattr(inner, "__cause__", None)):
            state = getattr(candidate, "sqlstate", None) or getattr(candidate, "pgcode", None)
            diagnostics = getattr(candidate, "diag", None)
            if isinstance(state, str) and len(state) == 5:
                facts["sqlstate"] = state
                said = getattr(diagnostics, "message_primary", None) or getattr(candidate, "message", None)
                if said:
                    facts["server_message"] = str(said)
                detail = getattr(diagnostics, "message_detail", None) or getattr(candidate, "detail", None)
                if detail:
                    facts["server_detail"] = str(detail)
        if "sqlstate" in facts:
            break
    return facts


def first_line(error):
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def kind_of(error, project):
    from _redistill_redirect import NotPostgresql, Refused, State

    if isinstance(error, Failure):
        return error.kind
    if State.other_dialect is not None and project is not None and not State.asked_for:
        return "not_postgresql"
    if project is not None and project.step is not None:
        return "revision_failed"
    if any(isinstance(cause, Refused) for cause in causes(error)):
        return "refused_connection"
    if isinstance(error, NotPostgresql):
        return "not_postgresql"
    if State.url_problem is not None and not State.asked_for:
        return "no_url"
    if is_missing_url(error):
        return "no_url"
    if isinstance(error, ImportError):
        return "import_failed"
    if project is not None and project.phase == "chain":
        return "chain_failed"
    if project is not None and project.phase == "config":
        return "config_failed"
    if project is not None and project.phase in ("draft", "models"):
        return project.phase + "_failed"
    if project is not None and project.phase == "render":
        return "template"
    if type(error).__module__.startswith("alembic."):
        return "alembic"
    return "env_failed"


def is_missing_url(error):
    """`engine_from_config` without a url, or a configuration without the option."""
    if not isinstance(error, KeyError) or not error.args or not str(error.args[0]).endswith("url"):
        return False
    return str(error.args[0]) in ("url", "sqlalchemy.url")


def explain(error, project):
    """One frame's worth of an exception."""
    from _redistill_redirect import State

    path, line = project_frame(error)
    kind = kind_of(error, project)
    message = first_line(error)
    if isinstance(error, SystemExit):
        from _redistill_needs import told

        kind, message = told(error) or (kind, "it called sys.exit(%r)" % (error.code,))
    elif kind == "no_url" and State.url_problem:
        message = State.url_problem
    elif kind == "no_url":
        message = "the setting sqlalchemy.url is missing"
    elif kind == "not_postgresql":
        message = State.other_dialect or message
    elif kind == "env_failed":
        from _redistill_needs import told

        kind, message = told(error) or (kind, message)
    frame = {
        "kind": kind,
        "message": message,
        "exception": type(error).__name__,
        "file": path,
        "line": line,
        "traceback": "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()[-_DETAIL:],
    }
    facts = database_facts(error)
    frame.update(facts)
    if facts.get("server_message"):
        frame["message"] = facts["server_message"]
    if isinstance(error, Failure):
        frame.update(error.facts)
    elif project is not None and project.step is not None:
        frame.update(project.revision_facts(error))
    if path is None and kind == "chain_failed" and getattr(project, "loading", None):
        frame["file"] = project.loading
    return frame
